/*
 * emit_array_code.c - the code of a MAP step, register by register: "const double v3 = v1 * v2;".
 *
 * Each register is a variable of C, made from the form that its operation's row writes (ops.def). A register that is
 * stored is stored where it is made; an access tells whether it leaves its array before it reads. What is the same for
 * all rows and columns (emit_map_still) is for the caller to write before their loops.
 */
#include <stdio.h>
#include <string.h>

#include "exec/emit_map.h"

const char *emit_map_type(int type) /* of a value */
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

/* An int compared with itself, of which compilers warn: a number, whatever the int is. */
static bool map_same_ints(const map_writer *w, const plan_code *c)
{
    return c->kind == CODE_EACH && c->op != OP_INPUT && c->x == c->y && w->registers[c->x].type == ARRAY_INT &&
           ops_row((op)c->op)->flags & OP_LOGIC;
}

static void map_uses(map_writer *w)
{
    for (uint32_t i = 0; i < w->m->code_count; i++) {
        const plan_code *c = &w->code[i];
        if (map_same_ints(w, c)) continue;
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
void emit_map_registers(map_writer *w)
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

bool emit_map_loads(const plan_code *c)
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
void emit_map_value(map_writer *w, text *t, uint32_t r, bool wide)
{
    const plan_code *c = &w->code[w->registers[r].code];
    bool single = w->registers[r].type == ARRAY_F32;
    if (emit_map_loads(c) && nest_literal(w->n, map_code_line(w, c))) {
        if (single && !wide) text_add(t, "(float)");
        nest_constant(w->n, t, map_code_line(w, c));
        return;
    }
    if (single && wide) text_add(t, "(double)");
    text_format(t, "v%u", r);
}

/* ---- Accesses -------------------------------------------------------------------------------------------- */

/* Where axis k is asked for: q3_0. */
void emit_map_places(map_writer *w, const plan_access *x, uint32_t number)
{
    for (uint32_t k = 0; k < x->axis_count; k++) {
        const access_axis *axis = &w->a->access_axes.at[x->axes + k];
        text *t = map_line(w);
        text_format(t, "const int64_t q%u_%u = ", number, k);
        if (axis->line == ARRAY_NONE)
            emit_map_value(w, t, axis->gather, false);
        else
            nest_whole(w->n, t, w->m->lines + axis->line, w->m->dim_count);
        text_add(t, ";\n");
        if (!axis->stride && !axis->size) text_format(map_line(w), "(void)q%u_%u;\n", number, k);
    }
}

void emit_map_outside(map_writer *w, const plan_access *x, uint32_t number)
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

void emit_map_element(map_writer *w, text *t, const plan_access *x, uint32_t number)
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
    emit_map_places(w, x, r);
    emit_map_outside(w, x, r);
    text *t;
    if (!x->zero && x->axis_count) {
        t = map_line(w);
        text_format(t, "if (o%u", r);
        if (x->when != ARRAY_NONE) text_add(t, " && "), emit_map_value(w, t, x->when, true), text_add(t, " != 0");
        text_add(t, ") *bad = 1;\n");
        w->n->uses |= USES_BAD;
    }
    t = map_line(w);
    text_format(t, "const %s v%u = o%u", emit_map_type(c->type), r, r);
    if (x->when != ARRAY_NONE) text_add(t, " || "), emit_map_value(w, t, x->when, true), text_add(t, " == 0");
    text_add(t, " ? 0 : ");
    if (nest_literal(w->n, line)) {
        nest_constant(w->n, t, line);
    } else if (w->a->lines.at[line].buffer == ARRAY_NONE) {
        nest_whole(w->n, t, line, w->m->dim_count);
        text_add(t, " + "), emit_map_element(w, t, x, r);
    } else {
        text_format(t, "p%u[", x->line);
        emit_map_element(w, t, x, r);
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
            emit_map_value(w, t, k == 0 ? c->x : k == 1 ? c->y : c->w, wide);
            continue;
        }
        if (count == 3 && memcmp(s, "bad", 3) == 0) w->n->uses |= USES_BAD;
        emit_word(t, s, count);
    }
}

/* Two ints that are one, of which compilers warn. */
static bool map_same(map_writer *w, text *t, const plan_code *c)
{
    op o = (op)c->op;
    if (map_same_ints(w, c))
        text_add(t, o == OP_EQ || o == OP_LE || o == OP_GE ? "1.0" : "0.0");
    else if (c->x == c->y && (o == OP_MIN || o == OP_MAX))
        emit_map_value(w, t, c->x, false);
    else
        return false;
    return true;
}

static void map_each(map_writer *w, text *t, const plan_code *c)
{
    int inner = w->registers[c->x].type;
    char name[64];
    const char *vector = map_vector((op)c->op);
    if (c->op == OP_INPUT) {
        text_format(t, "(%s)", emit_map_type(c->type));
        emit_map_value(w, t, c->x, false);
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

bool emit_map_still(const map_writer *w, uint32_t i)
{
    const plan_code *c = &w->code[i];
    uint32_t line = map_code_line(w, c);
    return emit_map_loads(c) && map_row(w, line) == 0 && map_column(w, line) == 0;
}

void emit_map_code(map_writer *w, uint32_t i)
{
    const plan_code *c = &w->code[i];
    const map_register *r = &w->registers[c->out];
    if (map_is_store(w, i)) return;
    if (emit_map_loads(c) && (!r->used || nest_literal(w->n, map_code_line(w, c)))) return;
    if (c->kind == CODE_AT) {
        map_access(w, c);
    } else {
        text *t = map_line(w);
        text_format(t, "const %s v%u = ", emit_map_type(r->type), c->out);
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
