/*
 * session.c - what has been typed so far.
 *
 * A session is a growing program. A statement for a name that has one takes its place; equations of parts of
 * an array, x[0] = … and x[t in 1..9] = …, stand beside one another. `a = 2`, a
 * name and a constant, is a value and no statement: a stays an input, so that one can ask for
 * derivatives by it. A bare expression stands at the program's end until the next statement: it is
 * what commands are about.
 *
 * Every change is made to a copy's worth of lists, so undo is the state before, whole.
 */
#include "cli.h"
#include "session.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- Lists --------------------------------------------------------------------------------- */

static void list_free(struct session_list *l)
{
    for (size_t i = 0; i < l->count; i++) free(l->at[i]);
    free(l->at);
    *l = (struct session_list){0};
}

static bool session_memory(struct session *s, const void *p)
{
    if (!p) cli_fail(s->c, FAULT_MEMORY, NULL, NULL);
    return p != NULL;
}

static bool list_add(struct session *s, struct session_list *l, const char *text, size_t count)
{
    char **more = realloc(l->at, (l->count + 1) * sizeof *more);
    if (more) l->at = more;
    char *copy = more ? strndup(text, count) : NULL;
    if (!session_memory(s, copy)) return false;
    l->at[l->count++] = copy;
    return true;
}

static void list_remove(struct session_list *l, size_t i)
{
    free(l->at[i]);
    memmove(l->at + i, l->at + i + 1, (l->count - i - 1) * sizeof *l->at);
    l->count--;
}

static bool list_copy(struct session *s, struct session_list *to, const struct session_list *from)
{
    for (size_t i = 0; i < from->count; i++)
        if (!list_add(s, to, from->at[i], strlen(from->at[i]))) return false;
    return true;
}

static void state_free(struct session_state *state)
{
    list_free(&state->lines);
    list_free(&state->values);
    free(state->tail);
    *state = (struct session_state){0};
}

void session_end(struct session *s)
{
    state_free(&s->now);
    for (size_t i = 0; i < s->undo_count; i++) state_free(&s->before[i]);
    s->undo_count = 0;
}

/* ---- Undo ---------------------------------------------------------------------------------- */

bool session_mark(struct session *s)
{
    struct session_state copy = {0};
    bool ok = list_copy(s, &copy.lines, &s->now.lines) && list_copy(s, &copy.values, &s->now.values);
    if (ok && s->now.tail) ok = session_memory(s, copy.tail = strdup(s->now.tail));
    if (!ok) {
        state_free(&copy);
        return false;
    }
    if (s->undo_count == SESSION_UNDO) {
        state_free(&s->before[0]);
        memmove(s->before, s->before + 1, --s->undo_count * sizeof *s->before);
    }
    s->before[s->undo_count++] = copy;
    return true;
}

bool session_undo(struct session *s)
{
    if (!s->undo_count) return false;
    state_free(&s->now);
    s->now = s->before[--s->undo_count];
    return true;
}

bool session_clear(struct session *s)
{
    state_free(&s->now);
    return true;
}

/* ---- What a line is ------------------------------------------------------------------------ */

static bool is_letter(char b)
{
    return isalnum((unsigned char)b) || b == '_' || (unsigned char)b >= 0x80;
}

static size_t word_length(const char *s)
{
    size_t n = 0;
    while (is_letter(s[n])) n++;
    return n;
}

static bool word_is(const char *s, const char *word)
{
    size_t n = strlen(word);
    return strncmp(s, word, n) == 0 && !is_letter(s[n]);
}

static const char *skip_blanks(const char *s)
{
    return s + strspn(s, " \t\r");
}

/* The '=' of a definition, outside brackets and comments; NULL: it is none. */
static const char *equals_of(const char *s)
{
    int depth = 0;
    for (const char *at = s; *at && *at != '#'; at++) {
        if (*at == '(' || *at == '[') depth++;
        if (*at == ')' || *at == ']') depth--;
        if (*at != '=' || depth > 0) continue;
        if (at[1] == '=')
            at++;
        else if (at == s || !strchr("<>!=", at[-1]))
            return at;
    }
    return NULL;
}

static bool is_declaration(const char *s)
{
    return word_is(s, "input") || word_is(s, "param") || word_is(s, "output");
}

size_t session_key(const char *s, const char **key)
{
    s = skip_blanks(s);
    if (word_is(s, "input") || word_is(s, "param")) s = skip_blanks(s + 5);
    size_t n = word_length(s);
    *key = s;
    return s[n] == '(' ? n + 1 : n;
}

/* An array literal and nothing after it: "[1, 2][i]" is an expression. */
static bool is_literal(const char *s)
{
    size_t depth = 0;
    if (*s != '[') return false;
    do {
        depth += *s == '[';
        depth -= *s == ']';
        if (*s) s++;
    } while (*s && depth);
    s = skip_blanks(s);
    return !depth && (!*s || *s == '#' || *s == '\n');
}

/* NAME = constant, NAME = [1, 2], NAME = @FILE */
static bool is_value(const struct session *s, const char *line)
{
    double value;
    const char *equals = equals_of(line), *key;
    if (!equals || is_declaration(line)) return false;
    size_t n = session_key(line, &key);
    if (!n || key[n - 1] == '(' || skip_blanks(key + n) != equals || isdigit((unsigned char)*key)) return false;
    const char *right = skip_blanks(equals + 1);
    if (*right == '@' || is_literal(right)) return true;
    char *text = strndup(right, strcspn(right, "#"));
    ew_options options = cli_library(s->c);
    bool constant = text && *text && ew_number_read(text, &options, &value, NULL) == EW_OK;
    free(text);
    return constant;
}

bool session_is_name(const char *line)
{
    size_t n = word_length(line);
    return n > 0 && !isdigit((unsigned char)*line) && line[n + strspn(line + n, " \t")] == '\0';
}

enum session_kind session_kind_of(const struct session *s, const char *line)
{
    line = skip_blanks(line);
    if (*line == '\0' || *line == '#' || *line == '\n') return SESSION_NOTHING;
    if (*line == ':') return SESSION_COMMAND;
    if (is_declaration(line)) return SESSION_STATEMENT;
    if (is_value(s, line)) return SESSION_VALUE;
    return equals_of(line) ? SESSION_STATEMENT : SESSION_EXPRESSION;
}

bool session_goes_on(const char *text)
{
    int depth = 0;
    const char *line = text, *end = text;
    for (const char *at = text; *at; at++) {
        if (*at == '#') at += strcspn(at, "\n");
        if (!*at) break;
        if (*at == '\n') line = at + 1;
        if (*at == '(' || *at == '[') depth++;
        if (*at == ')' || *at == ']') depth--;
        if (!isspace((unsigned char)*at)) end = at + 1;
    }
    if (end == text || end < line) return false; /* an empty line ends it */
    if (depth > 0 || strchr("+-*/^,=<>", end[-1])) return true;
    size_t n = 0;
    while (end - n > line && is_letter(end[-1 - (ptrdiff_t)n])) n++;
    return word_is(end - n, "then") || word_is(end - n, "else");
}

/* ---- Changes ------------------------------------------------------------------------------- */

static size_t find_line(const struct session *s, const char *key, size_t count, size_t from)
{
    const char *other;
    for (size_t i = from; i < s->now.lines.count; i++)
        if (session_key(s->now.lines.at[i], &other) == count && memcmp(other, key, count) == 0) return i;
    return SIZE_MAX;
}

/* The brackets of a left side that gives a part of an array, "[t in 1..9]"; 0: it gives one as a whole, or is none. */
static size_t part_of(const char *line, const char **brackets)
{
    const char *key, *equals = equals_of(line);
    size_t n = session_key(line, &key);
    *brackets = skip_blanks(key + n);
    if (!equals || key != skip_blanks(line) || **brackets != '[') return 0;
    for (const char *at = *brackets; at < equals; at++)
        if (isdigit((unsigned char)*at) || (!is_letter(at[-1]) && word_is(at, "in")))
            return (size_t)(equals - *brackets);
    return 0;
}

/* Is it another part of the array than the line gives? */
static bool is_beside(const char *line, const char *statement)
{
    const char *a, *b;
    size_t m = part_of(line, &a), n = part_of(statement, &b), i = 0, k = 0;
    if (!m || !n) return false;
    for (;; i++, k++) {
        while (i < m && isspace((unsigned char)a[i])) i++;
        while (k < n && isspace((unsigned char)b[k])) k++;
        if (i == m || k == n) return i < m || k < n;
        if (a[i] != b[k]) return true;
    }
}

static size_t find_value(const struct session *s, const char *name, size_t count)
{
    for (size_t i = 0; i < s->now.values.count; i++)
        if (strncmp(s->now.values.at[i], name, count) == 0 && s->now.values.at[i][count] == '=') return i;
    return SIZE_MAX;
}

const char *session_value(const struct session *s, const char *name)
{
    size_t i = find_value(s, name, strlen(name));
    return i == SIZE_MAX ? NULL : s->now.values.at[i] + strlen(name) + 1;
}

/* Without comments, in one line: an array may go over several. Returns how long it is. */
static size_t value_line(char *to, const char *value)
{
    size_t length = 0;
    for (; *value; value++) {
        if (*value == '#') value += strcspn(value, "\n");
        if (!*value) break;
        to[length++] = *value == '\n' ? ' ' : *value;
    }
    while (length && isspace((unsigned char)to[length - 1])) length--;
    to[length] = '\0';
    return length;
}

bool session_set(struct session *s, const char *name, size_t count, const char *value)
{
    size_t line, old = find_value(s, name, count);
    value = skip_blanks(value);
    char *pair = malloc(count + strlen(value) + 2);
    if (!session_memory(s, pair)) return false;
    memcpy(pair, name, count);
    pair[count] = '=';
    size_t length = value_line(pair + count + 1, value);
    bool ok = list_add(s, &s->now.values, pair, count + 1 + length);
    free(pair);
    if (ok && old != SIZE_MAX) list_remove(&s->now.values, old);
    for (size_t from = 0; ok && (line = find_line(s, name, count, from)) != SIZE_MAX; from = line)
        if (is_declaration(skip_blanks(s->now.lines.at[line])))
            line++;
        else
            list_remove(&s->now.lines, line);
    return ok;
}

bool session_say(struct session *s, const char *expression)
{
    char *copy = expression ? strdup(expression) : NULL;
    if (expression && !session_memory(s, copy)) return false;
    free(s->now.tail);
    s->now.tail = copy;
    return true;
}

bool session_append(struct session *s, const char *statement)
{
    return list_add(s, &s->now.lines, statement, strlen(statement)) && session_say(s, NULL);
}

/* Lines of the same name go, but where `beside` those of other parts of it; *first is where the first one was. */
static void lines_drop(struct session *s, const char *statement, bool beside, size_t *first)
{
    const char *key, *other;
    size_t count = session_key(statement, &key);
    *first = SIZE_MAX;
    for (size_t i = s->now.lines.count; i-- > 0;) {
        const char *line = s->now.lines.at[i];
        if (session_key(line, &other) != count || memcmp(other, key, count) != 0) continue;
        if (beside && is_beside(line, statement)) continue;
        list_remove(&s->now.lines, i);
        *first = i;
    }
}

bool session_add(struct session *s, const char *statement, bool beside)
{
    const char *key;
    size_t count = session_key(statement, &key), first = SIZE_MAX;
    if (!word_is(key, "output")) lines_drop(s, statement, beside, &first);
    if (!session_append(s, statement)) return false;
    if (first != SIZE_MAX) { /* it takes the place of the old one */
        char **at = s->now.lines.at, *added = at[s->now.lines.count - 1];
        memmove(at + first + 1, at + first, (s->now.lines.count - 1 - first) * sizeof *at);
        at[first] = added;
    }
    size_t value = find_value(s, key, count);
    if (value != SIZE_MAX && !is_declaration(skip_blanks(statement))) list_remove(&s->now.values, value);
    return true;
}

/* ---- The program --------------------------------------------------------------------------- */

bool session_has_output(const struct session *s)
{
    for (size_t i = 0; i < s->now.lines.count; i++)
        if (word_is(skip_blanks(s->now.lines.at[i]), "output")) return true;
    return false;
}

char *session_text(const struct session *s, bool tail)
{
    size_t size = 1, used = 0;
    for (size_t i = 0; i < s->now.lines.count; i++) size += strlen(s->now.lines.at[i]) + 1;
    if (tail && s->now.tail) size += strlen(s->now.tail) + 1;
    char *text = cli_room(s->c, size, 1);
    for (size_t i = 0; text && i < s->now.lines.count; i++) {
        size_t n = strlen(s->now.lines.at[i]);
        memcpy(text + used, s->now.lines.at[i], n);
        used += n;
        text[used++] = '\n';
    }
    if (text && tail && s->now.tail) {
        size_t n = strlen(s->now.tail);
        memcpy(text + used, s->now.tail, n);
        used += n;
    }
    if (text) text[used] = '\0';
    return text;
}
