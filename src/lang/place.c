/*
 * place.c - diff(E, x[place]): a node of both's axes, seen at the place.
 */
#include <string.h>

#include "lang/machine.h"

bool access_diff(machine *m, const piece *p)
{
    return eval_error(m, E_DIFF_FORM, p, NULL, NULL, NULL);
}
