/*
 * emit_nest.c - the pieces that a step's function is written from: its braces and loops, its parameters, and lines of
 * the plan as pointers and indices.
 *
 * A function takes what its text uses and nothing else: each piece marks that in n->uses, and nest_end and nest_pass
 * write parameters and arguments from it.
 */
#include <stdio.h>
#include <string.h>

#include "exec/emit_array.h"

/* ---- Pieces -------------------------------------------------------------------------------------------- */

text *nest_line(emit_nest *n)
{
    text_repeat(&n->body, "    ", n->depth);
    return &n->body;
}

void nest_open(emit_nest *n)
{
    text_add(&n->body, " {\n");
    n->depth++;
}

void nest_close(emit_nest *n)
{
    n->depth--;
    text_add(nest_line(n), "}\n");
}

void nest_begin(emit_nest *n, uint32_t lines)
{
    text_clear(&n->body);
    n->uses = 0;
    n->depth = 1;
    n->lines = lines;
}

/* The type of doubles that lie in `work`: with float it is an array of another type. */
const char *nest_real(const emitter *e)
{
    return e->is_float ? "k_double" : "double";
}

const char *nest_type(const emitter *e, int type)
{
    return type == ARRAY_F64 ? nest_real(e) : type == ARRAY_F32 ? "k_single" : "k_whole";
}

static const struct {
    unsigned use;
    const char *before, *type, *name;
} nest_parameters[] = {{USES_IN, "const ", NULL, "in"},
                       {USES_OUT, "", NULL, "out"},
                       {USES_WORK, "", NULL, "work"},
                       {USES_COUNTERS, "const ", "int64_t", "t"},
                       {USES_BAD, "", "int", "bad"}};

enum { NEST_PARAMETERS = sizeof nest_parameters / sizeof nest_parameters[0] };

void nest_pass(text *t, unsigned uses)
{
    const char *comma = "";
    text_char(t, '(');
    for (size_t i = 0; i < NEST_PARAMETERS; i++) {
        if (!(uses & nest_parameters[i].use)) continue;
        text_format(t, "%s%s", comma, nest_parameters[i].name);
        comma = ", ";
    }
    text_char(t, ')');
}

static void nest_declare(const emitter *e, text *t, unsigned uses)
{
    const char *comma = "";
    text_char(t, '(');
    for (size_t i = 0; i < NEST_PARAMETERS; i++) {
        if (!(uses & nest_parameters[i].use)) continue;
        const char *type = nest_parameters[i].type ? nest_parameters[i].type : nest_real(e);
        text_format(t, "%s%s%s *%s", comma, nest_parameters[i].before, type, nest_parameters[i].name);
        comma = ", ";
    }
    text_add(t, *comma ? ")" : "void)");
}

void nest_end(emit_nest *n, const char *type, const char *name, const char *comment)
{
    text *t = &n->e->nests;
    if (*comment) {
        text_add(t, "/* ");
        emit_comment(t, comment, "   ");
        text_add(t, " */\n");
    }
    text_format(t, "%s_PART %s %s", text_string(&n->e->upper), type, name);
    nest_declare(n->e, t, n->uses);
    text_format(t, "\n{\n%s}\n\n", text_string(&n->body));
}

void nest_name(emit_nest *n, const int64_t *size, uint32_t count)
{
    for (uint32_t d = 0; d < count; d++) {
        n->var[d][0] = '\0';
        if (size[d] == 1) continue;
        if (d + 2 == count || d + 1 == count)
            strcpy(n->var[d], d + 1 == count ? "j" : "i");
        else
            n->var[d][0] = 'd', count_text(d, n->var[d] + 1);
    }
}

void nest_size(emit_nest *n, text *t, int64_t size)
{
    if (size >= 0) {
        text_format(t, "%lld", (long long)size);
        return;
    }
    n->uses |= USES_COUNTERS;
    if (size != -1) text_format(t, "%lld * ", -(long long)size);
    text_format(t, "t[%u]", n->a->counters);
}

void nest_for(emit_nest *n, const char *var, int64_t size)
{
    if (!*var) return;
    text *t = nest_line(n);
    text_format(t, "for (int64_t %s = 0; %s < ", var, var);
    nest_size(n, t, size);
    text_format(t, "; %s++)", var);
    nest_open(n);
}

/* ---- Lines --------------------------------------------------------------------------------------------- */

static void term_add(text *t, bool *any, int64_t factor, const char *var)
{
    if (factor == 0) return;
    text_add(t, !*any ? (factor < 0 ? "-" : "") : factor < 0 ? " - " : " + ");
    *any = true;
    long long size = factor < 0 ? -(long long)factor : (long long)factor;
    if (!var)
        text_format(t, "%lld", size);
    else if (size == 1)
        text_add(t, var);
    else
        text_format(t, "%lld * %s", size, var);
}

static void sum_moves(emit_nest *n, text *t, bool *any, const plan_line *l)
{
    for (uint32_t i = 0; i < l->move_count; i++) {
        const plan_move *m = &n->a->moves.at[l->moves + i];
        char var[32] = "t[";
        size_t k = 2 + count_text(m->counter, var + 2);
        strcpy(var + k, "]");
        if (m->stride) n->uses |= USES_COUNTERS;
        term_add(t, any, m->stride, var);
    }
}

static void sum_places(emit_nest *n, text *t, bool *any, const plan_line *l, uint32_t count)
{
    for (uint32_t d = 0; d < count; d++)
        if (n->var[d][0]) term_add(t, any, n->a->strides.at[l->strides + d], n->var[d]);
}

void nest_whole(emit_nest *n, text *t, uint32_t line, uint32_t count)
{
    const plan_line *l = &n->a->lines.at[line];
    bool any = false;
    sum_moves(n, t, &any, l);
    sum_places(n, t, &any, l, count);
    if (!any || l->offset) term_add(t, &any, l->offset, NULL);
    if (!any) text_char(t, '0');
}

void nest_index(emit_nest *n, text *t, uint32_t line, uint32_t count)
{
    bool any = false;
    sum_places(n, t, &any, &n->a->lines.at[line], count);
    if (!any) text_char(t, '0');
}

void nest_at(emit_nest *n, text *t, uint32_t line, uint32_t count)
{
    text_format(t, "p%u[", line - n->lines);
    nest_index(n, t, line, count);
    text_char(t, ']');
}

/* The double in `work` that a buffer begins at: all threads', the local ones, those of the door. */
size_t nest_place(const emit_nest *n, uint32_t buffer)
{
    const plan *a = n->a;
    const plan_buffer *b = &a->buffers.at[buffer];
    size_t all = (a->bytes + 7) / 8, local = (a->lane + 7) / 8;
    if (b->door) return all + local + (b->door == DOOR_IN ? n->e->in_place : n->e->out_place)[b->port];
    return b->place / 8 + (b->local ? all : 0);
}

/* Does it lie at `in` or `out` itself? Then *at is where. */
static bool steps_at_door(const emit_nest *n, uint32_t buffer, size_t *at)
{
    const plan_buffer *b = &n->a->buffers.at[buffer];
    const ew_program *p = n->e->p;
    if (b->door == DOOR_NONE) return false;
    *at = b->door == DOOR_IN ? p->inputs[b->port].offset : p->outputs[b->port].offset;
    return b->door == DOOR_IN ? p->inputs[b->port].type == TYPE_F64 : !array_door_converts(p->outputs[b->port].type);
}

void nest_pointer(emit_nest *n, uint32_t line, bool written)
{
    const plan_line *l = &n->a->lines.at[line];
    const char *type = nest_type(n->e, l->type), *reads = written ? "" : "const ";
    if (l->buffer == ARRAY_NONE || l->buffer == BUFFER_CONSTANT) return;
    size_t place = 0;
    bool work = !steps_at_door(n, l->buffer, &place), plain = l->type == ARRAY_F64, any = true;
    bool in = n->a->buffers.at[l->buffer].door == DOOR_IN;
    size_t port = n->a->buffers.at[l->buffer].port;
    bool fixed = in && emit_is_fixed(n->e, port);
    if (work) place = nest_place(n, l->buffer);
    text *t = nest_line(n);
    if (!plain) n->e->helpers |= l->type == ARRAY_F32 ? HELP_SINGLE : HELP_WHOLE;
    if (fixed) place = 0;
    if (!fixed) n->uses |= work ? USES_WORK : in ? USES_IN : USES_OUT;
    text_format(t, "%s%s *p%u = ", reads, type, line - n->lines);
    if (!plain) text_format(t, "(%s%s *)(", reads, type);
    if (fixed)
        emit_fixed_name(n->e, t, port);
    else
        text_add(t, work ? "work" : in ? "in" : "out");
    if (plain) {
        term_add(t, &any, (int64_t)place + l->offset, NULL);
    } else {
        term_add(t, &any, (int64_t)place, NULL);
        text_char(t, ')');
        term_add(t, &any, l->offset, NULL);
    }
    sum_moves(n, t, &any, l);
    text_add(t, ";\n");
}

bool nest_literal(emit_nest *n, uint32_t line)
{
    return n->a->lines.at[line].buffer == BUFFER_CONSTANT;
}

void nest_constant(emit_nest *n, text *t, uint32_t line)
{
    const plan_line *l = &n->a->lines.at[line];
    uint64_t bits = n->a->constants.at[(size_t)l->offset / (STRIP * 8 / array_type_bytes(l->type))];
    double real;
    float single;
    memcpy(&real, &bits, sizeof real);
    memcpy(&single, &bits, sizeof single);
    if (l->type == ARRAY_INT)
        emit_whole(t, (int64_t)bits);
    else
        emit_real(t, l->type == ARRAY_F32 ? (double)single : real);
}
