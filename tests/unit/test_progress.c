/*
 * The bar of `edgewise train` on a terminal: a pseudo terminal of a given width is given to the command as its
 * standard error, and what it draws there is taken apart. No line is as wide as the terminal, also after it was
 * made narrower; there are at most ten a second; at the end none is left.
 *
 * Needs build/edgewise ($B/edgewise).
 */
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE /* TIOCSWINSZ */

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { BYTES = 1 << 20 };

static char folder[200], text[BYTES];
static double took;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void set_columns(int d, unsigned short columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    assert_int_equal(ioctl(d, TIOCSWINSZ, &size), 0);
}

static void become_command(const char *terminal, const char *run, const char *flag)
{
    char program[300], out[300];
    const char *base = getenv("B");
    snprintf(program, sizeof program, "%s/edgewise", base ? base : "build");
    snprintf(out, sizeof out, "%s/%s", folder, run);
    setsid();
    int d = open(terminal, O_RDWR), null = open("/dev/null", O_WRONLY);
    dup2(null, STDOUT_FILENO);
    dup2(d, STDERR_FILENO);
    execl(program, program, "train", "examples/train-moons/model.ew", "--data", "x=data/moons.csv:x1,x2", "--data",
          "label=data/moons.csv:label", "--metric", "accuracy", "--optimizer", "adam", "--batch", "1", "--steps",
          "1000000000", "--limit", "seconds=1", "--validate", "0.1", "-o", out, flag, (char *)NULL);
    _exit(127);
}

static size_t columns_of(const char *s, size_t bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes; i++) n += ((unsigned char)s[i] & 0xC0) != 0x80;
    return n;
}

/* How wide is the line that stands on the terminal? */
static size_t drawn(size_t count)
{
    const char *line = text;
    text[count] = '\0';
    for (const char *s = text; (s = strstr(s, "\r\033[J")); s += 4) line = s + 4;
    return columns_of(line, strlen(line));
}

/* What was drawn within the limit of time, into text; the terminal is `columns` wide, and after a line that is wider,
 * `later`. */
static void draw(const char *run, unsigned short columns, unsigned short later, const char *flag)
{
    int d = posix_openpt(O_RDWR | O_NOCTTY), status;
    size_t count = 0;
    bool resized = false;
    assert_true(d >= 0 && grantpt(d) == 0 && unlockpt(d) == 0);
    const char *terminal = ptsname(d);
    int keep = open(terminal, O_RDWR | O_NOCTTY); /* so that the end of the command is no error here */
    set_columns(d, columns);
    double begin = now();
    pid_t child = fork();
    if (child == 0) become_command(terminal, run, flag);
    for (;;) {
        struct pollfd p = {d, POLLIN, 0};
        if (poll(&p, 1, 20) > 0 && count < BYTES - 4096) {
            ssize_t n = read(d, text + count, 4096);
            if (n > 0) count += (size_t)n;
        } else if (waitpid(child, &status, WNOHANG) == child) {
            break;
        }
        if (!resized && drawn(count) > later) resized = true, set_columns(d, later);
    }
    text[count] = '\0';
    took = now() - begin;
    close(keep);
    close(d);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 5);
}

/* Lines between \r\033[J: how many, and how wide the widest of the last half is. */
static size_t lines(size_t *widest, size_t *last_widest)
{
    size_t count = 0;
    size_t width[4096];
    *widest = *last_widest = 0;
    for (const char *s = text; *s && count < 4096;) {
        const char *end = strstr(s, "\r\033[J");
        if (!end) break;
        size_t bytes = (size_t)(end - s);
        while (bytes >= 3 && memcmp(s + bytes - 3, "\033[A", 3) == 0) bytes -= 3; /* up, to clear */
        width[count++] = columns_of(s, bytes);
        s = end + 4;
    }
    for (size_t i = 0; i < count; i++) {
        if (width[i] > *widest) *widest = width[i];
        if (i > count / 2 && width[i] > *last_widest) *last_widest = width[i];
    }
    return count;
}

static void test_width(void **state)
{
    static const unsigned short widths[] = {200, 100, 50, 12, 3};
    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        char run[20];
        size_t widest, last;
        snprintf(run, sizeof run, "w%zu", i);
        draw(run, widths[i], widths[i], "--seed=1");
        size_t count = lines(&widest, &last);
        assert_true(count > 1 || widths[i] == 3); /* where nothing fits */
        assert_true((double)count <= 10 * took + 2);
        assert_true(widest < widths[i]);
        assert_null(strchr(text, '\n') ? strstr(strchr(text, '\n'), "\r\033[J")
                                       : NULL); /* nothing drawn after the end */
        if (widths[i] >= 100) assert_non_null(strstr(text, "accuracy"));
        if (widths[i] >= 50) assert_non_null(strstr(text, "epoch"));
    }
}

static void test_narrower(void **state)
{
    size_t widest, last;
    (void)state;
    draw("narrower", 120, 50, "--seed=1");
    lines(&widest, &last);
    assert_true(widest > 50 && widest < 120);
    assert_true(last < 50);
    assert_non_null(strstr(text, "\033[A\r\033[J")); /* the line that was broken in two is cleared whole */
}

static void test_quiet(void **state)
{
    (void)state;
    draw("quiet", 80, 80, "-q");
    assert_int_equal(strncmp(text, "error[E166]", 11), 0); /* the end alone */
    assert_null(strchr(text, '\033'));
}

static int set_up(void **state)
{
    const char *base = getenv("TMPDIR");
    (void)state;
    snprintf(folder, sizeof folder, "%.150s/progress-XXXXXX", base ? base : P_tmpdir);
    return mkdtemp(folder) ? 0 : 1;
}

static int tear_down(void **state)
{
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_width), cmocka_unit_test(test_narrower),
                                       cmocka_unit_test(test_quiet)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
