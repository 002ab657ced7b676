/*
 * emit_code.c - the function: a statement for each instruction.
 *
 *     const double v2 = v0 * v1;    (c)
 *
 * Inputs are x0, x1, …, values v0, v1, …, flags of faults f0, f1, …, each a local constant of its
 * function. A program of one part is that function; otherwise the parts are static functions, a
 * value that a later part needs is put into `work` where it is computed and read where it is first
 * needed.
 */
#include <string.h>

#include "exec/emit.h"

enum { CODE_COLUMN = 52 }; /* where comments begin */

void emit_real(text *t, double value)
{
    char buffer[32];
    size_t count = number_text(value, 0, buffer);
    if (strcmp(buffer, "nan") == 0)
        text_add(t, "(double)NAN");
    else if (strcmp(buffer, "inf") == 0)
        text_add(t, "HUGE_VAL");
    else if (strcmp(buffer, "-inf") == 0)
        text_add(t, "(-HUGE_VAL)");
    else {
        if (buffer[0] == '-') text_char(t, '(');
        text_addn(t, buffer, count);
        if (!strpbrk(buffer, ".e")) text_add(t, ".0");
        if (buffer[0] == '-') text_char(t, ')');
    }
}

void emit_whole(text *t, int64_t value)
{
    if (value == INT64_MIN)
        text_add(t, "INT64_MIN");
    else
        text_format(t, value < 0 ? "(-INT64_C(%lld))" : "INT64_C(%lld)",
                    value < 0 ? -(long long)value : (long long)value);
}

/* ---- Operands ----------------------------------------------------------------------------------- */

static const char *code_macro(const emitter *e, bool output, size_t i)
{
    return e->macro_text.at + (output ? e->out_macro[i] : e->in_macro[i]);
}

/* A new line; what follows stands in it. */
static text *code_line(emitter *e)
{
    text_add(&e->lines, "    ");
    return &e->lines;
}

static const char *code_bad(emitter *e)
{
    e->uses_bad = true;
    return e->parts > 1 ? "bad" : "&bad";
}

/* An input whose value stands in the source. */
static void code_fixed(emitter *e, text *t, size_t i)
{
    double v = emit_fixed_at(e, i, 0);
    if (e->p->inputs[i].type == TYPE_INT)
        emit_whole(t, (int64_t)v);
    else
        emit_real(t, v);
    text_add(t, ";\n");
}

/* The local of an input, once in each part. */
static void code_load_input(emitter *e, size_t i, size_t part)
{
    int type = e->p->inputs[i].type;
    if (e->input_loaded[i] == part + 1) return;
    e->input_loaded[i] = (uint32_t)part + 1;
    text *t = code_line(e);
    text_format(t, "const %s x%zu = ", type == TYPE_INT ? "int64_t" : "double", i);
    if (emit_is_fixed(e, i)) {
        code_fixed(e, t, i);
        return;
    }
    e->uses_in = true;
    if (type == TYPE_INT) text_add(t, "i_whole(");
    if (type == TYPE_F32 && !e->is_float) text_add(t, "(float)");
    text_format(t, "in[%s_IN_%s]", text_string(&e->upper), code_macro(e, false, i));
    if (type == TYPE_INT) text_format(t, ", %s)", code_bad(e));
    text_add(t, type == TYPE_BOOL ? " != 0;\n" : ";\n");
}

static bool code_copies(const emitter *e, const emit_row *row)
{
    return row->known & EMIT_INT || (e->is_float && !(row->known & EMIT_SINGLE));
}

static unsigned code_flag_place(const emitter *e, const emit_row *row)
{
    return row->work + (e->is_float && !(row->known & EMIT_SINGLE) ? 2u : 1u);
}

/* The local of a value that an earlier part put into `work`. */
static void code_load_value(emitter *e, emit_row *row, size_t part)
{
    unsigned n = row->number;
    if (row->part == part || row->loaded == part + 1) return;
    row->loaded = (uint32_t)part + 1;
    e->uses_work = true;
    text *t = code_line(e);
    if (!code_copies(e, row))
        text_format(t, "const double v%u = work[%u];\n", n, row->work);
    else
        text_format(t, "%s v%u;\n    memcpy(&v%u, work + %u, sizeof v%u);\n",
                    row->known & EMIT_INT ? "int64_t" : "double", n, n, row->work, n);
    if (row->known & EMIT_FLAG)
        text_format(code_line(e), "const int f%u = work[%u] != 0;\n", n, code_flag_place(e, row));
}

static void emit_load(emitter *e, uint32_t slot, size_t part)
{
    if (slot >= emit_base(e->p))
        code_load_value(e, &e->rows[slot - emit_base(e->p)], part);
    else if (slot >= e->p->constant_count)
        code_load_input(e, slot - e->p->constant_count, part);
}

static void code_operand(emitter *e, uint32_t slot, bool whole)
{
    const ew_program *p = e->p;
    text *t = &e->lines;
    if (slot >= emit_base(p)) {
        text_format(t, "v%u", e->rows[slot - emit_base(p)].number);
    } else if (slot >= p->constant_count) {
        text_format(t, "x%zu", slot - p->constant_count);
    } else if (whole) {
        emit_whole(t, (int64_t)p->constants[slot]);
    } else {
        double value;
        memcpy(&value, &p->constants[slot], sizeof value);
        emit_real(t, value);
    }
}

static bool code_flag(const emitter *e, uint32_t slot)
{
    return slot >= emit_base(e->p) && e->rows[slot - emit_base(e->p)].known & EMIT_FLAG;
}

/* The flag of an operand, or 0. */
static void code_flag_operand(emitter *e, uint32_t slot)
{
    if (code_flag(e, slot))
        text_format(&e->lines, "f%u", e->rows[slot - emit_base(e->p)].number);
    else
        text_add(&e->lines, "0");
}

/* ---- Faults --------------------------------------------------------------------------------------- */

/* Does the operand that the first one chooses have a fault? `v1 != 0 ? f2 : f3` */
static void code_chosen_flag(emitter *e, const emit_row *row, const instruction *c)
{
    code_operand(e, c->x, row->code == CODE_INT);
    text_add(&e->lines, row->op == OP_OR ? " == 0 ? " : " != 0 ? ");
    code_flag_operand(e, c->y);
    text_add(&e->lines, " : ");
    code_flag_operand(e, row->op == OP_IF ? c->w : 0);
}

/* Do the factors have a fault, and neither is a 0 without one? `(f2 | f3) & (f2 | (v2 != 0)) & (f3 | (v3 != 0))` */
static void code_factor_flag(emitter *e, const emit_row *row, const instruction *c)
{
    text *t = &e->lines;
    text_char(t, '(');
    code_flag_operand(e, c->x);
    text_add(t, " | ");
    code_flag_operand(e, c->y);
    text_char(t, ')');
    for (unsigned k = 0; k < (row->op == OP_MUL0 ? 2u : 1u); k++) {
        text_add(t, " & (");
        code_flag_operand(e, emit_operand(c, k));
        text_add(t, " | (");
        code_operand(e, emit_operand(c, k), false);
        text_add(t, " != 0))");
    }
}

static void code_factor_faults(emitter *e, const emit_row *row, const instruction *c)
{
    if (!code_flag(e, c->x) && !code_flag(e, c->y)) return;
    bool sure = row->known & EMIT_SURE;
    if (sure)
        text_add(code_line(e), "if (");
    else
        text_format(code_line(e), "const int f%u = ", row->number);
    code_factor_flag(e, row, c);
    if (sure)
        text_format(&e->lines, ") %sbad = 1;\n", e->parts > 1 ? "*" : "");
    else
        text_add(&e->lines, ";\n");
    e->uses_bad = e->uses_bad || sure;
}

/* The statements on faults before the value's own; for a value with a flag, its flag. */
static void code_faults(emitter *e, const emit_row *row, const instruction *c)
{
    if (emit_zero_wins(row->op)) {
        code_factor_faults(e, row, c);
        return;
    }
    bool lazy = emit_is_lazy(row->op, 1);
    bool chosen = lazy && (code_flag(e, c->y) || (row->op == OP_IF && code_flag(e, c->w)));
    text *t = &e->lines;
    if (row->known & EMIT_SURE) {
        if (!chosen) return;
        text_add(code_line(e), "if (");
        code_chosen_flag(e, row, c);
        text_format(t, ") %sbad = 1;\n", e->parts > 1 ? "*" : "");
        e->uses_bad = true;
    } else if (row->known & EMIT_FLAG) {
        text_format(code_line(e), "%sint f%u = ", row->known & EMIT_FAULTS ? "" : "const ", row->number);
        code_flag_operand(e, c->x);
        for (unsigned k = 1; !lazy && k < emit_operands(row->op); k++) {
            if (!code_flag(e, emit_operand(c, k))) continue;
            text_add(t, " | ");
            code_flag_operand(e, emit_operand(c, k));
        }
        if (chosen) {
            text_add(t, " | (");
            code_chosen_flag(e, row, c);
            text_char(t, ')');
        }
        text_add(t, ";\n");
    }
}

/* ---- Values ----------------------------------------------------------------------------------------- */

/* The row's C with the operands put in. */
static void code_value(emitter *e, const emit_row *row, const instruction *c)
{
    bool whole = row->code == CODE_INT ? row->op != I_REAL_INT : row->op == I_INT_REAL;
    const char *form = emit_template(row), *s;
    uint32_t count;
    for (int k; (k = ops_piece(&form, &s, &count)) != -2;) {
        bool bad = count == 3 && memcmp(s, "bad", 3) == 0;
        if (k >= 0) {
            code_operand(e, emit_operand(c, (unsigned)k), whole);
        } else if (bad && row->known & EMIT_FLAG) {
            text_format(&e->lines, "&f%u", row->number);
        } else if (bad) {
            text_add(&e->lines, code_bad(e));
        } else {
            emit_word(&e->lines, s, count);
        }
    }
}

/* An int compared with itself, of which compilers warn: what comes out is known. */
static bool code_same(emitter *e, const emit_row *row, const instruction *c)
{
    bool choice = row->op == OP_MIN || row->op == OP_MAX;
    if (row->code != CODE_INT || emit_operands(row->op) != 2 || c->x != c->y || !(choice || row->known & EMIT_BOOL))
        return false;
    if (!choice)
        text_add(&e->lines, row->op == OP_EQ || row->op == OP_LE || row->op == OP_GE ? "1.0; (void)" : "0.0; (void)");
    code_operand(e, c->x, true);
    return true;
}

static void code_comment(emitter *e, uint32_t i, size_t start)
{
    const char *name = e->p->origin ? program_name(e->p, e->p->origin[i]) : "";
    if (!*name) return;
    while (e->lines.count - start < CODE_COLUMN && !e->lines.failed) text_char(&e->lines, ' ');
    text_add(&e->lines, " /* ");
    emit_comment(&e->lines, name, "");
    text_add(&e->lines, " */");
}

static void code_store(emitter *e, const emit_row *row)
{
    if (row->work == EMIT_NOWHERE) return;
    e->uses_work = true;
    if (code_copies(e, row))
        text_format(code_line(e), "memcpy(work + %u, &v%u, sizeof v%u);\n", row->work, row->number, row->number);
    else
        text_format(code_line(e), "work[%u] = %sv%u;\n", row->work, e->is_float ? "(float)" : "", row->number);
    if (row->known & EMIT_FLAG)
        text_format(code_line(e), "work[%u] = %sf%u;\n", code_flag_place(e, row), e->is_float ? "(float)" : "",
                    row->number);
}

static void code_instruction(emitter *e, uint32_t i, size_t part)
{
    const emit_row *row = &e->rows[i];
    const instruction *c = &e->p->code[i];
    const char *form = emit_template(row);
    bool bracket = row->code == CODE_SINGLE && (form[0] == '-' || (form[0] == 'x' && form[1] == ' '));
    for (unsigned k = 0; k < emit_operands(row->op); k++) emit_load(e, emit_operand(c, k), part);
    code_faults(e, row, c);
    size_t start = e->lines.count;
    text *t = code_line(e);
    text_format(t, "const %s v%u = ", row->known & EMIT_INT ? "int64_t" : "double", row->number);
    if (row->code == CODE_SINGLE) text_add(t, bracket ? "(float)(" : "(float)");
    if (!code_same(e, row, c)) code_value(e, row, c);
    text_add(t, bracket ? ");" : ";");
    code_comment(e, i, start);
    text_char(t, '\n');
    code_store(e, row);
}

static void code_output(emitter *e, uint32_t i, size_t part)
{
    const program_output *o = &e->p->outputs[i];
    emit_load(e, o->slot, part);
    e->uses_out = true;
    text_format(code_line(e), "out[%s_OUT_%s] = ", text_string(&e->upper), code_macro(e, true, i));
    if (e->is_float)
        text_add(&e->lines, "(float)");
    else if (o->is_int)
        text_add(&e->lines, "(double)");
    code_operand(e, o->slot, o->is_int);
    text_add(&e->lines, ";\n");
}

/* ---- Functions ----------------------------------------------------------------------------------------- */

static const char *code_real(const emitter *e)
{
    return e->is_float ? "float" : "double";
}

/* The parameters that a part uses, or the arguments that it is called with. */
static void code_parameters(emitter *e, bool types)
{
    const char *real = code_real(e), *comma = "";
    text *t = &e->out;
    text_char(t, '(');
    const struct {
        bool used;
        const char *before, *type, *name;
    } list[] = {{e->uses_in, "const ", real, " *in"},
                {e->uses_out, "", real, " *out"},
                {e->uses_work, "", real, " *work"},
                {e->uses_bad, "", "int", " *bad"}};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        if (!list[i].used) continue;
        text_add(t, comma);
        comma = ", ";
        if (types)
            text_add(t, list[i].before), text_add(t, list[i].type), text_add(t, list[i].name);
        else
            text_add(t, i == 3 ? "&bad" : list[i].name + 2);
    }
    if (types && !*comma) text_add(t, "void");
    text_char(t, ')');
}

static void code_steps(emitter *e, size_t part, size_t *step)
{
    size_t size = (e->step_count + e->parts - 1) / e->parts, end = (part + 1) * size;
    e->uses_in = e->uses_out = e->uses_work = e->uses_bad = false;
    text_clear(&e->lines);
    for (; *step < end && *step < e->step_count; ++*step) {
        uint32_t s = e->steps[*step];
        if (s & EMIT_OUTPUT)
            code_output(e, s & ~EMIT_OUTPUT, part);
        else
            code_instruction(e, s, part);
    }
}

/* The word before each part. Put in line again, they would be one long function. */
static void code_part_word(emitter *e)
{
    const char *upper = text_string(&e->upper);
    text_format(&e->out,
                "/* Parts are compiled one by one: in line they would take long. */\n#if defined __GNUC__\n"
                "#define %s_PART static __attribute__((noinline))\n#else\n#define %s_PART static\n#endif\n\n",
                upper, upper);
}

/* The parts as static functions; the calls of them gather in `calls`. */
static bool code_parts(emitter *e, text *calls)
{
    size_t step = 0;
    bool uses_in = false, uses_out = false, uses_work = false;
    code_part_word(e);
    for (size_t part = 0; part < e->parts; part++) {
        code_steps(e, part, &step);
        uses_in = uses_in || e->uses_in;
        uses_out = uses_out || e->uses_out;
        uses_work = uses_work || e->uses_work;
        text_format(&e->out, "%s_PART void %s_%zu", text_string(&e->upper), e->name, part + 1);
        code_parameters(e, true);
        text_format(&e->out, "\n{\n%s}\n\n", text_string(&e->lines));
        if (e->lines.failed || !emit_flush(e)) return e->lines.failed ? report_memory(&e->report) : false;
        text_format(&e->out, "    %s_%zu", e->name, part + 1);
        code_parameters(e, false);
        text_add(calls, text_string(&e->out));
        text_add(calls, ";\n");
        text_clear(&e->out);
    }
    text_clear(&e->lines);
    text_add(&e->lines, text_string(calls));
    e->uses_in = uses_in;
    e->uses_out = uses_out;
    e->uses_work = uses_work;
    return true;
}

/* Ints that nothing reads must be whole too, as for the interpreter. */
static void code_unread(emitter *e)
{
    for (size_t i = 0; i < e->inputs; i++)
        if (e->p->inputs[i].type == TYPE_INT && !e->input_loaded[i]) {
            text_format(code_line(e), "i_whole(in[%s_IN_%s], &bad);\n", text_string(&e->upper),
                        code_macro(e, false, i));
            e->uses_in = true;
        }
}

bool emit_function(emitter *e)
{
    const char *real = code_real(e);
    text calls;
    size_t step = 0;
    text_begin(&calls, &e->m);
    bool ok = true;
    if (e->parts > 1)
        ok = code_parts(e, &calls) && (!calls.failed || report_memory(&e->report));
    else
        code_steps(e, 0, &step);
    text_free(&calls);
    if (!ok) return false;
    code_unread(e);
    text_format(&e->out, "void %s(const %s *in, %s *out, %s *work)\n{\n", e->name, real, real, real);
    if (!e->uses_in) text_add(&e->out, "    (void)in;\n");
    if (!e->uses_out && !e->faults) text_add(&e->out, "    (void)out;\n");
    if (!e->uses_work) text_add(&e->out, "    (void)work;\n");
    if (e->faults) text_add(&e->out, "    int bad = 0; /* something was not whole or overflowed */\n");
    text_add(&e->out, text_string(&e->lines));
    if (e->faults)
        text_format(&e->out, "    for (int i = 0; bad && i < %s_OUT; i++) out[i] = NAN;\n", text_string(&e->upper));
    text_add(&e->out, "}\n");
    return !e->lines.failed || report_memory(&e->report);
}
