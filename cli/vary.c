/*
 * vary.c - what minimize and fit vary: --over, or what stands for it.
 */
#include "cli.h"
#include "vary.h"

#include <stdlib.h>
#include <string.h>

static bool vary_real(ew_type type)
{
    return type == EW_F64 || type == EW_F32;
}

static size_t vary_default(const ew_graph *g, bool numbers, size_t *over)
{
    size_t count = 0;
    for (int params = 1; params >= 0 && count == 0; params--)
        for (size_t i = 0; i < ew_input_count(g); i++) {
            ew_input_info info = ew_input_at(g, i);
            bool data = !params && numbers && (ew_node_rank(g, info.node) > 0 || info.is_random);
            if (info.is_param == params && vary_real(info.type) && !data) over[count++] = i;
        }
    return count;
}

static size_t vary_named(struct cli *c, ew_graph *g, size_t *over)
{
    size_t count = 0;
    ew_node *nodes = cli_nodes(c, g, c->over, &count);
    for (size_t i = 0; nodes && i < count && !c->status; i++) {
        over[i] = cli_input_index(g, nodes[i]);
        if (over[i] == SIZE_MAX) cli_fail(c, FAULT_NOT_INPUT, ew_node_name(g, nodes[i]), NULL);
    }
    free(nodes);
    return c->status ? 0 : count;
}

size_t *vary_inputs(struct cli *c, ew_graph *g, bool numbers, size_t *count)
{
    /* names given twice are refused before there can be more than inputs */
    size_t room = ew_node_count(g) + (c->over ? strlen(c->over) : 0);
    size_t *over = cli_room(c, room, sizeof *over);
    if (!over) return NULL;
    *count = c->over ? vary_named(c, g, over) : vary_default(g, numbers, over);
    if (!c->status && *count == 0) cli_fail(c, numbers ? FAULT_NOTHING_TO_FIT : FAULT_NOTHING_TO_VARY, NULL, NULL);
    if (!c->status) return over;
    free(over);
    return NULL;
}
