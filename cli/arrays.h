/* arrays.h - numbers with axes: how many, where each begins, their places; as JSON and for people. */
#ifndef CLI_ARRAYS_H
#define CLI_ARRAYS_H

#include "cli.h"

enum { ARRAY_AXES = 64 };

/* One array as it is shown. `values` is row-major and belongs to whoever made it; NULL: not computed. */
struct array {
    ew_type type;
    size_t rank, size[ARRAY_AXES];
    const double *values;
    const int64_t *whole; /* of an int: its very values, which doubles round beyond 2^53; or NULL */
};

/* Elements of a node; SIZE_MAX: a size is not known yet, or they are more than can be counted. */
size_t cli_array_count_of(const ew_graph *g, ew_node n);
size_t cli_array_count(const struct array *a);
struct array cli_array_of(const ew_graph *g, ew_node n, const double *values);
/* Of what cli_run_whole gave: the node's numbers begin at `at`. */
struct array cli_array_ran(const ew_graph *g, ew_node n, const double *values, const int64_t *whole, size_t at);
/* Has any node that a person sees, or any input, an axis? */
bool cli_array_any(const ew_graph *g);

/* Where each node's numbers begin when they stand in a row, and last where they end; to be freed. NULL: the
 * error is out (memory, or a size that is not known). */
size_t *cli_array_offsets(struct cli *c, const ew_graph *g, const ew_node *nodes, size_t count);
/* The same for the inputs, in the order of `in`. */
size_t *cli_array_input_offsets(struct cli *c, const ew_graph *g);

/* "x[3, 2]": element e of what is called `name`; for a single number its name. */
void cli_array_place(const struct array *a, const char *name, size_t e, char *buffer, size_t bytes);
/* "[1797, 64]", or "" for a single number. */
void cli_array_sizes(const struct array *a, char *buffer, size_t bytes);
/* "h[n, j]": a node's name with its indices. */
void cli_array_name(const ew_graph *g, ew_node n, char *buffer, size_t bytes);

/* Element e as JSON: bools are true and false. */
void cli_array_element(struct cli_json *j, const struct array *a, size_t e);
/* Nested lists, row-major; a single number as itself. */
void cli_array_json(struct cli_json *j, const struct array *a);

/* "head = [[1, 2],\n        [3, 4]]\n": small ones whole, of large ones the corner, in 80 columns (show.c). A
 * single number may have no head (NULL) and stands alone. */
void cli_array_show(struct cli *c, const char *head, const struct array *a);
/* The same in one line of at most `columns`, without the head: "[[1, 2, …], …]". */
void cli_array_corner(struct cli *c, const struct array *a, size_t columns);

/* Named arrays as the result of the verb: shown, as JSON, or into the file of -o where that ends like one of
 * arrays (eval.c). */
void cli_answer(struct cli *c, const char **names, struct array *arrays, size_t count);
bool cli_data_file(const char *path); /* does it end so? */

/* --finite over a whole array: false, with the error out, where an element is not a finite number. */
bool cli_array_finite(struct cli *c, const ew_graph *g, const char *name, const struct array *a);

#endif
