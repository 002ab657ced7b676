/*
 * run.h - what the files about a run's folder share (folder.c, config.c, checkpoint.c, metrics.c).
 *
 *     RUN/config.json           all that the run was told; written last when it begins: a folder with it is a run
 *     RUN/model.ew              the program
 *     RUN/metrics.jsonl         a line a report
 *     RUN/weights.safetensors   the params
 *     RUN/checkpoint/last.safetensors   weights, states and where training is, under one checksum
 *     RUN/curve.svg             losses over steps
 *
 * Each but metrics.jsonl appears whole or not at all. metrics.jsonl grows; a checkpoint knows how long it was then,
 * and a run that goes on cuts it back to that.
 */
#ifndef TRAIN_RUN_H
#define TRAIN_RUN_H

#include <jansson.h>

#include "train.h"

/* RUN/name; NULL: reported. Lives as long as the ew_train. */
const char *train_run_path(ew_train *t, const char *name);
/* A small file whole, as a text of its own; false: reported. */
bool train_read_file(ew_train *t, const char *path, text *out);
bool train_write_file(ew_train *t, const char *path, const char *bytes, size_t count);

/* `,\n "key": ` */
void train_json_key(text *out, const char *key);
void train_json_number(text *out, double value); /* what is not finite is a string */
bool train_json_real(const json_t *j, double *value);
bool train_json_count(const json_t *j, uint64_t *value);

bool train_config_write(ew_train *t, text *out);
/* Into t->o, t->was_data, t->was_test and t->scales. */
bool train_config_read(ew_train *t, const char *bytes, size_t count, const ew_train_options *given);

bool train_checkpoint_read(ew_train *t);
bool train_metrics_open(ew_train *t, bool anew);

#endif
