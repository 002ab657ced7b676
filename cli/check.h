/* check.h - between check.c, which compares in programs without axes, check_arrays.c and check_say.c. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "arrays.h"
#include "differences.h"

enum { FORWARD, REVERSE, PATHS, MODES };
enum verdict { AGREES, KINK, UNCLEAR, DISAGREES };

/* One comparison: of an element of `of` by an element of `wrt`; or of a sum over `of` along a direction in wrt. */
struct checked {
    ew_node wrt;
    size_t of_element, wrt_element;
    unsigned direction; /* from 1 on; 0: it is of elements */
    double mode[MODES];
    struct estimate found;
    enum verdict verdict;
    double size;  /* the sum of its paths' absolute products */
    double error; /* |derivative - difference| / max(1, |derivative|, |difference|), the worst mode's */
};

struct checking {
    struct cli *c;
    ew_graph *g;
    ew_node of;
    ew_node *wrt;
    size_t wrt_count;
    const double *in;
    struct checked *row;
    size_t count;
    bool indexed;  /* the program has arrays: no path by path */
    bool by_paths; /* there are few enough */
    double noise;  /* of the value: how far rounding may have moved it */
    bool singular; /* a value or a derivative on the way to `of` is not finite */
    size_t verdicts[DISAGREES + 1];
    const struct checked *worst;
};

/* Compares the modes of a row with what differences found; `rough`: there is f32 in the program. */
void check_judge(struct checking *k, struct checked *r, bool rough);
/* Fills and judges the rows of a program with arrays. false: the error is out. */
bool check_arrays(struct checking *k);
void check_say(struct checking *k);

#endif
