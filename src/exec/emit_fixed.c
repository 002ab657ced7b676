/*
 * emit_fixed.c - numbers that stand in the source instead of coming in: a trained model's weights.
 *
 * The last inputs, from number `kept` on, and those just before that nothing needs, are no part of `in`. In a program
 * with axes each is a table of its own type, which the steps read where it lies; in one without, a number in the code.
 * What the door converts is laid out anew in `work`, so that the tables take no room there.
 *
 * Scales are what data were standardised by in training: what comes in is scaled in doubles, as training does it,
 * before anything else sees it.
 */
#include "exec/emit_array.h"

#include <string.h>

enum { FIXED_ROW = 8 };

bool emit_is_fixed(const emitter *e, size_t input)
{
    return input >= e->inputs;
}

double emit_fixed_at(const emitter *e, size_t input, size_t element)
{
    double v = e->fixed[e->p->inputs[input].offset - e->fixed_from + element];
    uint8_t type = e->p->inputs[input].type;
    return type == TYPE_F32 ? (double)(float)v : type == TYPE_BOOL ? (double)(v != 0) : v;
}

void emit_fixed_name(const emitter *e, text *t, size_t input)
{
    text_format(t, "%s_param_%s", e->name, e->macro_text.at + e->in_macro[input]);
}

/* ---- Where the others lie in work -------------------------------------------------------------------------- */

static size_t fixed_room(size_t count, int type, size_t *words)
{
    size_t at = *words, bytes = count * array_type_bytes(type);
    *words += (bytes + 7) / 8;
    return at;
}

bool emit_fixed_doors(emitter *e)
{
    const plan *a = e->p->arrays;
    e->in_place = block_new(&e->m, a->in_count, sizeof *e->in_place);
    e->out_place = block_new(&e->m, a->out_count, sizeof *e->out_place);
    if (!e->in_place || !e->out_place) return report_memory(&e->report);
    for (size_t i = 0; i < a->in_count; i++) {
        const program_input *x = &e->p->inputs[i];
        bool converted = x->type != TYPE_F64 && a->ins[i].buffer != ARRAY_NONE && !emit_is_fixed(e, i);
        if (converted) e->in_place[i] = fixed_room(x->count, a->ins[i].type, &e->doors);
    }
    for (size_t k = 0; k < a->out_count; k++) {
        const program_output *x = &e->p->outputs[k];
        if (array_door_converts(x->type)) e->out_place[k] = fixed_room(x->count, a->outs[k].type, &e->doors);
    }
    return true;
}

/* ---- Tables --------------------------------------------------------------------------------------------------- */

/* Nine digits always read back to the same float. */
static void fixed_single(text *t, double value)
{
    char buffer[32];
    size_t count = number_text(value, 9, buffer);
    if (value - value != 0) {
        text_add(t, value != value ? "NAN" : value > 0 ? "INFINITY" : "-INFINITY");
        return;
    }
    text_addn(t, buffer, count);
    text_add(t, strpbrk(buffer, ".e") ? "f" : ".0f");
}

static void fixed_number(text *t, int type, double value)
{
    if (type == ARRAY_F32)
        fixed_single(t, value);
    else if (type == ARRAY_INT)
        emit_whole(t, (int64_t)value);
    else
        emit_real(t, value);
}

static bool fixed_table(emitter *e, size_t input)
{
    const program_input *x = &e->p->inputs[input];
    int type = e->p->arrays->ins[input].type;
    text *t = &e->out;
    text_format(t, "static const %s ", type == ARRAY_F32 ? "float" : type == ARRAY_INT ? "int64_t" : "double");
    emit_fixed_name(e, t, input);
    text_format(t, "[%zu] = { /* ", x->count);
    emit_comment(t, program_name(e->p, x->name), "");
    text_add(t, " */\n");
    for (size_t i = 0; i < x->count; i++) {
        text_add(t, i % FIXED_ROW == 0 ? "    " : " ");
        fixed_number(t, type, emit_fixed_at(e, input, i));
        text_add(t, i + 1 == x->count ? "};\n\n" : i % FIXED_ROW == FIXED_ROW - 1 ? ",\n" : ",");
        if (i % 1024 == 1023 && !emit_flush(e)) return false;
    }
    return true;
}

/* ---- Scales ---------------------------------------------------------------------------------------------------- */

static void scale_name(const emitter *e, text *t, const char *what, size_t input)
{
    text_format(t, "%s_%s_%s", e->name, what, e->macro_text.at + e->in_macro[input]);
}

static bool scale_table(emitter *e, const ew_emit_scale *s, const char *what, const double *values)
{
    text *t = &e->out;
    text_add(t, "static const double ");
    scale_name(e, t, what, s->input);
    text_format(t, "[%zu] = {\n", s->width);
    for (size_t i = 0; i < s->width; i++) {
        text_add(t, i % FIXED_ROW == 0 ? "    " : " ");
        emit_real(t, values[i]);
        text_add(t, i + 1 == s->width ? "};\n\n" : i % FIXED_ROW == FIXED_ROW - 1 ? ",\n" : ",");
        if (i % 1024 == 1023 && !emit_flush(e)) return false;
    }
    return true;
}

void emit_scales(emitter *e, text *t, size_t words, const char *real)
{
    text_format(t, "    %s *scaled = work + %zu;\n", real, words);
    text_format(t, "    for (int64_t i = 0; i < %zu; i++) scaled[i] = in[i];\n", e->in_count);
    for (size_t k = 0; k < e->scale_count; k++) {
        const ew_emit_scale *s = &e->scales[k];
        const program_input *x = &e->p->inputs[s->input];
        if (emit_is_fixed(e, s->input)) continue;
        text_format(t, "    for (int64_t i = 0; i < %zu; i++)\n        scaled[%zu + i] = (in[%zu + i] - ", x->count,
                    x->offset, x->offset);
        scale_name(e, t, "mean", s->input);
        text_format(t, "[i %% %zu]) * ", s->width);
        scale_name(e, t, "factor", s->input);
        text_format(t, "[i %% %zu];\n", s->width);
    }
    text_add(t, "    in = scaled;\n");
}

bool emit_fixed_tables(emitter *e)
{
    for (size_t k = 0; k < e->scale_count; k++)
        if (emit_is_fixed(e, e->scales[k].input))
            continue;
        else if (!scale_table(e, &e->scales[k], "mean", e->scales[k].mean) ||
                 !scale_table(e, &e->scales[k], "factor", e->scales[k].factor))
            return false;
    for (size_t i = e->inputs; i < e->p->input_count; i++) {
        bool read = e->p->inputs[i].count && e->p->arrays->ins[i].buffer != ARRAY_NONE;
        if (read && !fixed_table(e, i)) return false;
    }
    return true;
}
