/*
 * fault.c - what went wrong, said once: as a sentence on standard error, or with --json as an object on
 * standard output. The sentences are rows of faults.def; the library's errors pass through unchanged.
 */
#include "cli.h"
#include "inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    int number;
    ew_status status;
    const char *sentence;
} fault_rows[] = {
#define FAULT(number, status, name, sentence) {number, EW_##status, sentence},
#include "faults.def"
#undef FAULT
};

/* Fills {1}, {2}; what is too long is cut at a character. */
static void fault_fill(char *to, size_t size, const char *sentence, const char *const args[2])
{
    size_t used = 0;
    for (const char *s = sentence; *s && used + 1 < size; s++) {
        bool word = s[0] == '{' && (s[1] == '1' || s[1] == '2') && s[2] == '}';
        const char *piece = !word ? s : args[s[1] - '1'] ? args[s[1] - '1'] : "";
        size_t count = word ? strlen(piece) : 1;
        if (count > size - 1 - used) count = size - 1 - used;
        memcpy(to + used, piece, count);
        used += count;
        s += word ? 2 : 0;
    }
    to[used] = '\0';
    while (used && used + 1 == size && ((unsigned char)to[used - 1] & 0xC0) == 0x80) to[--used] = '\0';
    if (used && used + 1 >= size - 3 && (unsigned char)to[used - 1] >= 0xC0) to[--used] = '\0';
}

/* A word of the caller for a sentence: control characters, bytes that are no UTF-8 and whatever is past
 * 60 characters would spoil the line. */
static const char *fault_word(const char *s, char buffer[256])
{
    size_t used = 0, characters = 0;
    if (!s) return NULL;
    for (; *s && characters < 60; characters++) {
        unsigned char b = (unsigned char)*s;
        size_t n = b < 0x80 ? 1 : b >= 0xF0 && b < 0xF5 ? 4 : b >= 0xE0 ? 3 : b >= 0xC2 ? 2 : 0;
        for (size_t k = 1; k < n; k++)
            if (((unsigned char)s[k] & 0xC0) != 0x80) n = 0;
        if (n == 0 || b < 32 || b == 127 || b >= 0xF5)
            buffer[used++] = '?';
        else
            memcpy(buffer + used, s, n), used += n;
        s += n ? n : 1;
    }
    memcpy(buffer + used, *s ? "…" : "", *s ? 4 : 1);
    return buffer;
}

ew_error cli_fault(struct cli *c, enum cli_fault fault, const char *a, const char *b)
{
    char first[256], second[256];
    bool whole = b && strlen(b) > 60; /* a sentence or a list of our own, not a word of the caller */
    const char *args[] = {fault_word(a, first), whole ? b : fault_word(b, second)};
    ew_error e = {.status = fault_rows[fault].status};
    snprintf(e.code, sizeof e.code, "E%03d", fault_rows[fault].number);
    fault_fill(e.message, sizeof e.message, cli_tr(c, fault_rows[fault].sentence), args);
    if ((fault == FAULT_READ || fault == FAULT_WRITE) && args[0]) snprintf(e.file, sizeof e.file, "%.230s", args[0]);
    return e;
}

/* ---- As bytes ----------------------------------------------------------------------------------- */

struct fault_buffer {
    char *at;
    size_t used, size;
};

static int fault_write(void *context, const char *bytes, size_t count)
{
    struct fault_buffer *b = context;
    if (count > b->size - b->used) count = b->size - b->used;
    memcpy(b->at + b->used, bytes, count);
    b->used += count;
    return 0;
}

static size_t fault_json(const ew_error *e, char *buffer, size_t size)
{
    struct fault_buffer b = {buffer, 0, size};
    struct cli_json j = json_begin(fault_write, &b);
    json_key(&j, "error");
    json_begin_object(&j);
    json_key_text(&j, "code", e->code);
    json_key_text(&j, "message", e->message);
    if (e->file[0]) json_key_text(&j, "file", e->file);
    if (e->line) json_key_whole(&j, "line", (uint64_t)e->line);
    if (e->line) json_key_whole(&j, "column", (uint64_t)e->column);
    if (e->hint[0]) json_key_text(&j, "hint", e->hint);
    cli_json_end(&j);
    return b.used;
}

static size_t fault_plain(const ew_error *e, char *buffer, size_t size)
{
    size_t n = ew_error_text(e, buffer, size);
    if (n >= size) n = size - 1;
    if (n == 0 || buffer[n - 1] != '\n') buffer[n < size - 1 ? n++ : n - 1] = '\n';
    return n;
}

size_t cli_fault_bytes(struct cli *c, enum cli_fault fault, const char *a, char *buffer, size_t size)
{
    ew_error e = cli_fault(c, fault, a, NULL);
    return (c->json ? fault_json : fault_plain)(&e, buffer, size);
}

/* ---- Saying it -------------------------------------------------------------------------------------- */

int cli_fail_error(struct cli *c, const ew_error *e)
{
    char buffer[8192];
    if (c->status) return c->status;
    if (strcmp(e->code, "E090") == 0) return EW_FILE; /* our own writing failed: cli_finish knows why */
    c->status = e->status ? (int)e->status : EW_USE;
    size_t n = c->json ? fault_json(e, buffer, sizeof buffer) : 0;
    if (n && output_error(c, buffer, n)) return c->status;
    cli_flush(c); /* what came before stands before it */
    fwrite(buffer, 1, fault_plain(e, buffer, sizeof buffer), stderr);
    return c->status;
}

int cli_fail_listed(struct cli *c, ew_error *e)
{
    bool listed = strstr(c->outputs, e->source) != NULL; /* the place is in the list, not in the program */
    if (listed) e->file[0] = '\0';
    if (listed && e->status == EW_TEXT) e->status = EW_USE;
    return cli_fail_error(c, e);
}

int cli_fail(struct cli *c, enum cli_fault fault, const char *a, const char *b)
{
    ew_error e = cli_fault(c, fault, a, b);
    return cli_fail_error(c, &e);
}

int cli_fail_hint(struct cli *c, enum cli_fault fault, const char *a, const char *b, const char *hint, const char *word)
{
    char buffer[256];
    const char *args[] = {fault_word(word, buffer), NULL};
    ew_error e = cli_fault(c, fault, a, b);
    fault_fill(e.hint, sizeof e.hint, cli_tr(c, hint), args);
    return cli_fail_error(c, &e);
}

void *cli_room(struct cli *c, size_t count, size_t size)
{
    void *p = count > SIZE_MAX / size ? NULL : malloc(count ? count * size : size);
    if (!p) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    return p;
}

/* ---- Suggestions ------------------------------------------------------------------------------------- */

enum { SUGGEST_BYTES = 32 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters to add, drop, change or swap with their neighbour. */
static size_t word_distance(const char *a, size_t m, const char *b, size_t n)
{
    size_t row[3][SUGGEST_BYTES + 1];
    for (size_t j = 0; j <= n; j++) row[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            now[j] = smaller(smaller(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = smaller(now[j], before[j - 2] + 1);
        }
    }
    return row[m % 3][n];
}

/* How long two words begin alike, and by how much their lengths differ, if one is not the other's beginning. */
static size_t word_begins(const char *a, const char *b, size_t *longer)
{
    size_t m = strlen(a), n = strlen(b), k = 0;
    while (k < m && a[k] == b[k]) k++;
    *longer = k == m || k == n ? 0 : m > n ? m - n : n - m;
    return k;
}

/* Of words that are as far away: as alike.c of the library has it. */
static bool word_closer(const char *word, const char *now, const char *found)
{
    size_t longer, than, a = word_begins(word, now, &longer), b = word_begins(word, found, &than);
    return a != b ? a > b : longer < than;
}

const char *cli_suggest(const char *const *words, const char *word)
{
    size_t m = strlen(word), best = m < 4 ? 2 : m < 6 ? 3 : m / 3 + 1;
    const char *found = NULL;
    if (m > SUGGEST_BYTES) return NULL;
    bool only = words[0] && !words[1];
    for (; *words; words++) {
        size_t n = strlen(*words), d = n > SUGGEST_BYTES ? best : word_distance(word, m, *words, n);
        if (d > best || (d == best && !found) || (!only && d >= (m > n ? m : n)))
            continue; /* all letters wrong: none */
        if (d < best || word_closer(word, *words, found)) best = d, found = *words;
    }
    return found;
}
