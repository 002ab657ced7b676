/*
 * made.c - uses of an array inside the recurrence that makes it: is the place there when it is read?
 *
 * Form proves that an earlier step has made it, or that the use is of the very step (h[t], which the order of the
 * step's equations settles). Of any other place this is found as it runs: what no earlier step has made becomes
 * a place that no array has (NOT_MADE), and the run ends with an error. Where the array used does not need,
 * within a step, the one that uses it, the place of the step itself is read too: it is then computed first
 * (arg[t - j] with j from 0 on).
 */
#include "lang/circles.h"

/* The greatest value, with indices whose ranges depend on others at their bounds. *sure: it is reached. */
static bool made_most(const machine *m, affine a, int64_t *most, bool *sure)
{
    int64_t low;
    *sure = true;
    for (int round = 0; round < 8; round++) {
        size_t k = 0;
        while (k < a.terms && !m->indices.at[a.index[k]].conditional) k++;
        if (k == a.terms) break;
        const index_state *i = &m->indices.at[a.index[k]];
        affine one = {.terms = 1, .index = {a.index[k]}, .factor = {1}}, by = {.offset = a.factor[k]}, bound;
        bound = m->affines.at[(a.factor[k] > 0 ? i->last : i->first) - 1];
        *sure = false;
        if (!affine_op(OP_SUB, &bound, &one, &bound) || !affine_op(OP_MUL, &bound, &by, &bound) ||
            !affine_op(OP_ADD, &a, &bound, &a))
            return false;
    }
    return affine_bounds(m, &a, &low, most);
}

/* By how much the place a is at most ahead of the one that the step makes. */
static bool made_ahead(const machine *m, const affine *a, uint32_t step, int64_t offset, int64_t *most, bool *sure)
{
    affine ahead = {.terms = 1, .index = {step}, .factor = {-1}, .offset = -offset};
    return affine_op(OP_ADD, a, &ahead, &ahead) && made_most(m, ahead, most, sure);
}

/* ---- What needs what within a step ------------------------------------------------------------------------ */

/* May use u be of the step itself, in group q? Then the member *from needs *to within it. */
static bool within_edge(machine *m, circle *c, uint32_t q, const use *u, uint32_t *from, uint32_t *to)
{
    const equation *e = &c->equations.at[u->statement];
    *from = e->member;
    *to = circle_member(c, u->name);
    const membership *s = circle_membership(c, q, *to);
    int64_t most;
    bool sure;
    if (!s || !circle_is_in(c, q, e->group) || !circle_membership(c, q, *from)) return false;
    uint32_t form = s->axis < u->count ? m->use_forms.at[u->first + s->axis] : 0;
    if (!form || m->affines.at[form - 1].base) return true;
    return !made_ahead(m, &m->affines.at[form - 1], c->groups.at[q].id, s->offset, &most, &sure) || most >= 0;
}

/* The members of group q that need one another within a step get the same number. */
static bool within_group(machine *m, circle *c, uint32_t q, uint32_t *first, uint32_t *to, uint32_t *component)
{
    uint32_t members = (uint32_t)c->members.count, a, b;
    for (uint32_t v = 0; v < members + 2; v++) first[v] = 0;
    for (size_t i = 0; i < m->uses.count; i++)
        if (within_edge(m, c, q, &m->uses.at[i], &a, &b)) first[a + 2]++;
    for (uint32_t v = 0; v < members; v++) first[v + 2] += first[v + 1];
    for (size_t i = 0; i < m->uses.count; i++)
        if (within_edge(m, c, q, &m->uses.at[i], &a, &b)) to[first[a + 1]++] = b;
    if (!circle_components(m, first, to, members, component)) return false;
    for (size_t k = 0; k < c->memberships.count; k++) {
        membership *s = &c->memberships.at[k];
        if (s->group == q) s->within = component[s->member];
    }
    return true;
}

bool circle_within(machine *m, circle *c)
{
    memory *hook = &m->g->memory;
    size_t members = c->members.count + 2, edges = m->uses.count + 1;
    uint32_t *first = block_new(hook, members, sizeof *first), *to = block_new(hook, edges, sizeof *to);
    uint32_t *component = block_new(hook, members, sizeof *component);
    bool ok = (first && to && component) || eval_memory(m);
    for (uint32_t q = 0; ok && q < c->groups.count; q++) ok = within_group(m, c, q, first, to, component);
    block_free(hook, first, first ? members : 0);
    block_free(hook, to, to ? edges : 0);
    block_free(hook, component, component ? members : 0);
    return ok;
}

/* Is the array of a state there, within a step, before the equation that is being built? */
static bool made_before(const machine *m, const membership *s)
{
    circle *c = m->circle;
    const equation *e = &c->equations.at[c->current];
    const membership *own = circle_membership(c, s->group, e->member);
    return !c->groups.at[s->group].down && own && own->within != s->within;
}

/* Does the equation that is being built give one place of group q's order by itself, x[0] = …? What it uses is then
 * there before, or made in its step: orders.c has looked. */
static bool made_at_one_place(const machine *m, uint32_t q)
{
    circle *c = m->circle;
    const equation *e = &c->equations.at[c->current];
    const membership *own = circle_membership(c, q, e->member);
    return own && m->l->sides.at[m->l->statements.at[e->statement].sides + own->axis].kind == SIDE_PLACE;
}

/* ---- Uses ----------------------------------------------------------------------------------------------------- */

bool made_find(machine *m, ew_node state, uint32_t name, const value *bracket, size_t brackets, bool guarded, made *x)
{
    const circle *c = m->circle;
    const membership *s = c->memberships.at;
    affine a;
    int64_t most;
    bool sure;
    while (s->state != state) s++;
    const group *q = &c->groups.at[s->group];
    const index_state *step = &m->indices.at[q->id];
    *x = (made){MADE_THEN, s->axis, q->id, s->offset - step->low, q->down};
    if (x->axis >= brackets) return circle_none(m, name);
    bool form = value_whole(m, bracket + x->axis, &a) && !a.base;
    if (form && a.terms == 1 && a.factor[0] == 1 && a.index[0] == x->id) return true;
    if (form && !a.terms && made_at_one_place(m, s->group)) return true;
    if (form && !a.terms && !x->down && a.offset < x->offset + step->low) return true; /* before all steps */
    x->how = MADE_BEFORE;
    if (!size_is_known(step->size)) return true;
    bool before = made_before(m, s);
    if (form && !x->down && made_ahead(m, &a, x->id, x->offset, &most, &sure)) {
        if (most < 0) return true;
        bool always = !guarded && m->conditions.count == eval_top(m)->conditions;
        if (sure && always && (most > 0 || !before)) return circle_none(m, name);
    }
    x->how = before ? MADE_NOW : MADE_CHECKED;
    return true;
}

/* The place that the step makes. */
bool made_here(machine *m, const made *x, const piece *p, value *place)
{
    affine step = {.terms = 1, .index = {x->id}, .factor = {1}, .offset = x->offset};
    return value_of_form(m, &step, p, place) && (place->form || value_set_form(m, place, &step));
}

/* The bracket's place, or one that no array has where it is not made yet. */
bool made_checked(machine *m, const made *x, const piece *p, value *bracket)
{
    value two[2] = {*bracket}, three[3] = {{0}, *bracket}, early[2] = {*bracket, {.part = NO_PART}};
    early[1].node = graph_whole(m->g, NOT_MADE);
    return made_here(m, x, p, &two[1]) && value_op(m, x->down ? OP_GT : OP_LT, two, 2, NULL, 0, p, &three[0]) &&
           value_op(m, OP_ADD, early, 2, NULL, 0, p, &three[2]) && value_op(m, OP_IF, three, 3, NULL, 0, p, bracket);
}
