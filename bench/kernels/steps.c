/*
 * steps.c - where the time of a run goes, step by step, with one thread and with two.
 *
 *     make build/indexed-steps && build/indexed-steps gmm
 *     make build/train-steps && build/train-steps speed lenet 2 5
 *
 * Linked into a benchmark (ld's --wrap), it writes down when each step of a program with a crew begins and ends, and
 * prints a table for each program at the end. The runs take turns: in one the parts of a step are taken by the caller
 * alone, each in the memory of the worker who would be free first were there two; in the next the crew runs them. Each
 * time is the least of all runs, so a busy machine disturbs them little:
 *
 *     one    all parts, one after the other, microseconds
 *     two    the longer of the two workers' shares: what two threads would take if nothing but the parts took time
 *     crew   what the caller waited for with its crew
 *
 *    late   of that: until the helper began its first part (all of it, where it never did)
 *    waited from when the first of both found nothing more to do
 *    slower how many times as much processor time the parts took, all together, as one after the other
 *
 * Where one = two nothing was split. "parts" alone are those of blocks and of conversions at the door; "between" is
 * what runs before a step and is none of these: short steps of other kinds, the caller's own work; "outside", in no
 * sum, what passed since the run before, of whatever program.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exec/array_crew.h"

enum { PROGRAMS = 8, EVENTS = 4096, WORKERS = 2, TEXT = 64 };
#define SHOWN 0.003 /* the least share of a row */
#define SHARED 0.3  /* of the work, the helper's, to count as done by two */

typedef struct event {
    const char *what;
    char sizes[TEXT];
    uint32_t parts;
    double one, two, crew;              /* seconds */
    double late, waited, atwork, alone; /* the first two of the least in `crew` */
    bool shared;
} event;

typedef struct record {
    const ew_program *program;
    size_t count, runs;
    event least[EVENTS], now[EVENTS];
} record;

static record records[PROGRAMS];
static record *current;
static _Thread_local bool caller;   /* this thread is in a run, and in no step */
static bool alone;                  /* the parts are taken by the caller */
static double ended;                /* the last run */
static double last, saved;          /* when the last step ended; what two workers would have saved since */
static bool shared;                 /* the helper did its share */
static double late, waited, atwork; /* of the crew; see below */
static uint32_t parts_seen;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Of this thread alone: a part that waits for a core has no longer for that. */
static double used(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void note(const char *what, const plan *a, uint32_t dims, uint32_t count, double seconds)
{
    size_t length = 0;
    if (current->count == EVENTS) return;
    event *e = &current->now[current->count++];
    *e = (event){.what = what, .parts = parts_seen, .one = seconds, .two = seconds - saved, .crew = seconds};
    for (uint32_t i = 0; i < count && length + 24 < TEXT; i++)
        length += (size_t)sprintf(e->sizes + length, "%s%lld", i ? "x" : " ", (long long)a->sizes.at[dims + i]);
    e->late = late, e->waited = waited, e->atwork = e->alone = atwork, e->shared = shared;
    parts_seen = 0;
    saved = late = waited = atwork = 0;
    shared = true;
}

static void keep(record *r)
{
    for (size_t i = 0; i < r->count; i++) {
        event *to = &r->least[i];
        const event *e = &r->now[i];
        if (!to->what) *to = (event){.what = e->what, .parts = e->parts};
        memcpy(to->sizes, e->sizes, TEXT);
        if (alone && (to->one == 0 || e->one < to->one)) to->one = e->one;
        if (alone && (to->two == 0 || e->two < to->two)) to->two = e->two;
        if (alone && (to->alone == 0 || e->alone < to->alone)) to->alone = e->alone;
        if (!alone && e->shared && (to->atwork == 0 || e->atwork < to->atwork)) to->atwork = e->atwork;
        if (alone || (to->crew != 0 && e->crew >= to->crew)) continue;
        to->crew = e->crew, to->late = e->late, to->waited = e->waited;
    }
    r->runs++;
}

static void begin(const ew_program *p, const array_work *w)
{
    double before = ended;
    current = NULL;
    for (size_t i = 0; w->pool && i < PROGRAMS && !current; i++)
        if (!records[i].program || records[i].program == p) current = &records[i];
    if (!current) return;
    current->program = p;
    current->count = 0;
    alone = current->runs % 2 == 0;
    caller = true;
    parts_seen = 0;
    saved = late = waited = atwork = 0;
    shared = true;
    last = now();
    note("outside", NULL, 0, 0, before > 0 ? last - before : 0);
}

static void end(void)
{
    if (!current) return;
    note("between", NULL, 0, 0, now() - last);
    caller = false;
    keep(current);
    current = NULL;
    ended = now();
}

/* ---- Steps --------------------------------------------------------------------------------------------- */

#define STEP(name, label, type)                                                                                        \
    bool __real_##name(const ew_program *p, ew_work *work, const type *s);                                             \
    bool __wrap_##name(const ew_program *p, ew_work *work, const type *s);                                             \
    bool __wrap_##name(const ew_program *p, ew_work *work, const type *s)                                              \
    {                                                                                                                  \
        if (!caller) return __real_##name(p, work, s);                                                                 \
        double start = now();                                                                                          \
        note("between", NULL, 0, 0, start - last);                                                                     \
        caller = false;                                                                                                \
        bool ok = __real_##name(p, work, s);                                                                           \
        caller = true;                                                                                                 \
        last = now();                                                                                                  \
        note(label, work->arrays->plan, s->dims, s->dim_count, last - start);                                          \
        return ok;                                                                                                     \
    }
STEP(array_crew_map, "map", plan_map)
STEP(array_crew_product, "product", plan_product)
STEP(array_crew_fold, "fold", plan_fold)
STEP(array_crew_arg, "arg", plan_arg)

#define RUN(name, parameters, arguments)                                                                               \
    ew_status __real_##name parameters;                                                                                \
    ew_status __wrap_##name parameters;                                                                                \
    ew_status __wrap_##name parameters                                                                                 \
    {                                                                                                                  \
        begin(p, work->arrays);                                                                                        \
        ew_status status = __real_##name arguments;                                                                    \
        end();                                                                                                         \
        return status;                                                                                                 \
    }
RUN(array_run, (const ew_program *p, ew_work *work, const double *in, double *out), (p, work, in, out))
RUN(array_run_arrays, (const ew_program *p, ew_work *work, const array_door *door), (p, work, door))

/* ---- Parts --------------------------------------------------------------------------------------------- */

bool __real_array_pool_run(array_pool *p, array_pool_task *task, void *context, size_t parts);
bool __wrap_array_pool_run(array_pool *p, array_pool_task *task, void *context, size_t parts);

static bool take_parts(array_pool_task *task, void *context, size_t parts)
{
    double load[WORKERS] = {0}, all = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < parts; i++) {
        size_t worker = load[1] < load[0];
        double start = now(), begun = used();
        ok = task(context, worker, i);
        double took = now() - start;
        atwork += used() - begun;
        load[worker] += took;
        all += took;
    }
    saved += all - (load[0] > load[1] ? load[0] : load[1]);
    return ok;
}

/* What the crew does: when each worker began its first part and ended its last one, and how long it was at parts. */
static struct traced {
    array_pool_task *task;
    void *context;
    double first[WORKERS], last[WORKERS], all[WORKERS];
} traced;

static bool trace_part(void *context, size_t worker, size_t part)
{
    double start = now(), begun = used();
    (void)context;
    bool ok = traced.task(traced.context, worker, part);
    double took = used() - begun, stop = now();
    if (worker < WORKERS) {
        if (traced.first[worker] == 0) traced.first[worker] = start;
        traced.last[worker] = stop;
        traced.all[worker] += took;
    }
    return ok;
}

static bool trace(array_pool *p, array_pool_task *task, void *context, size_t parts)
{
    double start = now();
    traced = (struct traced){.task = task, .context = context};
    bool ok = __real_array_pool_run(p, trace_part, NULL, parts);
    double stop = now();
    late += traced.first[1] == 0 ? stop - start : traced.first[1] - start;
    waited += traced.first[1] == 0 ? 0 : stop - (traced.last[0] < traced.last[1] ? traced.last[0] : traced.last[1]);
    atwork += traced.all[0] + traced.all[1];
    shared = shared && traced.all[1] > SHARED * (traced.all[0] + traced.all[1]);
    return ok;
}

bool __wrap_array_pool_run(array_pool *p, array_pool_task *task, void *context, size_t parts)
{
    bool outermost = caller;
    if (!current) return __real_array_pool_run(p, task, context, parts);
    double start = now();
    if (outermost) note("between", NULL, 0, 0, start - last);
    caller = false;
    parts_seen += (uint32_t)parts;
    bool ok = alone ? take_parts(task, context, parts) : trace(p, task, context, parts);
    caller = outermost;
    if (!outermost) return ok;
    last = now();
    note("parts", NULL, 0, 0, last - start);
    return ok;
}

/* Both kinds of runs split the same steps. */
bool __real_array_pool_awake(array_pool *p);
bool __wrap_array_pool_awake(array_pool *p);
bool __wrap_array_pool_awake(array_pool *p)
{
    return current ? p != NULL : __real_array_pool_awake(p);
}

bool __real_array_pool_ready(array_pool *p);
bool __wrap_array_pool_ready(array_pool *p);
bool __wrap_array_pool_ready(array_pool *p)
{
    return current ? p != NULL : __real_array_pool_ready(p);
}

/* ---- The table ------------------------------------------------------------------------------------------ */

static void print_record(const record *r)
{
    double one = 0, two = 0, crew = 0;
    for (size_t i = 1; i < r->count; i++) one += r->least[i].one, two += r->least[i].two, crew += r->least[i].crew;
    printf("\n%zu runs: one %.0f, two %.0f (%.2f), crew %.0f (%.2f)\n", r->runs, one * 1e6, two * 1e6, one / two,
           crew * 1e6, one / crew);
    printf("%8s %8s %8s %6s %6s %7s %7s %7s %5s\n", "one", "two", "crew", "1/2", "1/crew", "late", "waited", "slower",
           "parts");
    for (size_t i = 0; i < r->count; i++) {
        const event *e = &r->least[i];
        if (e->one < one * SHOWN && e->crew < crew * SHOWN) continue;
        printf("%8.1f %8.1f %8.1f %6.2f %6.2f %7.1f %7.1f %7.2f %5u %s%s\n", e->one * 1e6, e->two * 1e6, e->crew * 1e6,
               e->one / e->two, e->one / e->crew, e->late * 1e6, e->waited * 1e6,
               e->atwork > 0 ? e->atwork / e->alone : 0, e->parts, e->what, e->sizes);
    }
}

void __real_ew_free(ew_program *p);
void __wrap_ew_free(ew_program *p);

void __wrap_ew_free(ew_program *p)
{
    for (size_t i = 0; i < PROGRAMS; i++) {
        if (!p || records[i].program != p) continue;
        print_record(&records[i]);
        memset(&records[i], 0, sizeof records[i]);
    }
    __real_ew_free(p);
}
