/*
 * A formula and its derivatives as plain C, to ship where neither the library nor text has room:
 *
 *     edgewise emit c examples/emitted/spring.ew --outputs 'energy, diff(energy, x), diff(energy, v)' -o spring
 *     cc -I. examples/emitted/main.c spring.c -lm -o spring && ./spring
 *
 * spring.h says how many numbers go in, come out and are needed in between, and where each stands.
 */
#include "spring.h"
#include <stdio.h>

int main(void)
{
    double in[spring_IN] = {0}, out[spring_OUT], work[spring_WORK + 1];
    in[spring_in_m] = 0.2;
    in[spring_in_k] = 5;
    in[spring_in_x] = 0.1;
    in[spring_in_v] = -0.3;
    spring(in, out, work);
    printf("energy %g J, force %g N, momentum %g kg m/s\n", out[0], -out[1], out[2]);
    return 0;
}

/* prints:
energy 0.034 J, force -0.5 N, momentum -0.06 kg m/s
*/
