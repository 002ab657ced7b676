/*
 * evaluate.c - loss and metrics on rows that are not trained on: the program at the set's own size.
 */
#include "train.h"

static bool evaluate_pass(ew_train *t, train_pass *p, const train_set *s, size_t rows)
{
    if (p->program && p->rows == rows) return true;
    train_pass_free(t, p);
    return train_pass_new(t, p, s, rows, TRAIN_VALUES);
}

bool train_measure(ew_train *t, train_pass *p, const train_set *s, bool validation, double *values)
{
    size_t rows = validation ? t->validation_rows : s->rows;
    if (!evaluate_pass(t, p, s, rows)) return false;
    for (size_t i = 0; i < rows; i++) p->row[i] = validation ? train_validation_row(t, i) : i;
    if (!train_pass_feed(t, p, s, 0) || !train_pass_run(t, p)) return false;
    for (size_t k = 0; k <= t->o.metric_count; k++) values[k] = train_pass_number(p, k);
    return true;
}

ew_status ew_train_evaluate(ew_train *t, const ew_source *data, size_t count, double *values, ew_error *err)
{
    train_set s = {0};
    train_pass p = {0};
    if (train_set_open(t, &s, data, count) && train_bind(t, &s) && train_all_fed(t, &s))
        train_measure(t, &p, &s, false, values);
    train_pass_free(t, &p);
    train_set_close(&s);
    return train_done(t, err);
}
