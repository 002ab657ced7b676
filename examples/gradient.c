/*
 * A formula as text, its value, gradient and one second derivative: prepared once, run often.
 *
 *     cc -Iinclude examples/gradient.c build/libedgewise.a -lm -o gradient && ./gradient
 */
#include <edgewise.h>
#include <stdio.h>

int main(void)
{
    ew_error err;
    ew_program *p =
        ew_compile("f = x * sin(y) + exp(x * y)", "f, diff(f, x), diff(f, y), diff(diff(f, x), y)", NULL, &err);
    if (!p) {
        char why[2000];
        ew_error_text(&err, why, sizeof why); /* the line and a caret, as the command shows it */
        fputs(why, stderr);
        return 1;
    }
    /* `in` follows ew_in_name (x, y), `out` follows ew_out_name. */
    double in[2] = {1, 0}, out[4];
    for (int k = 0; k < 3; k++) {
        in[1] = 0.5 * k;
        ew_run(p, NULL, in, out);
        printf("%s = %g, %s = %g\n", ew_in_name(p, 0), in[0], ew_in_name(p, 1), in[1]);
        for (size_t i = 0; i < ew_out_count(p); i++) printf("    %-22s %9.6f\n", ew_out_name(p, i), out[i]);
    }
    ew_free(p);
    return 0;
}

/* prints:
x = 1, y = 0
    f                       1.000000
    diff(f, x)              0.000000
    diff(f, y)              2.000000
    diff(diff(f, x), y)     2.000000
x = 1, y = 0.5
    f                       2.128147
    diff(f, x)              1.303786
    diff(f, y)              2.526304
    diff(diff(f, x), y)     3.350664
x = 1, y = 1
    f                       3.559753
    diff(f, x)              3.559753
    diff(f, y)              3.258584
    diff(diff(f, x), y)     5.976866
*/
