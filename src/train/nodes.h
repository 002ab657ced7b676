/* nodes.h - values of single nodes at the rows that a pass holds (nodes.c). */
#ifndef TRAIN_NODES_H
#define TRAIN_NODES_H

#include "train.h"

typedef struct train_nodes {
    ew_train *t;
    ew_graph *g;
    const void *const *in;
    size_t count;     /* nodes that a person sees */
    ew_node *adjoint; /* the derivative of the loss by each; EW_NONE: there is none */
    train_kept *blocks;
} train_nodes;

typedef struct train_values {
    ew_program *program;
    ew_type type;
    size_t count;
    void *at;
    train_kept *blocks;
} train_values;

bool train_nodes_open(ew_train *t, train_nodes *x, const train_set *s, const train_pass *p, bool training);
void train_nodes_close(train_nodes *x);
bool train_node_run(train_nodes *x, ew_node n, train_values *v);
void train_node_done(train_nodes *x, train_values *v);
bool train_node_number(train_nodes *x, const char *expression, double *value);
/* Euclidean norm and largest absolute value; nan where one of them is nan. */
void train_node_measure(const train_values *v, double *norm, double *largest);

#endif
