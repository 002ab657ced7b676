/*
 * random_indexed.h - random programs with indices, as text, from a seed: the same program for the same seed.
 *
 * Every program is right by construction: it knows the axes of each array (by the number of a dimension) and
 * writes equations over them: products and sums in any order of axes, reductions, accesses with offsets, flips,
 * strides and gathers, guards, parts, recurrences up and down, nested, of two arrays, that stop, that need their own
 * derivative, conditions on indices. Values stay small, so that differences can check derivatives. The last equation,
 * `total`, is a scalar that depends on all arrays.
 */
#ifndef TESTS_REFERENCE_RANDOM_INDEXED_H
#define TESTS_REFERENCE_RANDOM_INDEXED_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "number.h"

enum { RANDOM_DIMENSIONS = 4, RANDOM_ARRAYS = 24, RANDOM_RANK = 3, RANDOM_TEXT = 16384 };

typedef struct random_array {
    char name[16];
    unsigned rank, axis[RANDOM_RANK]; /* numbers of dimensions */
    bool is_input, is_int;            /* an int input holds places of dimension `places` */
    unsigned places;
    bool carried;       /* the derivative of the array before it, one place back … */
    unsigned along, by; /* … along that axis; by an input's number, or by p: RANDOM_ARRAYS */
} random_array;

typedef struct random_indexed {
    uint64_t state;
    int64_t size[RANDOM_DIMENSIONS];
    random_array array[RANDOM_ARRAYS];
    unsigned count, inputs;
    char text[RANDOM_TEXT];
    size_t used;
    bool smooth; /* no kinks: differences can check it */
} random_indexed;

static uint32_t random_next(random_indexed *r, uint32_t below)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = r->state ^ (r->state >> 29);
    return (uint32_t)((x >> 24) % below);
}

static void random_say(random_indexed *r, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int n = vsnprintf(r->text + r->used, RANDOM_TEXT - r->used, format, list);
    va_end(list);
    if (n > 0 && (size_t)n < RANDOM_TEXT - r->used) r->used += (size_t)n;
}

static const char *const random_dimension[RANDOM_DIMENSIONS] = {"N", "M", "K", "T"};

/* Index names: dimension d has d0, d1 … ("i0", "j1"): the second number tells uses apart. */
static const char *random_index(unsigned d, unsigned twin)
{
    static const char *const names[RANDOM_DIMENSIONS][2] = {{"n", "n2"}, {"m", "m2"}, {"k", "k2"}, {"t", "t2"}};
    return names[d][twin & 1];
}

static random_array *random_new(random_indexed *r, const char *stem, unsigned rank, const unsigned *axis)
{
    random_array *a = &r->array[r->count++];
    *a = (random_array){.rank = rank};
    snprintf(a->name, sizeof a->name, "%s%u", stem, r->count - 1);
    if (rank) memcpy(a->axis, axis, rank * sizeof *axis);
    return a;
}

static void random_axes(random_indexed *r, unsigned rank, unsigned *axis)
{
    unsigned d = random_next(r, RANDOM_DIMENSIONS), step = 1 + 2 * random_next(r, 2);
    for (unsigned p = 0; p < rank; p++) axis[p] = (d + p * step) % RANDOM_DIMENSIONS;
}

static void random_inputs(random_indexed *r)
{
    for (unsigned i = 0; i < 6; i++) {
        unsigned axis[RANDOM_RANK], rank = i < 4 ? 2 : 1;
        random_axes(r, rank, axis);
        random_array *a = random_new(r, i == 5 ? "g" : "x", rank, axis);
        a->is_input = true;
        a->is_int = i == 5;
        if (a->is_int) a->places = random_next(r, RANDOM_DIMENSIONS);
        random_say(r, "input %s[", a->name);
        for (unsigned p = 0; p < rank; p++) random_say(r, "%s%s", p ? ", " : "", random_dimension[axis[p]]);
        random_say(r, "]%s\n", a->is_int ? " : int" : "");
    }
    random_say(r, "param p = 0.5\n");
    r->inputs = r->count;
}

static bool random_has(const random_array *a, unsigned d)
{
    for (unsigned p = 0; p < a->rank; p++)
        if (a->axis[p] == d) return true;
    return false;
}

/* A real array that there is; `must` (a dimension, or RANDOM_DIMENSIONS) should be among its axes. */
static const random_array *random_pick(random_indexed *r, unsigned must)
{
    for (int tries = 0; tries < 20; tries++) {
        const random_array *a = &r->array[random_next(r, r->count)];
        if (!a->is_int && (must == RANDOM_DIMENSIONS || random_has(a, must))) return a;
    }
    return &r->array[0];
}

/* A use of an array with the plain indices of its axes. */
static void random_use(random_indexed *r, const random_array *a)
{
    random_say(r, "%s", a->name);
    for (unsigned p = 0; p < a->rank; p++) random_say(r, "%s%s", p ? ", " : "[", random_index(a->axis[p], 0));
    if (a->rank) random_say(r, "]");
}

static void random_head(random_indexed *r, const random_array *a)
{
    random_use(r, a);
    random_say(r, " = ");
}

/* The union of the axes of two arrays, at most RANDOM_RANK, in any order; false: too many. */
static bool random_union(random_indexed *r, const random_array *a, const random_array *b, unsigned *rank,
                         unsigned *axis)
{
    *rank = 0;
    for (int twice = 0; twice < 2; twice++) {
        const random_array *x = twice ? b : a;
        for (unsigned p = 0; p < x->rank; p++) {
            bool there = false;
            for (unsigned q = 0; q < *rank; q++) there = there || axis[q] == x->axis[p];
            if (there) continue;
            if (*rank == RANDOM_RANK) return false;
            axis[(*rank)++] = x->axis[p];
        }
    }
    if (*rank > 1 && random_next(r, 2)) { /* another order on the left */
        unsigned first = axis[0];
        memmove(axis, axis + 1, (*rank - 1) * sizeof *axis);
        axis[*rank - 1] = first;
    }
    return true;
}

static void random_pointwise(random_indexed *r)
{
    static const char *const smooth[] = {"sin", "tanh", "sigmoid", "atan", "cos"};
    static const char *const kinked[] = {"abs", "relu", "floor", "sign", "tanh"};
    const random_array *a = random_pick(r, RANDOM_DIMENSIONS), *b = random_pick(r, RANDOM_DIMENSIONS);
    unsigned rank, axis[RANDOM_RANK];
    if (!random_union(r, a, b, &rank, axis)) b = a, random_union(r, a, a, &rank, axis);
    random_head(r, random_new(r, "y", rank, axis));
    random_say(r, "%s(", r->smooth ? smooth[random_next(r, 5)] : kinked[random_next(r, 5)]);
    random_use(r, a);
    random_say(r, random_next(r, 2) ? " * " : " - 0.3 * ");
    random_use(r, b);
    random_say(r, " + p)\n");
}

static void random_contraction(random_indexed *r)
{
    const random_array *a = random_pick(r, RANDOM_DIMENSIONS);
    if (a->rank == 0) a = &r->array[0];
    unsigned d = a->axis[random_next(r, a->rank)], rank = 0, axis[2 * RANDOM_RANK];
    const random_array *b = random_pick(r, d);
    if (!random_union(r, a, b, &rank, axis)) b = a, random_union(r, a, a, &rank, axis);
    unsigned kept = 0;
    for (unsigned p = 0; p < rank; p++)
        if (axis[p] != d) axis[kept++] = axis[p];
    random_head(r, random_new(r, "s", kept, axis));
    random_say(r, "0.5 * sum(%s: ", random_index(d, 0));
    random_use(r, a);
    random_say(r, " * ");
    random_use(r, b);
    random_say(r, ")\n");
}

static void random_reduction(random_indexed *r)
{
    static const char *const smooth[] = {"sum", "mean", "logsumexp", "softmax", "prod"};
    static const char *const kinked[] = {"max", "min", "mean", "prod", "softmax"};
    const random_array *a = random_pick(r, RANDOM_DIMENSIONS);
    if (a->rank == 0) a = &r->array[0];
    const char *name = r->smooth ? smooth[random_next(r, 5)] : kinked[random_next(r, 5)];
    unsigned d = a->axis[random_next(r, a->rank)], rank = 0, axis[RANDOM_RANK];
    bool keep = strcmp(name, "softmax") == 0;
    for (unsigned p = 0; p < a->rank; p++)
        if (keep || a->axis[p] != d) axis[rank++] = a->axis[p];
    random_head(r, random_new(r, "r", rank, axis));
    random_say(r, "tanh(%s(%s: ", name, random_index(d, 0));
    random_use(r, a);
    random_say(r, "))\n");
}

/* One axis of the use of `a` is read at another place. */
static void random_access(random_indexed *r)
{
    const random_array *a = random_pick(r, RANDOM_DIMENSIONS), copy = *a;
    if (copy.rank == 0) return;
    unsigned at = random_next(r, copy.rank), d = copy.axis[at];
    const random_array *gather = NULL;
    for (unsigned i = 0; i < r->count; i++)
        if (r->array[i].is_int && r->array[i].places == d && !random_has(&copy, r->array[i].axis[0]))
            gather = &r->array[i];
    unsigned kind = random_next(r, gather ? 5 : 4), axis[RANDOM_RANK];
    memcpy(axis, copy.axis, sizeof axis);
    if (kind == 4) axis[at] = gather->axis[0];
    random_array *y = random_new(r, "a", copy.rank, axis);
    random_say(r, "%s", y->name);
    for (unsigned p = 0; p < y->rank; p++) { /* guarded accesses never decide a range */
        random_say(r, "%s%s", p ? ", " : "[", random_index(y->axis[p], 0));
        if (kind != 4) random_say(r, " in %s", random_dimension[y->axis[p]]);
    }
    random_say(r, "] = ");
    random_say(r, "%s[", copy.name);
    for (unsigned p = 0; p < copy.rank; p++) {
        const char *i = random_index(copy.axis[p], 0), *size = random_dimension[copy.axis[p]];
        random_say(r, p ? ", " : "");
        if (p != at)
            random_say(r, "%s", i);
        else if (kind == 0)
            random_say(r, "%s - 1", i);
        else if (kind == 1)
            random_say(r, "%s - 1 - %s", size, i);
        else if (kind == 2)
            random_say(r, "%s + 2", i);
        else if (kind == 3)
            random_say(r, "2 * %s - 1", i);
        else
            random_say(r, "%s[%s]", gather->name, random_index(gather->axis[0], 0));
    }
    random_say(r, "%s]\n", kind == 0 ? " else 0.25" : kind == 2 ? " else p" : kind == 3 ? " else 0" : "");
}

/* A running value along one axis, up or down, with or without a matrix in the step. */
static void random_recurrence(random_indexed *r)
{
    const random_array *a = random_pick(r, RANDOM_DIMENSIONS), copy = *a;
    if (copy.rank == 0) return;
    unsigned at = random_next(r, copy.rank), kind = random_next(r, 3);
    random_array *y = random_new(r, "h", copy.rank, copy.axis);
    const char *t = random_index(copy.axis[at], 0);
    random_head(r, y);
    random_say(r, kind == 2 ? "tanh(" : "(");
    random_say(r, "0.5 * %s[", y->name);
    for (unsigned p = 0; p < copy.rank; p++) {
        random_say(r, p ? ", " : "");
        if (p == at)
            random_say(r, kind == 1 ? "%s + 1" : "%s - 1", t);
        else
            random_say(r, "%s", random_index(copy.axis[p], 0));
    }
    random_say(r, kind == 1 ? " else 0] + " : " else p] + ");
    random_use(r, &copy);
    random_say(r, ")\n");
}

/* A state with a base case, mixed by a matrix over one of its other axes: h[0, m] = …; h[t+1, m] = … It has one
 * place more than the dimension, so it is no array of these axes and only its sum is used. */
static void random_network(random_indexed *r)
{
    const random_array *x = NULL;
    for (unsigned i = random_next(r, 4); i < r->count && !x; i++)
        if (!r->array[i].is_int && r->array[i].rank == 2) x = &r->array[i];
    if (!x) return;
    random_array copy = *x;
    random_array *y = random_new(r, "c", 2, copy.axis);
    const char *t = random_index(copy.axis[0], 0), *m = random_index(copy.axis[1], 0);
    const char *m2 = random_index(copy.axis[1], 1), *size = random_dimension[copy.axis[1]];
    random_say(r, "%s[0, %s in %s] = 0.1\n", y->name, m, size);
    random_say(r, "%s[%s + 1, %s] = tanh(0.4 * sum(%s in %s: (0.3 + 0.1 * %s) * %s[%s, %s]) + %s[%s, %s])\n", y->name,
               t, m, m2, size, m2, y->name, t, m2, copy.name, t, m);
    y->is_int = true; /* not to be picked */
    y->places = RANDOM_DIMENSIONS;
    char name[16];
    snprintf(name, sizeof name, "%s", y->name);
    random_array *e = random_new(r, "e", 0, NULL);
    random_say(r, "%s = sum(u, v: %s[u, v]^2)\n", e->name, name);
}

/* Columns within rows: a recurrence inside a recurrence, the outer one up or down. It may stop after a row. */
static void random_nested(random_indexed *r)
{
    const random_array *x = NULL;
    for (unsigned i = random_next(r, 4); i < r->count && !x; i++)
        if (!r->array[i].is_int && r->array[i].rank == 2) x = &r->array[i];
    if (!x) return;
    random_array copy = *x;
    random_array *y = random_new(r, "d", 2, copy.axis);
    const char *n = random_index(copy.axis[0], 0), *m = random_index(copy.axis[1], 0);
    const char *m2 = random_index(copy.axis[1], 1), *size = random_dimension[copy.axis[1]];
    unsigned kind = random_next(r, 4);
    random_say(r, "%s[%s", y->name, n);
    if (kind >= 2) random_say(r, " until sum(%s in %s: %s[%s, %s]) > 0.7", m2, size, y->name, n, m2);
    random_say(r, ", %s] = tanh(0.3 * %s[%s %s 1, %s else p] + 0.4 * %s[%s, %s - 1 else 0.2] + ", m, y->name, n,
               kind & 1 ? "+" : "-", m, y->name, n, m);
    random_use(r, &copy);
    random_say(r, ")\n");
}

/* A recurrence that stops once its state is large; it has one place more than the dimension. */
static void random_until(random_indexed *r)
{
    const random_array *a = random_pick(r, RANDOM_DIMENSIONS), copy = *a;
    if (copy.rank != 1) return;
    random_array *y = random_new(r, "u", 1, copy.axis);
    const char *t = random_index(copy.axis[0], 0);
    random_say(r, "%s[0] = 0.1\n%s[%s + 1 until %s[%s + 1] > 0.%u] = 0.9 * %s[%s] + sin(%s[%s])^2\n", y->name, y->name,
               t, y->name, t, 2 + random_next(r, 7), y->name, t, copy.name, t);
    y->is_int = true; /* not to be picked */
    y->places = RANDOM_DIMENSIONS;
    char name[16];
    snprintf(name, sizeof name, "%s", y->name);
    random_array *e = random_new(r, "e", 0, NULL);
    random_say(r, "%s = sum(u: %s[u]^2)\n", e->name, name);
}

/* Two arrays that need each other, one of them at places up to that of the step itself. */
static void random_mutual(random_indexed *r)
{
    const random_array *a = random_pick(r, RANDOM_DIMENSIONS), copy = *a;
    if (copy.rank != 1) return;
    const char *t = random_index(copy.axis[0], 0);
    random_array *y = random_new(r, "b", 1, copy.axis), *z = random_new(r, "b", 1, copy.axis);
    random_say(r, "%s[%s] = tanh(0.4 * %s[%s - 1 else p] + %s[%s])\n", y->name, t, z->name, t, copy.name, t);
    random_say(r, "%s[%s in %s] = 0.5 * sum(j in 3: %s[%s - j else 0.1] / (1 + j))\n", z->name, t,
               random_dimension[copy.axis[0]], y->name, t);
}

/* y one place back along axis `along`. */
static void random_back(random_indexed *r, const random_array *y, unsigned along, const char *outside)
{
    random_say(r, "%s", y->name);
    for (unsigned p = 0; p < y->rank; p++) {
        random_say(r, "%s%s", p ? ", " : "[", random_index(y->axis[p], 0));
        if (p == along) random_say(r, " - 1");
    }
    random_say(r, " else %s]", outside);
}

/* The equation `name` for the derivative of y, the array before z, by p or by all of an input. */
static void random_slope(random_indexed *r, const random_array *z, const char *name)
{
    const random_array *y = z - 1, *by = z->by < RANDOM_ARRAYS ? &r->array[z->by] : NULL;
    for (unsigned p = 0; p < z->rank; p++)
        random_say(r, "%s%s%s in %s", p ? "" : name, p ? ", " : "[", random_index(z->axis[p], 0),
                   random_dimension[z->axis[p]]);
    random_say(r, "] = ");
    if (by) random_say(r, "sum(i, j: ");
    random_say(r, "diff(");
    random_back(r, y, z->along, "p");
    if (by)
        random_say(r, ", %s[i, j]) * (1 + i))\n", by->name);
    else
        random_say(r, ", p)\n");
}

/* A recurrence that needs the derivative of its own array; held by a stop or, where differences are taken, not. */
static void random_carried(random_indexed *r)
{
    const random_array *a = random_pick(r, RANDOM_DIMENSIONS), copy = *a;
    if (copy.rank == 0 || copy.rank > 2) return;
    unsigned along = random_next(r, copy.rank);
    random_array *y = random_new(r, "k", copy.rank, copy.axis), *z = random_new(r, "z", copy.rank, copy.axis);
    z->carried = true;
    z->along = along;
    z->by = r->smooth || random_next(r, 2) ? RANDOM_ARRAYS : random_next(r, 4);
    random_head(r, y);
    random_say(r, "tanh(0.5 * ");
    random_back(r, y, along, "p");
    random_say(r, " + ");
    random_use(r, &copy);
    bool held = !r->smooth && (z->by < RANDOM_ARRAYS || random_next(r, 2));
    random_say(r, ") + 0.2 * %s", held ? "stop(" : "");
    random_use(r, z);
    random_say(r, held ? ")\n" : "\n");
    random_slope(r, z, z->name);
}

static void random_parts(random_indexed *r)
{
    const random_array *a = random_pick(r, RANDOM_DIMENSIONS), copy = *a;
    if (copy.rank != 1 || r->size[copy.axis[0]] < 2) return;
    random_array *y = random_new(r, "q", 1, copy.axis);
    const char *i = random_index(copy.axis[0], 0), *size = random_dimension[copy.axis[0]];
    random_say(r, "%s[0] = p * %s[0]\n", y->name, copy.name);
    random_say(r, "%s[%s in 1..%s-1] = %s[%s] * %s[%s-1]\n", y->name, i, size, copy.name, i, copy.name, i);
}

static void random_triangle(random_indexed *r)
{
    const random_array *a = random_pick(r, RANDOM_DIMENSIONS), copy = *a;
    if (copy.rank != 1) return;
    random_array *y = random_new(r, "w", 1, copy.axis);
    const char *i = random_index(copy.axis[0], 0), *j = random_index(copy.axis[0], 1);
    random_say(r, "%s[%s in %s] = 0.3 * sum(%s in %s: %s[%s] * (1 + %s)) + (if %s > 1 then %s[%s - 1] else p)\n",
               y->name, i, random_dimension[copy.axis[0]], j, i, copy.name, j, j, i, copy.name, i);
}

static void random_total(random_indexed *r)
{
    random_say(r, "total = p^2");
    for (unsigned i = 0; i < r->count; i++) {
        const random_array *a = &r->array[i];
        if (a->is_int) continue;
        random_say(r, " + 0.%u * ", 1 + i % 8);
        if (a->rank == 0) {
            random_say(r, "sin(%s)", a->name);
            continue;
        }
        random_say(r, "sum(");
        for (unsigned p = 0; p < a->rank; p++) random_say(r, "%s%s", p ? ", " : "", random_index(a->axis[p], 0));
        random_say(r, ": sin(");
        random_use(r, a);
        random_say(r, "))");
    }
    random_say(r, "\noutput total\n");
}

/* The program of this seed: sizes 1 to 5. */
static void random_indexed_make(random_indexed *r, uint64_t seed, bool smooth)
{
    static void (*const kinds[])(random_indexed *) = {
        random_pointwise, random_contraction, random_reduction, random_access, random_recurrence, random_network,
        random_parts,     random_triangle,    random_nested,    random_until,  random_mutual,     random_carried};
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    memset(r, 0, sizeof *r);
    r->state = seed * 0x9E3779B97F4A7C15u + 1;
    r->smooth = smooth;
    for (int i = 0; i < 4; i++) random_next(r, 2);
    for (unsigned d = 0; d < RANDOM_DIMENSIONS; d++) r->size[d] = 1 + random_next(r, 5);
    random_inputs(r);
    unsigned wanted = 1 + random_next(r, 9);
    for (unsigned i = 0; i < wanted && r->count + 3 < RANDOM_ARRAYS; i++) kinds[random_next(r, KINDS)](r);
    random_total(r);
}

/* Its total, the derivatives of that by p and each input, and its arrays of numbers. */
static inline void random_outputs(const random_indexed *r, char *list, size_t size)
{
    size_t used = (size_t)snprintf(list, size, "total, diff(total, p)");
    for (unsigned i = 0; i < r->count; i++) {
        const random_array *a = &r->array[i];
        if (a->is_int) continue;
        used += (size_t)snprintf(list + used, size - used, a->is_input ? ", diff(total, %s" : ", %s", a->name);
        for (unsigned p = 0; a->is_input && p < a->rank; p++)
            used += (size_t)snprintf(list + used, size - used, "%s%s", p ? ", " : "[", random_index(a->axis[p], 0));
        if (a->is_input) used += (size_t)snprintf(list + used, size - used, "%s)", a->rank ? "]" : "");
    }
}

#endif
