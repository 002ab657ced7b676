/*
 * One prepared program, many threads, each with an ew_work of its own: the integral of
 * exp(-x^2) from 0 to 2 by the midpoint rule, a quarter of it in each thread.
 *
 *     cc -Iinclude examples/threads.c build/libedgewise.a -lm -pthread -o threads && ./threads
 */
#include <edgewise.h>
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 4, PIECES = 25000 };

struct job {
    const ew_program *program; /* shared: it never changes */
    double from, to, sum;
};

static void *integrate(void *context)
{
    struct job *j = context;
    ew_work *work = ew_work_new(j->program);
    double width = (j->to - j->from) / PIECES;
    for (int i = 0; work && i < PIECES; i++) {
        double x = j->from + (i + 0.5) * width, y;
        ew_run(j->program, work, &x, &y);
        j->sum += y * width;
    }
    ew_work_free(work);
    return NULL;
}

int main(void)
{
    ew_error err;
    ew_program *p = ew_compile("y = exp(-x^2)", NULL, NULL, &err);
    if (!p) return fprintf(stderr, "%s\n", err.message), 1;
    pthread_t thread[THREADS];
    struct job job[THREADS];
    double sum = 0;
    for (int t = 0; t < THREADS; t++) {
        job[t] = (struct job){p, 2.0 * t / THREADS, 2.0 * (t + 1) / THREADS, 0};
        if (pthread_create(&thread[t], NULL, integrate, &job[t]) != 0) return 1;
    }
    for (int t = 0; t < THREADS; t++) {
        pthread_join(thread[t], NULL);
        sum += job[t].sum; /* joined in a fixed order: the same bits every time */
    }
    printf("%.9f\n", sum);
    ew_free(p);
    return 0;
}

/* prints:
0.882081391
*/
