/*
 * test_train.c - training: every optimiser beside its closed formula, data from everywhere and of every type, the
 * same bits for any number of threads, wrong use, and every allocation refused in turn.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <edgewise-train.h>

#include "heap.h"

enum { ROWS = 10, WIDE = 3, STEPS = 17, BATCH = 4 };

#define LINE                                                                                                           \
    "input x[N, 3]; input y[N]; param w[3] = 0.5; param b = -0.25; r[n] = sum(j: x[n, j] * w[j]) + b - y[n]; "         \
    "loss = mean(n: r[n]^2); far = max(n: abs(r[n])); output loss"

static double xs[ROWS][WIDE], ys[ROWS];
static const size_t x_size[] = {ROWS, WIDE}, y_size[] = {ROWS};
static ew_source line[2] = {{.name = "x", .values = xs, .kind = EW_KIND_F64, .rank = 2, .size = x_size},
                            {.name = "y", .values = ys, .kind = EW_KIND_F64, .rank = 1, .size = y_size}};

static int make_data(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < WIDE; j++) xs[i][j] = (double)((i * 7 + j * 5) % 11) - 5;
        ys[i] = (double)((i * 3) % 7) - 2;
    }
    return 0;
}

static ew_train *begin(const char *text, const ew_train_options *o)
{
    ew_error err;
    ew_train *t = ew_train_new(text, o, &err);
    if (!t) fail_msg("%s: %s", err.code, err.message);
    return t;
}

static void make_steps(ew_train *t, size_t steps)
{
    ew_error err;
    for (size_t i = 0; i < steps; i++)
        if (ew_train_step(t, &err) != EW_OK) fail_msg("%s: %s", err.code, err.message);
}

static void near_to(const char *what, double got, double due, double gap)
{
    if (!(fabs(got - due) <= gap * fmax(1, fabs(due)))) fail_msg("%s: %.17g is not %.17g", what, got, due);
}

/* ---- Optimisers beside closed formulas ------------------------------------------------------------------------ */

typedef struct closed { /* w[0..3), then b */
    double w[4], m[4], s[4];
} closed;

static void gradient_by_hand(const closed *c, size_t first, size_t rows, double *g)
{
    memset(g, 0, 4 * sizeof *g);
    for (size_t i = first; i < first + rows; i++) {
        double r = c->w[3] - ys[i];
        for (size_t j = 0; j < WIDE; j++) r += xs[i][j] * c->w[j];
        for (size_t j = 0; j < WIDE; j++) g[j] += 2 * r * xs[i][j] / (double)rows;
        g[3] += 2 * r / (double)rows;
    }
}

static double rate_by_hand(const ew_train_options *o, size_t step, size_t steps)
{
    if (step < o->warmup) return o->lr * (double)(step + 1) / (double)o->warmup;
    double part = (double)(step - o->warmup) / (double)(steps - o->warmup);
    if (o->schedule == EW_SCHEDULE_STEP) return o->lr * (part < 0.5 ? 1 : part < 0.75 ? 0.1 : 0.01);
    if (o->schedule == EW_SCHEDULE_COSINE) return o->lr * (1 + cos(acos(-1) * part)) / 2;
    return o->lr;
}

static void step_by_hand(const ew_train_options *o, closed *c, const double *gradient, double lr, double t)
{
    double length = 0;
    for (size_t k = 0; k < 4; k++) length += gradient[k] * gradient[k];
    double scale = o->clip > 0 && sqrt(length) > o->clip ? o->clip / sqrt(length) : 1;
    for (size_t k = 0; k < 4; k++) {
        double *w = &c->w[k], *m = &c->m[k], *s = &c->s[k], g = scale * gradient[k];
        if (o->optimizer != EW_OPTIMIZER_ADAMW) g += o->weight_decay * *w;
        switch (o->optimizer) {
        case EW_OPTIMIZER_SGD: *w -= lr * g; break;
        case EW_OPTIMIZER_MOMENTUM:
            *m = 0.9 * *m + g;
            *w -= lr * *m;
            break;
        case EW_OPTIMIZER_NESTEROV:
            *m = 0.9 * *m + g;
            *w -= lr * (g + 0.9 * *m);
            break;
        case EW_OPTIMIZER_RMSPROP:
            *s = 0.99 * *s + 0.01 * g * g;
            *w -= lr * g / (sqrt(*s) + 1e-8);
            break;
        default:
            *m = 0.9 * *m + 0.1 * g;
            *s = 0.999 * *s + 0.001 * g * g;
            double first = *m / (1 - pow(0.9, t)), second = *s / (1 - pow(0.999, t));
            double shrink = o->optimizer == EW_OPTIMIZER_ADAMW ? lr * o->weight_decay * *w : 0;
            *w -= shrink + lr * first / (sqrt(second) + 1e-8);
        }
    }
}

static void compare_with_hand(const ew_train_options *o)
{
    closed c = {.w = {0.5, 0.5, 0.5, -0.25}};
    double g[4];
    ew_train *t = begin(LINE, o);
    for (size_t step = 0; step < STEPS; step++) {
        size_t first = step % 3 * BATCH;
        gradient_by_hand(&c, first, first + BATCH > ROWS ? ROWS - first : BATCH, g);
        step_by_hand(o, &c, g, rate_by_hand(o, step, STEPS), (double)step + 1);
        make_steps(t, 1);
    }
    assert_int_equal(ew_train_weight_count(t), 2);
    ew_data_array b = ew_train_weight(t, 0), w = ew_train_weight(t, 1);
    assert_string_equal(b.name, "b");
    near_to(ew_optimizer_name((int)o->optimizer), *(const double *)b.elements, c.w[3], 1e-12);
    for (size_t k = 0; k < WIDE; k++)
        near_to(ew_optimizer_name((int)o->optimizer), ((const double *)w.elements)[k], c.w[k], 1e-12);
    ew_train_free(t);
}

static void test_optimisers(void **state)
{
    (void)state;
    for (int k = 0; k < EW_OPTIMIZER_LBFGS; k++)
        for (int how = 0; how < 4; how++) {
            ew_train_options o = {.data = line, .data_count = 2, .batch = BATCH, .steps = STEPS, .no_shuffle = 1};
            o.optimizer = (ew_optimizer)k;
            o.lr = 0.01;
            o.schedule = (ew_schedule)(how % 3);
            o.warmup = how == 1 ? 5 : 0;
            o.clip = how & 1 ? 3 : 0;
            o.weight_decay = how & 2 ? 0.1 : 0;
            compare_with_hand(&o);
        }
}

/* lbfgs ends where the least squares lie, which a linear system says too: r is orthogonal to the data there. */
static void test_lbfgs(void **state)
{
    (void)state;
    ew_error err;
    ew_train_result result;
    size_t count;
    ew_train_options o = {.data = line, .data_count = 2, .steps = 100, .optimizer = EW_OPTIMIZER_LBFGS};
    ew_train *t = begin(LINE, &o);
    assert_int_equal(ew_train_run(t, &result, &err), EW_OK);
    assert_int_equal(result.end, EW_END_CONVERGED);
    assert_true(result.step < 30);
    ew_prediction *p =
        ew_train_predict(t, line, 2, "sum(n: r[n]), sum(n: r[n] * x[n, 0]), sum(n: r[n] * x[n, 2])", &err);
    assert_non_null(p);
    const ew_data_array *a = ew_prediction_arrays(p, &count);
    for (size_t k = 0; k < count; k++) near_to("orthogonal", *(const double *)a[k].elements, 0, 1e-6);
    ew_prediction_free(p);
    ew_train_free(t);
}

/* In f32 the same rules, rounded; params of both types in one model. */
static void test_types(void **state)
{
    (void)state;
    ew_train_options o = {.data = line, .data_count = 2, .batch = ROWS, .steps = 50, .optimizer = EW_OPTIMIZER_ADAM};
    o.lr = 0.05;
    ew_train *t = begin(LINE, &o);
    ew_train *s = begin("input x[N, 3] : f32; input y[N]; param w[3] : f32 = 0.5; param b = -0.25; param none[0] = 1; "
                        "r[n] = sum(j: x[n, j] * w[j]) + b - y[n]; loss = mean(n: r[n]^2)",
                        &o);
    make_steps(t, 50);
    make_steps(s, 50);
    assert_int_equal(ew_train_weight(s, 0).type, EW_F64);
    assert_int_equal(ew_train_weight(s, 2).type, EW_F32);
    near_to("b", *(const double *)ew_train_weight(s, 0).elements, *(const double *)ew_train_weight(t, 0).elements,
            1e-5);
    for (size_t k = 0; k < WIDE; k++)
        near_to("w", (double)((const float *)ew_train_weight(s, 2).elements)[k],
                ((const double *)ew_train_weight(t, 1).elements)[k], 1e-5);
    near_to("loss", ew_train_loss(s), ew_train_loss(t), 1e-5);
    ew_train_free(t);
    ew_train_free(s);
}

/* ---- Data from everywhere ------------------------------------------------------------------------------------- */

static int give_rows(void *context, const size_t *row, size_t count, void *out)
{
    int64_t *to = out;
    if (context) return 1;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < WIDE; j++) to[i * WIDE + j] = (int64_t)xs[row[i]][j];
    return 0;
}

static void same_weights(ew_train *a, ew_train *b, const char *what)
{
    for (size_t k = 0; k < ew_train_weight_count(a); k++) {
        ew_data_array x = ew_train_weight(a, k), y = ew_train_weight(b, k);
        size_t bytes = x.type == EW_F32 ? 4 : 8;
        for (size_t p = 0; p < x.axes; p++) bytes *= x.sizes[p];
        if (memcmp(x.elements, y.elements, bytes) != 0) fail_msg("%s: '%s' differs", what, x.name);
    }
}

/* The same numbers as every kind, from memory, a callback and a file, lead to the same bits. */
static void test_sources(void **state)
{
    (void)state;
    static signed char i8[ROWS][WIDE];
    static int16_t i16[ROWS][WIDE];
    static int32_t i32[ROWS][WIDE];
    static int64_t i64[ROWS][WIDE];
    static float f32[ROWS][WIDE];
    char path[300];
    snprintf(path, sizeof path, "%s/test-train.csv", getenv("B") ? getenv("B") : "build");
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("a,b,c\n", f);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < WIDE; j++) {
            i8[i][j] = (signed char)xs[i][j], i16[i][j] = (int16_t)xs[i][j], i32[i][j] = (int32_t)xs[i][j];
            i64[i][j] = (int64_t)xs[i][j], f32[i][j] = (float)xs[i][j];
            fprintf(f, "%d%s", i8[i][j], j + 1 < WIDE ? "," : "\n");
        }
    }
    fclose(f);
    static const size_t deep[] = {ROWS, 1, WIDE, 1}; /* fills the input in order */
    const ew_source others[] = {
        {.name = "x", .values = i8, .kind = EW_KIND_I8, .rank = 2, .size = x_size},
        {.name = "x", .values = i16, .kind = EW_KIND_I16, .rank = 2, .size = x_size},
        {.name = "x", .values = i32, .kind = EW_KIND_I32, .rank = 4, .size = deep},
        {.name = "x", .values = i64, .kind = EW_KIND_I64, .rank = 2, .size = x_size},
        {.name = "x", .values = f32, .kind = EW_KIND_F32, .rank = 2, .size = x_size},
        {.name = "x", .rows = give_rows, .kind = EW_KIND_I64, .rank = 2, .size = x_size},
        {.name = "x", .path = path},
    };
    ew_train_options o = {.data = line, .data_count = 2, .batch = BATCH, .steps = 9, .optimizer = EW_OPTIMIZER_ADAM};
    o.standardize = (const char *const[]){"x"};
    o.standardize_count = 1;
    ew_train *t = begin(LINE, &o);
    make_steps(t, 9);
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        ew_source data[2] = {others[k], line[1]};
        o.data = data;
        ew_train *s = begin(LINE, &o);
        make_steps(s, 9);
        same_weights(t, s, "source");
        ew_train_free(s);
    }
    ew_train_free(t);
    remove(path);
}

/* Each row once an epoch, in another order each time; the rows kept for validation never. */
static void test_order(void **state)
{
    (void)state;
    enum { MANY = 37 };
    static double number[MANY];
    static const size_t size[] = {MANY};
    for (size_t i = 0; i < MANY; i++) number[i] = (double)i;
    const ew_source data = {.name = "x", .values = number, .kind = EW_KIND_F64, .rank = 1, .size = size};
    ew_train_options o = {.data = &data, .data_count = 1, .batch = 1, .epochs = 3, .optimizer = EW_OPTIMIZER_SGD};
    for (int apart = 0; apart < 2; apart++) {
        size_t rows = apart ? 28 : 37, seen[3][MANY] = {{0}}, order[3][MANY];
        o.validate = apart ? 0.25 : 0;
        o.lr = 1e-300;
        ew_train *t = begin("input x[N]; param w = 0; loss = sum(n: x[n]) + 0 * w", &o);
        for (size_t e = 0; e < 3; e++)
            for (size_t i = 0; i < rows; i++) {
                make_steps(t, 1);
                order[e][i] = (size_t)ew_train_loss(t);
                seen[e][order[e][i]]++;
            }
        size_t once = 0;
        for (size_t i = 0; i < MANY; i++) {
            assert_true(seen[0][i] <= 1 && seen[0][i] == seen[1][i] && seen[0][i] == seen[2][i]);
            once += seen[0][i];
        }
        assert_int_equal(once, rows);
        assert_memory_not_equal(order[0], order[1], rows * sizeof(size_t));
        ew_train_free(t);
    }
}

/* ---- Bits ------------------------------------------------------------------------------------------------------- */

static const char *const net =
    "input x[N, 3] : f32; input y[N] : f32; input keep[N, 40] ~ uniform(0, 1)\n"
    "param W[3, 40] : f32 ~ normal(0, 0.5); param v[40] : f32 ~ normal(0, 0.2)\n"
    "h[n, k] = tanh(sum(j: x[n, j] * W[j, k])) * (if training and keep[n, k] < 0.3 then 0 else 1)\n"
    "loss = mean(n: (sum(k: h[n, k] * v[k]) - y[n])^2)\n"
    "train = if training then 1 else 0\noutput loss";

static void test_threads(void **state)
{
    (void)state;
    ew_train *first = NULL;
    for (size_t threads = 1; threads <= 4; threads *= 2) {
        ew_options general = {.threads = threads};
        ew_train_options o = {.data = line, .data_count = 2, .batch = BATCH, .steps = 30, .options = &general};
        o.optimizer = EW_OPTIMIZER_ADAMW;
        o.weight_decay = 0.01;
        o.clip = 0.5;
        ew_train *t = begin(net, &o);
        make_steps(t, 30);
        if (first) same_weights(first, t, "threads");
        if (first) ew_train_free(t);
        if (!first) first = t;
    }
    ew_train_free(first);
}

static void test_training(void **state)
{
    (void)state;
    double value[2];
    ew_error err;
    ew_train_options o = {.data = line, .data_count = 2, .steps = 1, .metric_count = 1};
    o.metrics = (const char *const[]){"train"};
    ew_train *t = begin(net, &o);
    assert_int_equal(ew_train_evaluate(t, line, 2, value, &err), EW_OK);
    assert_true(value[1] == 0);
    double once = value[0];
    assert_int_equal(ew_train_evaluate(t, line, 2, value, &err), EW_OK);
    assert_true(value[0] == once); /* nothing is dropped */
    ew_train_free(t);
}

/* ---- Gradients checked, nodes looked at, predictions --------------------------------------------------------------
 */

static void test_check(void **state)
{
    (void)state;
    ew_error err;
    ew_train_check check;
    ew_train_options o = {.data = line, .data_count = 2, .batch = BATCH, .steps = 3};
    const char *models[] = {LINE, net};
    for (size_t k = 0; k < 2; k++) {
        ew_train *t = begin(models[k], &o), *u = begin(models[k], &o);
        assert_int_equal(ew_train_check_gradients(t, 5, &check, &err), EW_OK);
        if (!check.passed || check.directions != 5) fail_msg("model %zu: %g", k, check.worst);
        make_steps(t, 3);
        make_steps(u, 3);
        same_weights(t, u, "after a check");
        ew_train_free(t);
        ew_train_free(u);
    }
    ew_train *t = begin("param w = 0.75; loss = stop(w) * w", &(ew_train_options){.steps = 3, .check_gradients = 1});
    assert_int_equal(ew_train_run(t, NULL, &err), EW_FAILED); /* stop makes it so: by design */
    assert_string_equal(err.code, "E370");
    ew_train_free(t);
}

typedef struct seen {
    char names[200];
    double norm, adjoint;
} seen;

static int see(void *context, const ew_train_node *node)
{
    seen *s = context;
    strcat(strcat(s->names, node->name), " ");
    if (strcmp(node->name, "loss") == 0) s->norm = node->norm;
    if (strcmp(node->name, "loss") == 0) s->adjoint = node->adjoint_norm;
    return 0;
}

static void test_look(void **state)
{
    (void)state;
    ew_error err;
    seen s = {{0}, 0, 0};
    double value[1];
    ew_train_options o = {.data = line, .data_count = 2, .batch = ROWS, .steps = 3, .no_shuffle = 1};
    ew_train *t = begin(LINE, &o);
    assert_int_equal(ew_train_look(t, NULL, 0, see, &s, &err), EW_OK);
    assert_int_equal(ew_train_evaluate(t, line, 2, value, &err), EW_OK);
    near_to("loss", s.norm, value[0], 1e-15);
    assert_true(s.adjoint == 1);
    assert_non_null(strstr(s.names, "x y w b "));
    assert_int_equal(ew_train_look(t, line, 2, see, &s, &err), EW_OK);
    ew_train_free(t);
}

static void test_predict(void **state)
{
    (void)state;
    ew_error err;
    size_t count;
    ew_train *t = begin(LINE, &(ew_train_options){.data = line, .data_count = 2, .steps = 3});
    ew_prediction *p = ew_train_predict(t, line, 2, "r, sum(n: r[n])", &err);
    assert_non_null(p);
    const ew_data_array *a = ew_prediction_arrays(p, &count);
    assert_int_equal(count, 2);
    assert_true(a[0].axes == 1 && a[0].sizes[0] == ROWS && a[0].type == EW_F64);
    near_to("r", ((const double *)a[0].elements)[2], xs[2][0] * 0.5 + xs[2][1] * 0.5 + xs[2][2] * 0.5 - 0.25 - ys[2],
            1e-14);
    ew_prediction_free(p);
    p = ew_train_predict(t, line, 1, "sum(n, j: x[n, j] * w[j])", &err); /* y is not needed */
    assert_non_null(p);
    ew_prediction_free(p);
    assert_null(ew_train_predict(t, line, 1, "loss", &err));
    assert_string_equal(err.code, "E335");
    assert_string_equal(err.message, "the input 'y' has neither data nor a value");
    assert_null(ew_train_predict(t, line, 2, "nothing", &err));
    assert_string_equal(err.code, "E012");
    ew_train_free(t);
}

/* ---- What is not finite -------------------------------------------------------------------------------------------
 */

typedef struct bad_seen {
    size_t count;
    ew_train_bad bad;
} bad_seen;

static int see_bad(void *context, const ew_train_report *r)
{
    bad_seen *b = context;
    if (r->event != EW_EVENT_BAD) return 0;
    b->count++;
    b->bad = *r->bad;
    return 0;
}

static void test_bad(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
        int backward;
    } rows[] = {
        {"input x[N, 3]; input y[N]; param w[3] = 1; z[n] = sum(j: x[n, j] * w[j]); p[n] = log(z[n]); "
         "loss = mean(n: (p[n] - y[n])^2)",
         "step 1: p[0] is -inf: z[0] = 0", 0},
        {"input x[N, 3]; input y[N]; param w[3] = 0; z[n] = sum(j: x[n, j] * w[j]); p[n] = sqrt(z[n]); "
         "loss = mean(n: (p[n] - y[n])^2)",
         "step 1: the derivative by z[0] is inf: 0.5 / p[0] = inf", 1},
    };
    for (size_t k = 0; k < 2; k++)
        for (int on = 0; on < 3; on++) {
            ew_error err;
            bad_seen b = {0};
            ew_train_result result;
            ew_train_options o = {.data = line, .data_count = 2, .batch = ROWS, .steps = 3, .no_shuffle = 1};
            o.on_nan = (ew_on_nan)on;
            o.report = see_bad;
            o.context = &b;
            ew_train *t = begin(rows[k].text, &o), *u = begin(rows[k].text, &o);
            ew_status status = ew_train_run(t, &result, &err);
            assert_int_equal(status, on == EW_ON_NAN_STOP ? EW_NONFINITE : EW_OK);
            if (on == EW_ON_NAN_STOP) assert_string_equal(err.message, rows[k].message);
            if (on != EW_ON_NAN_STOP) assert_int_equal(result.bad_steps, 3);
            assert_int_equal(b.count, on == EW_ON_NAN_STOP ? 1 : 3);
            assert_int_equal(b.bad.backward, rows[k].backward);
            same_weights(t, u, "nothing is updated");
            ew_train_free(t);
            ew_train_free(u);
        }
}

/* Back to the weights of the last epoch's end, and half as fast from there. */
static void test_rollback(void **state)
{
    (void)state;
    ew_error err;
    ew_train_result result;
    ew_train_options o = {.steps = 400, .optimizer = EW_OPTIMIZER_SGD, .lr = 3, .on_nan = EW_ON_NAN_ROLLBACK};
    o.save_every = 50;
    ew_train *t = begin("param w = 0.9; loss = (1 - sqrt(1 - w^2))^2", &o);
    assert_int_equal(ew_train_run(t, &result, &err), EW_OK);
    assert_true(result.bad_steps > 0 && result.bad_steps < 400);
    near_to("loss", ew_train_loss(t), 0, 1e-3);
    ew_train_free(t);
}

/* ---- Wrong use ----------------------------------------------------------------------------------------------------
 */

static void refuse(const char *text, const ew_train_options *o, const char *code, const char *message)
{
    ew_error err = {0};
    ew_train *t = ew_train_new(text, o, &err);
    int good = t && ew_train_run(t, NULL, &err) == EW_OK;
    if (good || strcmp(err.code, code) != 0 || strcmp(err.message, message) != 0)
        fail_msg("%s instead of %s: %s", good ? "nothing" : err.code, code, err.message);
    ew_train_free(t);
}

#define WITH(...)                                                                                                      \
    &(ew_train_options)                                                                                                \
    {                                                                                                                  \
        .data = line, .data_count = 2, __VA_ARGS__                                                                     \
    }
#define METRIC(NAME) .metrics = (const char *const[]){NAME}, .metric_count = 1
#define STANDARD(NAME) .standardize = (const char *const[]){NAME}, .standardize_count = 1

static void test_options_refused(void **state)
{
    (void)state;
    refuse(LINE, WITH(.lr = -1), "E330", "'lr' cannot be -1");
    refuse(LINE, WITH(.lr = NAN), "E330", "'lr' cannot be nan");
    refuse(LINE, WITH(.lr = INFINITY), "E330", "'lr' cannot be inf");
    refuse(LINE, WITH(.momentum = 1), "E330", "'momentum' cannot be 1");
    refuse(LINE, WITH(.validate = 1), "E330", "'validate' cannot be 1");
    refuse(LINE, WITH(.optimizer = (ew_optimizer)9), "E330", "'optimizer' cannot be 9");
    refuse(LINE, WITH(.patience = 2), "E331",
           "patience watches the validation loss: a part of the data must be kept apart for it");
    refuse(LINE, WITH(METRIC("fare")), "E338", "'fare' is no number of the model, so it cannot be a metric");
    refuse(LINE, WITH(METRIC("r")), "E338", "'r' is no number of the model, so it cannot be a metric");
    refuse(LINE, WITH(METRIC("loss")), "E368", "'loss' cannot be a metric: a report has an entry of that name already");
    refuse(LINE, WITH(STANDARD("w")), "E348", "'w' is no input with data, so it cannot be standardised");
    refuse(LINE, &(ew_train_options){.steps = 1}, "E335", "the input 'x' has neither data nor a value");
    refuse("input x[N, 3]; input y[N]; z = sum(n: y[n])", WITH(.steps = 1), "E336",
           "the model declares no param: there is nothing to train");
    refuse("input x[N, 3]; input y[N]; param w = 1; z[n] = w * y[n]", WITH(.steps = 1), "E337",
           "the first output is what is made small, one real number; 'z' is none");
    refuse("input x[N, 3]; input y[N]; param w : int = 1; z = w * sum(n: y[n])", WITH(.steps = 1), "E351",
           "the param 'w' is an int or a bool and cannot be trained");
    refuse("input x[N, 3]; input y[N]; param w; z = w * sum(n: y[n])", WITH(.steps = 1), "E353",
           "the param 'w' has no value to begin with: declare one, or a distribution");
    refuse("input x[N, 3]; input y[N]; param w[N] = 1; z = sum(n: w[n] * y[n])", WITH(.batch = BATCH), "E352",
           "the size of the param 'w' depends on the number of rows");
    refuse("input x; input y[N]; param w = 1; z = w * x", WITH(.steps = 1), "E339",
           "the input 'x' is a single number: it has no axis for the rows of the data");
    refuse("input x[M, 3]; input y[N]; param w = 1; z = w * x[0, 0]", WITH(.steps = 1), "E340",
           "the data fill inputs whose first axes are 'M' and 'N'; the rows are one dimension");
}

static void refuse_source(ew_source x, const char *text, const char *code, const char *message)
{
    ew_source data[] = {x, line[1]};
    refuse(text ? text : LINE, &(ew_train_options){.data = data, .data_count = 2, .batch = BATCH, .no_shuffle = 1},
           code, message);
}

static void test_data_refused(void **state)
{
    (void)state;
    static const size_t four[] = {4, 3}, wide[] = {ROWS, 4}, none[] = {0, 3};
    static const double room[ROWS * 4];
    refuse_source((ew_source){.name = "x"}, NULL, "E332",
                  "the data for 'x' are neither a file nor an array nor a callback of a type that is read");
    refuse_source((ew_source){.name = "z", .values = xs, .kind = EW_KIND_F64, .rank = 2, .size = x_size}, NULL, "E333",
                  "the model has no input called 'z'");
    refuse_source(line[1], NULL, "E334", "the input 'y' is given twice");
    refuse_source((ew_source){.name = "x", .values = xs, .kind = EW_KIND_F64}, NULL, "E341",
                  "the data for 'x' are a single number, without rows");
    refuse_source((ew_source){.name = "x", .values = xs, .kind = EW_KIND_F64, .rank = 2, .size = none}, NULL, "E342",
                  "the data for 'x' leave no row to train on");
    refuse_source((ew_source){.name = "x", .values = xs, .kind = EW_KIND_F64, .rank = 2, .size = four}, NULL, "E343",
                  "the numbers of rows differ: 4 x, 10 y");
    refuse_source((ew_source){.name = "x", .values = room, .kind = EW_KIND_F64, .rank = 2, .size = wide},
                  "input x[N, 3, 1]; input y[N]; param w = 1; loss = w * sum(n: x[n, 0, 0] * y[n])", "E344",
                  "numbers in a row of the data for 'x': 4; in a row of the input: 3");
    refuse_source(
        (ew_source){.name = "x", .rows = give_rows, .context = &line, .kind = EW_KIND_I64, .rank = 2, .size = x_size},
        NULL, "E347", "the callback gave no rows for 'x'");
    refuse_source((ew_source){.name = "x", .path = "no/such.csv"}, NULL, "E200", "there is no file 'no/such.csv'");
    double half[ROWS] = {0, 0, 0, 0, 0, 1.5};
    refuse_source((ew_source){.name = "x", .values = half, .kind = EW_KIND_F64, .rank = 1, .size = y_size},
                  "input x[N] : int; input y[N]; param w = 1; loss = w * sum(n: x[n] * y[n])", "E345",
                  "row 5 of the data for 'x' has 1.5, which is no int");
    refuse_source((ew_source){.name = "x", .values = half, .kind = EW_KIND_F64, .rank = 1, .size = y_size},
                  "input x[N] : bool; input y[N]; param w = 1; loss = w * sum(n: if x[n] then y[n] else 0)", "E346",
                  "row 5 of the data for 'x' has 1.5, which is no bool: 0 and 1 are");
}

/* ---- Memory -------------------------------------------------------------------------------------------------------
 */

static ew_status whole_life(heap *h)
{
    ew_error err;
    double value[2];
    ew_options general = {.resize = heap_resize, .context = h};
    ew_train_options o = {
        .data = line, .data_count = 2, .batch = BATCH, .steps = 4, .validate = 0.2, .options = &general};
    o.metrics = (const char *const[]){"far"};
    o.metric_count = 1;
    o.standardize = (const char *const[]){"x"};
    o.standardize_count = 1;
    o.on_nan = EW_ON_NAN_ROLLBACK;
    ew_train *t = ew_train_new(LINE, &o, &err);
    ew_status status = t ? ew_train_run(t, NULL, &err) : err.status;
    if (status == EW_OK) status = ew_train_evaluate(t, line, 2, value, &err);
    ew_prediction *p = status == EW_OK ? ew_train_predict(t, line, 2, "r", &err) : NULL;
    if (status == EW_OK && !p) status = err.status;
    ew_prediction_free(p);
    ew_train_free(t);
    return status;
}

static void test_refused_memory(void **state)
{
    (void)state;
    size_t step = 1;
    for (size_t i = 1;; i += step) {
        heap h = {.fail_at = i};
        ew_status status = whole_life(&h);
        if (h.blocks || h.live || h.wrong_sizes) fail_msg("allocation %zu: %zu blocks are left", i, h.blocks);
        if (status == EW_OK && h.calls < i) break;
        if (status != EW_OK) assert_int_equal(status, EW_LIMIT);
        if (i > 300) step = 17; /* the many of preparing programs are refused elsewhere */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_optimisers),
        cmocka_unit_test(test_lbfgs),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_training),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_look),
        cmocka_unit_test(test_predict),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_rollback),
        cmocka_unit_test(test_options_refused),
        cmocka_unit_test(test_data_refused),
        cmocka_unit_test(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, make_data, NULL);
}
