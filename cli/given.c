/*
 * given.c - the value in NAME=VALUE: a constant expression, an array literal of such, or a file.
 *
 * A literal has exactly the axes that its brackets say. What comes from a file fills its input in order: only
 * the product of the sizes must be right, so 28×28 images go into x[N, 784] and an N×1 column into y[N].
 */
#include "values.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- A number ----------------------------------------------------------------------------------------- */

/* Digits that stand for another whole number than the double that was read from them. */
static bool is_inexact(const char *word, double x)
{
    size_t sign = *word == '-', digits = strspn(word + sign, "0123456789");
    if (!digits || word[sign + digits] || fabs(x) < 9007199254740992.0) return false;
    errno = 0;
    long long whole = strtoll(word, NULL, 10);
    return !errno && (fabs(x) >= 9223372036854775808.0 ? whole != LLONG_MIN : (long long)x != whole);
}

/* One number of a value; an int minds (values.c) what a double cannot hold. */
static bool number_of(struct cli *c, struct given *v, const char *word, double *x)
{
    if (!cli_number(c, v->name, word, x)) return false;
    if (v->inexact || !is_inexact(word, *x)) return true;
    v->inexact = strdup(word);
    if (!v->inexact) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    return v->inexact != NULL;
}

static bool is_file(const char *text)
{
    struct stat s;
    char *path = strdup(text);
    if (path) given_part(path);
    bool is = path && (((stat(path, &s) == 0 && !S_ISDIR(s.st_mode)) || cli_data_file(path)));
    free(path);
    return is;
}

/* `x=points.csv`: a file is meant, unless it has a number for a name. */
static bool fail_file(struct cli *c, const struct given *v)
{
    ew_error e;
    double x;
    char quoted[64], mend[256];
    ew_options options = cli_library(c);
    if (v->input == SIZE_MAX || ew_number_read(v->text, &options, &x, &e) == EW_OK || !is_file(v->text)) return false;
    snprintf(quoted, sizeof quoted, "'%.40s'", v->text);
    snprintf(mend, sizeof mend, "%.100s=@%.100s", v->name, v->text);
    cli_fail_hint(c, FAULT_NO_NUMBER, v->name, quoted, "a file is given with @: {1}", mend);
    return true;
}

static bool number_read(struct cli *c, struct given *v)
{
    if (fail_file(c, v)) return false;
    v->values = cli_room(c, 1, sizeof *v->values);
    v->rank = 0;
    return v->values && number_of(c, v, v->text, v->values);
}

/* ---- A literal ------------------------------------------------------------------------------------------ */

struct literal {
    struct cli *c;
    struct given *v;
    const char *at;
    size_t depth, rank;             /* open brackets; rank 0: no number yet, so it is not known */
    size_t entries[ARRAY_AXES + 1]; /* so far, in the open bracket of each depth */
    bool known[ARRAY_AXES + 1];     /* v->size of that depth: a bracket there has been closed */
    size_t count, capacity;
};

static bool literal_fail(struct literal *l, const char *why)
{
    cli_fail(l->c, FAULT_ARRAY_TEXT, l->v->name, cli_tr(l->c, why));
    return false;
}

static bool literal_ragged(struct literal *l, size_t entries)
{
    char first[24], now[24];
    snprintf(first, sizeof first, "%zu", l->v->size[l->depth - 1]);
    snprintf(now, sizeof now, "%zu", entries);
    cli_fail_hint(l->c, FAULT_RAGGED, l->v->name, first, "here there are: {1}", now);
    return false;
}

static bool literal_grow(struct literal *l)
{
    if (l->count < l->capacity) return true;
    size_t more = l->capacity ? 2 * l->capacity : 16;
    double *p = realloc(l->v->values, more * sizeof *p);
    if (!p) cli_fail(l->c, FAULT_MEMORY, NULL, NULL);
    if (!p) return false;
    l->v->values = p;
    l->capacity = more;
    return true;
}

/* Up to the comma or bracket that ends it; commas inside round brackets are its own. */
static size_t number_length(const char *s)
{
    size_t n = 0, inner = 0;
    for (; s[n] && (inner || !strchr(",[]", s[n])); n++) {
        if (s[n] == '(') inner++;
        if (s[n] == ')' && inner) inner--;
    }
    return n;
}

static bool literal_number(struct literal *l)
{
    size_t n = number_length(l->at);
    if (l->rank && l->rank != l->depth) return literal_fail(l, "numbers stand at different depths");
    if (l->entries[l->depth] && !l->rank) return literal_fail(l, "numbers stand at different depths");
    if (n == 0) return literal_fail(l, "a number is missing between its commas or brackets");
    l->rank = l->depth;
    char *word = strndup(l->at, n);
    bool ok = word && literal_grow(l);
    while (ok && n && strchr(" \t\n", word[n - 1])) word[--n] = '\0';
    if (!word) cli_fail(l->c, FAULT_MEMORY, NULL, NULL);
    ok = ok && number_of(l->c, l->v, word, &l->v->values[l->count]);
    free(word);
    l->at += number_length(l->at);
    l->count++;
    l->entries[l->depth]++;
    return ok;
}

static const char *literal_skip(const char *s)
{
    return s + strspn(s, " \t\n\r");
}

static bool literal_open(struct literal *l)
{
    if (l->rank && l->depth == l->rank) return literal_fail(l, "numbers stand at different depths");
    if (l->depth == ARRAY_AXES) return literal_fail(l, "it has too many axes");
    l->entries[++l->depth] = 0;
    l->at = literal_skip(l->at + 1);
    return true;
}

static bool literal_close(struct literal *l)
{
    size_t entries = l->entries[l->depth];
    if (l->known[l->depth] && l->v->size[l->depth - 1] != entries) return literal_ragged(l, entries);
    l->known[l->depth] = true;
    l->v->size[l->depth - 1] = entries;
    if (l->v->rank < l->depth) l->v->rank = l->depth;
    if (--l->depth) l->entries[l->depth]++;
    l->at = literal_skip(l->at + 1);
    return true;
}

/* After an entry: a comma and another, or the end of the bracket. */
static bool literal_next(struct literal *l)
{
    while (l->depth && *l->at == ']')
        if (!literal_close(l)) return false;
    if (!l->depth) return *l->at ? literal_fail(l, "something stands after its last bracket") : true;
    if (*l->at != ',') return literal_fail(l, *l->at ? "a comma or ] is due" : "a ] is due");
    l->at = literal_skip(l->at + 1);
    return true;
}

static bool literal_read(struct cli *c, struct given *v)
{
    struct literal l = {.c = c, .v = v, .at = v->text};
    if (!literal_grow(&l) || !literal_open(&l)) return false;
    while (l.depth) {
        if (*l.at == '[') {
            if (!literal_open(&l)) return false;
            if (*l.at != ']') continue;
        } else if (*l.at != ']' || l.entries[l.depth]) {
            if (!literal_number(&l)) return false;
        }
        if (!literal_next(&l)) return false;
    }
    return l.rank == 0 || v->rank == l.rank || literal_fail(&l, "numbers stand at different depths");
}

/* ---- A file --------------------------------------------------------------------------------------------- */

/* "PATH" or "PATH:PART": PART begins after the first colon before which there is a file. */
char *given_part(char *text)
{
    struct stat s;
    if (stat(text, &s) == 0) return NULL;
    for (char *colon = strchr(text, ':'); colon; colon = strchr(colon + 1, ':')) {
        *colon = '\0';
        if (stat(text, &s) == 0) return colon + 1;
        *colon = ':';
    }
    char *colon = strchr(text, ':');
    if (!colon) return NULL;
    *colon = '\0';
    return colon + 1;
}

static bool file_read(struct cli *c, struct given *v)
{
    ew_error e;
    ew_options options = cli_library(c);
    v->text_own = strdup(v->text + 1);
    if (!v->text_own) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    if (!v->text_own) return false;
    if (!*v->text_own)
        cli_fail_hint(c, FAULT_NO_NUMBER, v->name, "'@'", "a file is given with @: {1}", "x=@points.csv");
    if (c->status) return false;
    v->path = v->text_own;
    const char *part = given_part(v->text_own);
    options.file = NULL;
    v->data = ew_data_read(v->path, part && *part ? part : NULL, &options, &e);
    if (!v->data) cli_fail_error(c, &e);
    v->rank = v->data ? ew_data_axes(v->data) : 0;
    for (size_t p = 0; p < v->rank; p++) v->size[p] = ew_data_size(v->data, p);
    return v->data != NULL;
}

/* ---- Which sizes it gives its input ---------------------------------------------------------------------- */

static void fit_fail(struct cli *c, ew_graph *g, const struct given *v, enum cli_fault fault)
{
    char sizes[400], declared[600];
    struct array a = {.rank = v->rank};
    memcpy(a.size, v->size, sizeof a.size);
    cli_array_sizes(&a, sizes, sizeof sizes);
    size_t used = (size_t)snprintf(declared, sizeof declared, "%.200s", v->name);
    ew_node n = ew_input_at(g, v->input).node;
    for (size_t p = 0; p < ew_node_rank(g, n) && used < 500; p++) {
        const char *name = ew_node_size_name(g, n, p);
        size_t size = ew_node_size(g, n, p);
        used += (size_t)snprintf(declared + used, 90, size == SIZE_MAX ? "%s%.60s" : "%s%.0s%zu", p ? ", " : "[",
                                 name ? name : "?", size);
    }
    if (used < 600 && ew_node_rank(g, n)) snprintf(declared + used, sizeof declared - used, "]");
    cli_fail_hint(c, fault, v->name, *sizes ? sizes : cli_tr(c, "a single number"),
                  ew_node_rank(g, n) ? "the input is {1}"
                  : v->data          ? "it is a single number"
                                     : "",
                  declared);
}

/* The sizes that are not known stay SIZE_MAX; their product with the known ones must be the count. */
static bool fit_solve(size_t *size, size_t rank, const struct given *v)
{
    size_t known = 1, count = 1, open = 0, first = 0;
    for (size_t p = 0; p < v->rank; p++) count *= v->size[p];
    for (size_t p = 0; p < rank; p++) {
        if (size[p] == SIZE_MAX && open++ == 0) first = p;
        if (size[p] != SIZE_MAX) known *= size[p];
    }
    if (open == 0) return known == count;
    for (size_t p = first; open > 1 && p < rank; p++) { /* the first ones as in the file, the last takes the rest */
        if (size[p] != SIZE_MAX) continue;
        size[p] = p < v->rank ? v->size[p] : 1;
        known *= size[p];
        for (open--, first = p + 1; first < rank && size[first] != SIZE_MAX;) first++;
    }
    if (known == 0 || count % known) return known == 0 && count == 0 ? (size[first] = 0, true) : false;
    size[first] = count / known;
    return true;
}

bool given_fit(struct cli *c, ew_graph *g, struct given *v, size_t (*bound)(void *context, const char *name),
               void *context)
{
    ew_node n = ew_input_at(g, v->input).node;
    size_t rank = v->fitted_rank = ew_node_rank(g, n);
    if (rank == v->rank) {
        memcpy(v->fitted, v->size, sizeof v->fitted);
        return true;
    }
    if (!v->data) {
        fit_fail(c, g, v, rank == 0 ? FAULT_ARRAY_VALUE : FAULT_AXES);
        return false;
    }
    for (size_t p = 0; p < rank; p++) {
        const char *name = ew_node_size_name(g, n, p);
        v->fitted[p] = ew_node_size(g, n, p);
        if (v->fitted[p] == SIZE_MAX && name) v->fitted[p] = bound(context, name);
    }
    if (fit_solve(v->fitted, rank, v)) return true;
    fit_fail(c, g, v, FAULT_FILL);
    return false;
}

/* ---- Both ------------------------------------------------------------------------------------------------- */

bool given_read(struct cli *c, ew_graph *g, struct given *v)
{
    (void)g;
    if (*v->text == '@' && v->input != SIZE_MAX) return file_read(c, v);
    if (*v->text == '[' && v->input != SIZE_MAX) return literal_read(c, v);
    return number_read(c, v);
}

bool given_copy(struct cli *c, const struct given *v, size_t count, double *to)
{
    ew_error e;
    if (!v->data) {
        if (count) memcpy(to, v->values, count * sizeof *to);
        return true;
    }
    if (ew_data_get(v->data, 0, count, to, &e) == EW_OK) return true;
    cli_fail_error(c, &e);
    return false;
}
