/* differences.h - a slope by differences alone, with an estimate of how wrong it may be. */
#ifndef CLI_DIFFERENCES_H
#define CLI_DIFFERENCES_H

#include "frozen.h"

struct estimate {
    double value;        /* of the program at the point */
    double slope, error; /* error inf: nothing could be found */
    double left, right;  /* slopes of the two sides: nan where there is no number, inf without a limit */
    bool settled;        /* the error is small: it is a slope */
    bool kink;           /* the sides differ, one of them is outside the domain, a jump, a vertical tangent */
};

struct estimate differences(const struct frozen *f, size_t place);

#endif
