/*
 * evaluate.c - loss and metrics on rows that are not trained on: as over all of them at once, in pieces where that can
 * be (pieces.c).
 */
#include "train.h"

bool train_measure(ew_train *t, train_pieces *p, const train_set *s, bool validation, double *values)
{
    size_t rows = validation ? t->validation_rows : s->rows, count = 1 + t->o.metric_count;
    if (!train_pieces_begin(t, p, s, rows)) return false;
    for (size_t k = 0; k < count; k++) values[k] = p->how ? train_join_first(p->how[k].kind) : 0;
    for (size_t first = 0, n; first < rows; first += n) {
        n = rows - first < p->rows ? rows - first : p->rows;
        train_pass *pass = train_pieces_pass(t, p, s, n);
        if (!pass || !train_pieces_run(t, pass, s, first, validation)) return false;
        for (size_t k = 0; k < count; k++) {
            double value = train_pass_number(pass, k);
            values[k] = p->how ? train_join(p->how[k].kind, values[k], value, n) : value;
        }
    }
    for (size_t k = 0; p->how && k < count; k++)
        values[k] = train_join_last(p->how[k].kind, ew_out_array(p->pass.program, k).type, values[k], rows);
    return true;
}

ew_status ew_train_evaluate(ew_train *t, const ew_source *data, size_t count, double *values, ew_error *err)
{
    train_set s = {0};
    train_pieces p = {0};
    if (train_set_other(t, &s, data, count) && train_all_fed(t, &s)) train_measure(t, &p, &s, false, values);
    train_pieces_free(t, &p);
    train_set_close(&s);
    return train_done(t, err);
}
