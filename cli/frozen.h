/* frozen.h - the program as a plain function of its inputs, for differences. */
#ifndef CLI_FROZEN_H
#define CLI_FROZEN_H

#include "cli.h"

/*
 * A copy of what `of` needs, in which every stop(x), and one node more if asked for, is an input of
 * its own that keeps its value: so differences do not see through stop, and a node in the middle can
 * be changed by itself. All arithmetic is f64, also where the program's is f32 or int.
 */
struct frozen {
    ew_program *program;
    double *in;   /* base values; of frozen_run */
    size_t place; /* of the cut node in `in` */
    bool rough;   /* some of the original is f32 */
    double noise; /* how wrong the value may be by rounding; whoever knows sets it */
};

/* `cut` EW_NONE: none. Inputs keep their numbers as places. false: the error is out. */
bool frozen_new(struct cli *c, struct frozen *f, ew_graph *g, ew_node of, ew_node cut, const double *in);
void frozen_free(struct frozen *f);
/* The value of `of` with in[place] changed to x. nan where an int overflows. */
double frozen_run(const struct frozen *f, size_t place, double x);

#endif
