/*
 * array_band.c - products of which a part is left out, since a factor is 0 on one side of a diagonal.
 *
 *     u[a] = sum(j in a: L[a, j]·x[j])                             for row a only the first a terms count
 *     d[a, j] = if j < a then sum(n: w[n, a]·x[n, j]) else 0        of row a only the first a columns
 *
 * A BAND says that only places count where that of axis y is at most that of axis x + shift. It is read from the
 * conditions that are factors of a product, or from a factor that is `if … then … else 0` itself. The product is then
 * cut in pieces along one of the two axes, each with as much of the other as any of its places needs; so terms of which
 * a few are 0 remain. A chain of sums is the same to the bit without them: it begins with 0, and 0 · b adds nothing.
 * What is not finite has no say there: the condition is one of the whole term, or the factor one on a path, where its 0
 * wins (LANGUAGE, section 6).
 *
 * ROWS whose places outside the band are 0, unless one inside is not finite, are a band of any product, the program's
 * own too: weights exp(x - m) / d of `x = if … then … else -inf`, where m and d are the same all along y. Were such a
 * row other than 0 there, or what it is multiplied with not finite, some element of the product would not be finite,
 * since every row, and everything that is multiplied, has a place inside; and then the step is done again whole.
 */
#include <math.h>

#include "exec/array_build.h"

enum {
    BAND_PENDING = 8, /* conditions of a conjunction, branches of a factor */
    BAND_LEAST = 16,  /* places of both axes, */
    BAND_RESULT = 48, /* where both are of the result, which takes fuller tiles */
    BAND_PIECES = 8,
    BAND_ROWS = 8,     /* a tile's, of the matrix kernel; */
    BAND_COLUMNS = 16, /* two of its vectors of f64 */
};

/* ---- Finding it --------------------------------------------------------------------------------------- */

typedef struct band_way { /* a band; equal: it holds at one place alone, so also the other way round */
    array_band band;
    bool equal;
} band_way;

static band_way band_turned(band_way b)
{
    return (band_way){{b.band.y, b.band.x, -b.band.shift}, true};
}

/* Is the comparison true only where y <= x + shift? */
static bool band_leaf(array_lowering *w, ew_node n, uint16_t map, band_way *b)
{
    op o = (op)node_at(w->g, n)->op;
    map_draft form[2];
    if (o != OP_LT && o != OP_LE && o != OP_GT && o != OP_GE && o != OP_EQ) return false;
    for (size_t k = 0; k < 2; k++) {
        ew_node a = node_arg(w->g, n, k);
        uint16_t inner = graph_map_compose(w->g, map, use_map(w->g, n, k), node_rank(w->g, a));
        if (inner == UINT16_MAX || !array_form(w, a, inner, &form[k])) return false;
    }
    bool greater = o == OP_GT || o == OP_GE;
    map_draft *less = &form[greater];
    array_form_add(less, &form[!greater], -1); /* less <= 0, or < 0 */
    int x = -1, y = -1;
    for (size_t t = 0; t < less->terms; t++) {
        if (less->factor[t] == 0) continue;
        int *axis = less->factor[t] == 1 ? &y : less->factor[t] == -1 ? &x : NULL;
        if (!axis || *axis >= 0) return false;
        *axis = less->axis[t];
    }
    if (x < 0 || y < 0 || less->offset > INT32_MAX || less->offset < -INT32_MAX) return false;
    bool strict = o == OP_LT || o == OP_GT;
    *b = (band_way){{(int8_t)x, (int8_t)y, -less->offset - (strict ? 1 : 0)}, o == OP_EQ};
    return true;
}

/* The same of a conjunction: its first comparison that says so. */
static bool band_condition(array_lowering *w, ew_node n, uint16_t map, band_way *b)
{
    struct {
        ew_node n;
        uint16_t map;
    } open[BAND_PENDING] = {{n, map}};
    for (size_t count = 1; count;) {
        count--;
        n = open[count].n, map = open[count].map;
        if (node_at(w->g, n)->op != OP_AND) {
            if (band_leaf(w, n, map, b)) return true;
            continue;
        }
        for (size_t k = 2; k-- > 0 && count < BAND_PENDING;) {
            ew_node a = node_arg(w->g, n, k);
            uint16_t inner = graph_map_compose(w->g, map, use_map(w->g, n, k), node_rank(w->g, a));
            if (inner != UINT16_MAX) open[count].n = a, open[count++].map = inner;
        }
    }
    return false;
}

/* Where one of two bands holds; false: those are not of one kind. */
static bool band_either(band_way *b, band_way other)
{
    if (b->band.x != other.band.x && other.equal) other = band_turned(other);
    if (b->band.x != other.band.x && b->equal) *b = band_turned(*b);
    if (b->band.x != other.band.x || b->band.y != other.band.y) return false;
    if (other.band.shift > b->band.shift) b->band.shift = other.band.shift;
    b->equal = false;
    return true;
}

/* A finite constant. */
static bool band_constant(array_lowering *w, ew_node n)
{
    double c = node_at(w->g, n)->op == OP_CONST ? node_value(w->g, n) : HUGE_VAL;
    return c - c == 0;
}

/* n becomes what it is a copy of, or a multiple: by a constant, or by anything where a 0 wins. */
static bool band_multiple(array_lowering *w, ew_node *n, uint16_t *map)
{
    op o = (op)node_at(w->g, *n)->op;
    bool two = o == OP_MUL || o == OP_MUL0;
    if (!two && o != OP_COPY && o != OP_NEG) return false;
    size_t k = two && band_constant(w, node_arg(w->g, *n, 0));
    if (o == OP_MUL && !band_constant(w, node_arg(w->g, *n, 1 - k))) return false;
    ew_node a = node_arg(w->g, *n, k);
    *map = graph_map_compose(w->g, *map, use_map(w->g, *n, k), node_rank(w->g, a));
    *n = a;
    return *map != UINT16_MAX;
}

/* Of `if … then … else if … else 0`. */
static bool band_value(array_lowering *w, ew_node n, uint16_t map, band_way *b)
{
    for (int depth = 0; depth < BAND_PENDING && band_multiple(w, &n, &map);) depth++;
    if (map == UINT16_MAX) return false;
    for (int depth = 0; depth < BAND_PENDING; depth++) {
        band_way one;
        ew_node part[3];
        uint16_t inner[3];
        if (depth && node_is_value(w->g, n, 0)) return true;
        if (node_at(w->g, n)->op != OP_IF) return false;
        for (size_t k = 0; k < 3; k += 2) {
            part[k] = node_arg(w->g, n, k);
            inner[k] = graph_map_compose(w->g, map, use_map(w->g, n, k), node_rank(w->g, part[k]));
            if (inner[k] == UINT16_MAX) return false;
        }
        if (!band_condition(w, part[0], inner[0], &one)) return false;
        if (depth == 0)
            *b = one;
        else if (!band_either(b, one))
            return false;
        n = part[2];
        map = inner[2];
    }
    return false;
}

bool array_band_find(array_lowering *w, ew_node n, uint16_t map, bool condition, uint16_t domain, array_band *band)
{
    band_way b;
    if (w->g->passes_off & PASS_LAYOUT) return false;
    if (!(condition ? band_condition(w, n, map, &b) : band_value(w, n, map, &b))) return false;
    const int64_t *sizes = shape_sizes(w->g, domain);
    if (sizes[b.band.x] < BAND_LEAST || sizes[b.band.y] < BAND_LEAST) return false;
    *band = b.band;
    return true;
}

/* ---- Rows that are 0 outside a band ----------------------------------------------------------------- */

typedef struct band_rows { /* a node on the way down; which axes of the domain the row's numbers have: m, d, … */
    ew_node n;
    uint16_t map;
    uint32_t numbers;
} band_rows;

static uint16_t rows_map(array_lowering *w, const band_rows *r, size_t k)
{
    return graph_map_compose(w->g, r->map, use_map(w->g, r->n, k), node_rank(w->g, node_arg(w->g, r->n, k)));
}

static bool rows_into(array_lowering *w, band_rows *r, size_t k)
{
    uint16_t map = rows_map(w, r, k);
    r->n = node_arg(w->g, r->n, k);
    r->map = map;
    return map != UINT16_MAX;
}

/* Argument k is a number of each row. */
static bool rows_number(array_lowering *w, band_rows *r, size_t k)
{
    uint16_t map = rows_map(w, r, k);
    size_t d;
    for (size_t p = 0; map != UINT16_MAX && p < node_rank(w->g, node_arg(w->g, r->n, k)); p++) {
        if (!array_plain_at(w, map, p, &d)) return false;
        r->numbers |= UINT32_C(1) << d;
    }
    return map != UINT16_MAX;
}

/* What a recurrence makes is its definition, place by place, unless `until` may end it early. */
static bool rows_defined(const array_lowering *w, band_rows *r)
{
    const graph_state *s = node_state(w->g, r->n);
    r->n = s->definition;
    return w->g->regions.at[s->region].until == EW_NONE;
}

static bool rows_is_named(const array_lowering *w, ew_node n)
{
    return node_at(w->g, n)->op == OP_STATE || node_at(w->g, n)->op == OP_LOOP;
}

/* Down through what keeps a 0 a 0, or makes something inside not finite: copies, signs, quotients by the row's number,
 * `if number then 0 else …`, to an exponential. */
static bool rows_exponential(array_lowering *w, band_rows *r)
{
    for (int depth = 0; depth < BAND_PENDING; depth++) {
        if (rows_is_named(w, r->n) && !rows_defined(w, r)) return false;
        op o = (op)node_at(w->g, r->n)->op;
        bool chosen = o == OP_IF && node_is_value(w->g, node_arg(w->g, r->n, 1), 0);
        if (o == OP_EXP) return rows_into(w, r, 0);
        if (!chosen && o != OP_DIV && o != OP_COPY && o != OP_NEG) return false;
        if ((chosen && !rows_number(w, r, 0)) || (o == OP_DIV && !rows_number(w, r, 1))) return false;
        if (!rows_into(w, r, chosen ? 2 : 0)) return false;
    }
    return false;
}

/* x - m, to `if condition then … else -inf`: the condition's band. */
static bool rows_scores(array_lowering *w, band_rows *r, band_way *b)
{
    if (node_at(w->g, r->n)->op != OP_SUB || !rows_number(w, r, 1) || !rows_into(w, r, 0)) return false;
    while (node_at(w->g, r->n)->op == OP_COPY)
        if (!rows_into(w, r, 0)) return false;
    if (node_at(w->g, r->n)->op != OP_IF || !node_is_value(w->g, node_arg(w->g, r->n, 2), -HUGE_VAL)) return false;
    uint16_t map = rows_map(w, r, 0);
    return map != UINT16_MAX && band_condition(w, node_arg(w->g, r->n, 0), map, b);
}

bool array_band_rows(array_lowering *w, ew_node n, uint16_t map, uint16_t domain, array_band *band)
{
    band_rows r = {n, map, 0};
    band_way b;
    if (w->g->passes_off & PASS_LAYOUT) return false;
    if (!rows_exponential(w, &r) || !rows_scores(w, &r, &b) || r.numbers >> b.band.y & 1) return false;
    int64_t x = shape_sizes(w->g, domain)[b.band.x], y = shape_sizes(w->g, domain)[b.band.y];
    bool inside = b.band.shift >= 0 && y <= x + b.band.shift; /* a place of every row, and of every column */
    if (!inside || x < BAND_LEAST || y < BAND_LEAST) return false;
    *band = b.band;
    return true;
}

/* ---- Pieces ------------------------------------------------------------------------------------------- */

/* The dimension that is cut, rows or columns: of both, rows, unless columns are packed for each piece. */
static int band_cut(const plan *a, const plan_product *p)
{
    if (p->band_x == PRODUCT_K || p->band_y == PRODUCT_K) return p->band_x == PRODUCT_K ? p->band_y : p->band_x;
    const int64_t *stride = a->strides.at + a->lines.at[p->lines + 1].strides;
    return stride[p->dim_count - 3 + PRODUCT_N] == 1 ? PRODUCT_M : PRODUCT_N;
}

static int64_t band_unit(const plan_product *p, int cut, int64_t size)
{
    int64_t least = cut == PRODUCT_M ? BAND_ROWS : p->type == ARRAY_F32 ? 2 * BAND_COLUMNS : BAND_COLUMNS;
    int64_t each = (size + BAND_PIECES - 1) / BAND_PIECES;
    return (each + least - 1) / least * least;
}

static int64_t band_within(int64_t x, int64_t size)
{
    return x < 0 ? 0 : x > size ? size : x;
}

size_t array_product_pieces(const plan *a, const plan_product *p)
{
    if (p->band_x == p->band_y) return 1;
    int cut = band_cut(a, p);
    int64_t size = a->sizes.at[p->dims + p->dim_count - 3 + (uint32_t)cut], unit = band_unit(p, cut, size);
    size_t pieces = (size_t)((size + unit - 1) / unit);
    return p->band_x == PRODUCT_K || p->band_y == PRODUCT_K ? pieces : 2 * pieces;
}

product_piece array_product_piece(const plan *a, const plan_product *p, const int64_t *size, size_t i)
{
    product_piece piece = {{0, 0, 0}, {size[0], size[1], size[2]}};
    if (p->band_x == p->band_y) return piece;
    int cut = band_cut(a, p), other = p->band_x == cut ? p->band_y : p->band_x;
    int64_t unit = band_unit(p, cut, size[cut]);
    bool rest = other != PRODUCT_K && i % 2; /* what no term goes to: 0 */
    size_t number = other == PRODUCT_K ? i : i / 2;
    int64_t from = (int64_t)number * unit, to = from + unit < size[cut] ? from + unit : size[cut];
    piece.begin[cut] = from;
    piece.end[cut] = to;
    bool below = p->band_x == cut; /* places up to one, or from one on */
    int64_t at = band_within(below ? to + p->band_shift : from - p->band_shift, size[other]);
    *(below != rest ? &piece.end[other] : &piece.begin[other]) = at;
    if (rest) piece.end[PRODUCT_K] = 0;
    return piece;
}

double array_product_share(const plan *a, const plan_product *p)
{
    const int64_t *size = a->sizes.at + p->dims + p->dim_count - 3;
    int64_t known[3];
    double all = 1, some = 0;
    if (p->band_x == p->band_y) return 1;
    for (int d = 0; d < 3; d++) { /* the rows of a block are not cut */
        known[d] = size[d] < 0 ? 1 : size[d];
        all *= (double)known[d];
    }
    for (size_t i = 0, count = array_product_pieces(a, p); i < count; i++) {
        product_piece piece = array_product_piece(a, p, known, i);
        double terms = 1;
        for (int d = 0; d < 3; d++) terms *= (double)(piece.end[d] - piece.begin[d]);
        some += terms;
    }
    return some / all;
}

/* At least an eighth is left out. */
bool array_product_banded(const plan *a, const plan_product *p)
{
    const int64_t *size = a->sizes.at + p->dims + p->dim_count - 3;
    bool result = p->band_x != PRODUCT_K && p->band_y != PRODUCT_K;
    if (result && (size[PRODUCT_M] < BAND_RESULT || size[PRODUCT_N] < BAND_RESULT)) return false;
    return array_product_share(a, p) <= 7.0 / 8;
}
