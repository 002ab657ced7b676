/*
 * ranks.c - several processes of the command that train one model, where a launcher started them.
 *
 * A launcher says so in the environment. Only then is edgewise-mpi.so loaded, from beside the command or from
 * ../lib/edgewise: so the command itself needs no MPI, and starts as fast as ever. Whoever waits for a process that
 * does not answer gives up after a while, with a sentence.
 */
#define _GNU_SOURCE /* dlopen */
#include "ranks.h"

#include <dlfcn.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- How many --------------------------------------------------------------------------------------------- */

/* As Open MPI; MPICH and its kin; SLURM's own launcher (srun --mpi) tell it. */
static bool launched(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i])) return strcmp(getenv(names[i]), "1") != 0;
    return false;
}

static void *load_from(const char *folder, const char *file)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s", folder, file);
    return n > 0 && (size_t)n < sizeof path ? dlopen(path, RTLD_NOW | RTLD_GLOBAL) : NULL;
}

/* RTLD_GLOBAL: Open MPI loads parts of its own that look for it. */
static void *load(void)
{
    char self[4000];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) return NULL;
    self[n] = '\0';
    const char *folder = dirname(self);
    void *library = load_from(folder, "edgewise-mpi.so");
    return library ? library : load_from(folder, "../lib/edgewise/edgewise-mpi.so");
}

/* ---- What the library calls --------------------------------------------------------------------------------- */

static ew_status answer(struct ranks *r, int found, ew_error *err)
{
    char seconds[32];
    if (found == LINK_DONE) return EW_OK;
    ew_number_text(r->wait.seconds, 6, seconds);
    *err = found == LINK_SILENT ? cli_fault(r->c, FAULT_RANK_SILENT, seconds, NULL)
                                : cli_fault(r->c, FAULT_RANK_LINK, NULL, NULL);
    return err->status;
}

static ew_status exchange(void *context, size_t partner, const void *mine, void *theirs, size_t bytes, ew_error *err)
{
    struct ranks *r = context;
    return answer(r, r->link->exchange(partner, mine, theirs, bytes, &r->wait), err);
}

static ew_status sum(void *context, void *values, ew_type type, size_t count, ew_error *err)
{
    struct ranks *r = context;
    return answer(r, r->link->sum(values, type == EW_F32, count, &r->wait), err);
}

/* ---- Beginning and end -------------------------------------------------------------------------------------- */

bool ranks_begin(struct cli *c, struct ranks *r, double seconds, const volatile sig_atomic_t *stop)
{
    mpi_link_begin *begin = NULL;
    *r = (struct ranks){.c = c, .ranks = {0, 1, exchange, sum, r}, .wait = {seconds, stop}};
    if (!launched()) return true;
    void *library = load(), *symbol = library ? dlsym(library, MPI_LINK_BEGIN) : NULL;
    memcpy(&begin, &symbol, sizeof begin); /* ISO C has no conversion from one to the other */
    r->link = begin ? begin() : NULL;
    if (!r->link) return cli_fail(c, FAULT_NO_MPI, NULL, NULL), false;
    r->ranks.rank = r->link->rank;
    r->ranks.count = r->link->count;
    return true;
}

void ranks_end(struct ranks *r, int status)
{
    if (r->link) r->link->end(status == EW_OK || status == CLI_INTERRUPTED ? 0 : status);
    r->link = NULL;
}
