/*
 * emit_array.c - a plan as C: a function for each step, and one that calls them in the plan's order.
 *
 *     NAME_steps   the loops, blocks and guards around the calls (emit_array_steps.c)
 *     NAME         inputs converted, NAME_steps, results that are nan where something failed
 *
 * Where a product over blocks is not finite, all steps run again, carefully, as the interpreter does.
 */
#include "exec/emit_array.h"

/* "((k_single *)(work + 12))[i]", or "work[12 + i]". */
static void steps_element(const emit_nest *n, text *t, const plan_door *d, const char *reads)
{
    size_t place = nest_place(n, d->buffer);
    if (d->type == ARRAY_F64)
        text_format(t, "work[%zu + i]", place);
    else
        text_format(t, "((%s%s *)(work + %zu))[i]", reads, nest_type(n->e, d->type), place);
}

static void steps_convert(emit_nest *n, size_t i)
{
    const program_input *input = &n->e->p->inputs[i];
    const plan_door *d = &n->a->ins[i];
    text *t = nest_line(n);
    text_format(t, "for (int64_t i = 0; i < %zu; i++) ", input->count);
    if (d->type == ARRAY_F32) n->e->helpers |= HELP_SINGLE;
    if (d->type == ARRAY_INT) n->e->helpers |= HELP_WHOLE, n->e->faults = true;
    n->uses |= USES_IN | USES_WORK;
    steps_element(n, t, d, "");
    text_format(t,
                d->type == ARRAY_F32   ? " = (float)in[%zu + i];\n"
                : d->type == ARRAY_F64 ? " = in[%zu + i] != 0;\n"
                                       : " = i_whole(in[%zu + i], &bad);\n",
                input->offset);
}

static void steps_conversions(emit_nest *n)
{
    for (size_t i = 0; i < n->a->in_count; i++) {
        const program_input *input = &n->e->p->inputs[i];
        bool read = input->count && n->a->ins[i].buffer != ARRAY_NONE;
        if (!read || input->type == TYPE_F64 || emit_is_fixed(n->e, i)) continue;
        if (input->type == TYPE_INT) emit_kernels_use(n->e, "i_whole(x)");
        steps_convert(n, i);
    }
}

/* Outputs that were computed in another type than the door's. */
static void steps_outputs(emit_nest *n, text *t)
{
    for (size_t k = 0; k < n->a->out_count; k++) {
        const program_output *x = &n->e->p->outputs[k];
        if (!x->count || !array_door_converts(x->type)) continue;
        n->e->helpers |= x->type == TYPE_F32 ? HELP_SINGLE : HELP_WHOLE;
        text_format(t, "    for (int64_t i = 0; i < %zu; i++) out[%zu + i] = (double)", x->count, x->offset);
        steps_element(n, t, &n->a->outs[k], "const ");
        text_add(t, ";\n");
    }
}

/* NAME_steps: its parameters are those of all it calls, and how it goes. */
static void steps_function(steps_writer *w)
{
    emitter *e = w->n.e;
    text *t = &e->nests;
    unsigned uses = w->uses & ~(unsigned)USES_COUNTERS;
    text_format(t, "%s_PART void %s_steps(", text_string(&e->upper), e->name);
    if (w->careful) text_add(t, "int careful, int *suspect, ");
    text_format(t, "const %s *in, %s *out, %s *work, int *bad)\n{\n", nest_real(e), nest_real(e), nest_real(e));
    if (!(uses & USES_IN)) text_add(t, "    (void)in;\n");
    if (!(uses & USES_OUT)) text_add(t, "    (void)out;\n");
    if (!(uses & USES_WORK)) text_add(t, "    (void)work;\n");
    if (!(uses & USES_BAD)) text_add(t, "    (void)bad;\n");
    if (w->counters || w->uses & USES_COUNTERS) text_format(t, "    int64_t t[%u] = {0};\n", w->n.a->counters + 2);
    text_add(t, text_string(&w->calls));
    text_add(t, "}\n\n");
}

static void steps_run(steps_writer *w)
{
    emitter *e = w->n.e;
    text *t = &e->nests;
    const char *careful = w->careful ? "0, &suspect, " : "";
    text_format(t, "    %s_steps(%sin, out, work, &bad);\n", e->name, careful);
    if (w->careful) text_format(t, "    if (suspect && !bad) %s_steps(1, &suspect, in, out, work, &bad);\n", e->name);
    steps_outputs(&w->n, t);
    if (e->faults || w->uses & USES_BAD)
        text_format(t, "    for (int64_t i = 0; bad && i < %zu; i++) out[i] = (double)NAN;\n", e->p->out_count);
}

/* With float: doubles lie in `work`, at the first place that suits them. */
static void steps_wrap(emitter *e, size_t words)
{
    text *t = &e->nests;
    text_format(t, "void %s(const float *in, float *out, float *work)\n{\n", e->name);
    text_add(t, "    k_double *doubles = (k_double *)(((uintptr_t)work + 7) / 8 * 8);\n");
    text_format(t, "    for (int64_t i = 0; i < %zu; i++) doubles[%zu + i] = (double)in[i];\n", e->in_count, words);
    text_format(t, "    %s_doubles(doubles + %zu, doubles + %zu, doubles);\n", e->name, words, words + e->in_count);
    text_format(t, "    for (int64_t i = 0; i < %zu; i++) out[i] = (float)doubles[%zu + i];\n}\n", e->p->out_count,
                words + e->in_count);
    e->work = 2 * (words + e->in_count + e->p->out_count) + 1;
}

static void steps_whole(steps_writer *w)
{
    emitter *e = w->n.e;
    text *t = &e->nests;
    size_t words = (w->n.a->bytes + 7) / 8 + (w->n.a->lane + 7) / 8 + e->doors;
    size_t scaled = words;
    if (e->scale_count) words += e->in_count;
    nest_begin(&w->n, 0);
    steps_conversions(&w->n);
    steps_function(w);
    e->work = words;
    text_format(t, "%svoid %s%s(const %s *in, %s *out, %s *work)\n{\n", e->is_float ? "static " : "", e->name,
                e->is_float ? "_doubles" : "", nest_real(e), nest_real(e), nest_real(e));
    text_add(t, "    int bad = 0;\n");
    if (e->scale_count) emit_scales(e, t, scaled, nest_real(e));
    if (w->careful) text_add(t, "    int suspect = 0; /* a product over blocks was not finite */\n");
    text_add(t, text_string(&w->n.body));
    steps_run(w);
    text_add(t, "}\n");
    e->faults = e->faults || w->uses & USES_BAD;
    if (e->is_float) text_add(t, "\n"), steps_wrap(e, words);
}

bool emit_array(emitter *e)
{
    steps_writer w = {.n = {.e = e, .a = e->p->arrays}, .depth = 1};
    text_begin(&w.n.body, &e->m);
    text_begin(&w.calls, &e->m);
    for (size_t i = 0; i < w.n.a->products.count; i++) w.careful = w.careful || w.n.a->products.at[i].repeats;
    bool ok = emit_fixed_doors(e) && emit_array_steps(&w);
    if (ok) steps_whole(&w);
    ok = ok && ((!w.n.body.failed && !w.calls.failed && !e->nests.failed) || report_memory(&e->report));
    text_free(&w.n.body);
    text_free(&w.calls);
    return ok;
}
