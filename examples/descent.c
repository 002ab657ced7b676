/*
 * Gradient descent by hand: x - rate * gradient, on Rosenbrock's valley. The text gives the
 * gradient; the loop is yours. (edgewise-train.h has better methods ready.)
 *
 *     cc -Iinclude examples/descent.c build/libedgewise.a -lm -o descent && ./descent
 */
#include <edgewise.h>
#include <stdio.h>

int main(void)
{
    ew_error err;
    ew_program *p = ew_compile("f = (1 - x)^2 + 100 * (y - x^2)^2", "f, diff(f, x), diff(f, y)", NULL, &err);
    if (!p) return fprintf(stderr, "%s\n", err.message), 1;

    const double rate = 0.001;
    double at[2] = {-1.2, 1}, out[3];
    for (int step = 0; step <= 20000; step++) {
        ew_run(p, NULL, at, out);
        if (step == 0 || step == 10 || step == 100 || step == 1000 || step == 20000)
            printf("step %5d   f(%.4f, %.4f) = %.3g\n", step, at[0], at[1], out[0]);
        for (int i = 0; i < 2; i++) at[i] -= rate * out[1 + i];
    }
    ew_free(p);
    return 0;
}

/* prints:
step     0   f(-1.2000, 1.0000) = 24.2
step    10   f(-1.0214, 1.0513) = 4.09
step   100   f(-0.9482, 0.9071) = 3.8
step  1000   f(0.3273, 0.1040) = 0.454
step 20000   f(0.9999, 0.9997) = 1.94e-08
*/
