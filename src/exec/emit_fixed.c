/*
 * emit_fixed.c - numbers that stand in the source instead of coming in: a trained model's weights.
 *
 * The last inputs, from number `kept` on, are no part of `in`. In a program with axes each is a table of its own
 * type, which the steps read where it lies; in one without, a number in the code. What the door converts is laid
 * out anew in `work`, so that the tables take no room there.
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
    double v = e->fixed[e->p->inputs[input].offset - e->in_count + element];
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

bool emit_fixed_tables(emitter *e)
{
    for (size_t i = e->inputs; i < e->p->input_count; i++) {
        bool read = e->p->inputs[i].count && e->p->arrays->ins[i].buffer != ARRAY_NONE;
        if (read && !fixed_table(e, i)) return false;
    }
    return true;
}
