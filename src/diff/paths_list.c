/*
 * paths_list.c - listing paths: all in the order of the text, or the largest, largest first.
 *
 * Paths are listed depth first, which is the order of the text, and only such beginnings are
 * entered as a wanted path goes on from; so listing costs what the listed paths are long. Where not
 * all fit, they come kind by kind: first those with an infinite factor, then plain ones (all factors
 * finite and none 0) by the size of their product, then products that are exactly 0, then nan. An
 * exact 0 on a path wins over inf and nan (language.md, section 6). Which plain ones are large
 * enough is known beforehand (paths_rank.c); they are put in order afterwards.
 */
#include "diff/paths.h"

/* What stands on an edge, and by `or` on a path. */
enum { KIND_ZERO = 1, KIND_NAN = 2, KIND_INF = 4, KIND_SETS = 8 };

typedef enum list_class { LIST_INF, LIST_PLAIN, LIST_ZERO, LIST_NAN, LIST_ALL } list_class;

typedef struct list_step {
    uint32_t node, next; /* next: the place in part->out to go on from */
    uint32_t choice;
    uint8_t kind;
    double loss;
    paths_scaled product; /* of the factors' finite parts: an infinite one counts as its sign */
} list_step;

typedef struct lister {
    ew_paths *p;
    const double *partials;
    uint8_t *kind;   /* by edge */
    uint8_t *ways;   /* by node: bit k: a way on has kind k altogether */
    list_step *step; /* the path that is being walked */
    list_class wanted;
    uint8_t fit[KIND_SETS]; /* by kind so far: the kinds of ways on that are wanted */
    size_t room;            /* how many paths may still be listed */
    paths_rank rank;        /* loss NULL: all plain ones are large enough */
} lister;

static uint8_t list_kind(double x)
{
    return isnan(x) ? KIND_NAN : isinf(x) ? KIND_INF : x == 0 ? KIND_ZERO : 0;
}

static list_class list_class_of(unsigned kind)
{
    if (kind & KIND_ZERO) return LIST_ZERO;
    return kind & KIND_NAN ? LIST_NAN : kind & KIND_INF ? LIST_INF : LIST_PLAIN;
}

static void list_kinds(lister *l)
{
    const paths_part *part = &l->p->part;
    l->ways[part->nodes - 1] = 1;
    for (size_t i = part->edges; i-- > 0;) {
        uint8_t kind = l->partials ? list_kind(l->partials[part->edge[i]]) : 0;
        l->kind[i] = kind;
        for (unsigned k = 0; k < KIND_SETS; k++)
            if ((unsigned)l->ways[part->head[i]] >> k & 1u) l->ways[part->foot[i]] |= (uint8_t)(1u << (k | kind));
    }
}

static void list_want(lister *l, list_class wanted)
{
    l->wanted = wanted;
    for (unsigned so_far = 0; so_far < KIND_SETS; so_far++) {
        l->fit[so_far] = 0;
        for (unsigned k = 0; k < KIND_SETS; k++)
            if (wanted == LIST_ALL || list_class_of(so_far | k) == wanted) l->fit[so_far] |= (uint8_t)(1u << k);
    }
}

/* ---- Depth first ------------------------------------------------------------------------------- */

static bool list_large(const lister *l, double loss)
{
    return loss < l->rank.sure || (l->rank.ties && loss <= l->rank.tie);
}

static bool list_enters(const lister *l, const list_step *s, uint32_t edge)
{
    unsigned kind = s->kind | l->kind[edge];
    if (!(l->ways[l->p->part.head[edge]] & l->fit[kind])) return false;
    return l->wanted != LIST_PLAIN || !l->rank.loss || list_large(l, s->loss + l->rank.loss[edge]);
}

static paths_scaled list_product(const lister *l, const list_step *s, uint32_t edge)
{
    double x = l->partials ? l->partials[l->p->part.edge[edge]] : 1;
    return paths_times(s->product, l->kind[edge] ? copysign(1, x) : x);
}

static bool list_enter(lister *l, list_step *s, uint32_t edge)
{
    const paths_part *part = &l->p->part;
    list_step next = {part->head[edge], part->first[part->head[edge]], s->choice, 0, 0, list_product(l, s, edge)};
    next.kind = s->kind | l->kind[edge];
    next.loss = s->loss + (l->rank.loss ? l->rank.loss[edge] : 0);
    if (part->first[s->node + 1] - part->first[s->node] > 1) {
        paths_choice c = {edge, s->choice};
        next.choice = (uint32_t)l->p->choices.count;
        if (l->p->choices.count >= EW_NONE || !array_push(&l->p->memory, &l->p->choices, c)) return false;
    }
    s[1] = next;
    return true;
}

/* A whole path. Ties that are no longer wanted can be left over on the stack. */
static bool list_take(lister *l, const list_step *s)
{
    double products[] = {copysign(HUGE_VAL, s->product.m), paths_double(s->product), 0, (double)NAN};
    paths_listed x = {products[list_class_of(s->kind)], s->choice};
    if (l->wanted == LIST_PLAIN && l->rank.loss) {
        if (!list_large(l, s->loss)) return true;
        if (s->loss >= l->rank.sure) l->rank.ties--;
    }
    l->room--;
    return array_push(&l->p->memory, &l->p->listed, x);
}

static bool list_walk(lister *l, list_class wanted)
{
    const paths_part *part = &l->p->part;
    list_step *s = l->step, begin = {0, 0, EW_NONE, 0, 0, paths_scale(1, 0)};
    list_want(l, wanted);
    *s = begin;
    if (!(l->ways[0] & l->fit[0])) return true;
    while (l->room) {
        bool end = s->node + 1 == part->nodes;
        if (end && !list_take(l, s)) return false;
        uint32_t stop = end ? s->next : part->first[s->node + 1];
        while (s->next < stop && !list_enters(l, s, part->out[s->next])) s->next++;
        if (s->next < stop) {
            if (!list_enter(l, s, part->out[s->next++])) return false;
            s++;
        } else if (s > l->step) {
            s--;
        } else {
            break;
        }
    }
    return true;
}

/* ---- The largest first ------------------------------------------------------------------------- */

static bool list_before(const paths_listed *a, const paths_listed *b)
{
    double x = fabs(a->product), y = fabs(b->product);
    return x != y ? x > y : a->choice < b->choice;
}

static void list_sink(paths_listed *h, size_t count, size_t i)
{
    paths_listed x = h[i];
    for (size_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && list_before(&h[child], &h[child + 1])) child++;
        if (!list_before(&x, &h[child])) break;
        h[i] = h[child];
    }
    h[i] = x;
}

/* By heap: in place, whatever there is. */
static void list_sort(paths_listed *h, size_t count)
{
    for (size_t i = count / 2; i-- > 0;) list_sink(h, count, i);
    while (count-- > 1) {
        paths_listed last = h[count];
        h[count] = h[0];
        h[0] = last;
        list_sink(h, count, 0);
    }
}

static bool list_plain(lister *l)
{
    memory *m = &l->p->memory;
    size_t begin = l->p->listed.count, edges = l->p->part.edges;
    paths_scaled total;
    if (!paths_count_plain(m, &l->p->part, l->kind, &total)) return false;
    bool ok = true;
    if (paths_double(total) > (double)l->room) {
        l->rank.loss = block_new(m, edges, sizeof *l->rank.loss);
        ok = l->rank.loss && paths_rank_fill(m, &l->p->part, l->partials, l->kind, l->room, &l->rank);
    }
    ok = ok && list_walk(l, LIST_PLAIN);
    block_free(m, l->rank.loss, edges);
    l->rank.loss = NULL;
    if (ok && l->p->listed.count > begin) list_sort(l->p->listed.at + begin, l->p->listed.count - begin);
    return ok;
}

static bool list_all(lister *l)
{
    if (!l->partials || paths_double(l->p->routes) <= (double)l->room) return list_walk(l, LIST_ALL);
    return list_walk(l, LIST_INF) && (!l->room || list_plain(l)) && list_walk(l, LIST_ZERO) && list_walk(l, LIST_NAN);
}

bool paths_list(ew_paths *p, const double *partials, size_t most)
{
    const paths_part *part = &p->part;
    lister l = {.p = p, .partials = partials, .room = most};
    if (most == 0 || part->nodes == 0) return true;
    l.kind = block_new(&p->memory, part->edges, 1);
    l.ways = block_new(&p->memory, part->nodes, 1);
    l.step = block_new(&p->memory, part->longest + 1, sizeof *l.step);
    bool ok = l.kind && l.ways && l.step;
    if (ok) {
        list_kinds(&l);
        ok = list_all(&l);
    }
    block_free(&p->memory, l.kind, part->edges);
    block_free(&p->memory, l.ways, part->nodes);
    block_free(&p->memory, l.step, part->longest + 1);
    return ok;
}
