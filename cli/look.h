/* look.h - a trained model seen at a batch of its data: between look.c and the verbs explain and draw. */
#ifndef CLI_LOOK_H
#define CLI_LOOK_H

#include "arrays.h"
#include "edgewise-train.h"

struct look_node {
    char *name, *text;
    size_t rank, size[ARRAY_AXES];
    double count;   /* of its elements */
    bool generated; /* the program's text has no name for it */
    double norm, largest, adjoint_norm, adjoint_largest;
};

struct look {
    struct cli *c;
    ew_train *t;
    struct look_node *nodes;
    size_t count, room;
};

/* Opens the run of --at and looks at its named nodes: at the first rows of the data of the words after it, or of
 * those it was trained on. false: the error is out. */
bool look_read(struct look *l, struct cli *c, const char *const *words, size_t count);
void look_free(struct look *l);
/* Root of the mean square: what a typical element is like, whatever the size. */
double look_rms(const struct look_node *n, double norm);

int cli_explain_at(struct cli *c); /* explain --at RUN */
/* Options that --at does not go with: false, with the error out, where one is given. */
bool cli_at_alone(struct cli *c);

#endif
