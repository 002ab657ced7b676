/*
 * emit_array_map.c - one MAP step as a loop nest.
 *
 * Element by element: loads, values, stores; a value that is the same for all rows and columns stands before their
 * loops. What the interpreter joins strip by strip is gathered in s0, s1, … (a strip at most) and joined by the same
 * function in the same order:
 *
 *     EACH   every element has a place of its own: joined there, row after row
 *     ROW    a row's elements have one place: each row, or each STRIP of a long one, is joined
 *     ALL    all elements have one place: as many rows as a strip holds are joined together
 */
#include <stdio.h>
#include <string.h>

#include "exec/emit_array.h"

enum { JOIN_EACH, JOIN_ROW, JOIN_ALL };

typedef struct map_register {
    uint32_t code;  /* that makes it */
    uint32_t store; /* a line that it is stored in, or ARRAY_NONE */
    uint8_t type;
    bool used;
} map_register;

typedef struct map_writer {
    emit_nest *n;
    const plan *a;
    const plan_map *m;
    const int64_t *size;
    const plan_code *code;
    map_register *registers;
} map_writer;

static text *map_line(const map_writer *w)
{
    return nest_line(w->n);
}

static int64_t map_stride(const map_writer *w, uint32_t line, uint32_t d)
{
    return w->size[d] == 1 ? 0 : w->a->strides.at[w->a->lines.at[line].strides + d];
}

static int64_t map_row(const map_writer *w, uint32_t line)
{
    return map_stride(w, line, w->m->dim_count - 2);
}

static int64_t map_column(const map_writer *w, uint32_t line)
{
    return map_stride(w, line, w->m->dim_count - 1);
}

static const char *map_type(int type) /* of a value */
{
    return type == ARRAY_F64 ? "double" : type == ARRAY_F32 ? "float" : "int64_t";
}

/* ---- Registers ------------------------------------------------------------------------------------------- */

static void map_use_access(map_writer *w, const plan_access *x)
{
    if (x->when != ARRAY_NONE) w->registers[x->when].used = true;
    for (uint32_t k = 0; k < x->axis_count; k++) {
        uint32_t gather = w->a->access_axes.at[x->axes + k].gather;
        if (w->a->access_axes.at[x->axes + k].line == ARRAY_NONE) w->registers[gather].used = true;
    }
}

static void map_uses(map_writer *w)
{
    for (uint32_t i = 0; i < w->m->code_count; i++) {
        const plan_code *c = &w->code[i];
        if (c->kind == CODE_EACH)
            w->registers[c->x].used = w->registers[c->y].used = w->registers[c->w].used = true;
        else if (c->kind == CODE_AT)
            map_use_access(w, &w->a->accesses.at[c->line]);
    }
    for (uint32_t i = 0; i < w->m->sink_count; i++) {
        const plan_sink *s = &w->a->sinks.at[w->m->sinks + i];
        w->registers[s->value].used = true;
        if (s->kind == SINK_SCATTER) map_use_access(w, &w->a->accesses.at[s->line]);
    }
}

/* A DIRECT before the code that makes the same register is where that is stored. */
static void map_registers(map_writer *w)
{
    for (uint32_t r = 0; r < w->m->registers; r++) w->registers[r].store = w->registers[r].code = ARRAY_NONE;
    for (uint32_t i = 0; i < w->m->code_count; i++) {
        const plan_code *c = &w->code[i];
        map_register *r = &w->registers[c->out];
        if (r->code != ARRAY_NONE) {
            r->store = w->m->lines + w->code[r->code].line;
            r->used = true;
        }
        r->code = i;
        r->type =
            c->kind == CODE_EACH && c->op != OP_INPUT && ops_row((op)c->op)->flags & OP_LOGIC && c->type == ARRAY_INT
                ? ARRAY_F64
                : c->type;
    }
    map_uses(w);
}

static bool map_loads(const plan_code *c)
{
    return c->kind == CODE_DIRECT || c->kind == CODE_LOAD || c->kind == CODE_RAMP;
}

/* Is code i a load that stands for the line a register is stored in? */
static bool map_is_store(const map_writer *w, uint32_t i)
{
    return w->registers[w->code[i].out].code != i;
}

static uint32_t map_code_line(const map_writer *w, const plan_code *c)
{
    return w->m->lines + c->line;
}

/* A register's value, in double arithmetic where `wide`. */
static void map_value(map_writer *w, text *t, uint32_t r, bool wide)
{
    const plan_code *c = &w->code[w->registers[r].code];
    bool single = w->registers[r].type == ARRAY_F32;
    if (map_loads(c) && nest_literal(w->n, map_code_line(w, c))) {
        if (single && !wide) text_add(t, "(float)");
        nest_constant(w->n, t, map_code_line(w, c));
        return;
    }
    if (single && wide) text_add(t, "(double)");
    text_format(t, "v%u", r);
}

/* ---- Accesses -------------------------------------------------------------------------------------------- */

/* Where axis k is asked for: q3_0. */
static void map_places(map_writer *w, const plan_access *x, uint32_t number)
{
    for (uint32_t k = 0; k < x->axis_count; k++) {
        const access_axis *axis = &w->a->access_axes.at[x->axes + k];
        text *t = map_line(w);
        text_format(t, "const int64_t q%u_%u = ", number, k);
        if (axis->line == ARRAY_NONE)
            map_value(w, t, axis->gather, false);
        else
            nest_whole(w->n, t, w->m->lines + axis->line, w->m->dim_count);
        text_add(t, ";\n");
        if (!axis->stride && !axis->size) text_format(map_line(w), "(void)q%u_%u;\n", number, k);
    }
}

static void map_outside(map_writer *w, const plan_access *x, uint32_t number)
{
    const char * or = "";
    text *t = map_line(w);
    text_format(t, "const int o%u = ", number);
    for (uint32_t k = 0; k < x->axis_count; k++, or = " || ") {
        int64_t size = w->a->access_axes.at[x->axes + k].size;
        if (size) /* of none compilers know that every place is outside, and warn */
            text_format(t, "%s(uint64_t)q%u_%u >= %lld", or, number, k, (long long)size);
        else
            text_format(t, "%s1", or);
    }
    text_add(t, * or ? ";\n" : "0;\n");
}

static void map_element(map_writer *w, text *t, const plan_access *x, uint32_t number)
{
    const char *plus = "";
    for (uint32_t k = 0; k < x->axis_count; k++) {
        int64_t stride = w->a->access_axes.at[x->axes + k].stride;
        if (stride == 0) continue;
        text_add(t, plus);
        if (stride != 1) text_format(t, stride < 0 ? "(%lld) * " : "%lld * ", (long long)stride);
        text_format(t, "q%u_%u", number, k);
        plus = " + ";
    }
    if (!*plus) text_char(t, '0');
}

static void map_access(map_writer *w, const plan_code *c)
{
    const plan_access *x = &w->a->accesses.at[c->line];
    uint32_t line = w->m->lines + x->line, r = c->out;
    map_places(w, x, r);
    map_outside(w, x, r);
    text *t;
    if (!x->zero && x->axis_count) {
        t = map_line(w);
        text_format(t, "if (o%u", r);
        if (x->when != ARRAY_NONE) text_add(t, " && "), map_value(w, t, x->when, true), text_add(t, " != 0");
        text_add(t, ") *bad = 1;\n");
        w->n->uses |= USES_BAD;
    }
    t = map_line(w);
    text_format(t, "const %s v%u = o%u", map_type(c->type), r, r);
    if (x->when != ARRAY_NONE) text_add(t, " || "), map_value(w, t, x->when, true), text_add(t, " == 0");
    text_add(t, " ? 0 : ");
    if (nest_literal(w->n, line)) {
        nest_constant(w->n, t, line);
    } else if (w->a->lines.at[line].buffer == ARRAY_NONE) {
        nest_whole(w->n, t, line, w->m->dim_count);
        text_add(t, " + "), map_element(w, t, x, r);
    } else {
        text_format(t, "p%u[", x->line);
        map_element(w, t, x, r);
        text_char(t, ']');
    }
    text_add(t, ";\n");
}

/* ---- Code ------------------------------------------------------------------------------------------------ */

/* The functions of src/math that have versions of their own in float. */
static const char *map_vector(op o)
{
    switch (o) {
    case OP_EXP: return "exp";
    case OP_SIGMOID1: return "sigmoid1";
    case OP_EXPM1: return "expm1";
    case OP_LOG: return "log";
    case OP_LOG1P: return "log1p";
    case OP_SIN: return "sin";
    case OP_COS: return "cos";
    case OP_TANH: return "tanh";
    case OP_SIGMOID: return "sigmoid";
    case OP_SOFTPLUS: return "softplus";
    case OP_ERF: return "erf";
    case OP_GELU: return "gelu";
    case OP_GELU1: return "gelu1";
    default: return NULL;
    }
}

static void map_form(map_writer *w, text *t, const char *form, const plan_code *c, bool wide)
{
    const char *s;
    uint32_t count;
    emit_kernels_use(w->n->e, form);
    for (int k; (k = ops_piece(&form, &s, &count)) != -2;) {
        if (k >= 0) {
            map_value(w, t, k == 0 ? c->x : k == 1 ? c->y : c->w, wide);
            continue;
        }
        if (count == 3 && memcmp(s, "bad", 3) == 0) w->n->uses |= USES_BAD;
        emit_word(t, s, count);
    }
}

/* An int compared with itself, of which compilers warn. */
static bool map_same(map_writer *w, text *t, const plan_code *c)
{
    op o = (op)c->op;
    bool logic = (ops_row(o)->flags & OP_LOGIC) != 0;
    if (c->x != c->y || !(logic || o == OP_MIN || o == OP_MAX)) return false;
    if (logic)
        text_add(t, o == OP_EQ || o == OP_LE || o == OP_GE ? "1.0" : "0.0");
    else
        map_value(w, t, c->x, false);
    return true;
}

static void map_each(map_writer *w, text *t, const plan_code *c)
{
    int inner = w->registers[c->x].type;
    char name[64];
    const char *vector = map_vector((op)c->op);
    if (c->op == OP_INPUT) {
        text_format(t, "(%s)", map_type(c->type));
        map_value(w, t, c->x, false);
    } else if (inner == ARRAY_INT) {
        bool logic = (ops_row((op)c->op)->flags & OP_LOGIC) != 0;
        if (!map_same(w, t, c)) map_form(w, t, ops_c((op)c->op, !logic), c, false);
    } else if (vector) {
        snprintf(name, sizeof name, inner == ARRAY_F32 ? "k_%s_f32(x)" : "k_%s(x)", vector);
        if (inner == ARRAY_F32 && c->op == OP_SIGMOID1)
            w->n->e->helpers |= HELP_SLOPE_F32, emit_kernels_use(w->n->e, "k_exp_f32(x)");
        map_form(w, t, name, c, false);
    } else if (c->three) { /* the product rounded, then + w */
        map_form(w, t, "x * y + w", c, false);
    } else if (inner == ARRAY_F32) {
        text_add(t, "(float)(");
        map_form(w, t, ops_c((op)c->op, false), c, true);
        text_char(t, ')');
    } else {
        map_form(w, t, ops_c((op)c->op, false), c, false);
    }
}

static bool map_still(const map_writer *w, uint32_t i)
{
    const plan_code *c = &w->code[i];
    uint32_t line = map_code_line(w, c);
    return map_loads(c) && map_row(w, line) == 0 && map_column(w, line) == 0;
}

static void map_code(map_writer *w, uint32_t i)
{
    const plan_code *c = &w->code[i];
    const map_register *r = &w->registers[c->out];
    if (map_is_store(w, i)) return;
    if (map_loads(c) && (!r->used || nest_literal(w->n, map_code_line(w, c)))) return;
    if (c->kind == CODE_AT) {
        map_access(w, c);
    } else {
        text *t = map_line(w);
        text_format(t, "const %s v%u = ", map_type(r->type), c->out);
        if (c->kind == CODE_EACH)
            map_each(w, t, c);
        else if (c->kind == CODE_RAMP)
            nest_whole(w->n, t, map_code_line(w, c), w->m->dim_count);
        else
            nest_at(w->n, t, map_code_line(w, c), w->m->dim_count);
        text_add(t, ";\n");
    }
    if (!r->used) text_format(map_line(w), "(void)v%u;\n", c->out);
    if (r->store == ARRAY_NONE) return;
    text *t = map_line(w);
    nest_at(w->n, t, r->store, w->m->dim_count);
    text_format(t, " = v%u;\n", c->out);
}

/* ---- Sinks ------------------------------------------------------------------------------------------------ */

static const plan_sink *map_sink(const map_writer *w, uint32_t i)
{
    return &w->a->sinks.at[w->m->sinks + i];
}

static int sink_join(const map_writer *w, const plan_sink *s)
{
    uint32_t line = w->m->lines + s->line;
    /* A stride along an axis of one place says what it says: the interpreter looks at it as it stands. */
    const int64_t *stride = w->a->strides.at + w->a->lines.at[line].strides + w->m->dim_count - 2;
    return stride[1] != 0 ? JOIN_EACH : stride[0] != 0 ? JOIN_ROW : JOIN_ALL;
}

static const char *sink_form(const plan_sink *s)
{
    bool whole = s->type == ARRAY_INT;
    switch ((op)s->op) {
    case OP_PROD: return whole ? "i_mul(x, y, bad)" : "x * y";
    case OP_LEAST: return whole ? "y < x ? y : x" : "k_min2(x, y)";
    case OP_GREATEST: return whole ? "y > x ? y : x" : "k_max2(x, y)";
    case OP_ALL: return "x != 0 && y != 0";
    case OP_ANY: return "x != 0 || y != 0";
    default: return whole ? "i_add(x, y, bad)" : "x + y";
    }
}

/* When the place is set: "d0 == 0 && i == 0"; nothing: always. Returns false where it never is. */
static bool sink_begins(map_writer *w, text *t, const plan_sink *s, int join, const char *row, const char *column)
{
    uint32_t line = w->m->lines + s->line;
    const int64_t *stride = w->a->strides.at + w->a->lines.at[line].strides;
    uint32_t outer = w->m->dim_count - 2;
    const char *and = "";
    if (!s->first) return false;
    if (s->blocked) {
        w->n->uses |= USES_COUNTERS;
        text_format(t, "t[%u]", w->a->counters + 1);
        and = " && ";
    }
    for (uint32_t d = 0; d < outer; d++)
        if (stride[d] == 0 && w->n->var[d][0]) text_format(t, "%s%s == 0", and, w->n->var[d]), and = " && ";
    if (join != JOIN_EACH && *column) text_format(t, "%s%s == 0", and, column), and = " && ";
    if (stride[outer] == 0 && *row) text_format(t, "%s%s == 0", and, row);
    return true;
}

/* to = begins ? value : join(to, value) */
static void sink_write(map_writer *w, const plan_sink *s, const char *to, const char *value, const char *begins,
                       bool first)
{
    bool single = s->type == ARRAY_F32;
    const char *form = sink_form(s), *piece;
    uint32_t count;
    text *t = map_line(w);
    text_format(t, "%s = ", to);
    if (first && !*begins) {
        text_format(t, "%s;\n", value);
        return;
    }
    if (first) text_format(t, "%s ? %s : ", begins, value);
    if (single) text_add(t, "(float)(");
    if (!single && first) text_add(t, "(");
    emit_kernels_use(w->n->e, form);
    for (int k; (k = ops_piece(&form, &piece, &count)) != -2;) {
        if (k >= 0)
            text_format(t, "%s%s", single ? "(double)" : "", k == 0 ? to : value);
        else
            text_addn(t, piece, count);
    }
    if (s->type == ARRAY_INT && strstr(sink_form(s), "bad")) w->n->uses |= USES_BAD;
    text_add(t, single || first ? ");\n" : ";\n");
}

static void sink_each(map_writer *w, const plan_sink *s)
{
    text to, value, begins;
    memory *m = &w->n->e->m;
    text_begin(&to, m), text_begin(&value, m), text_begin(&begins, m);
    nest_at(w->n, &to, w->m->lines + s->line, w->m->dim_count);
    map_value(w, &value, s->value, false);
    if (s->kind == SINK_STORE) {
        text_format(map_line(w), "%s = %s;\n", text_string(&to), text_string(&value));
    } else {
        const char *row = w->n->var[w->m->dim_count - 2];
        bool first = sink_begins(w, &begins, s, JOIN_EACH, row, "");
        sink_write(w, s, text_string(&to), text_string(&value), text_string(&begins), first);
    }
    if (to.failed || value.failed || begins.failed) w->n->body.failed = true;
    text_free(&to), text_free(&value), text_free(&begins);
}

static void sink_scatter(map_writer *w, const plan_sink *s, uint32_t number)
{
    const plan_access *x = &w->a->accesses.at[s->line];
    uint32_t q = w->m->registers + number;
    map_places(w, x, q);
    map_outside(w, x, q);
    text *t = map_line(w);
    text_format(t, "if (!o%u) p%u[", q, x->line);
    map_element(w, t, x, q);
    if (s->type == ARRAY_INT) { /* wraps around */
        text_format(t, "] = (int64_t)((uint64_t)p%u[", x->line);
        map_element(w, t, x, q);
        text_add(t, "] + (uint64_t)");
    } else {
        text_add(t, "] += ");
    }
    map_value(w, t, s->value, false);
    text_add(t, s->type == ARRAY_INT ? ");\n" : ";\n");
}

/* What is done for each element; `at`: its place in its strip. */
static void sinks_element(map_writer *w, const char *row_at, const char *all_at)
{
    for (uint32_t i = 0; i < w->m->sink_count; i++) {
        const plan_sink *s = map_sink(w, i);
        int join = s->kind == SINK_JOIN ? sink_join(w, s) : JOIN_EACH;
        if (s->kind == SINK_SCATTER) {
            sink_scatter(w, s, i);
        } else if (join == JOIN_EACH) {
            sink_each(w, s);
        } else {
            text *t = map_line(w);
            text_format(t, "s%u[%s] = ", i, join == JOIN_ROW ? row_at : all_at);
            map_value(w, t, s->value, false);
            text_add(t, ";\n");
        }
    }
}

static unsigned sink_reduction(const plan_sink *s) /* 0 … 5 */
{
    op o = (op)s->op;
    return o == OP_PROD ? 1 : o == OP_LEAST ? 2 : o == OP_GREATEST ? 3 : o == OP_ALL ? 4 : o == OP_ANY ? 5 : 0;
}

static const char *const sink_names[6] = {"sum", "prod", "least", "greatest", "all", "any"};
static const char *const sink_types[3] = {"", "_f32", "_int"};

/* A gathered strip of `count` elements is joined: "const double x0 = k_join_sum(n, s0);" */
static void sink_strip(map_writer *w, uint32_t i, const char *count, const char *row, const char *column)
{
    const plan_sink *s = map_sink(w, i);
    unsigned reduction = sink_reduction(s);
    char value[24];
    text to, begins;
    memory *m = &w->n->e->m;
    w->n->e->helpers |= (unsigned)HELP_JOIN << (s->type * 6U + reduction);
    text_begin(&to, m), text_begin(&begins, m);
    snprintf(value, sizeof value, "x%u", i);
    text_format(map_line(w), "const %s x%u = k_join_%s%s(%s, s%u%s);\n", map_type(s->type), i, sink_names[reduction],
                sink_types[s->type], count, i, s->type == ARRAY_INT ? ", bad" : "");
    if (s->type == ARRAY_INT) w->n->uses |= USES_BAD, emit_kernels_use(w->n->e, sink_form(s));
    text_format(&to, "p%u[", s->line);
    /* Along a strip's rows and columns its place does not move, or moves with the row. */
    nest_index(w->n, &to, w->m->lines + s->line, w->m->dim_count);
    text_char(&to, ']');
    bool first = sink_begins(w, &begins, s, sink_join(w, s), row, column);
    sink_write(w, s, text_string(&to), value, text_string(&begins), first);
    if (to.failed || begins.failed) w->n->body.failed = true;
    text_free(&to), text_free(&begins);
}

static void sinks_strip(map_writer *w, int join, const char *count, const char *row, const char *column)
{
    for (uint32_t i = 0; i < w->m->sink_count; i++) {
        const plan_sink *s = map_sink(w, i);
        if (s->kind == SINK_JOIN && sink_join(w, s) == join) sink_strip(w, i, count, row, column);
    }
}

static bool map_has(const map_writer *w, int join)
{
    for (uint32_t i = 0; i < w->m->sink_count; i++) {
        const plan_sink *s = map_sink(w, i);
        if (s->kind == SINK_JOIN && sink_join(w, s) == join) return true;
    }
    return false;
}

/* ---- The nest ---------------------------------------------------------------------------------------------- */

static void map_body(map_writer *w, const char *row_at, const char *all_at)
{
    for (uint32_t i = 0; i < w->m->code_count; i++)
        if (!map_still(w, i)) map_code(w, i);
    sinks_element(w, row_at, all_at);
}

/* Rows that a 0 shuts out: their places begin with 0, or stay as they are. */
static void map_skip(map_writer *w, int64_t columns)
{
    const plan_sink *s = map_sink(w, 0);
    const char *row = w->n->var[w->m->dim_count - 2];
    text begins;
    text_begin(&begins, &w->n->e->m);
    bool first = sink_begins(w, &begins, s, JOIN_EACH, row, "");
    text *t = map_line(w);
    text_add(t, "if (");
    nest_at(w->n, t, w->m->lines + w->m->skip, w->m->dim_count);
    text_add(t, " == 0)");
    nest_open(w->n);
    size_t depth = w->n->depth;
    if (first && begins.count) {
        text_format(map_line(w), "if (%s)", text_string(&begins));
        nest_open(w->n);
    }
    if (first) {
        nest_for(w->n, w->n->var[w->m->dim_count - 1], columns);
        t = map_line(w);
        nest_at(w->n, t, w->m->lines + s->line, w->m->dim_count);
        text_add(t, " = 0;\n");
    }
    while (w->n->depth >= depth) nest_close(w->n);
    text_add(map_line(w), "else");
    nest_open(w->n);
    if (begins.failed) w->n->body.failed = true;
    text_free(&begins);
}

static void map_plain(map_writer *w, int64_t rows, int64_t columns)
{
    uint32_t d = w->m->dim_count;
    size_t depth = w->n->depth;
    nest_for(w->n, w->n->var[d - 2], rows);
    if (w->m->skip != ARRAY_NONE) map_skip(w, columns);
    nest_for(w->n, w->n->var[d - 1], columns);
    map_body(w, "", "");
    while (w->n->depth > depth) nest_close(w->n);
}

static void map_array(map_writer *w)
{
    for (uint32_t i = 0; i < w->m->sink_count; i++) {
        const plan_sink *s = map_sink(w, i);
        if (s->kind == SINK_JOIN && sink_join(w, s) != JOIN_EACH)
            text_format(map_line(w), "%s s%u[%d];\n", map_type(s->type), i, STRIP);
    }
}

/* One row at a time, a long one in strips of STRIP. */
static void map_long(map_writer *w, int64_t rows, int64_t columns)
{
    const char *i = w->n->var[w->m->dim_count - 2], *j = w->n->var[w->m->dim_count - 1];
    bool cut = columns < 0 || columns > STRIP;
    char count[24];
    size_t depth = w->n->depth;
    nest_for(w->n, i, rows);
    if (cut) {
        text *t = map_line(w);
        text_add(t, "for (int64_t j0 = 0; j0 < "), nest_size(w->n, t, columns);
        text_format(t, "; j0 += %d)", STRIP);
        nest_open(w->n);
        t = map_line(w);
        text_add(t, "const int64_t left = "), nest_size(w->n, t, columns);
        text_format(t, " - j0, n = left < %d ? left : %d;\n", STRIP, STRIP);
    }
    snprintf(count, sizeof count, "%lld", (long long)columns);
    map_array(w);
    if (cut) {
        text_add(map_line(w), "for (int64_t j = j0; j < j0 + n; j++)");
        nest_open(w->n);
    } else {
        nest_for(w->n, j, columns);
    }
    map_body(w, cut ? "j - j0" : *j ? "j" : "0", cut ? "j - j0" : *j ? "j" : "0");
    if (cut || *j) nest_close(w->n);
    sinks_strip(w, JOIN_ROW, cut ? "n" : count, i, cut ? "j0" : "");
    sinks_strip(w, JOIN_ALL, cut ? "n" : count, i, cut ? "j0" : "");
    while (w->n->depth > depth) nest_close(w->n);
}

/* Several rows a strip. */
static void map_rows(map_writer *w, int64_t rows, int64_t columns)
{
    const char *i = w->n->var[w->m->dim_count - 2], *j = w->n->var[w->m->dim_count - 1];
    int64_t high = STRIP / columns;
    bool all = map_has(w, JOIN_ALL), cut = all && (rows < 0 || rows > high);
    char count[40], at[60];
    size_t depth = w->n->depth;
    if (cut) {
        text *t = map_line(w);
        text_add(t, "for (int64_t i0 = 0; i0 < "), nest_size(w->n, t, rows);
        text_format(t, "; i0 += %lld)", (long long)high);
        nest_open(w->n);
        t = map_line(w);
        text_add(t, "const int64_t left = "), nest_size(w->n, t, rows);
        text_format(t, " - i0, n = left < %lld ? left : %lld;\n", (long long)high, (long long)high);
    }
    map_array(w);
    size_t strip = w->n->depth;
    if (cut) {
        text_add(map_line(w), "for (int64_t i = i0; i < i0 + n; i++)");
        nest_open(w->n);
    } else {
        nest_for(w->n, i, rows);
    }
    size_t row = w->n->depth;
    nest_for(w->n, j, columns);
    snprintf(at, sizeof at, "%s * %lld%s%s", cut ? "(i - i0)" : *i ? "i" : "0", (long long)columns, *j ? " + " : "", j);
    map_body(w, *j ? "j" : "0", at);
    while (w->n->depth > row) nest_close(w->n);
    snprintf(count, sizeof count, "%lld", (long long)columns);
    sinks_strip(w, JOIN_ROW, count, i, "");
    while (w->n->depth > strip) nest_close(w->n);
    if (cut)
        snprintf(count, sizeof count, "n * %lld", (long long)columns);
    else
        snprintf(count, sizeof count, "%lld", (long long)(rows * columns));
    sinks_strip(w, JOIN_ALL, count, cut ? "i0" : "", "");
    while (w->n->depth > depth) nest_close(w->n);
}

static bool map_writes(const map_writer *w, uint32_t line)
{
    for (uint32_t r = 0; r < w->m->registers; r++)
        if (w->registers[r].store == w->m->lines + line) return true;
    for (uint32_t i = 0; i < w->m->sink_count; i++) {
        const plan_sink *s = map_sink(w, i);
        if ((s->kind == SINK_SCATTER ? w->a->accesses.at[s->line].line : s->line) == line) return true;
    }
    return false;
}

/* Is the line a register's that is read, a sink's, or an access's array? Others need no pointer. */
static bool map_needs(const map_writer *w, uint32_t line)
{
    if (map_writes(w, line) || line == w->m->skip) return true;
    for (uint32_t i = 0; i < w->m->code_count; i++) {
        const plan_code *c = &w->code[i];
        if (map_loads(c) && c->line == line && w->registers[c->out].used) return true;
        if (c->kind == CODE_AT && w->a->accesses.at[c->line].line == line) return true;
    }
    return false;
}

static void map_text(map_writer *w)
{
    uint32_t d = w->m->dim_count;
    int64_t rows = w->size[d - 2], columns = w->size[d - 1];
    for (uint32_t l = 0; l < w->m->line_count; l++)
        if (map_needs(w, l)) nest_pointer(w->n, w->m->lines + l, map_writes(w, l));
    for (uint32_t k = 0; k + 2 < d; k++) nest_for(w->n, w->n->var[k], w->size[k]);
    for (uint32_t i = 0; i < w->m->code_count; i++)
        if (map_still(w, i)) map_code(w, i);
    if (!map_has(w, JOIN_ROW) && !map_has(w, JOIN_ALL))
        map_plain(w, rows, columns);
    else if (w->m->rows)
        map_rows(w, rows, columns);
    else
        map_long(w, rows, columns);
    while (w->n->depth > 1) nest_close(w->n);
}

bool emit_array_map(emit_nest *n, const plan_map *m, const char *name, const char *comment)
{
    map_writer w = {.n = n, .a = n->a, .m = m, .size = n->a->sizes.at + m->dims, .code = n->a->code.at + m->code};
    nest_begin(n, m->lines);
    for (uint32_t d = 0; d < m->dim_count; d++)
        if (w.size[d] == 0) return true;
    w.registers = block_new(&n->e->m, m->registers, sizeof *w.registers);
    if (!w.registers) return report_memory(&n->e->report);
    map_registers(&w);
    nest_name(n, w.size, m->dim_count);
    map_text(&w);
    block_free(&n->e->m, w.registers, m->registers);
    nest_end(n, "void", name, comment);
    return true;
}
