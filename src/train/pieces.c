/*
 * pieces.c - rows that are not trained on, in pieces of as many as a batch has: what evaluating and predicting need of
 * memory does not grow with the set.
 *
 * What an output over all rows is, given its values over pieces, is read from the graph (ew_in_pieces): a mean, a sum,
 * the least, the greatest, one row after another. Where one of the outputs is nothing of the kind, such as the root of
 * a mean, all of them are computed over all rows at once. The size of a piece is a matter of the options alone, and
 * pieces are joined in their order: so nothing depends on threads.
 */
#include <math.h>
#include <string.h>

#include "train.h"

enum { PIECES_ROWS = 32 }; /* at least: a run of one row costs as much as one of many */

/* ---- Can it be split? ---------------------------------------------------------------------------------------------
 */

typedef struct pieces_sizes {
    ew_size *at;
    size_t count;
} pieces_sizes;

/* The dimensions of the data but that of the rows, by the names that a graph without sizes has for them. */
static void pieces_dimensions(const ew_train *t, const train_set *s, const ew_graph *g, pieces_sizes *z)
{
    for (size_t i = 0; i < s->count; i++) {
        const train_source *x = &s->at[i];
        ew_node n = ew_input_at(g, x->input).node;
        for (size_t k = 1; x->rank == ew_node_rank(g, n) && k < x->rank; k++) {
            const char *name = ew_node_size_name(g, n, k);
            bool known = !name || strcmp(name, t->rows_name) == 0;
            for (size_t j = 0; !known && j < z->count; j++) known = strcmp(z->at[j].name, name) == 0;
            if (!known) z->at[z->count++] = (ew_size){.name = name, .value = (int64_t)x->size[k]};
        }
    }
}

/* Every source fills an input whose first axis is the rows'. */
static bool pieces_by_rows(const ew_train *t, const train_set *s, const ew_graph *g)
{
    for (size_t i = 0; i < s->count; i++) {
        const char *name = ew_node_size_name(g, ew_input_at(g, s->at[i].input).node, 0);
        if (!name || strcmp(name, t->rows_name) != 0) return false;
    }
    return true;
}

/* The text with all sizes but that of the rows; NULL: it cannot be split, or reported. */
static ew_graph *pieces_graph(ew_train *t, const train_set *s)
{
    ew_error err;
    ew_options o = t->options;
    train_kept *blocks = NULL;
    size_t room = s->count * TRAIN_AXES + t->o.fixed_count;
    pieces_sizes z = {train_keep_in(t, &blocks, room, sizeof(ew_size)), 0};
    ew_graph *g = z.at ? ew_parse(t->text, EW_WHOLE, &o, &err) : NULL, *sized = NULL;
    if (z.at && !g) train_take(t, &err);
    if (g && pieces_by_rows(t, s, g)) {
        pieces_dimensions(t, s, g, &z);
        z.count += train_fixed_sizes(t, z.at + z.count);
        o.sizes = z.at;
        o.size_count = z.count;
        sized = ew_parse(t->text, EW_WHOLE, &o, &err);
        if (!sized && err.status == EW_LIMIT) train_take(t, &err);
    }
    ew_graph_free(g); /* names of dimensions are its own */
    train_release(t, &blocks);
    return sized;
}

/* What loss and metrics are (names NULL), or other expressions; false: one of them needs all rows, or reported. */
static bool pieces_kinds(ew_train *t, const train_set *s, const char *const *names, size_t count, ew_pieces *how)
{
    ew_error err;
    train_kept *blocks = NULL;
    ew_graph *g = t->rows_name ? pieces_graph(t, s) : NULL;
    ew_node *nodes = g ? train_keep_in(t, &blocks, count, sizeof *nodes) : NULL;
    bool good = nodes != NULL;
    for (size_t k = 0; good && k < count; k++) {
        nodes[k] = names ? ew_expression(g, names[k], &err)
                   : k   ? ew_find(g, t->o.metrics[k - 1])
                         : train_loss_node(t, g);
        good = nodes[k] != EW_NONE;
        if (!good && names && err.status == EW_LIMIT) train_take(t, &err);
    }
    if (good) good = ew_in_pieces(g, t->rows_name, nodes, count, how, &err) == EW_OK || train_take(t, &err);
    for (size_t k = 0; good && k < count; k++) good = how[k].kind != EW_PIECES_WHOLE;
    train_release(t, &blocks);
    ew_graph_free(g);
    return good;
}

static size_t pieces_most(const ew_train *t, size_t rows)
{
    size_t most = t->o.batch > PIECES_ROWS ? t->o.batch : PIECES_ROWS;
    return most < rows ? most : rows;
}

/* ---- Joining --------------------------------------------------------------------------------------------------------
 */

double train_join(ew_pieces_kind kind, double before, double value, size_t rows)
{
    switch (kind) {
    case EW_PIECES_SUM: return before + value;
    case EW_PIECES_MEAN: return before + value * (double)rows;
    case EW_PIECES_LEAST: return value < before || isnan(value) ? value : before;
    case EW_PIECES_GREATEST: return value > before || isnan(value) ? value : before;
    default: return value;
    }
}

double train_join_first(ew_pieces_kind kind)
{
    return kind == EW_PIECES_LEAST ? INFINITY : kind == EW_PIECES_GREATEST ? -INFINITY : 0;
}

/* Of its own type: what is f32 over all rows is f32. */
double train_join_last(ew_pieces_kind kind, ew_type type, double value, size_t rows)
{
    if (kind == EW_PIECES_MEAN) value /= (double)rows;
    return type == EW_F32 ? (double)(float)value : value;
}

/* ---- Passes
 * ---------------------------------------------------------------------------------------------------------- */

void train_pieces_free(ew_train *t, train_pieces *p)
{
    train_pass_free(t, &p->pass);
    train_pass_free(t, &p->last);
    train_release(t, &p->blocks);
    *p = (train_pieces){0};
}

/* How the rows of a set are split; the same set has the same answer. */
bool train_pieces_begin(ew_train *t, train_pieces *p, const train_set *s, size_t rows)
{
    size_t count = 1 + t->o.metric_count;
    if (p->rows) return true;
    p->rows = pieces_most(t, rows);
    if (p->rows == rows) return true;
    p->how = train_keep_in(t, &p->blocks, count, sizeof *p->how);
    if (!p->how) return false;
    if (!pieces_kinds(t, s, NULL, count, p->how)) {
        p->rows = rows;
        p->how = NULL;
    }
    return report_ok(&t->r);
}

/* The pass for the next rows of so many. */
train_pass *train_pieces_pass(ew_train *t, train_pieces *p, const train_set *s, size_t rows)
{
    train_pass *pass = rows == p->rows ? &p->pass : &p->last;
    if (pass->program && pass->rows != rows) train_pass_free(t, pass);
    return pass->program || train_pass_new(t, pass, s, rows, TRAIN_VALUES) ? pass : NULL;
}

bool train_pieces_run(ew_train *t, train_pass *p, const train_set *s, size_t first, bool validation)
{
    for (size_t i = 0; i < p->rows; i++) p->row[i] = validation ? train_validation_row(t, first + i) : first + i;
    return train_pass_feed(t, p, s, 0) && train_pass_run(t, p);
}

/* All at once: what comes out is what is kept. */
static void pieces_all(const ew_program *p, ew_pieces *how)
{
    for (size_t k = 0; k < ew_out_arrays(p); k++) how[k] = (ew_pieces){EW_PIECES_FREE, 0};
}

/* The first pass, and how its outputs are joined: of a piece, or, where they cannot be, of all rows. */
bool train_pieces_outputs(ew_train *t, train_pieces *p, const train_set *s, const char *outputs)
{
    bool split = false;
    p->rows = pieces_most(t, s->rows);
    if (p->rows < s->rows && train_pass_text(t, &p->pass, s, p->rows, outputs)) {
        size_t count = ew_out_arrays(p->pass.program);
        p->how = train_keep_in(t, &p->blocks, count, sizeof *p->how);
        const char **names = train_keep_in(t, &p->blocks, count, sizeof *names);
        for (size_t k = 0; names && k < count; k++) names[k] = ew_out_name(p->pass.program, k);
        split = p->how && names && pieces_kinds(t, s, names, count, p->how);
    }
    if (split) return true;
    if (t->r.error.status == EW_LIMIT) return false;
    memset(&t->r.error, 0, sizeof t->r.error);
    train_pass_free(t, &p->pass);
    p->rows = s->rows;
    if (!train_pass_text(t, &p->pass, s, p->rows, outputs)) return false;
    p->how = train_keep_in(t, &p->blocks, ew_out_arrays(p->pass.program), sizeof *p->how);
    if (p->how) pieces_all(p->pass.program, p->how);
    return p->how != NULL;
}
