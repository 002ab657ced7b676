/*
 * metrics.c - metrics.jsonl, a line a report, and curve.svg, which is drawn from it.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"

/* ---- A line ----------------------------------------------------------------------------------------------- */

static void metrics_numbers(const ew_train *t, text *out, const double *values)
{
    text_add(out, "\"loss\": ");
    train_json_number(out, values[0]);
    for (size_t k = 0; k < t->o.metric_count; k++) {
        text_add(out, ", ");
        io_json_string(out, t->o.metrics[k]);
        text_add(out, ": ");
        train_json_number(out, values[1 + k]);
    }
}

static void metrics_part(const ew_train *t, text *out, const char *name, const double *values)
{
    if (!values) return;
    text_format(out, ", \"%s\": {", name);
    metrics_numbers(t, out, values);
    text_char(out, '}');
}

static void metrics_line(const ew_train *t, const ew_train_report *r, text *out)
{
    text_format(out, "{\"step\": %zu, \"epoch\": %zu, \"loss\": ", r->step, r->epoch);
    train_json_number(out, r->loss);
    for (size_t k = 0; k < t->o.metric_count; k++) {
        text_add(out, ", ");
        io_json_string(out, t->o.metrics[k]);
        text_add(out, ": ");
        train_json_number(out, r->metrics[k]);
    }
    metrics_part(t, out, "validation", r->validation);
    metrics_part(t, out, "test", r->test);
    text_add(out, ", \"seconds\": ");
    train_json_number(out, round(r->seconds * 1000) / 1000);
    text_char(out, '}');
}

size_t ew_train_report_json(const ew_train *t, const ew_train_report *r, char *buffer, size_t size)
{
    memory m = t->m;
    text out;
    text_begin(&out, &m);
    metrics_line(t, r, &out);
    size_t count = out.failed ? 0 : out.count;
    if (size) snprintf(buffer, size, "%s", out.failed ? "" : text_string(&out));
    text_free(&out);
    return count;
}

/* ---- The file ------------------------------------------------------------------------------------------------ */

static bool metrics_refuse(ew_train *t)
{
    bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    return report_plain(&t->r, full ? E_TRAIN_LINES_FULL : E_TRAIN_LINES, "metrics.jsonl", NULL);
}

bool train_metrics_open(ew_train *t, bool anew)
{
    struct stat s;
    const char *path = train_run_path(t, "metrics.jsonl");
    if (!path) return false;
    if (anew) t->lines_bytes = 0;
    t->lines = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (t->lines < 0) return io_refuse(&t->r, E_SAVE_OPEN, path, errno);
    if (fstat(t->lines, &s) != 0) return metrics_refuse(t);
    if ((uint64_t)s.st_size < t->lines_bytes) return report_plain(&t->r, E_TRAIN_LINES_CUT, path, NULL);
    return ftruncate(t->lines, (off_t)t->lines_bytes) == 0 || metrics_refuse(t);
}

/* A line that cannot be written whole is taken back. */
static bool metrics_write(ew_train *t, const char *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t n = write(t->lines, bytes + done, count - done);
        if (n > 0) done += (size_t)n;
        if (n > 0 || (n < 0 && errno == EINTR)) continue;
        metrics_refuse(t);
        if (ftruncate(t->lines, (off_t)t->lines_bytes) != 0) return false; /* the next to go on cuts it */
        return false;
    }
    t->lines_bytes += count;
    return true;
}

bool train_metrics_add(ew_train *t, const ew_train_report *r)
{
    text out;
    if (t->lines < 0) return true;
    text_begin(&out, &t->m);
    metrics_line(t, r, &out);
    text_char(&out, '\n');
    bool good = out.failed ? report_memory(&t->r) : metrics_write(t, out.at, out.count);
    text_free(&out);
    return good;
}

bool train_metrics_sync(ew_train *t)
{
    return t->lines < 0 || fsync(t->lines) == 0 || metrics_refuse(t);
}

/* ---- The curve ------------------------------------------------------------------------------------------------- */

enum { CURVE_SERIES = 3 };

typedef struct curve {
    ARRAY(double) x[CURVE_SERIES], y[CURVE_SERIES];
    text svg;
} curve;

static bool curve_add(ew_train *t, curve *c, size_t k, double step, const json_t *loss)
{
    double value;
    if (!train_json_real(loss, &value)) return true;
    return (array_push(&t->m, &c->x[k], step) && array_push(&t->m, &c->y[k], value)) || report_memory(&t->r);
}

/* Lines that are no reports are passed over: the picture is for people. */
static bool curve_line(ew_train *t, curve *c, const char *line, size_t count)
{
    json_t *root = json_loadb(line, count, 0, NULL);
    double step = json_number_value(json_object_get(root, "step"));
    bool good = curve_add(t, c, 0, step, json_object_get(root, "loss")) &&
                curve_add(t, c, 1, step, json_object_get(json_object_get(root, "validation"), "loss")) &&
                curve_add(t, c, 2, step, json_object_get(json_object_get(root, "test"), "loss"));
    json_decref(root);
    return good;
}

static bool curve_read(ew_train *t, curve *c)
{
    text lines;
    bool good = train_read_file(t, train_run_path(t, "metrics.jsonl"), &lines);
    for (size_t at = 0; good && at < lines.count;) {
        const char *end = memchr(lines.at + at, '\n', lines.count - at);
        size_t n = end ? (size_t)(end - lines.at) - at : lines.count - at;
        good = curve_line(t, c, lines.at + at, n);
        at += n + 1;
    }
    text_free(&lines);
    return good;
}

static int curve_write(void *context, const char *bytes, size_t count)
{
    text *out = context;
    text_addn(out, bytes, count);
    return out->failed;
}

static bool curve_draw(ew_train *t, curve *c)
{
    ew_error err;
    static const char *const names[CURVE_SERIES] = /* catalogue */ {"training", "validation", "test"};
    ew_plot_series series[CURVE_SERIES];
    size_t count = 0;
    bool positive = true;
    for (size_t k = 0; k < CURVE_SERIES; k++) {
        for (size_t i = 0; i < c->y[k].count; i++) positive = positive && !(c->y[k].at[i] <= 0);
        if (c->y[k].count)
            series[count++] =
                (ew_plot_series){c->x[k].at, c->y[k].at, c->y[k].count, translate(t->r.language, names[k])};
    }
    ew_plot_options o = {.format = "svg", .series = series, .series_count = count, .log_y = positive};
    o.x_label = translate(t->r.language, "step");
    o.y_label = t->loss_name;
    o.options = &t->options;
    return ew_plot(&o, curve_write, &c->svg, &err) == EW_OK || train_take(t, &err);
}

bool train_curve(ew_train *t)
{
    if (t->lines < 0) return true;
    curve c = {0};
    text_begin(&c.svg, &t->m);
    bool good = curve_read(t, &c);
    if (good && c.y[0].count)
        good =
            curve_draw(t, &c) && train_write_file(t, train_run_path(t, "curve.svg"), text_string(&c.svg), c.svg.count);
    for (size_t k = 0; k < CURVE_SERIES; k++) {
        array_free(&t->m, &c.x[k]);
        array_free(&t->m, &c.y[k]);
    }
    text_free(&c.svg);
    return good;
}
