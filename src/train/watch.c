/*
 * watch.c - where a number first went bad.
 */
#include "train.h"

bool train_bad_step(ew_train *t, const train_pass *p)
{
    (void)p;
    return report_plain(&t->r, E_TRAIN_NONFINITE, t->loss_name, NULL);
}
