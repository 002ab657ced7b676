/*
 * over.c - which inputs are varied and where their numbers lie; memory in one block.
 *
 * A vector of varied numbers holds the elements of each input in `over`, one input after the other, row-major.
 */
#include "over.h"

ew_status train_over_check(const ew_minimize_options *o, ew_error *err, const ew_graph *g, const size_t *over,
                           size_t inputs, unsigned char *seen)
{
    for (size_t k = 0; k < inputs; k++) {
        ew_input_info info = ew_input_at(g, over[k]);
        const char *name = ew_node_name(g, info.node);
        if (info.type == EW_INT || info.type == EW_BOOL)
            return train_fail(o, err, EW_USE, "E071", "'{1}' is an int or a bool and cannot be varied in small steps",
                              name);
        if (seen[over[k]]) return train_fail(o, err, EW_USE, "E072", "'{1}' stands twice among what to vary", name);
        seen[over[k]] = 1;
    }
    return EW_OK;
}

size_t train_over_elements(const ew_graph *g, ew_node n)
{
    size_t count = 1;
    for (size_t p = 0; p < ew_node_rank(g, n); p++) {
        size_t size = ew_node_size(g, n, p);
        if (size == SIZE_MAX || (size && count > UINT32_MAX / size)) return SIZE_MAX;
        count *= size;
    }
    return count;
}

ew_status train_over_count(const ew_minimize_options *o, ew_error *err, const ew_graph *g, const size_t *over,
                           size_t inputs, size_t *in_count, size_t *count)
{
    *in_count = *count = 0;
    for (size_t i = 0; i < ew_input_count(g) + inputs; i++) {
        bool varied = i >= ew_input_count(g);
        size_t input = varied ? over[i - ew_input_count(g)] : i, n;
        if (input >= ew_input_count(g)) return train_fail(o, err, EW_USE, "E070", "this is no input of the graph", "");
        const char *name = ew_node_name(g, ew_input_at(g, input).node);
        if ((n = train_over_elements(g, ew_input_at(g, input).node)) == SIZE_MAX)
            return train_fail(o, err, EW_USE, "E074", "the sizes of '{1}' are not known, or too large", name);
        *(varied ? count : in_count) += n;
    }
    return EW_OK;
}

void train_over_place(const ew_graph *g, const size_t *over, size_t inputs, size_t *offset, train_part *parts)
{
    size_t start = 0, end = 0;
    for (size_t i = 0; i < ew_input_count(g); i++) {
        offset[i] = end;
        end += train_over_elements(g, ew_input_at(g, i).node);
    }
    for (size_t k = 0; k < inputs; k++) {
        ew_input_info info = ew_input_at(g, over[k]);
        parts[k] = (train_part){offset[over[k]], start, train_over_elements(g, info.node), info.type == EW_F32};
        start += parts[k].count;
    }
}

bool train_over_single(const ew_graph *g, const size_t *over, size_t inputs)
{
    for (size_t i = 0; i < inputs; i++)
        if (over[i] < ew_input_count(g) && ew_input_at(g, over[i]).type == EW_F32) return true;
    return false;
}

void *train_cut(train_block *b, size_t count, size_t size)
{
    if (count > (SIZE_MAX - b->used - 16) / size) b->fits = false;
    if (!b->fits) return NULL;
    void *part = b->at ? b->at + b->used : NULL;
    b->used += (count * size + 15) / 16 * 16;
    return part;
}
