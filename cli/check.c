/*
 * check.c - the verb check: each derivative, in every mode, against differences of the program itself.
 *
 * A derivative and its differences agree if they are closer than ten times the estimated error of the
 * differences, or than a relative 1e-7 (1e-3 where the program has f32 in it: its derivatives are no
 * better), or than the rounding that cancelling paths leave behind. Kinks, jumps and edges of the
 * domain are reported and never fail, and so are points where a value or a derivative on the way is
 * infinite: there the language says what the derivative is, and differences say something else or
 * nothing.
 */
#include "check.h"
#include "frozen.h"
#include "pathwise.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double few_paths_log10 = 4;

/* ---- Derivatives --------------------------------------------------------------------------- */

static bool by_sweeps(struct checking *k)
{
    ew_error e;
    ew_node *nodes = cli_room(k->c, 2 * k->count, sizeof *nodes);
    for (size_t i = 0; nodes && i < 2 * k->count && !k->c->status; i++) {
        int mode = i < k->count ? EW_FORWARD : EW_REVERSE;
        nodes[i] = ew_diff(k->g, k->of, k->wrt[i % k->count], mode, &e);
        if (nodes[i] == EW_NONE) cli_fail_error(k->c, &e);
    }
    double *values = nodes && !k->c->status ? cli_run(k->c, k->g, nodes, 2 * k->count, k->in) : NULL;
    for (size_t i = 0; values && i < k->count; i++) {
        k->row[i].mode[FORWARD] = values[i];
        k->row[i].mode[REVERSE] = values[k->count + i];
    }
    free(nodes);
    free(values);
    return k->c->status == 0;
}

static bool few_paths(struct checking *k)
{
    bool few = true;
    for (size_t i = 0; few && i < k->count && !k->c->status; i++) {
        ew_paths *paths = cli_paths_new(k->c, k->g, k->wrt[i], k->of, NULL, 0);
        few = !paths || ew_paths_log10(paths) <= few_paths_log10;
        ew_paths_free(paths);
    }
    return few && !k->c->status;
}

static bool path_by_path(struct checking *k)
{
    k->by_paths = few_paths(k);
    double *values = k->by_paths ? cli_pathwise(k->c, k->g, k->of, k->wrt, k->count, k->in) : NULL;
    for (size_t i = 0; values && i < k->count; i++) k->row[i].mode[PATHS] = values[i];
    free(values);
    return k->c->status == 0;
}

/* What `of` is computed from, by number in the list of nodes; to be freed. Arguments have smaller numbers,
 * so one way down finds all. */
static bool *find_needed(struct checking *k)
{
    size_t count = (size_t)k->of + 1;
    bool *needed = cli_room(k->c, count, sizeof *needed);
    if (!needed) return NULL;
    memset(needed, 0, count * sizeof *needed);
    needed[k->of] = true;
    for (size_t i = count; i-- > 0;)
        for (size_t a = 0; needed[i] && a < ew_node_arg_count(k->g, (ew_node)i); a++)
            needed[ew_node_arg(k->g, (ew_node)i, a)] = true;
    return needed;
}

/* By input the sum of the absolute products of all paths: what cancels in a derivative leaves its rounding
 * behind, about epsilon times this. A reverse sweep over the edges, which are sorted by `to`. */
static void find_sizes(struct checking *k, const double *partials, size_t edges)
{
    double *size = cli_room(k->c, ew_node_count(k->g), sizeof *size);
    if (!size) return;
    memset(size, 0, ew_node_count(k->g) * sizeof *size);
    size[ew_node_index(k->g, k->of)] = 1;
    for (size_t i = edges; i-- > 0;) {
        ew_edge e = ew_edge_at(k->g, i);
        double part = fabs(partials[i]) * size[ew_node_index(k->g, e.to)];
        if (isfinite(part)) size[ew_node_index(k->g, e.from)] += part;
    }
    for (size_t i = 0; i < k->count; i++) k->row[i].size = size[ew_node_index(k->g, k->wrt[i])];
    free(size);
}

/* A value, or the derivative on an edge, that is not finite: 1/x at 0, though 1/(1/x) is finite again. */
static void find_singular(struct checking *k, const double *values)
{
    size_t edges = 0, nodes = ew_node_count(k->g);
    bool *needed = find_needed(k);
    double *partials = needed ? cli_partials(k->c, k->g, k->in, &edges) : NULL;
    for (size_t i = 0; partials && i < nodes; i++) {
        ew_node n = ew_node_at(k->g, i);
        if (n <= k->of && needed[n] && !isfinite(values[i])) k->singular = true;
    }
    for (size_t i = 0; partials && i < edges; i++) {
        ew_node to = ew_edge_at(k->g, i).to;
        if (to <= k->of && needed[to] && !isfinite(partials[i])) k->singular = true;
    }
    if (partials) find_sizes(k, partials, edges);
    free(partials);
    free(needed);
}

/* How far rounding may move the value: the sum over all nodes of |∂of/∂node · node| · epsilon. Only the
 * size matters, so it does no harm that it comes from the derivatives that are being checked. */
static bool find_noise(struct checking *k)
{
    ew_error e;
    size_t count = ew_node_count(k->g);
    ew_node *nodes = cli_room(k->c, 2 * count, sizeof *nodes);
    if (!nodes) return false;
    if (ew_reverse(k->g, k->of, nodes, &e) != EW_OK) cli_fail_error(k->c, &e);
    for (size_t i = 0; i < count; i++) nodes[count + i] = ew_node_at(k->g, i);
    double *values = k->c->status ? NULL : cli_run(k->c, k->g, nodes, 2 * count, k->in);
    for (size_t i = 0; values && i < count; i++) {
        double part = fabs(values[i] * values[count + i]);
        if (isfinite(part)) k->noise += DBL_EPSILON * part;
    }
    if (values) find_singular(k, values + count);
    free(values);
    free(nodes);
    return k->c->status == 0;
}

/* ---- The comparison ------------------------------------------------------------------------ */

static double distance(double a, double b)
{
    if (a == b || (isnan(a) && isnan(b))) return 0;
    double gap = fabs(a - b) / fmax(1, fmax(fabs(a), fabs(b)));
    return isnan(gap) ? INFINITY : gap;
}

static bool close_enough(double derivative, const struct checked *r, bool rough)
{
    double slope = r->found.slope, gap = fabs(derivative - slope), size = fmax(fabs(derivative), fabs(slope));
    double allowed = 10 * r->found.error + 64 * DBL_EPSILON * r->size;
    if (rough) return gap <= allowed + 1e-3 * fmax(size, 1);
    return gap <= allowed + 1e-7 * size;
}

void check_judge(struct checking *k, struct checked *r, bool rough)
{
    bool agrees = true;
    r->error = 0;
    for (int m = 0; m < (k->by_paths ? MODES : PATHS); m++) {
        agrees = agrees && close_enough(r->mode[m], r, rough);
        r->error = fmax(r->error, distance(r->mode[m], r->found.slope));
    }
    bool finite = isfinite(r->mode[FORWARD]) && isfinite(r->mode[REVERSE]);
    if (r->found.kink)
        r->verdict = KINK;
    else if (!r->found.settled)
        r->verdict = isfinite(r->found.value) && finite ? UNCLEAR : KINK;
    else
        r->verdict = agrees ? AGREES : k->singular ? KINK : DISAGREES;
    k->verdicts[r->verdict]++;
    bool counts = r->verdict == AGREES || r->verdict == DISAGREES;
    bool worse =
        !k->worst || r->verdict > k->worst->verdict || (r->verdict == k->worst->verdict && r->error > k->worst->error);
    if (counts && worse) k->worst = r;
}

struct frozen_place {
    const struct frozen *f;
    size_t place;
};

static double frozen_value(const void *context, double x)
{
    const struct frozen_place *p = context;
    return frozen_run(p->f, p->place, x);
}

static struct estimate slope_at(const struct frozen *f, size_t place)
{
    struct frozen_place p = {f, place};
    struct curve curve = {frozen_value, &p, f->in[place], f->noise};
    return differences(&curve);
}

/* A node in the middle is cut off from what it is computed from, by a copy of its own. */
static bool compare(struct checking *k)
{
    struct frozen whole;
    if (!frozen_new(k->c, &whole, k->g, k->of, EW_NONE, k->in)) return false;
    whole.noise = k->noise;
    for (size_t i = 0; i < k->count && !k->c->status; i++) {
        struct checked *r = &k->row[i];
        size_t input = cli_input_index(k->g, r->wrt);
        if (input != SIZE_MAX) {
            r->found = slope_at(&whole, input);
        } else if (r->wrt > k->of) { /* not among what `of` needs: nothing to cut */
            r->found = (struct estimate){.settled = true};
        } else {
            struct frozen part;
            if (!frozen_new(k->c, &part, k->g, k->of, r->wrt, k->in)) break;
            part.noise = k->noise;
            r->found = part.place ? slope_at(&part, part.place) : (struct estimate){.settled = true};
            frozen_free(&part);
        }
        check_judge(k, r, whole.rough);
    }
    frozen_free(&whole);
    return k->c->status == 0;
}

/* ---- The verb ------------------------------------------------------------------------------ */

static bool check_scalars(struct checking *k)
{
    k->count = k->wrt_count;
    k->row = cli_room(k->c, k->count, sizeof *k->row);
    if (!k->row) return false;
    memset(k->row, 0, k->count * sizeof *k->row);
    for (size_t i = 0; i < k->count; i++) k->row[i].wrt = k->wrt[i];
    return by_sweeps(k) && path_by_path(k) && find_noise(k) && compare(k);
}

static int check(struct checking *k)
{
    k->indexed = cli_array_any(k->g);
    if ((k->indexed ? check_arrays : check_scalars)(k)) check_say(k);
    free(k->row);
    return k->c->status ? k->c->status : k->verdicts[DISAGREES] ? CLI_DISAGREES : EW_OK;
}

int cli_check(struct cli *c)
{
    int status = 0;
    struct checking k = {.c = c};
    k.g = cli_graph(c);
    double *in = k.g ? cli_values(c, k.g) : NULL;
    k.in = in;
    k.of = in ? cli_of(c, k.g) : EW_NONE;
    k.wrt = k.of != EW_NONE ? cli_wrt(c, k.g, &k.wrt_count) : NULL;
    if (k.wrt) status = check(&k);
    free(k.wrt);
    free(in);
    ew_graph_free(k.g);
    return c->status ? c->status : status;
}
