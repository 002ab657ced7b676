/*
 * fuzz_command.c - any bytes as a command line: each line is one argument. Runs the whole command in
 * this process, in a folder of its own, with nothing to read. Built with -Dmain=edgewise_main.
 *
 * Left out: paths with a slash (it writes files), png and pdf (another program), limits in seconds
 * (they end the process, as they should), numbers that would have training make steps all day.
 */
#define _XOPEN_SOURCE 700
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int edgewise_main(int argc, char **argv);

static int fuzz_begin(void)
{
    static char folder[300];
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/edgewise-fuzz-XXXXXX", parent ? parent : P_tmpdir);
    if (!mkdtemp(folder) || chdir(folder) != 0) abort();
    if (!freopen("/dev/null", "r", stdin)) abort();
    setenv("HOME", folder, 1);
    unsetenv("XDG_STATE_HOME");
    return 1;
}

static int fuzz_left_out(const char *s)
{
    return strchr(s, '/') || strstr(s, ".png") || strstr(s, ".pdf") || strstr(s, "seconds");
}

static int fuzz_many_digits(const char *s)
{
    size_t n = strcspn(s, "0123456789");
    for (s += n; *s; s += n, s += strcspn(s, "0123456789"))
        if ((n = strspn(s, "0123456789")) > 4) return 1;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int ready;
    char text[1024], *words[40] = {"edgewise"};
    int count = 1, trains = 0, many = 0;
    if (!ready) ready = fuzz_begin();
    if (size >= sizeof text) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    for (char *s = text; s && count < 39; count++) {
        words[count] = s;
        s = strchr(s, '\n');
        if (s) *s++ = '\0';
        if (fuzz_left_out(words[count])) return 0;
        trains |= strncmp(words[count], "train", 5) == 0;
        many |= fuzz_many_digits(words[count]);
    }
    if (trains && many) return 0;
    words[count++] = "--limit=nodes=2000,memory=50000000";
    edgewise_main(count, words);
    return 0;
}
