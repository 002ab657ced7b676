/*
 * output.c - where results go: standard output, or files that appear whole or not at all.
 *
 * A file is written under a temporary name in the same folder, synced, and renamed when everything
 * has been written; so a full disk, a fault or a kill leaves what was there before. What is no
 * plain file (a pipe, /dev/full) is written directly. Every write is checked; the first failure
 * sticks and cli_finish reports it.
 *
 * The list of open files is the one global: a signal's handler has nothing else to find them by.
 */
#include "cli.h"
#include "edgewise-data.h"
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 16 };

struct cli_file {
    struct cli_file *next;
    char *path;      /* the final name; NULL: standard output */
    char *temporary; /* NULL: written directly */
    int descriptor;  /* -1: closed */
    int error;       /* errno of the first failure */
    bool touched;    /* bytes have left the buffer */
    size_t used;
    char buffer[BUFFER_BYTES];
};

struct cli_output {
    struct cli_file standard;
    struct cli_file *result; /* where cli_put goes; NULL: not begun */
};

static struct cli_file *volatile output_files;

/* ---- Bytes ---------------------------------------------------------------------------------------- */

static void file_flush(struct cli_file *f)
{
    size_t done = 0;
    while (done < f->used && !f->error) {
        ssize_t n = write(f->descriptor, f->buffer + done, f->used - done);
        if (n < 0 && errno != EINTR) f->error = errno;
        if (n > 0) done += (size_t)n;
        if (n > 0) f->touched = true;
    }
    f->used = 0;
}

int cli_file_write(void *file, const char *bytes, size_t count)
{
    struct cli_file *f = file;
    while (count && !f->error) {
        size_t n = BUFFER_BYTES - f->used < count ? BUFFER_BYTES - f->used : count;
        memcpy(f->buffer + f->used, bytes, n);
        f->used += n;
        bytes += n;
        count -= n;
        if (f->used == BUFFER_BYTES) file_flush(f);
    }
    return f->error;
}

/* ---- Files ------------------------------------------------------------------------------------------ */

static void file_free(struct cli_file *f)
{
    if (f->descriptor >= 0) close(f->descriptor);
    if (f->temporary) unlink(f->temporary);
    free(f->temporary);
    free(f->path);
    free(f);
}

/* "folder/.name." beside the path, and six letters that mkstemp fills. */
static char *temporary_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0, size = strlen(path) + 10;
    char *name = malloc(size);
    if (!name) return NULL;
    int n = snprintf(name, size - 6, "%.*s.%.200s.", (int)folder, path, path + folder);
    memset(name + n, 'X', 6);
    name[n + 6] = '\0';
    return name;
}

static bool open_temporary(struct cli_file *f, mode_t mode)
{
    f->temporary = temporary_name(f->path);
    if (!f->temporary) return false;
    f->descriptor = mkstemp(f->temporary);
    if (f->descriptor >= 0) return fchmod(f->descriptor, mode) == 0 || errno == EPERM;
    free(f->temporary);
    f->temporary = NULL;
    return false;
}

static bool open_path(struct cli_file *f)
{
    struct stat s;
    mode_t mask = umask(0);
    umask(mask);
    if (stat(f->path, &s) != 0) return errno == ENOENT && open_temporary(f, 0666 & ~mask);
    if (S_ISDIR(s.st_mode)) errno = EISDIR;
    if (S_ISDIR(s.st_mode)) return false;
    if (S_ISREG(s.st_mode)) return access(f->path, W_OK) == 0 && open_temporary(f, s.st_mode & 0777);
    f->descriptor = open(f->path, O_WRONLY);
    return f->descriptor >= 0;
}

struct cli_file *cli_file_new(struct cli *c, const char *path)
{
    struct cli_file *f = cli_room(c, 1, sizeof *f);
    if (!f) return NULL;
    memset(f, 0, offsetof(struct cli_file, buffer));
    f->descriptor = -1;
    f->path = realpath(path, NULL); /* a link stays a link */
    if (!f->path) f->path = strdup(path);
    if (!f->path || !open_path(f)) {
        cli_fail(c, FAULT_WRITE, path, cli_reason(c, errno));
        file_free(f);
        return NULL;
    }
    f->next = output_files;
    output_files = f;
    return f;
}

static void folder_sync(const char *path)
{
    char *folder = strdup(path), *slash = folder ? strrchr(folder, '/') : NULL;
    if (slash) slash[1] = '\0';
    int d = folder ? open(slash ? folder : ".", O_RDONLY) : -1;
    if (d >= 0) fsync(d); /* some file systems cannot; the file itself is safe */
    if (d >= 0) close(d);
    free(folder);
}

static void file_settle(struct cli_file *f)
{
    file_flush(f);
    if (!f->error && f->temporary && fsync(f->descriptor) != 0) f->error = errno;
    if (close(f->descriptor) != 0 && !f->error) f->error = errno;
    f->descriptor = -1;
}

static void file_name(struct cli_file *f)
{
    if (!f->temporary) return;
    if (rename(f->temporary, f->path) != 0) {
        f->error = errno;
        return;
    }
    free(f->temporary);
    f->temporary = NULL;
    folder_sync(f->path);
}

static bool file_report(struct cli *c, struct cli_file *f)
{
    if (f->error) cli_fail(c, FAULT_WRITE, f->path, cli_reason(c, f->error));
    return !f->error;
}

static void files_free(void)
{
    struct cli_file *f = output_files;
    output_files = NULL;
    for (struct cli_file *next; f; f = next) {
        next = f->next;
        file_free(f);
    }
}

/* All files are complete before the first gets its name. */
static void files_done(struct cli *c)
{
    bool ok = true;
    for (struct cli_file *f = output_files; f; f = f->next) {
        file_settle(f);
        ok = ok && file_report(c, f);
    }
    for (struct cli_file *f = output_files; f && ok; f = f->next) {
        file_name(f);
        ok = file_report(c, f);
    }
}

/* ---- Results ---------------------------------------------------------------------------------------- */

static struct cli_output *output_of(struct cli *c)
{
    if (!c->out) {
        c->out = calloc(1, sizeof *c->out);
        if (c->out) c->out->standard.descriptor = STDOUT_FILENO;
    }
    return c->out;
}

static struct cli_file *result_of(struct cli *c)
{
    struct cli_output *o = output_of(c);
    if (!o || c->status) return NULL; /* after a fault nothing more is said */
    if (o->result) return o->result;
    bool named = c->output && strcmp(c->output, "-") != 0;
    return o->result = named ? cli_file_new(c, c->output) : &o->standard;
}

int cli_write(void *context, const char *bytes, size_t count)
{
    struct cli_file *f = result_of(context);
    return f ? cli_file_write(f, bytes, count) : 1;
}

void cli_putn(struct cli *c, const char *bytes, size_t count)
{
    cli_write(c, bytes, count);
}

void cli_put(struct cli *c, const char *s)
{
    cli_write(c, s, strlen(s));
}

void cli_put_number(struct cli *c, double v)
{
    char number[32];
    ew_number_text(v, 0, number);
    cli_put(c, number);
}

void cli_flush(struct cli *c)
{
    if (c->out && c->out->result) file_flush(c->out->result);
}

void cli_flush_line(struct cli *c)
{
    cli_flush(c);
    if (c->out) c->out->standard.touched = false;
}

int cli_finish(struct cli *c)
{
    struct cli_file *standard = c->out ? &c->out->standard : NULL;
    if (!c->status) files_done(c);
    if (standard && !c->status) {
        file_flush(standard);
        if (standard->error) cli_fail(c, FAULT_STDOUT, cli_reason(c, standard->error), NULL);
    }
    cli_drop(c);
    return c->status;
}

void cli_drop(struct cli *c)
{
    files_free();
    if (!c->out) return;
    c->out->standard.used = 0;
    c->out->result = NULL;
}

/* The object that says what went wrong, unless half a result is out already. */
bool output_error(struct cli *c, const char *bytes, size_t count)
{
    struct cli_output *o = output_of(c);
    if (!o || o->standard.touched || o->standard.error) return false;
    o->standard.used = 0;
    cli_file_write(&o->standard, bytes, count);
    file_flush(&o->standard);
    return !o->standard.error;
}

/* ---- Sentences --------------------------------------------------------------------------------------- */

const char *cli_tr(const struct cli *c, const char *sentence)
{
    return ew_translate(c->language, sentence);
}

const char *cli_reason(const struct cli *c, int error)
{
    const char *words = ew_system_reason(error, c->language);
    return words ? words : strerror(error);
}

static void say(ew_write *write, void *context, const char *sentence, const char *const args[3])
{
    const char *run = sentence;
    for (const char *s = sentence; *s; s++) {
        if (s[0] != '{' || s[1] < '1' || s[1] > '3' || s[2] != '}') continue;
        const char *word = args[s[1] - '1'];
        write(context, run, (size_t)(s - run));
        if (word) write(context, word, strlen(word));
        run = s + 3;
        s += 2;
    }
    write(context, run, strlen(run));
}

void cli_say(struct cli *c, const char *sentence, const char *a, const char *b, const char *d)
{
    const char *args[] = {a, b, d};
    say(cli_write, c, cli_tr(c, sentence), args);
}

struct filled {
    char *at;
    size_t used, size;
};

static int write_filled(void *context, const char *bytes, size_t count)
{
    struct filled *f = context;
    if (count > f->size - 1 - f->used) count = f->size - 1 - f->used;
    memcpy(f->at + f->used, bytes, count);
    f->used += count;
    return 0;
}

const char *cli_fill(const struct cli *c, char *to, size_t size, const char *sentence, const char *a, const char *b,
                     const char *d)
{
    struct filled f = {to, 0, size};
    const char *args[] = {a, b, d};
    say(write_filled, &f, cli_tr(c, sentence), args);
    to[f.used] = '\0';
    return to;
}

/* A note leaves in one piece, lest those of several processes mix. */
struct note {
    char bytes[1024];
    size_t count;
};

static void note_leave(struct note *n)
{
    fwrite(n->bytes, 1, n->count, stderr);
    n->count = 0;
}

static int note_add(void *context, const char *bytes, size_t count)
{
    struct note *n = context;
    for (size_t i = 0; i < count; i++) {
        if (n->count == sizeof n->bytes) note_leave(n);
        n->bytes[n->count++] = bytes[i];
    }
    return 0;
}

void cli_note(struct cli *c, const char *sentence, const char *a, const char *b, const char *d)
{
    const char *args[] = {a, b, d};
    struct note n = {.count = 0};
    if (c->quiet) return;
    say(note_add, &n, cli_tr(c, sentence), args);
    note_add(&n, "\n", 1);
    note_leave(&n);
}

void output_unlink(void)
{
    for (struct cli_file *f = output_files; f; f = f->next)
        if (f->temporary) unlink(f->temporary);
}
