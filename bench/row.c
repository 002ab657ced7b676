/*
 * row.c - one workload beside its hand-written code. The programs are bench/workloads/NAME.ew, the other side is
 * bench/hand/NAME.c; both get the same data. The runs of all columns of a row take turns, round by round, so that a
 * busy machine disturbs them alike.
 */
#define _POSIX_C_SOURCE 200809L
#include "row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINE = 64, ARRAYS_MOST = 16 };

static double processor_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *times, size_t count)
{
    qsort(times, count, sizeof *times, by_size);
    return times[count / 2];
}

void *memory(size_t count, size_t bytes)
{
    size_t all = (count * bytes / LINE + 1) * LINE;
    void *p = aligned_alloc(LINE, all);
    if (!p) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memset(p, 0, all);
}

/* The text of bench/workloads/FILE.ew. */
static char *program_text(const char *file)
{
    char path[200];
    snprintf(path, sizeof path, "bench/workloads/%s.ew", file);
    FILE *f = fopen(path, "rb");
    char *text = memory(10000, 1);
    if (!f || fread(text, 1, 9999, f) == 0) {
        fprintf(stderr, "%s cannot be read: run this from the project's folder\n", path);
        exit(1);
    }
    fclose(f);
    return text;
}

ew_program *prepare(const hand_workload *w, const size_t *size, int gradient, int threads, ew_error *err)
{
    ew_size sizes[HAND_DIMS];
    ew_options options = {.file = w->file, .sizes = sizes, .threads = (size_t)threads};
    for (size_t d = 0; d < HAND_DIMS && w->dims[d]; d++)
        sizes[options.size_count++] = (ew_size){.name = w->dims[d], .value = (int64_t)size[d]};
    char *text = program_text(w->file);
    ew_program *p = ew_compile(text, gradient ? w->gradient_outputs : w->value_outputs, &options, err);
    free(text);
    return p;
}

/* ---- One row ---------------------------------------------------------------------------------- */

static void open_ours(row *r, side *s, int threads)
{
    double begin = now();
    for (int g = 0; g < 2 && !s->failed; g++) {
        s->program[g] = prepare(r->workload, r->size, g, threads, &s->error);
        s->failed = !s->program[g];
        if (s->failed) break;
        if (ew_in_count(s->program[g]) != r->in_count || ew_out_count(s->program[g]) != r->out_count[g]) {
            s->failed = 1;
            snprintf(s->error.code, sizeof s->error.code, "counts");
            snprintf(s->error.message, sizeof s->error.message, "%zu numbers in, %zu out instead of %zu and %zu",
                     ew_in_count(s->program[g]), ew_out_count(s->program[g]), r->in_count, r->out_count[g]);
        }
    }
    s->prepared = now() - begin;
}

row open_row(const hand_workload *w, const size_t *size, int arrays, int threads)
{
    row r = {.workload = w, .size = size, .arrays = arrays, .in_count = hand_fill(w, size, SEED, NULL)};
    r.in = memory(r.in_count, sizeof *r.in);
    r.in_f = memory(r.in_count, sizeof *r.in_f);
    r.work = memory(w->work_count(size), w->value ? sizeof(double) : sizeof(float));
    hand_fill(w, size, SEED, r.in);
    for (size_t i = 0; i < r.in_count; i++) r.in_f[i] = (float)r.in[i];
    for (int g = 0; g < 2; g++) {
        r.out_count[g] = g ? w->gradient_count(size) : w->value_count(size);
        r.out_f[g] = memory(r.out_count[g], sizeof *r.out_f[g]);
        for (int s = 0; s < SIDES; s++) {
            r.sides[s].out[g] = memory(r.out_count[g], sizeof *r.in);
            r.sides[s].out_f[g] = memory(r.out_count[g], sizeof *r.in_f);
        }
    }
    for (int t = 1; t < SIDES; t++)
        if (t <= threads)
            open_ours(&r, &r.sides[t], t);
        else
            r.sides[t].failed = 1;
    return r;
}

void close_row(row *r)
{
    free(r->in);
    free(r->in_f);
    free(r->work);
    for (int g = 0; g < 2; g++) {
        free(r->out_f[g]);
        for (int s = 0; s < SIDES; s++) {
            free(r->sides[s].out[g]);
            free(r->sides[s].out_f[g]);
            ew_free(r->sides[s].program[g]);
        }
    }
}

static void run_hand(row *r, int g)
{
    const hand_workload *w = r->workload;
    if (w->value)
        (g ? w->gradient : w->value)(r->size, r->in, r->sides[0].out[g], r->work);
    else
        (g ? w->gradient_f : w->value_f)(r->size, r->in_f, r->out_f[g], r->work);
}

static ew_status run_arrays(const row *r, const side *s, int g)
{
    const ew_program *p = s->program[g];
    const void *in[ARRAYS_MOST];
    void *out[ARRAYS_MOST];
    for (size_t i = 0; i < ew_in_arrays(p) && i < ARRAYS_MOST; i++) in[i] = r->in_f + ew_in_array(p, i).offset;
    for (size_t i = 0; i < ew_out_arrays(p) && i < ARRAYS_MOST; i++) out[i] = s->out_f[g] + ew_out_array(p, i).offset;
    return ew_run_arrays(p, NULL, in, out);
}

static void run_ours(row *r, side *s, int g)
{
    if (r->arrays && run_arrays(r, s, g) == EW_OK) return;
    if (!r->arrays && ew_run(s->program[g], NULL, r->in, s->out[g]) == EW_OK) return;
    ew_run_error(s->program[g], NULL, &s->error);
    s->failed = 1;
}

static double row_now(const row *r)
{
    return r->by_processor ? processor_now() : now();
}

static void run_round(row *r, size_t round)
{
    for (int s = 0; s < SIDES; s++)
        for (int g = 0; g < 2; g++) {
            if (r->sides[s].failed) continue;
            double begin = row_now(r);
            if (s)
                run_ours(r, &r->sides[s], g);
            else
                run_hand(r, g);
            r->sides[s].times[g][round] = row_now(r) - begin;
        }
}

void run_rounds(row *r, double seconds)
{
    run_round(r, 0);
    double begin = row_now(r);
    while (r->rounds < ROUNDS_LEAST || (r->rounds < ROUNDS_MOST && row_now(r) - begin < seconds))
        run_round(r, r->rounds++);
    for (int g = 0; g < 2 && !r->workload->value; g++)
        for (size_t i = 0; i < r->out_count[g]; i++) {
            r->sides[0].out[g][i] = (double)r->out_f[g][i];
            for (int s = 1; r->arrays && s < SIDES; s++) r->sides[s].out[g][i] = (double)r->sides[s].out_f[g][i];
        }
}

int chosen(const char *name, int count, char **names)
{
    for (int i = 0; i < count; i++)
        if (strncmp(name, names[i], strlen(names[i])) == 0) return 1;
    return count == 0;
}
