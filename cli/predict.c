/*
 * predict.c - the verb predict: what a trained model says to new data.
 */
#include "arrays.h"
#include "sources.h"

#include <stdlib.h>
#include <string.h>

static double element(ew_type type, const void *elements, size_t i)
{
    switch (type) {
    case EW_F64: return ((const double *)elements)[i];
    case EW_F32: return (double)((const float *)elements)[i];
    case EW_INT: return (double)((const int64_t *)elements)[i];
    case EW_BOOL: return ((const unsigned char *)elements)[i];
    }
    return 0;
}

/* As doubles, which is what everything here shows; to be freed. */
static double *widen(struct cli *c, const ew_data_array *from, struct array *to)
{
    *to = (struct array){.type = from->type, .rank = from->axes};
    for (size_t k = 0; k < from->axes; k++) to->size[k] = from->sizes[k];
    size_t count = cli_array_count(to);
    double *values = cli_room(c, count, sizeof *values);
    for (size_t i = 0; values && i < count; i++)
        values[i] = from->elements ? element(from->type, from->elements, i) : from->values[i];
    to->values = values;
    if (from->type == EW_INT) to->whole = from->elements;
    return values;
}

static void answer(struct cli *c, const ew_data_array *arrays, size_t count)
{
    const char **names = cli_room(c, count, sizeof *names);
    struct array *shown = cli_room(c, count, sizeof *shown);
    double **own = cli_room(c, count, sizeof *own);
    size_t made = 0;
    for (; names && shown && own && made < count; made++) {
        names[made] = arrays[made].name;
        own[made] = widen(c, &arrays[made], &shown[made]);
        if (!own[made]) break;
    }
    if (!c->status) cli_answer(c, names, shown, count);
    for (size_t i = 0; own && i < made; i++) free(own[i]);
    free(own);
    free(shown);
    free(names);
}

static bool any_file(const struct sources *data)
{
    for (size_t i = 0; i < data->count; i++)
        if (data->at[i].path) return true;
    return false;
}

static void predict(struct cli *c, const struct sources *data)
{
    ew_error e;
    size_t count;
    ew_options library = cli_library(c);
    ew_train *t = ew_train_open(c->words[0], &library, &e);
    if (!t) cli_fail_error(c, &e);
    ew_prediction *p = t ? ew_train_predict(t, data->at, data->count, c->outputs, &e) : NULL;
    if (t && !p) {
        bool listed = c->outputs && e.status == EW_TEXT && strstr(c->outputs, e.source); /* the place is in the list */
        if (listed) e.file[0] = '\0', e.status = EW_USE;
        /* the program was fine with the run's own data: it is these */
        if (e.status == EW_TEXT || e.status == EW_FILE) e.status = any_file(data) ? EW_FILE : EW_USE;
        cli_fail_error(c, &e);
    }
    const ew_data_array *arrays = p ? ew_prediction_arrays(p, &count) : NULL;
    if (arrays) answer(c, arrays, count);
    ew_prediction_free(p);
    ew_train_free(t);
}

int cli_predict(struct cli *c)
{
    struct sources data = {0};
    if (!c->word_count) return cli_fail(c, FAULT_NO_RUNS, NULL, NULL);
    const char *const *words = (const char *const *)(c->words + 1);
    if (sources_read(c, &data, words, c->word_count - 1, true)) predict(c, &data);
    sources_free(&data);
    return c->status;
}
