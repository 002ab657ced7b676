/*
 * folder.c - a run's folder: made, opened again, held by one process at a time.
 */
#define _GNU_SOURCE /* flock */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"

const char *train_run_path(ew_train *t, const char *name)
{
    size_t n = strlen(t->o.run) + strlen(name) + 2;
    char *path = train_keep(t, n, 1);
    if (path) snprintf(path, n, "%s/%s", t->o.run, name);
    return path;
}

bool train_read_file(ew_train *t, const char *path, text *out)
{
    char piece[1 << 14];
    text_begin(out, &t->m);
    if (!path) return false;
    int d = open(path, O_RDONLY | O_CLOEXEC);
    if (d < 0 && errno == ENOENT) return report_plain(&t->r, E_FILE_MISSING, path, NULL);
    if (d < 0) return io_refuse(&t->r, E_FILE_OPEN, path, errno);
    for (;;) {
        ssize_t n = read(d, piece, sizeof piece);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) report_plain(&t->r, E_FILE_READ, path, NULL);
        if (n <= 0) break;
        text_addn(out, piece, (size_t)n);
    }
    close(d);
    if (out->failed) report_memory(&t->r);
    return report_ok(&t->r);
}

bool train_write_file(ew_train *t, const char *path, const char *bytes, size_t count)
{
    ew_error err;
    io_save *s = path ? io_save_new(path, &t->options, &err) : NULL;
    if (!s) return path ? train_take(t, &err) : false;
    bool good = io_save_begin(s, path);
    if (good) io_put(s, bytes, count);
    return io_save_finish(s, good, &err) == EW_OK || train_take(t, &err);
}

/* ---- One process at a time ------------------------------------------------------------------------------ */

static bool folder_hold(ew_train *t)
{
    t->lock = open(t->o.run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (t->lock < 0 && (errno == ENOENT || errno == ENOTDIR))
        return report_plain(&t->r, E_TRAIN_NO_RUN, t->o.run, NULL);
    if (t->lock < 0) return io_refuse(&t->r, E_FILE_OPEN, t->o.run, errno);
    if (flock(t->lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return true; /* some systems have no locks */
    return report_plain(&t->r, E_TRAIN_LOCKED, t->o.run, NULL);
}

void train_folder_close(ew_train *t)
{
    if (t->lock >= 0) close(t->lock);
    if (t->lines >= 0) close(t->lines);
    t->lock = t->lines = -1;
}

/* ---- Beginning -------------------------------------------------------------------------------------------- */

static bool folder_make(ew_train *t, const char *path)
{
    if (!path) return false;
    if (mkdir(path, 0777) == 0) return true;
    struct stat s;
    int why = errno;
    if (why == EEXIST && stat(path, &s) == 0 && S_ISDIR(s.st_mode)) return true;
    return io_refuse(&t->r, E_TRAIN_FOLDER, path, why);
}

/* Removes what writing under a temporary name left behind when it was killed: .NAME.PID-N for the names of a run. Who
 * holds the folder is alone in it. */
static void folder_sweep(ew_train *t, const char *name)
{
    static const char *const files[] = {".config.json.", ".model.ew.", ".weights.safetensors.", ".curve.svg.",
                                        ".last.safetensors."};
    const char *path = *name ? train_run_path(t, name) : t->o.run;
    DIR *folder = path ? opendir(path) : NULL;
    if (!folder) return;
    for (struct dirent *e; (e = readdir(folder)) != NULL;)
        for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
            const char *rest = e->d_name + strlen(files[i]);
            if (strncmp(e->d_name, files[i], strlen(files[i])) != 0 || rest[strspn(rest, "0123456789-")]) continue;
            unlinkat(dirfd(folder), e->d_name, 0);
        }
    closedir(folder);
}

static uint64_t folder_hash(const char *bytes, size_t count)
{
    io_hash h;
    io_hash_begin(&h, 0);
    io_hash_add(&h, bytes, count);
    return io_hash_end(&h);
}

static bool folder_files(ew_train *t)
{
    text config;
    text_begin(&config, &t->m);
    t->model_hash = folder_hash(t->text, strlen(t->text));
    bool good = train_write_file(t, train_run_path(t, "model.ew"), t->text, strlen(t->text)) &&
                train_config_write(t, &config) && train_metrics_open(t, true) &&
                train_write_file(t, train_run_path(t, "config.json"), text_string(&config), config.count);
    t->config_hash = folder_hash(text_string(&config), config.count);
    text_free(&config);
    return good;
}

/* Has the folder's run got anywhere? One that its data stopped at the first step has nothing to be kept. */
static bool folder_begun(ew_train *t)
{
    struct stat s;
    const char *weights = train_run_path(t, "weights.safetensors"), *lines = train_run_path(t, "metrics.jsonl");
    if (!weights || !lines) return true;
    return access(weights, F_OK) == 0 || (stat(lines, &s) == 0 && s.st_size > 0) || train_has_checkpoint(t);
}

/* What every config.json of a run begins with. */
#define FOLDER_MARK "{\"edgewise\": "

static bool folder_is_run(ew_train *t)
{
    char start[sizeof FOLDER_MARK] = "";
    const char *path = train_run_path(t, "config.json");
    int d = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = d >= 0 ? read(d, start, sizeof FOLDER_MARK - 1) : 0;
    if (d >= 0) close(d);
    return n == sizeof FOLDER_MARK - 1 && strcmp(start, FOLDER_MARK) == 0;
}

/* Is the folder's model.ew the text that this run would write there? */
static bool folder_same_model(ew_train *t, const char *path)
{
    text model;
    bool same = train_read_file(t, path, &model) && strcmp(text_string(&model), t->text) == 0;
    text_free(&model);
    return same && report_ok(&t->r);
}

/* In a folder that is no run, files of these names are somebody's own; but not those of a run that was killed before it
 * wrote its config.json. */
static bool folder_foreign(ew_train *t)
{
    static const char *const names[] = {
        "config.json", "metrics.jsonl", "weights.safetensors", "curve.svg", "checkpoint/last.safetensors", "model.ew"};
    struct stat s;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = train_run_path(t, names[i]);
        if (!path) return false;
        if (lstat(path, &s) != 0 || (strcmp(names[i], "metrics.jsonl") == 0 && s.st_size == 0)) continue;
        if (strcmp(names[i], "model.ew") == 0 && folder_same_model(t, path)) continue;
        if (report_ok(&t->r)) report_plain(&t->r, E_TRAIN_FOREIGN, t->o.run, names[i]);
        report_hint(&t->r, "choose another folder", NULL);
        return false;
    }
    return true;
}

static bool folder_free(ew_train *t)
{
    if (!folder_is_run(t)) return folder_foreign(t);
    if (!folder_begun(t)) return true;
    report_plain(&t->r, E_TRAIN_TAKEN, t->o.run, NULL);
    report_hint(&t->r, "go on with it by --resume, or choose another folder", NULL);
    return false;
}

bool train_folder_new(ew_train *t)
{
    if (!train_leads(t)) t->o.run = NULL;
    if (!t->o.run) return true;
    if (!folder_make(t, t->o.run) || !folder_hold(t) || !folder_free(t)) return false;
    folder_sweep(t, "");
    return folder_make(t, train_run_path(t, "checkpoint")) && train_set_hash(t, &t->data) &&
           train_set_hash(t, &t->test) && folder_files(t);
}

/* ---- Going on ----------------------------------------------------------------------------------------------- */

static bool folder_read(ew_train *t, const ew_train_options *given)
{
    text config, model;
    const char *path = train_run_path(t, "config.json"), *program = train_run_path(t, "model.ew");
    text_begin(&model, &t->m);
    text_begin(&config, &t->m);
    if (path && access(path, F_OK) != 0) return report_plain(&t->r, E_TRAIN_NO_RUN, t->o.run, NULL);
    bool good = train_read_file(t, path, &config) && train_read_file(t, program, &model) &&
                train_config_read(t, text_string(&config), config.count, given);
    t->config_hash = folder_hash(text_string(&config), config.count);
    if (good) t->text = train_keep_text(t, text_string(&model));
    if (good && folder_hash(text_string(&model), model.count) != t->model_hash)
        good = report_plain(&t->r, E_TRAIN_MODEL, program, NULL);
    text_free(&config);
    text_free(&model);
    return good && report_ok(&t->r);
}

bool train_folder_open(ew_train *t, const char *run, const ew_train_options *given, bool hold)
{
    if (!run) run = "";
    t->o.run = train_keep_text(t, run);
    if (!report_ok(&t->r) || (hold && !folder_hold(t)) || !folder_read(t, given)) return false;
    t->o.run = train_keep_text(t, run);
    if (!t->options.file && report_ok(&t->r)) t->options.file = train_run_path(t, "model.ew"); /* of errors in it */
    return report_ok(&t->r);
}

static bool folder_same(ew_train *t, train_set *s, const train_config_set *was)
{
    if (!train_set_hash(t, s)) return false;
    for (size_t i = 0; i < s->count; i++)
        if (!s->at[i].rows && s->at[i].hash != was->hash[i])
            return report_plain(&t->r, E_TRAIN_CHANGED, s->at[i].name, NULL);
    return true;
}

bool train_folder_go_on(ew_train *t)
{
    if (train_leads(t)) folder_sweep(t, ""), folder_sweep(t, "checkpoint");
    bool good =
        folder_same(t, &t->data, &t->was_data) && folder_same(t, &t->test, &t->was_test) && train_checkpoint_read(t);
    if (train_leads(t)) return good && train_metrics_open(t, false);
    t->o.run = NULL; /* which the leader alone writes */
    return good;
}
