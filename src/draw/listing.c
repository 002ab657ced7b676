/*
 * listing.c - the graph for a terminal, and as the text alternative of every picture.
 *
 * A small graph is drawn as a tree, from the outputs down, each edge with its derivative in
 * brackets; what has been drawn already is only named again, with an arrow. A deep or large one is
 * a list, one line a node. Neither recurses, and both have about as many lines as edges.
 */
#include <string.h>

#include "base/unicode.h"
#include "draw/draw.h"

enum { LISTING_NODES = 60, LISTING_DEPTH = 16, LISTING_COLUMN = 40 };

typedef struct listing_frame {
    uint32_t node;
    size_t next, end; /* its edges that are still to come */
} listing_frame;

typedef struct listing {
    scene *s;
    text *t;
    size_t *first; /* by node: its first edge */
    uint8_t *done;
    ARRAY(listing_frame) stack;
} listing;

/* "e = c * d = 6", and the derivative in a column of its own. `start` is where the line began. */
static void listing_node(const scene *s, text *t, const scene_node *n, size_t start)
{
    scene_equation(s, n, t);
    if (n->shape) draw_say(t, "  ({1})", scene_text(s, n->shape), NULL, NULL);
    if (n->value) text_char(t, ' ');
    text_add(t, scene_text(s, n->value));
    if (n->kind != SCENE_STEP && !n->value && !n->operation && !n->shape)
        draw_say(t, "  ({1})", scene_kind_name(s, n), NULL, NULL);
    if (!n->slope) return;
    size_t columns = t->failed ? 0 : utf8_width(t->at + start, t->count - start);
    text_add(t, "  ");
    if (columns < LISTING_COLUMN) text_repeat(t, " ", LISTING_COLUMN - columns);
    text_add(t, scene_text(s, n->slope));
}

/* ---- The tree -------------------------------------------------------------------------------- */

static void listing_push(listing *l, uint32_t node)
{
    listing_frame f = {node, l->first[node], l->first[node + 1]};
    if (l->done[node]) f.next = f.end;
    l->done[node] = 1;
    if (!array_push(l->s->m, &l->stack, f)) l->t->failed = true;
}

static void listing_branch(listing *l)
{
    listing_frame *top = &l->stack.at[l->stack.count - 1];
    const scene_edge *e = &l->s->edges.at[top->next++];
    size_t start = l->t->count;
    for (size_t i = 0; i + 1 < l->stack.count; i++)
        text_add(l->t, l->stack.at[i].next < l->stack.at[i].end ? "│  " : "   ");
    text_add(l->t, top->next < top->end ? "├─" : "└─");
    if (e->highlight) text_add(l->t, "▶");
    if (e->label) draw_say(l->t, "({1})", scene_text(l->s, e->label), NULL, NULL);
    text_add(l->t, e->edge == SCENE_USE ? "┄ " : e->edge == SCENE_RETURN ? "↺ " : "─ ");
    if (l->done[e->from] && l->first[e->from] < l->first[e->from + 1]) {
        text_add(l->t, scene_text(l->s, l->s->nodes.at[e->from].name));
        text_add(l->t, " ↑");
    } else {
        listing_node(l->s, l->t, &l->s->nodes.at[e->from], start);
    }
    text_add(l->t, "\n");
    listing_push(l, e->from);
}

static void listing_tree(listing *l)
{
    for (size_t i = l->s->nodes.count; i-- > 0 && !l->t->failed;) {
        const scene_node *n = &l->s->nodes.at[i];
        if (n->used) continue;
        listing_node(l->s, l->t, n, l->t->count);
        text_add(l->t, "\n");
        listing_push(l, (uint32_t)i);
        while (l->stack.count && !l->t->failed) {
            const listing_frame *top = &l->stack.at[l->stack.count - 1];
            if (top->next < top->end)
                listing_branch(l);
            else
                l->stack.count--;
        }
    }
}

/* ---- The list -------------------------------------------------------------------------------- */

static void listing_row(listing *l, size_t i)
{
    const scene_edge *edges = l->s->edges.at;
    text *t = l->t;
    listing_node(l->s, t, &l->s->nodes.at[i], t->count);
    for (size_t e = l->first[i]; e < l->first[i + 1]; e++) {
        text_add(t, e == l->first[i] ? "   ← " : ", ");
        text_add(t, scene_text(l->s, l->s->nodes.at[edges[e].from].name));
        if (edges[e].label) draw_say(t, " ({1})", scene_text(l->s, edges[e].label), NULL, NULL);
        if (edges[e].highlight) text_add(t, " ▶");
    }
    text_add(t, "\n");
}

/* The longest path, if that is what the tree's depth would be at most. */
static bool listing_is_small(const scene *s)
{
    uint8_t depth[LISTING_NODES + 1] = {0};
    if (s->nodes.count > LISTING_NODES || s->edges.count > 2 * LISTING_NODES) return false;
    for (size_t e = 0; e < s->edges.count; e++) {
        const scene_edge *edge = &s->edges.at[e];
        if (depth[edge->to] <= depth[edge->from]) depth[edge->to] = (uint8_t)(depth[edge->from] + 1);
        if (depth[edge->to] > LISTING_DEPTH) return false;
    }
    return true;
}

static void listing_all(listing *l, draw_out *o)
{
    size_t e = 0;
    for (size_t i = 0; i < l->s->nodes.count; i++) {
        l->first[i] = e;
        while (e < l->s->edges.count && l->s->edges.at[e].to == i) e++;
    }
    l->first[l->s->nodes.count] = e;
    if (listing_is_small(l->s)) {
        listing_tree(l);
        return;
    }
    for (size_t i = l->s->nodes.count; i-- > 0;) {
        listing_row(l, i);
        draw_flush(o, false);
    }
}

bool listing_write(scene *s, draw_out *o)
{
    size_t count = s->nodes.count;
    listing l = {.s = s, .t = &o->t};
    l.first = block_new(s->m, count + 1, sizeof *l.first);
    l.done = block_new(s->m, count, 1);
    bool ok = l.first && l.done;
    if (ok) {
        if (s->title) draw_say(&o->t, "{1}\n\n", scene_text(s, s->title), NULL, NULL);
        listing_all(&l, o);
    }
    array_free(s->m, &l.stack);
    block_free(s->m, l.done, count);
    block_free(s->m, l.first, count + 1);
    return ok;
}
