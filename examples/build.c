/*
 * A graph built by hand, without any text: the distance of (x, y) from (1, 2), and its gradient.
 * The builders keep the first error: one look at the end is enough.
 *
 *     cc -Iinclude examples/build.c build/libedgewise.a -lm -o build_ && ./build_
 */
#include <edgewise.h>
#include <stdio.h>

static ew_node op2(ew_graph *g, const char *op, ew_node a, ew_node b)
{
    ew_node args[2] = {a, b};
    return ew_op(g, op, args, 2);
}

static int put(void *context, const char *bytes, size_t count)
{
    (void)context;
    return fwrite(bytes, 1, count, stdout) != count;
}

int main(void)
{
    ew_error err;
    ew_graph *g = ew_graph_new(NULL);
    ew_node x = ew_input(g, "x"), y = ew_input(g, "y");
    ew_node dx = op2(g, "sub", x, ew_constant(g, 1));
    ew_node dy = op2(g, "sub", y, ew_constant(g, 2));
    ew_node distance = ew_name(g, "distance", op2(g, "hypot", dx, dy));
    ew_output(g, distance);
    ew_finish(g); /* parts without a name get theirs */
    if (ew_graph_error(g, &err) != EW_OK) return fprintf(stderr, "%s\n", err.message), 1;
    ew_print(g, put, NULL, &err);

    ew_node wanted[] = {distance, ew_diff(g, distance, x, EW_AUTO, &err), ew_diff(g, distance, y, EW_AUTO, &err)};
    ew_program *p = ew_prepare_nodes(g, wanted, 3, &err);
    ew_graph_free(g); /* the program does not need it */
    if (!p) return fprintf(stderr, "%s\n", err.message), 1;
    double in[] = {4, 6}, out[3];
    ew_run(p, NULL, in, out);
    printf("at (4, 6): %g, by x %g, by y %g\n", out[0], out[1], out[2]);
    ew_free(p);
    return 0;
}

/* prints:
input x
input y
c = x - 1
d = y - 2
distance = hypot(c, d)
output distance
at (4, 6): 5, by x 0.6, by y 0.8
*/
