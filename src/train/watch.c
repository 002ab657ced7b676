/*
 * watch.c - a loss or a gradient that is not finite: where it began, and what is done about it.
 *
 * Nodes are run in the order of the program until one is not finite; where all values are, the derivatives of the
 * loss by them, from the loss backward. The operands' values at that place are found by their own text: "p[n, k]" at
 * n = 3, k = 7 is the expression "p[3, 7]". What the text gives no name is told in its words, "x[3] - 3", though it is
 * looked up by the name that was made for it.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nodes.h"

enum { WATCH_MOST = 10, WATCH_TEXT = 400 }; /* after so many bad steps nobody looks any more */

/* ---- Texts with indices ------------------------------------------------------------------------------------ */

typedef struct watch_names { /* indices and what they stand for */
    char name[16][40];
    size_t value[16];
    size_t count;
} watch_names;

static bool watch_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 128;
}

static const size_t *watch_find(const watch_names *names, const char *s, size_t n)
{
    for (size_t i = 0; i < names->count; i++)
        if (strlen(names->name[i]) == n && memcmp(names->name[i], s, n) == 0) return &names->value[i];
    return NULL;
}

/* The text with each index replaced by its value; cut where there is no room. */
static void watch_place(const watch_names *names, const char *from, char *out, size_t size)
{
    size_t used = 0;
    while (*from && used + 24 < size) {
        size_t n = 0;
        while (watch_letter(from[n])) n++;
        const size_t *value = n && !isdigit((unsigned char)*from) ? watch_find(names, from, n) : NULL;
        if (value)
            used += (size_t)snprintf(out + used, size - used, "%zu", *value);
        else
            used += (size_t)snprintf(out + used, size - used, "%.*s", (int)(n ? n : 1), from);
        from += n ? n : 1;
        if (used >= size) used = size - 1;
    }
    out[used] = '\0';
}

static void watch_add(watch_names *names, const char *name, size_t n, size_t value)
{
    if (names->count == 16 || n == 0 || n >= sizeof names->name[0]) return;
    memcpy(names->name[names->count], name, n);
    names->name[names->count][n] = '\0';
    names->value[names->count++] = value;
}

/* The indices in "p[n, k]" stand for an element's place; false: something else stands in the brackets. */
static bool watch_indices(const char *label, const ew_train_bad *bad, watch_names *names)
{
    const char *s = strchr(label, '[');
    names->count = 0;
    for (size_t k = 0; s && k < bad->rank; k++) {
        s += strspn(s, "[, ");
        size_t n = 0;
        while (watch_letter(s[n])) n++;
        if (n == 0 || isdigit((unsigned char)*s) || (s[n] != ',' && s[n] != ']')) return false;
        watch_add(names, s, n, bad->index[k]);
        s += n;
    }
    return names->count == bad->rank;
}

static void watch_copy(char *to, size_t size, const char *from)
{
    size_t n = strlen(from);
    if (n >= size) n = size - 1;
    while (n && ((unsigned char)from[n] & 0xC0) == 0x80) n--; /* no half letters */
    memcpy(to, from, n);
    to[n] = '\0';
}

/* ---- What it came from ------------------------------------------------------------------------------------- */

/* The value of `expression`, which people know as `words`. */
static void watch_operand(train_nodes *x, ew_train_bad *bad, const watch_names *names, const char *expression,
                          const char *words)
{
    char placed[WATCH_TEXT], told[WATCH_TEXT], name[sizeof bad->operand[0].name];
    double value;
    watch_place(names, expression, placed, sizeof placed);
    watch_place(names, words, told, sizeof told);
    watch_copy(name, sizeof name, told);
    for (size_t i = 0; i < bad->operand_count; i++)
        if (strcmp(bad->operand[i].name, name) == 0) return;
    if (bad->operand_count == sizeof bad->operand / sizeof *bad->operand || !train_node_number(x, placed, &value))
        return;
    memcpy(bad->operand[bad->operand_count].name, name, sizeof name);
    bad->operand[bad->operand_count++].value = value;
}

/* Forward: what the node is computed from. Backward: the derivatives on the edges to its users. */
static void watch_operands(train_nodes *x, ew_node n, ew_train_bad *bad)
{
    char part[WATCH_TEXT], words[WATCH_TEXT], label[WATCH_TEXT];
    watch_names names;
    size_t edges = ew_edge_count(x->g, NULL);
    for (size_t i = 0; i < edges; i++) {
        ew_edge e = ew_edge_at(x->g, i);
        if (bad->backward ? e.from != n : e.to != n) continue;
        if (bad->backward)
            ew_edge_lower(x->g, i, label, sizeof label);
        else
            ew_edge_upper(x->g, i, label, sizeof label);
        if (!watch_indices(label, bad, &names)) continue;
        if (bad->backward)
            ew_edge_rule(x->g, i, part, sizeof part), ew_edge_rule_words(x->g, i, words, sizeof words);
        else
            ew_edge_lower(x->g, i, part, sizeof part), ew_edge_lower_words(x->g, i, words, sizeof words);
        watch_operand(x, bad, &names, part, words);
    }
}

/* "z[3, 7]", or what the text has instead of a name: "x[3] - 3". */
static void watch_name(const ew_graph *g, ew_node n, ew_train_bad *bad)
{
    char label[WATCH_TEXT], words[WATCH_TEXT], told[WATCH_TEXT], index[48];
    watch_names names = {.count = 0};
    ew_node_label(g, n, label, sizeof label);
    if (ew_node_generated(g, n) && (bad->rank == 0 || watch_indices(label, bad, &names))) {
        ew_node_words(g, n, words, sizeof words);
        watch_place(&names, words, told, sizeof told);
        watch_copy(bad->node, sizeof bad->node, told);
        return;
    }
    size_t used = (size_t)snprintf(bad->node, sizeof bad->node, "%.60s", ew_node_name(g, n) ? ew_node_name(g, n) : "");
    for (size_t p = 0; p < bad->rank; p++) {
        snprintf(index, sizeof index, "%s%zu%s", p ? ", " : "[", bad->index[p], p + 1 == bad->rank ? "]" : "");
        used += (size_t)snprintf(bad->node + used, sizeof bad->node - used, "%s", index);
        if (used >= sizeof bad->node) used = sizeof bad->node - 1;
    }
}

static void watch_describe(train_nodes *x, ew_node n, size_t element, double value, bool backward, ew_train_bad *bad)
{
    *bad = (ew_train_bad){.found = 1, .backward = backward, .value = value, .rank = ew_node_rank(x->g, n)};
    if (bad->rank > 16) bad->rank = 16;
    for (size_t p = bad->rank; p-- > 0;) {
        size_t size = ew_node_size(x->g, n, p);
        bad->index[p] = element % size;
        element /= size;
    }
    watch_name(x->g, n, bad);
    ew_node_text(x->g, n, bad->text, sizeof bad->text);
    watch_operands(x, n, bad);
}

/* ---- Where it began ---------------------------------------------------------------------------------------- */

static bool watch_node(train_nodes *x, ew_node n, ew_node value, bool backward, ew_train_bad *bad)
{
    train_values v;
    if (value == EW_NONE || !train_node_run(x, value, &v)) return false;
    size_t i = 0;
    while (i < v.count && isfinite(train_element(v.type, v.at, i))) i++;
    bool found = i < v.count;
    double number = found ? train_element(v.type, v.at, i) : 0;
    train_node_done(x, &v);
    if (found) watch_describe(x, n, i, number, backward, bad);
    return found;
}

static bool watch_real(const ew_graph *g, ew_node n)
{
    ew_type type = ew_node_type(g, n);
    return type == EW_F64 || type == EW_F32;
}

bool train_find_bad(ew_train *t, const train_pass *p, ew_train_bad *bad)
{
    train_nodes x;
    *bad = (ew_train_bad){0};
    if (!train_nodes_open(t, &x, &t->data, p, true)) return false;
    for (size_t i = 0; i < x.count && !bad->found; i++) {
        ew_node n = ew_node_at(x.g, i);
        if (watch_real(x.g, n)) watch_node(&x, n, n, false, bad);
    }
    for (size_t i = x.count; i-- > 0 && !bad->found;) watch_node(&x, ew_node_at(x.g, i), x.adjoint[i], true, bad);
    train_nodes_close(&x);
    return bad->found;
}

/* ---- What is done about it ---------------------------------------------------------------------------------- */

size_t ew_train_bad_text(const ew_train_bad *bad, const char *language, char *buffer, size_t size)
{
    char number[32], list[700] = "";
    size_t used = 0;
    for (size_t i = 0; i < bad->operand_count; i++) {
        number_text(bad->operand[i].value, 6, number);
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s = %s", i ? ", " : ": ", bad->operand[i].name,
                                 number);
    }
    number_text(bad->value, 6, number);
    const char *sentence =
        bad->backward ? translate(language, "the derivative by {1} is {2}{3}") : translate(language, "{1} is {2}{3}");
    if (!bad->found) sentence = translate(language, "the loss or its gradient is not finite, and no node of it is");
    size_t length = 0;
    for (const char *s = sentence; *s; s++) {
        size_t k = s[0] == '{' && s[1] >= '1' && s[1] <= '3' && s[2] == '}' ? (size_t)(s[1] - '0') : 0;
        const char *piece = k == 1 ? bad->node : k == 2 ? number : k == 3 ? list : s;
        for (size_t i = 0; k ? piece[i] != '\0' : i < 1; i++, length++)
            if (length + 1 < size) buffer[length] = piece[i];
        s += k ? 2 : 0;
    }
    if (size) buffer[length < size ? length : size - 1] = '\0';
    return length;
}

static bool watch_stop(ew_train *t)
{
    char step[24], sentence[400];
    count_text(t->step + 1, step);
    ew_train_bad_text(&t->bad, t->r.language, sentence, sizeof sentence);
    memset(&t->r.error, 0, sizeof t->r.error); /* what went wrong while looking matters less */
    report_plain(&t->r, E_TRAIN_NONFINITE, step, sentence);
    report_hint(&t->r,
                "a smaller learning rate, a limit to the gradient's length, or data without such numbers may help",
                NULL);
    return false;
}

bool train_bad_step(ew_train *t, const train_pass *p)
{
    if (t->bad_steps < WATCH_MOST) train_find_bad(t, p, &t->bad);
    memset(&t->r.error, 0, sizeof t->r.error);
    train_tell_bad(t);
    if (t->o.on_nan == EW_ON_NAN_STOP) return watch_stop(t);
    if (t->o.on_nan == EW_ON_NAN_ROLLBACK) {
        train_go_back(t);
        t->rate_factor *= 0.5;
    }
    t->bad_steps++;
    return true;
}
