/*
 * names.c - what optimisers, schedules and answers to a nan are called, by people and in files.
 */
#include <string.h>

#include "edgewise-train.h"

static const char *const names_optimizer[] = {"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "lbfgs"};
static const char *const names_schedule[] = {"constant", "step", "cosine"};
static const char *const names_on_nan[] = {"stop", "skip", "rollback"};

#define NAMES_COUNT(list) ((int)(sizeof(list) / sizeof *(list)))
#define NAMES_AT(list, i) ((i) >= 0 && (i) < NAMES_COUNT(list) ? (list)[i] : NULL)

static int names_find(const char *const *list, int count, const char *name)
{
    for (int i = 0; name && i < count; i++)
        if (strcmp(name, list[i]) == 0) return i;
    return -1;
}

const char *ew_optimizer_name(int optimizer)
{
    return NAMES_AT(names_optimizer, optimizer);
}

int ew_optimizer_find(const char *name)
{
    return names_find(names_optimizer, NAMES_COUNT(names_optimizer), name);
}

const char *ew_schedule_name(int schedule)
{
    return NAMES_AT(names_schedule, schedule);
}

int ew_schedule_find(const char *name)
{
    return names_find(names_schedule, NAMES_COUNT(names_schedule), name);
}

const char *ew_on_nan_name(int on_nan)
{
    return NAMES_AT(names_on_nan, on_nan);
}

int ew_on_nan_find(const char *name)
{
    return names_find(names_on_nan, NAMES_COUNT(names_on_nan), name);
}
