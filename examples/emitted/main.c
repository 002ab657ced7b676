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
    double in[SPRING_IN] = {0}, out[SPRING_OUT];
    in[SPRING_IN_m] = 0.2;
    in[SPRING_IN_k] = 5;
    in[SPRING_IN_x] = 0.1;
    in[SPRING_IN_v] = -0.3;
    spring(in, out, NULL); /* SPRING_WORK is 0: no room is needed in between */
    printf("energy %g J, force %g N, momentum %g kg m/s\n", out[SPRING_OUT_energy], -out[SPRING_OUT_denergy_dx],
           out[SPRING_OUT_denergy_dv]);
    return 0;
}

/* prints:
energy 0.034 J, force -0.5 N, momentum -0.06 kg m/s
*/
