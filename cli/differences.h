/* differences.h - a slope by differences alone, with an estimate of how wrong it may be. */
#ifndef CLI_DIFFERENCES_H
#define CLI_DIFFERENCES_H

#include "cli.h"

struct estimate {
    double value;        /* of the program at the point */
    double slope, error; /* error inf: nothing could be found */
    double left, right;  /* slopes of the two sides: nan where there is no number, inf without a limit */
    bool settled;        /* the error is small: it is a slope */
    bool kink;           /* the sides differ, one of them is outside the domain, a jump, a vertical tangent */
};

/* A function of one number, and where its slope is wanted. */
struct curve {
    double (*value)(const void *context, double x);
    const void *context;
    double at;
    double noise; /* how wrong the value may be by rounding */
};

struct estimate differences(const struct curve *curve);

#endif
