/*
 * array_pool.c - the pool of array_pool.h: one lock, two conditions, a stretch of parts for each worker.
 *
 * A round is open from the moment its task stands in the pool until the caller has run out of parts. A helper
 * enters an open round under the lock, and the caller leaves a round only when all who entered have left; so
 * nobody touches a task that is over. Before they sleep both sides look a short while, without the lock, whether
 * there is something to do: steps often follow each other closely. A knock wakes helpers who sleep to do the same, so
 * that the first round need not wait for them.
 *
 * Parts that lie side by side go to one worker, the same share of each step to the same one: what it reads is likely to
 * be what it wrote, in its own cache. Whoever has no more takes from the end of another's stretch.
 *
 * Where another process wants the core, a helper may be put aside in the middle of a part, and the caller waits. So
 * rounds keep an account: what helpers have done counts as the caller's own time for so many parts, waiting is taken
 * off it. When it is overdrawn, helpers rest so long that all in all little is lost. That is a matter of time alone, no
 * part comes out otherwise for it.
 */
#include "exec/array_pool.h"

#ifndef EDGEWISE_NO_THREADS

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

enum {
    POOL_LOOK = 100000, /* nanoseconds; */
    POOL_EACH = 64,     /* looks between two looks at the clock */
    POOL_CREDIT = 500000,
    POOL_DEBT = 20000000,
    POOL_REST = 16 /* times what was lost */
};

/* Parts first to end - 1, in one number, first below: taken from the front by its worker, from the back by others. */
typedef struct pool_stretch {
    atomic_uint_least64_t left;
    char apart[64 - sizeof(uint_least64_t)]; /* in a line of the cache of its own */
} pool_stretch;

typedef struct pool_helper {
    array_pool *pool;
    size_t worker;
    pthread_t thread;
} pool_helper;

struct array_pool {
    size_t helpers, room; /* running; there is room for */
    pool_helper *helper;
    pthread_mutex_t lock;
    pthread_cond_t wake, left;
    array_pool_task *task;
    void *context;
    size_t parts;
    bool open, stop;
    atomic_size_t asleep;
    atomic_uint round, knock;
    atomic_bool coming;    /* who was knocked for is on the way */
    pool_stretch *stretch; /* of each worker */
    atomic_uint inside;
    atomic_size_t failed; /* the first part known to have; SIZE_MAX: none */
    int64_t credit, rest; /* nanoseconds; until when helpers rest, or 0 */
};

static void pool_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static int64_t pool_now(void)
{
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Looks a short while whether *what becomes `value`, or something else; whoever waits for this core may have it. */
static void pool_look(const atomic_uint *what, unsigned value, bool becomes)
{
    int64_t begin = pool_now(), now = begin;
    while (now >= begin && now - begin < POOL_LOOK) {
        for (int i = 0; i < POOL_EACH; i++) {
            if ((atomic_load_explicit(what, memory_order_relaxed) == value) == becomes) return;
            pool_pause();
        }
        sched_yield();
        now = pool_now();
    }
}

static bool pool_take(pool_stretch *s, bool front, size_t *part)
{
    uint_least64_t left = atomic_load_explicit(&s->left, memory_order_relaxed), first, end, now;
    do {
        first = left & UINT32_MAX, end = left >> 32;
        if (first == end) return false;
        *part = (size_t)(front ? first : end - 1);
        now = front ? left + 1 : left - ((uint_least64_t)1 << 32);
    } while (!atomic_compare_exchange_weak_explicit(&s->left, &left, now, memory_order_relaxed, memory_order_relaxed));
    return true;
}

static bool pool_next(array_pool *p, size_t worker, size_t *part)
{
    size_t workers = p->helpers + 1;
    if (pool_take(&p->stretch[worker], true, part)) return true;
    for (size_t i = 1; i < workers; i++)
        if (pool_take(&p->stretch[(worker + i) % workers], false, part)) return true;
    return false;
}

static void pool_fail(array_pool *p, size_t part)
{
    size_t failed = atomic_load_explicit(&p->failed, memory_order_relaxed);
    while (part < failed && !atomic_compare_exchange_weak_explicit(&p->failed, &failed, part, memory_order_relaxed,
                                                                   memory_order_relaxed)) {
    }
}

/* How many parts it has taken; those after one that failed are not run. */
static size_t pool_work(array_pool *p, size_t worker)
{
    size_t taken = 0;
    for (size_t part; pool_next(p, worker, &part); taken++) {
        if (part > atomic_load_explicit(&p->failed, memory_order_relaxed)) continue;
        if (!p->task(p->context, worker, part)) pool_fail(p, part);
    }
    return taken;
}

/* Until there is a round after `seen`, or the end. Under the lock. */
static void pool_sleep(array_pool *p, unsigned seen)
{
    while (!p->stop && atomic_load_explicit(&p->round, memory_order_relaxed) == seen) {
        unsigned heard = atomic_load_explicit(&p->knock, memory_order_relaxed);
        pthread_mutex_unlock(&p->lock);
        pool_look(&p->round, seen, false);
        pthread_mutex_lock(&p->lock);
        atomic_fetch_add_explicit(&p->asleep, 1, memory_order_relaxed);
        if (atomic_load_explicit(&p->knock, memory_order_relaxed) == heard)
            atomic_store_explicit(&p->coming, false, memory_order_relaxed);
        while (!p->stop && atomic_load_explicit(&p->round, memory_order_relaxed) == seen &&
               atomic_load_explicit(&p->knock, memory_order_relaxed) == heard)
            pthread_cond_wait(&p->wake, &p->lock);
        atomic_fetch_sub_explicit(&p->asleep, 1, memory_order_relaxed);
    }
}

static void *pool_main(void *argument)
{
    pool_helper *h = argument;
    array_pool *p = h->pool;
    unsigned seen = 0;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        pool_sleep(p, seen);
        if (p->stop) break;
        seen = atomic_load_explicit(&p->round, memory_order_relaxed);
        if (!p->open) continue;
        atomic_fetch_add_explicit(&p->inside, 1, memory_order_relaxed);
        pthread_mutex_unlock(&p->lock);
        pool_work(p, h->worker);
        pthread_mutex_lock(&p->lock);
        if (atomic_fetch_sub_explicit(&p->inside, 1, memory_order_release) == 1) pthread_cond_signal(&p->left);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void pool_open(array_pool *p, array_pool_task *task, void *context, size_t parts)
{
    pthread_mutex_lock(&p->lock);
    p->task = task;
    p->context = context;
    p->parts = parts;
    p->open = true;
    for (uint_least64_t i = 0, workers = p->helpers + 1; i < workers; i++)
        atomic_store_explicit(&p->stretch[i].left, parts * i / workers | parts * (i + 1) / workers << 32,
                              memory_order_relaxed);
    atomic_store_explicit(&p->failed, SIZE_MAX, memory_order_relaxed);
    atomic_fetch_add_explicit(&p->round, 1, memory_order_relaxed);
    bool wake = atomic_load_explicit(&p->asleep, memory_order_relaxed) > 0;
    pthread_mutex_unlock(&p->lock);
    if (wake) pthread_cond_broadcast(&p->wake);
}

/* Until all who entered have left. */
static void pool_close(array_pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->open = false;
    if (atomic_load_explicit(&p->inside, memory_order_relaxed)) {
        pthread_mutex_unlock(&p->lock);
        pool_look(&p->inside, 0, true);
        pthread_mutex_lock(&p->lock);
        while (atomic_load_explicit(&p->inside, memory_order_relaxed)) pthread_cond_wait(&p->left, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
}

/* The caller worked for so long on `own` of the parts, and waited for the others. */
static void pool_account(array_pool *p, int64_t worked, int64_t waited, size_t own, size_t parts)
{
    if (own == 0 || worked < 0 || waited < 0) return;
    p->credit += worked / (int64_t)own * (int64_t)(parts - own) - waited;
    if (p->credit > POOL_CREDIT) p->credit = POOL_CREDIT;
    if (p->credit >= 0) return;
    if (p->credit < -POOL_DEBT) p->credit = -POOL_DEBT;
    p->rest = pool_now() - p->credit * POOL_REST;
    p->credit = 0;
}

bool array_pool_run(array_pool *p, array_pool_task *task, void *context, size_t parts)
{
    pool_open(p, task, context, parts);
    int64_t begin = pool_now();
    size_t own = pool_work(p, 0);
    int64_t ready = pool_now();
    pool_close(p);
    if (atomic_load_explicit(&p->failed, memory_order_relaxed) != SIZE_MAX) return false;
    pool_account(p, ready - begin, pool_now() - ready, own, parts);
    return true;
}

bool array_pool_ready(array_pool *p)
{
    if (!p || p->rest == 0) return p != NULL;
    int64_t left = p->rest - pool_now();
    if (left > 0 && left <= (int64_t)POOL_DEBT * POOL_REST) return false; /* more: the clock was set back */
    p->rest = 0;
    return true;
}

void array_pool_knock(array_pool *p)
{
    if (!array_pool_ready(p) || array_pool_awake(p)) return;
    pthread_mutex_lock(&p->lock);
    atomic_fetch_add_explicit(&p->knock, 1, memory_order_relaxed);
    atomic_store_explicit(&p->coming, true, memory_order_relaxed);
    pthread_mutex_unlock(&p->lock);
    pthread_cond_broadcast(&p->wake);
}

bool array_pool_awake(array_pool *p)
{
    return p && (atomic_load_explicit(&p->asleep, memory_order_relaxed) < p->helpers ||
                 atomic_load_explicit(&p->coming, memory_order_relaxed));
}

size_t array_pool_workers(const array_pool *p)
{
    return p ? p->helpers + 1 : 1;
}

array_pool *array_pool_new(memory *m, size_t helpers)
{
    array_pool *p = helpers ? memory_new(m, sizeof *p) : NULL;
    if (!p) return NULL;
    p->room = helpers;
    p->helper = block_new(m, helpers, sizeof *p->helper);
    p->stretch = block_new(m, helpers + 1, sizeof *p->stretch);
    bool lock = p->helper && p->stretch && pthread_mutex_init(&p->lock, NULL) == 0;
    bool wake = lock && pthread_cond_init(&p->wake, NULL) == 0;
    bool left = wake && pthread_cond_init(&p->left, NULL) == 0;
    while (left && p->helpers < helpers) {
        pool_helper *h = &p->helper[p->helpers];
        *h = (pool_helper){.pool = p, .worker = p->helpers + 1};
        if (pthread_create(&h->thread, NULL, pool_main, h) != 0) break;
        p->helpers++;
    }
    if (p->helpers) return p;
    if (left) pthread_cond_destroy(&p->left);
    if (wake) pthread_cond_destroy(&p->wake);
    if (lock) pthread_mutex_destroy(&p->lock);
    if (p->stretch) block_free(m, p->stretch, p->room + 1);
    if (p->helper) block_free(m, p->helper, p->room);
    memory_free(m, p, sizeof *p);
    return NULL;
}

void array_pool_free(memory *m, array_pool *p)
{
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
    for (size_t i = 0; i < p->helpers; i++) pthread_join(p->helper[i].thread, NULL);
    pthread_cond_destroy(&p->left);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    block_free(m, p->stretch, p->room + 1);
    block_free(m, p->helper, p->room);
    memory_free(m, p, sizeof *p);
}

#else

size_t array_pool_workers(const array_pool *p)
{
    (void)p;
    return 1;
}

void array_pool_knock(array_pool *p)
{
    (void)p;
}

bool array_pool_ready(array_pool *p)
{
    (void)p;
    return false;
}

bool array_pool_awake(array_pool *p)
{
    (void)p;
    return false;
}

array_pool *array_pool_new(memory *m, size_t helpers)
{
    (void)m;
    (void)helpers;
    return NULL;
}

void array_pool_free(memory *m, array_pool *p)
{
    (void)m;
    (void)p;
}

bool array_pool_run(array_pool *p, array_pool_task *task, void *context, size_t parts)
{
    (void)p;
    for (size_t i = 0; i < parts; i++)
        if (!task(context, 0, i)) return false;
    return true;
}

#endif
