/*
 * edit.c - lines from a person or from a pipe.
 *
 * With libedit (EDGEWISE_LIBEDIT) and a terminal: editing, history, which is kept in
 * $XDG_STATE_HOME/edgewise/history (or ~/.local/state/edgewise/history), and completion by Tab.
 * Otherwise lines are read plainly.
 */
#include "cli.h"
#include "edit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef EDGEWISE_LIBEDIT
#include <histedit.h>
#include <locale.h>
#include <sys/stat.h>

enum { HISTORY_LINES = 1000 };
#endif

struct edit {
    struct cli *c;
    edit_words *words;
    void *context;
    bool person;
    const char *prompt;
    char *line;
    size_t size;
    struct sigaction before;
#ifdef EDGEWISE_LIBEDIT
    EditLine *editor;
    History *history;
    char *file;
#endif
};

static volatile sig_atomic_t edit_interrupted;

static void on_edit_interrupt(int signal_number)
{
    (void)signal_number;
    edit_interrupted = 1;
}

/* While a line is read Ctrl-C means: forget this line. */
static void edit_catch(struct edit *e, bool on)
{
    struct sigaction action = {0};
    if (!e->person) return;
    action.sa_handler = on_edit_interrupt;
    edit_interrupted = 0;
    if (on)
        sigaction(SIGINT, &action, &e->before);
    else
        sigaction(SIGINT, &e->before, NULL);
}

/* ---- libedit ------------------------------------------------------------------------------- */

#ifdef EDGEWISE_LIBEDIT

static char *edit_prompt(EditLine *editor)
{
    struct edit *e = NULL;
    el_get(editor, EL_CLIENTDATA, &e);
    return (char *)e->prompt; /* libedit wants it so and only reads it */
}

/* What could stand at the cursor: the longest beginning they share, and how many they are. */
struct offers {
    const char *begun;
    size_t count, shared, matches;
    char common[128];
    char all[40][64];
};

static void take_offer(void *to, const char *word)
{
    struct offers *o = to;
    size_t n = strlen(word), k = 0;
    if (n >= sizeof o->common || strncmp(word, o->begun, o->count) != 0) return;
    for (size_t i = 0; i < o->matches && i < 40; i++)
        if (strcmp(o->all[i], word) == 0) return;
    if (o->matches == 0) {
        strcpy(o->common, word);
        o->shared = n;
    }
    while (k < o->shared && o->common[k] == word[k]) k++;
    while (k > 0 && k < n && ((unsigned char)word[k] & 0xC0) == 0x80) k--; /* a whole letter */
    o->shared = k;
    o->common[k] = '\0';
    if (o->matches < 40) snprintf(o->all[o->matches], sizeof o->all[0], "%.63s", word);
    o->matches++;
}

static void show_offers(const struct offers *o)
{
    fputc('\n', stdout);
    for (size_t i = 0; i < o->matches && i < 40; i++) printf("%s%s", i ? "  " : "", o->all[i]);
    fputs(o->matches > 40 ? "  …\n" : "\n", stdout);
    fflush(stdout);
}

static bool is_part(char b)
{
    return b == '_' || b == ':' || (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') ||
           (unsigned char)b >= 0x80;
}

static unsigned char edit_complete(EditLine *editor, int key)
{
    struct edit *e = NULL;
    const LineInfo *info = el_line(editor);
    size_t length = (size_t)(info->cursor - info->buffer), n = 0;
    char *line = strndup(info->buffer, length);
    struct offers *o = calloc(1, sizeof *o);
    unsigned char answer = CC_REFRESH_BEEP;
    (void)key;
    el_get(editor, EL_CLIENTDATA, &e);
    if (line && o) {
        while (n < length && is_part(line[length - 1 - n])) n++;
        o->begun = line + length - n;
        o->count = n;
        e->words(e->context, line, take_offer, o);
        bool longer = o->matches && o->shared > n;
        if (longer && el_insertstr(editor, o->common + n) == 0) answer = CC_REFRESH;
        if (o->matches == 1 && el_insertstr(editor, o->common[0] == ':' ? " " : "") == 0) answer = CC_REFRESH;
        if (o->matches > 1 && !longer) {
            show_offers(o);
            answer = CC_REDISPLAY;
        }
    }
    free(line);
    free(o);
    return answer;
}

/* Makes the folders on the way to a file, for this user alone. */
static void make_folders(char *path)
{
    for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = '\0';
        mkdir(path, 0700); /* it may be there already; that it is not is seen when the file is opened */
        *at = '/';
    }
}

static char *history_file(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    bool given = state && state[0] == '/';
    if (!given && (!home || home[0] != '/')) return NULL;
    size_t size = strlen(given ? state : home) + 40;
    char *path = malloc(size);
    if (path) snprintf(path, size, "%s%s/edgewise/history", given ? state : home, given ? "" : "/.local/state");
    return path;
}

static void edit_begin(struct edit *e)
{
    HistEvent event;
    setlocale(LC_CTYPE, ""); /* letters are UTF-8; numbers keep their point */
    e->editor = el_init("edgewise", stdin, stdout, stderr);
    e->history = history_init();
    if (!e->editor) return;
    el_set(e->editor, EL_CLIENTDATA, e);
    el_set(e->editor, EL_PROMPT, edit_prompt);
    el_set(e->editor, EL_EDITOR, "emacs");
    el_set(e->editor, EL_SIGNAL, 0);
    el_set(e->editor, EL_ADDFN, "edgewise-complete", "complete", edit_complete);
    el_set(e->editor, EL_BIND, "\t", "edgewise-complete", NULL);
    el_set(e->editor, EL_BIND, "^R", "em-inc-search-prev", NULL);
    if (!e->history) return;
    history(e->history, &event, H_SETSIZE, HISTORY_LINES);
    history(e->history, &event, H_SETUNIQUE, 1);
    el_set(e->editor, EL_HIST, history, e->history);
    e->file = history_file();
    if (e->file) history(e->history, &event, H_LOAD, e->file);
}

static void edit_finish(struct edit *e)
{
    HistEvent event;
    if (e->history && e->file) {
        make_folders(e->file);
        history(e->history, &event, H_SAVE, e->file); /* a history that cannot be kept is no fault */
    }
    free(e->file);
    if (e->history) history_end(e->history);
    if (e->editor) el_end(e->editor);
}

static const char *edit_person(struct edit *e, const char *prompt)
{
    HistEvent event;
    int count = 0;
    e->prompt = prompt;
    const char *line = el_gets(e->editor, &count);
    if (!line && edit_interrupted) {
        el_reset(e->editor);
        fputs("^C\n", stdout);
        return "";
    }
    if (!line || count <= 0) return NULL;
    if (e->history && line[strspn(line, " \t\n")]) history(e->history, &event, H_ENTER, line);
    return line;
}

#endif

/* ---- Plain lines --------------------------------------------------------------------------- */

static const char *edit_plain(struct edit *e, const char *prompt)
{
    if (e->person) {
        fputs(prompt, stdout);
        fflush(stdout);
    }
    ssize_t n = getline(&e->line, &e->size, stdin);
    if (n < 0 && edit_interrupted) {
        clearerr(stdin);
        fputc('\n', stdout);
        return "";
    }
    return n < 0 ? NULL : e->line;
}

/* ---- Both ---------------------------------------------------------------------------------- */

struct edit *edit_new(struct cli *c, edit_words *words, void *context)
{
    struct edit *e = cli_room(c, 1, sizeof *e);
    if (!e) return NULL;
    memset(e, 0, sizeof *e);
    e->c = c;
    e->words = words;
    e->context = context;
    e->person = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
#ifdef EDGEWISE_LIBEDIT
    if (e->person) edit_begin(e);
#endif
    return e;
}

void edit_free(struct edit *e)
{
    if (!e) return;
#ifdef EDGEWISE_LIBEDIT
    edit_finish(e);
#endif
    free(e->line);
    free(e);
}

bool edit_is_person(const struct edit *e)
{
    return e->person;
}

const char *edit_line(struct edit *e, const char *prompt)
{
    const char *line;
    edit_catch(e, true);
#ifdef EDGEWISE_LIBEDIT
    line = e->editor ? edit_person(e, prompt) : edit_plain(e, prompt);
#else
    line = edit_plain(e, prompt);
#endif
    edit_catch(e, false);
    return line;
}
