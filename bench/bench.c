/*
 * bench.c - size and speed of programs of scalars, as tables: ratios within one run, medians.
 *
 *     bench size   [N…]  N equations of three operations each: parse, reverse derivative, run
 *     bench ratio        the gradient's time over the value's, by nodes and by inputs
 *     bench small        e = (a + b) * (b + 1) with its gradient, by ew_run
 *     bench start CMD    how long the command takes to start and to answer
 *     bench picture FILE the tables of FILE as curves, SVG to standard output
 *
 * Every table is Markdown; `bench size N` is one process a size, so that its peak memory is its own.
 */
#define _POSIX_C_SOURCE 200809L
#include <edgewise.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void stop_at(const ew_error *e)
{
    char message[2000];
    ew_error_text(e, message, sizeof message);
    fputs(message, stderr);
    exit(1);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Seconds of one run: the median of nine batches, each long enough to measure. */
static double run_time(const ew_program *p, const double *in, double *out)
{
    double batch[9], begin, spent;
    size_t times = 1;
    for (;;) {
        begin = now();
        for (size_t i = 0; i < times; i++) ew_run(p, NULL, in, out);
        spent = now() - begin;
        if (spent > 2e-3) break;
        times *= 2;
    }
    for (int b = 0; b < 9; b++) {
        begin = now();
        for (size_t i = 0; i < times; i++) ew_run(p, NULL, in, out);
        batch[b] = (now() - begin) / (double)times;
    }
    qsort(batch, 9, sizeof *batch, by_size);
    return batch[4];
}

/* ---- Size ------------------------------------------------------------------------------------- */

static char *equations(size_t n)
{
    char *text = malloc(n * 48 + 100);
    size_t used = (size_t)sprintf(text, "x0 = sin(a) * b + c\n");
    for (size_t i = 1; i < n; i++)
        used += (size_t)sprintf(text + used, "x%zu = sin(x%zu) * x%zu + a\n", i, i - 1,
                                (i * 7919 + (i >> 3) * 131) % 997 % i);
    return text;
}

static void size(size_t n)
{
    ew_error err;
    char *text = equations(n);
    double t[6], in[3] = {0.1, 0.2, 0.3}, out[4];
    t[0] = now();
    ew_graph *g = ew_parse(text, EW_WHOLE, NULL, &err);
    if (!g) stop_at(&err);
    free(text);
    t[1] = now();
    ew_node wanted[4] = {ew_output_at(g, 0)};
    for (size_t i = 0; i < 3; i++) {
        wanted[i + 1] = ew_diff(g, wanted[0], ew_input_at(g, i).node, EW_REVERSE, &err);
        if (wanted[i + 1] == EW_NONE) stop_at(&err);
    }
    t[2] = now();
    ew_program *p = ew_prepare_nodes(g, wanted, 4, &err);
    if (!p) stop_at(&err);
    t[3] = now();
    ew_run(p, NULL, in, out);
    t[4] = now();
    ew_run(p, NULL, in, out);
    t[5] = now();
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    printf("| %zu | %.3f | %.3f | %.3f | %.3f | %.2f | %.2f | %.0f |\n", n, t[1] - t[0], t[2] - t[1], t[3] - t[2],
           t[5] - t[4], t[4] - t[0], (t[4] - t[0]) / (double)n * 1e6, (double)use.ru_maxrss / 1024);
    ew_free(p);
    ew_graph_free(g);
}

/* ---- Ratio ------------------------------------------------------------------------------------ */

/* About `nodes` operations on `inputs` inputs: every input is used, products and sines in turn. */
static char *mixture(size_t nodes, size_t inputs)
{
    size_t steps = (nodes + 1) / 2 > inputs ? (nodes + 1) / 2 : inputs; /* two operations or three each */
    char *text = malloc(steps * 64 + 100);
    size_t used = (size_t)sprintf(text, "y0 = x0 * 0.5\n");
    for (size_t i = 1; i <= steps; i++)
        used += (size_t)sprintf(text + used, i % 4 ? "y%zu = y%zu * x%zu + x%zu\n" : "y%zu = sin(y%zu) + x%zu * x%zu\n",
                                i, i - 1, i % inputs, (i * 7) % inputs);
    return text;
}

static ew_program *gradient(ew_graph *g, int mode, size_t most)
{
    ew_error err;
    size_t n = ew_input_count(g) < most ? ew_input_count(g) : most;
    ew_node *wanted = malloc((n + 1) * sizeof *wanted);
    wanted[0] = ew_output_at(g, 0);
    for (size_t i = 0; i < n; i++) {
        wanted[i + 1] = ew_diff(g, wanted[0], ew_input_at(g, i).node, mode, &err);
        if (wanted[i + 1] == EW_NONE) stop_at(&err);
    }
    ew_program *p = ew_prepare_nodes(g, wanted, n + 1, &err);
    if (!p) stop_at(&err);
    free(wanted);
    return p;
}

static void ratio(size_t nodes, size_t inputs)
{
    ew_error err;
    char *text = mixture(nodes, inputs);
    ew_graph *g = ew_parse(text, EW_WHOLE, NULL, &err);
    if (!g) stop_at(&err);
    free(text);
    ew_node of = ew_output_at(g, 0);
    ew_program *value = ew_prepare_nodes(g, &of, 1, &err), *reverse = gradient(g, EW_REVERSE, SIZE_MAX);
    size_t n = ew_input_count(g);
    double *in = malloc(n * sizeof *in), *out = malloc((n + 1) * sizeof *out);
    for (size_t i = 0; i < n; i++) in[i] = 0.3 + 0.4 * (double)(i % 7) / 7;
    double v = run_time(value, in, out), r = run_time(reverse, in, out), f = -1;
    if (n <= 100 && nodes * n <= 1000000) {
        ew_program *forward = gradient(g, EW_FORWARD, n);
        f = run_time(forward, in, out);
        ew_free(forward);
    }
    printf("| %zu | %zu | %.0f | %.2f | %.2f |", ew_instruction_count(value), n, v * 1e9,
           v * 1e9 / (double)ew_instruction_count(value), r / v);
    if (f > 0)
        printf(" %.2f |\n", f / v);
    else
        printf(" |\n");
    free(in);
    free(out);
    ew_free(value);
    ew_free(reverse);
    ew_graph_free(g);
}

static void ratios(void)
{
    static const size_t nodes[] = {10, 100, 1000, 10000, 100000}, inputs[] = {1, 10, 100, 1000, 10000};
    printf("| operations | inputs | value, ns | ns an operation | reverse / value | forward / value |\n");
    printf("|---:|---:|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 5; k++)
            if (inputs[k] * 3 <= nodes[i] || inputs[k] == 1) ratio(nodes[i], inputs[k]);
}

/* ---- Small ------------------------------------------------------------------------------------ */

static void small(void)
{
    ew_error err;
    double in[] = {2, 1}, out[3];
    ew_program *v = ew_compile("e = (a + b) * (b + 1)", "e", NULL, &err);
    ew_program *p = ew_compile("e = (a + b) * (b + 1)", "e, diff(e, a), diff(e, b)", NULL, &err);
    if (!v || !p) stop_at(&err);
    printf("| e = (a + b) * (b + 1) | ns a run |\n|---|---:|\n");
    printf("| value | %.1f |\n", run_time(v, in, out) * 1e9);
    printf("| value and gradient | %.1f |\n", run_time(p, in, out) * 1e9);
    double begin = now();
    for (int i = 0; i < 1000; i++)
        ew_free(ew_compile("e = (a + b) * (b + 1)", "e, diff(e, a), diff(e, b)", NULL, &err));
    printf("| text to runnable | %.0f |\n", (now() - begin) * 1e6);
    ew_free(v);
    ew_free(p);
}

/* ---- The command ------------------------------------------------------------------------------- */

static double start_time(char *const *words)
{
    double times[51];
    for (int i = 0; i < 51; i++) {
        double begin = now();
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            if (!freopen("/dev/null", "w", stdout)) _exit(127);
            execv(words[0], words);
            _exit(127);
        }
        int status = 1;
        waitpid(child, &status, 0);
        times[i] = now() - begin;
        if (status != 0) {
            fprintf(stderr, "%s does not run\n", words[0]);
            exit(1);
        }
    }
    qsort(times, 51, sizeof *times, by_size);
    return times[25];
}

static void start(char *command)
{
    char *version[] = {command, "--version", NULL}, *shortly[] = {command, "(a+b)*(b+1)", "a=2", "b=1", NULL};
    printf("| the command, whole process | ms |\n|---|---:|\n");
    printf("| --version | %.2f |\n", start_time(version) * 1e3);
    printf("| '(a+b)*(b+1)' a=2 b=1 | %.2f |\n", start_time(shortly) * 1e3);
}

/* ---- The picture ------------------------------------------------------------------------------- */

static int put(void *context, const char *bytes, size_t count)
{
    return fwrite(bytes, 1, count, context) != count;
}

/* Reads the size table: N, parse, derivative, prepare, run, all. */
static void picture(const char *file)
{
    double n[20], column[5][20];
    size_t rows = 0;
    char line[500];
    FILE *f = fopen(file, "r");
    while (f && fgets(line, sizeof line, f) && rows < 20 && strncmp(line, "## Gradient", 11) != 0)
        if (sscanf(line, "| %lf | %lf | %lf | %lf | %lf | %lf | %*f |", &n[rows], &column[0][rows], &column[1][rows],
                   &column[2][rows], &column[3][rows], &column[4][rows]) == 6)
            rows++;
    if (f) fclose(f);
    static const char *const names[] = {"parse", "reverse derivative", "prepare", "one run", "all together"};
    ew_plot_series series[5];
    for (size_t i = 0; i < 5; i++) series[i] = (ew_plot_series){n, column[i], rows, names[i]};
    ew_plot_options o = {.format = "svg",
                         .series = series,
                         .series_count = 5,
                         .log_x = 1,
                         .log_y = 1,
                         .title = "Programs of N equations of three operations",
                         .x_label = "N",
                         .y_label = "seconds"};
    ew_error err;
    if (ew_plot(&o, put, stdout, &err) != EW_OK) stop_at(&err);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "size") == 0) {
        size(strtoull(argv[2], NULL, 10));
    } else if (argc > 1 && strcmp(argv[1], "ratio") == 0) {
        ratios();
    } else if (argc > 1 && strcmp(argv[1], "small") == 0) {
        small();
    } else if (argc > 2 && strcmp(argv[1], "start") == 0) {
        start(argv[2]);
    } else if (argc > 2 && strcmp(argv[1], "picture") == 0) {
        picture(argv[2]);
    } else {
        fprintf(stderr, "usage: bench size N | ratio | small | start COMMAND | picture FILE\n");
        return 2;
    }
    return 0;
}
