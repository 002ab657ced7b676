/*
 * emit_array_product.c - the steps that are no map: products of matrices, argmin and argmax.
 */
#include <stdio.h>
#include <string.h>

#include "exec/emit_array.h"

/* ---- Products ---------------------------------------------------------------------------------------------- */

/* "p0 + 12 * d0, 4, 1": where the piece of a matrix begins, then its strides. */
static void product_operand(emit_nest *n, const plan_product *p, const product_piece *piece, uint32_t l, uint32_t row,
                            uint32_t column)
{
    uint32_t outer = p->dim_count - 3;
    const int64_t *stride = n->a->strides.at + n->a->lines.at[p->lines + l].strides;
    text_format(&n->body, ", p%u + ", l);
    nest_index(n, &n->body, p->lines + l, outer);
    int64_t at = piece->begin[row] * stride[outer + row] + piece->begin[column] * stride[outer + column];
    if (at) text_format(&n->body, " + %lld", (long long)at);
    text_format(&n->body, ", %lld, %lld", (long long)stride[outer + row], (long long)stride[outer + column]);
}

/* What several of the batch add up to begins anew where all of those are at their first. */
static void product_adds(emit_nest *n, const plan_product *p)
{
    const int64_t *stride = n->a->strides.at + n->a->lines.at[p->lines + 2].strides;
    const char * or = "";
    text *t = &n->body;
    text_add(t, ", ");
    if (product_adds_on(p)) {
        text_char(t, '1');
        return;
    }
    if (p->blocked) {
        n->uses |= USES_COUNTERS;
        text_format(t, "!t[%u]", n->a->counters + 1);
        or = " || ";
    }
    for (uint32_t d = 0; d + 3 < p->dim_count; d++)
        if (stride[d] == 0 && n->var[d][0]) text_format(t, "%s%s != 0", or, n->var[d]), or = " || ";
    if (!* or) text_char(t, '0');
}

/* The call's arguments where it goes by lanes. */
static void product_lanes_call(emit_nest *n, const plan_product *p, uint32_t outer)
{
    const int64_t *size = n->a->sizes.at + p->dims + outer;
    text *t = &n->body;
    text_format(t, "%lld, %lld, %lld, %lld, %lld", (long long)size[0], (long long)size[1], (long long)size[3],
                (long long)size[4], (long long)size[2]);
    for (uint32_t l = 0; l < 3; l++) {
        const int64_t *stride = n->a->strides.at + n->a->lines.at[p->lines + l].strides + outer;
        text_format(t, ", p%u + ", l);
        nest_index(n, t, p->lines + l, outer);
        text_format(t, ", %lld", (long long)stride[l == 1]);
        if (l < 2) text_format(t, ", %lld, %lld", (long long)stride[3], (long long)stride[4]);
        if (l == 2) text_format(t, ", %lld", (long long)stride[1]);
    }
}

/* One call for each piece of the product. */
static void product_calls(emit_nest *n, const plan_product *p, const int64_t *size, const char *type)
{
    for (size_t i = 0, count = array_product_pieces(n->a, p); i < count; i++) {
        product_piece piece = array_product_piece(n->a, p, size, i);
        bool none = false;
        for (int d = PRODUCT_M; d < PRODUCT_K; d++) none = none || (size[d] >= 0 && piece.end[d] <= piece.begin[d]);
        if (none) continue;
        text *t = nest_line(n);
        text_format(t, "finite &= k_product%s(", type);
        for (int d = PRODUCT_M; d <= PRODUCT_K; d++) {
            if (d > PRODUCT_M) text_add(t, ", ");
            if (piece.begin[d] == 0 && piece.end[d] == size[d])
                nest_size(n, t, size[d]);
            else
                text_format(t, "%lld", (long long)(piece.end[d] - piece.begin[d]));
        }
        product_operand(n, p, &piece, 0, PRODUCT_M, PRODUCT_K);
        product_operand(n, p, &piece, 1, PRODUCT_K, PRODUCT_N);
        product_operand(n, p, &piece, 2, PRODUCT_M, PRODUCT_N);
        product_adds(n, p);
        text_add(t, ");\n");
    }
}

void emit_array_product(emit_nest *n, const plan_product *p, const char *name, const char *comment)
{
    const int64_t *size = n->a->sizes.at + p->dims;
    uint32_t outer = p->dim_count - (p->lanes ? 5 : 3);
    bool single = p->type == ARRAY_F32;
    const char *type = single ? "_f32" : "";
    nest_begin(n, p->lines);
    n->e->helpers |= single ? HELP_SINGLE : 0;
    n->e->helpers |= p->lanes ? (single ? HELP_LANES_F32 : HELP_LANES) : single ? HELP_PRODUCT_F32 : HELP_PRODUCT;
    for (uint32_t d = 0; d < outer; d++) {
        n->var[d][0] = '\0';
        if (size[d] != 1) n->var[d][0] = 'd', count_text(d, n->var[d] + 1);
    }
    for (uint32_t l = 0; l < 3; l++) nest_pointer(n, p->lines + l, l == 2);
    text_add(nest_line(n), "int finite = 1;\n");
    for (uint32_t d = 0; d < outer; d++) nest_for(n, n->var[d], size[d]);
    if (p->lanes) {
        text_format(nest_line(n), "finite &= k_lanes%s(", type);
        product_lanes_call(n, p, outer);
        text_add(&n->body, ");\n");
    } else {
        product_calls(n, p, size + outer, type);
    }
    while (n->depth > 1) nest_close(n);
    text_add(nest_line(n), "return finite;\n");
    nest_end(n, "int", name, comment);
}

/* ---- Folds --------------------------------------------------------------------------------------------------- */

/* One term after the other, nothing fused. */
void emit_array_fold(emit_nest *n, const plan_fold *p, const char *name, const char *comment)
{
    const int64_t *size = n->a->sizes.at + p->dims;
    const char *real = p->type == ARRAY_F32 ? "float" : "double";
    nest_begin(n, p->lines);
    for (uint32_t d = 0; d < p->dim_count; d++)
        if (size[d] == 0) return;
    nest_name(n, size, p->dim_count);
    nest_pointer(n, p->lines + p->x, false);
    if (p->y != p->x) nest_pointer(n, p->lines + p->y, false);
    nest_pointer(n, p->lines + p->out, true);
    for (uint32_t d = 0; d + 1 < p->dim_count; d++) nest_for(n, n->var[d], size[d]);
    text_format(nest_line(n), "%s sum = 0;\n", real);
    size_t depth = n->depth;
    nest_for(n, n->var[p->dim_count - 1], size[p->dim_count - 1]);
    text *t = nest_line(n);
    text_format(t, "const %s x = ", real);
    nest_at(n, t, p->lines + p->x, p->dim_count);
    text_add(t, ", y = ");
    nest_at(n, t, p->lines + p->y, p->dim_count);
    text_add(t, ";\n");
    text_add(nest_line(n), p->square ? "sum += (x - y) * (x - y);\n" : "sum += x * y;\n");
    while (n->depth > depth) nest_close(n);
    t = nest_line(n);
    nest_at(n, t, p->lines + p->out, p->dim_count);
    text_add(t, " = sum;\n");
    while (n->depth > 1) nest_close(n);
    nest_end(n, "void", name, comment);
}

/* ---- Powers -------------------------------------------------------------------------------------------------- */

/* One place: its powers sixteen at a time, high + low times power[b] is t^(a + b). */
static void power_open(emit_nest *n, const plan_power *p)
{
    int64_t powers = n->a->sizes.at[p->dims + 1];
    text *t = nest_line(n);
    text_add(t, "double power[16], high = 1, low = 0, times_low, times = k_powers(");
    nest_at(n, t, p->lines + p->t, 2);
    text_add(t, ", power, &times_low);\n");
    emit_kernels_use(n->e, "k_powers k_power_product");
    n->e->helpers |= HELP_PRODUCT;
    if (!p->turned) text_add(nest_line(n), "double sum = 0;\n");
    text_format(nest_line(n), "for (int64_t a = 0; a < %lld; a += 16)", (long long)powers);
    nest_open(n);
    text_format(nest_line(n), "const int64_t count = a + 16 < %lld ? 16 : %lld - a;\n", (long long)powers,
                (long long)powers);
    text_add(nest_line(n), "const double q = high + low;\n");
}

static void power_close(emit_nest *n)
{
    text_add(nest_line(n), "high = k_power_product(high, low, times, times_low, &low);\n");
    nest_close(n);
}

/* sum j: x[j] t^j */
static void power_each(emit_nest *n, const plan_power *p)
{
    int64_t along = n->a->strides.at[n->a->lines.at[p->lines + p->x].strides + 1];
    text_add(nest_line(n), "double inner;\n");
    text_format(nest_line(n), "k_product(1, 1, count, p%u + %lld * a, 0, %lld, power, 1, 0, &inner, 0, 0, 0);\n", p->x,
                (long long)along, (long long)along);
    text_add(nest_line(n), "sum += q * inner;\n");
}

/* Of one place what it adds to each power's sum; a factor 0 wins where something is not finite. */
static void power_turn(emit_nest *n, const plan_power *p)
{
    char chain[60];
    snprintf(chain, sizeof chain, "chain + 8 * a + %s %% 8", n->var[0]);
    text *t = nest_line(n);
    text_add(t, "const double x = ");
    nest_at(n, t, p->lines + p->x, 2);
    text_add(t, ", z = x * q;\n");
    if (p->zero_wins) {
        text_add(nest_line(n), "double odd = z - z;\n");
        text_add(nest_line(n), "for (int64_t b = 0; b < count; b++) odd += power[b] - power[b];\n");
        text_add(nest_line(n), "for (int64_t b = 0; b < count && odd != 0; b++)\n");
        text_format(nest_line(n),
                    "    if (x != 0 && q * power[b] != 0) k_product(1, 1, 1, &z, 0, 0, power + b, 0, 0, %s + 8 * b, 0, "
                    "0, 1);\n",
                    chain);
        text_add(nest_line(n), "if (odd == 0)\n");
    }
    text_format(nest_line(n), "%sk_product(1, count, 1, &z, 0, 0, power, 0, 1, %s, 0, 8, 1);\n",
                p->zero_wins ? "    " : "", chain);
}

static void power_sums(emit_nest *n, const plan_power *p)
{
    int64_t powers = n->a->sizes.at[p->dims + 1];
    int64_t along = n->a->strides.at[n->a->lines.at[p->lines + p->out].strides + 1];
    text_format(nest_line(n), "for (int64_t j = 0; j < %lld; j++)", (long long)powers);
    nest_open(n);
    text_add(nest_line(n), "const double *s = chain + 8 * j;\n");
    text_add(nest_line(n), "const double sum = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));\n");
    text *t = nest_line(n);
    text_format(t, "p%u[%lld * j] = ", p->out, (long long)along);
    if (p->blocked) {
        n->uses |= USES_COUNTERS;
        text_format(t, "t[%u] ? sum : p%u[%lld * j] + sum;\n", n->a->counters + 1, p->out, (long long)along);
    } else {
        text_add(t, "sum;\n");
    }
    nest_close(n);
}

/* As array_power.c has them, one place after the other. */
void emit_array_power(emit_nest *n, const plan_power *p, const char *name, const char *comment)
{
    const int64_t *size = n->a->sizes.at + p->dims;
    nest_begin(n, p->lines);
    if (size[0] == 0 || size[1] == 0) return;
    nest_name(n, size, 2);
    nest_pointer(n, p->lines + p->x, false);
    if (p->t != p->x) nest_pointer(n, p->lines + p->t, false);
    nest_pointer(n, p->lines + p->out, true);
    if (p->turned) text_format(nest_line(n), "double chain[%lld] = {0};\n", 8 * (long long)size[1]);
    nest_for(n, n->var[0], size[0]);
    power_open(n, p);
    if (p->turned)
        power_turn(n, p);
    else
        power_each(n, p);
    power_close(n);
    if (!p->turned) {
        text *t = nest_line(n);
        nest_at(n, t, p->lines + p->out, 2);
        text_add(t, " = sum;\n");
    }
    while (n->depth > 1) nest_close(n);
    if (p->turned) power_sums(n, p);
    nest_end(n, "void", name, comment);
}

/* ---- Positions of the least and greatest --------------------------------------------------------------------- */

static bool arg_is_whole(const emit_nest *n, const plan_arg *s)
{
    const plan_line *l = &n->a->lines.at[s->lines];
    return l->buffer == ARRAY_NONE || (l->type != ARRAY_F64 && l->type != ARRAY_F32);
}

static void arg_value_text(emit_nest *n, text *t, const plan_arg *s)
{
    const plan_line *l = &n->a->lines.at[s->lines];
    if (nest_literal(n, s->lines)) {
        nest_constant(n, t, s->lines);
    } else if (l->buffer == ARRAY_NONE) {
        nest_whole(n, t, s->lines, s->dim_count);
    } else {
        if (l->type == ARRAY_F32) text_add(t, "(double)");
        nest_at(n, t, s->lines, s->dim_count);
    }
}

/* A nan wins, the first one; ints are compared as ints. */
static void arg_compare(emit_nest *n, const plan_arg *s)
{
    const char *form = arg_is_whole(n, s) ? "if (k == 0 || x %s most) best = k, most = x;\n"
                                          : "if (k == 0 || (most == most && !(x %s most))) best = k, most = x;\n";
    text_format(nest_line(n), form, arg_is_whole(n, s) ? (s->most ? ">" : "<") : (s->most ? "<=" : ">="));
}

static void arg_search(emit_nest *n, const plan_arg *s)
{
    uint32_t last = s->dim_count - 1;
    const char *type = arg_is_whole(n, s) ? "int64_t" : "double";
    text *t = nest_line(n);
    text_add(t, "int64_t best = 0;\n");
    text_format(nest_line(n), "%s most = 0;\n", type);
    strcpy(n->var[last], "k");
    t = nest_line(n);
    text_format(t, "for (int64_t k = 0; k < %lld; k++)", (long long)n->a->sizes.at[s->dims + last]);
    nest_open(n);
    t = nest_line(n);
    text_format(t, "const %s x = ", type);
    arg_value_text(n, t, s);
    text_add(t, ";\n");
    arg_compare(n, s);
    nest_close(n);
    n->var[last][0] = '\0';
    t = nest_line(n);
    nest_at(n, t, s->lines + 1, s->dim_count);
    text_add(t, " = best;\n");
}

void emit_array_arg(emit_nest *n, const plan_arg *s, const char *name, const char *comment)
{
    const int64_t *size = n->a->sizes.at + s->dims;
    uint32_t last = s->dim_count - 1;
    nest_begin(n, s->lines);
    for (uint32_t d = 0; d < last; d++)
        if (size[d] == 0) return;
    if (size[last] == 0) {
        n->uses = USES_BAD;
        text_add(nest_line(n), "*bad = 1;\n");
        nest_end(n, "void", name, comment);
        return;
    }
    for (uint32_t d = 0; d < last; d++) {
        n->var[d][0] = '\0';
        if (size[d] != 1) n->var[d][0] = 'd', count_text(d, n->var[d] + 1);
    }
    nest_pointer(n, s->lines, false);
    nest_pointer(n, s->lines + 1, true);
    for (uint32_t d = 0; d < last; d++) nest_for(n, n->var[d], size[d]);
    arg_search(n, s);
    while (n->depth > 1) nest_close(n);
    nest_end(n, "void", name, comment);
}
