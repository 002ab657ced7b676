/*
 * numbers.c - the values of many nodes at once: one program for those that are small enough to be shown.
 */
#include "numbers.h"

#include <stdlib.h>

void numbers_free(struct numbers *n)
{
    if (!n) return;
    free(n->at);
    free(n->flat);
    free(n);
}

static bool numbers_run(struct cli *c, ew_graph *g, struct numbers *n, const ew_node *few, const size_t *which,
                        size_t count, const double *in)
{
    size_t *offset = cli_array_offsets(c, g, few, count);
    int64_t *whole;
    n->flat = offset && count ? cli_run_whole(c, g, few, count, in, &whole) : NULL;
    for (size_t i = 0; n->flat && i < count; i++) n->at[which[i]] = cli_array_ran(g, few[i], n->flat, whole, offset[i]);
    free(offset);
    return !c->status;
}

struct numbers *numbers_new(struct cli *c, ew_graph *g, const ew_node *nodes, size_t count, const double *in,
                            size_t most)
{
    struct numbers *n = cli_room(c, 1, sizeof *n);
    ew_node *few = cli_room(c, count, sizeof *few);
    size_t *which = cli_room(c, count, sizeof *which), used = 0;
    if (n) *n = (struct numbers){cli_room(c, count, sizeof *n->at), NULL};
    bool ok = n && n->at && few && which;
    for (size_t i = 0; ok && i < count; i++) {
        n->at[i] = cli_array_of(g, nodes[i], NULL);
        if (cli_array_count_of(g, nodes[i]) > most) continue; /* so are those of unknown sizes */
        which[used] = i;
        few[used++] = nodes[i];
    }
    ok = ok && numbers_run(c, g, n, few, which, used, in);
    free(few);
    free(which);
    if (ok) return n;
    numbers_free(n);
    return NULL;
}
