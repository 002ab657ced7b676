/*
 * catalogue.c - the catalogue of sentences: po/parts/(room).po in, po/vi.po and src/base/vi.inc out.
 *
 *     catalogue           writes both files
 *     catalogue --check   compares them with what would be written, and finds sentences of the
 *                         source that have no translation; 1 if there is anything to mend
 *     catalogue --missing prints those sentences, ready to be filled in
 *     catalogue --stray   lists literals that look like sentences and are not translated: to look at
 *
 * Which literals are sentences is read from the source itself: an argument of one of the functions in
 * `speakers`, a column of a .def table there, and everything from a comment that begins with the word
 * "catalogue" to the end of that statement: of a table of rows {…} only the columns named after a
 * colon, counted from 1, if there is one:
 *
 *     static const char *const kinds[] = / * catalogue * / {"sum", "product"};
 *     const struct verb verbs[] = / * catalogue: 2 * / {{"eval", "values of outputs"}, …};
 *
 * A sentence and its translation must have the same {1}, {2}, {3}. vi.inc is sorted by the bytes of
 * the English sentence, as the library's search wants it. The tool runs where the library is built:
 * it is no part of it, so it may exit where it stands.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Functions and rows whose argument (counted from 1) is a sentence. */
static const struct {
    const char *name;
    int argument;
} speakers[] = {
    {"translate", 2},
    {"ew_translate", 2},
    {"report_hint", 2},
    {"resolve_count", 5},
    {"cli_tr", 2},
    {"cli_say", 2},
    {"cli_note", 2},
    {"cli_fill", 4},
    {"cli_fail_hint", 5},
    {"literal_fail", 2},
    {"scene_say", 2},
    {"note_heading", 2},
    {"explain_word", 2},
    {"explain_heading", 2},
    {"explain_sentence", 3},
    {"phrase_fill", 3},
    {"phrase_count", 4},
    {"phrase_count", 5},
    {"contents_sentence", 2},
    {"contents_leaves", 4},
    {"contents_leaves", 5},
    {"ways_opening", 2},
    {"plan_count", 2},
    {"ERROR", 4},
    {"FAULT", 4},
    {"OP", 20},
    {"train_fail", 5},
    {"say_count", 3},
    {"say_count", 4},
};

static const char *const rooms[] = {"src/base", "src/ops", "src/graph", "src/lang",    "src/diff",  "src/opt",
                                    "src/exec", "src/io",  "src/draw",  "src/explain", "src/train", "cli"};

typedef struct entry {
    char *english, *other; /* other: NULL for a sentence of the source */
    char *file;
    int line;
} entry;

typedef struct list {
    entry *at;
    size_t count, capacity;
} list;

static int faults;

static void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("catalogue: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    faults++;
}

static void *room(void *old, size_t bytes)
{
    void *p = realloc(old, bytes);
    if (!p) {
        fputs("catalogue: no memory\n", stderr);
        exit(2);
    }
    return p;
}

static char *copy(const char *s)
{
    return strcpy(room(NULL, strlen(s) + 1), s);
}

static void add(list *l, const char *english, const char *other, const char *file, int line)
{
    if (l->count == l->capacity) {
        l->capacity = l->capacity ? 2 * l->capacity : 256;
        l->at = room(l->at, l->capacity * sizeof *l->at);
    }
    l->at[l->count++] = (entry){copy(english), other ? copy(other) : NULL, copy(file), line};
}

static int by_english(const void *a, const void *b)
{
    return strcmp(((const entry *)a)->english, ((const entry *)b)->english);
}

static const entry *find(const list *sorted, const char *english)
{
    entry key = {.english = (char *)(size_t)english};
    return sorted->count ? bsearch(&key, sorted->at, sorted->count, sizeof key, by_english) : NULL;
}

/* A whole file, ended by a NUL; NULL if it is not there. */
static char *slurp(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *s = room(NULL, 1);
    size_t count = 0, k;
    if (!f) {
        free(s);
        return NULL;
    }
    do {
        s = room(s, count + 65537);
        k = fread(s + count, 1, 65536, f);
        count += k;
    } while (k > 0);
    fclose(f);
    s[count] = '\0';
    return s;
}

/* Reads the literal that begins at s ('"'), appends its bytes to `out`; the place after it. */
static const char *literal(const char *s, char **out, size_t *count)
{
    for (s++; *s && *s != '"'; s++) {
        char c = *s;
        if (c == '\\') {
            s++;
            if (*s >= '0' && *s <= '7') {
                int code = 0;
                for (int i = 0; i < 3 && *s >= '0' && *s <= '7'; i++, s++) code = code * 8 + (*s - '0');
                s--;
                c = (char)code;
            } else {
                c = *s == 'n' ? '\n' : *s == 't' ? '\t' : *s;
            }
        }
        *out = room(*out, *count + 2);
        (*out)[(*count)++] = c;
    }
    *out = room(*out, *count + 1);
    (*out)[*count] = '\0';
    return *s ? s + 1 : s;
}

/* ---- Sentences of the source -------------------------------------------------------------------- */

typedef struct bracket {
    char kind;
    char called[40]; /* the name before it, or "" */
    int argument;
} bracket;

typedef struct scan {
    const char *file;
    int line;
    bracket open[64];
    int depth;
    int mark;         /* depth + 1 at which a mark was met; 0: none */
    unsigned columns; /* bit k: column k + 1 of its rows; 0: everything */
    char word[40];    /* the last token, if it was a name */
    list *sentences, *literals;
} scan;

static bool speaks(const scan *c)
{
    const bracket *b = &c->open[c->depth];
    for (size_t i = 0; b->called[0] && i < sizeof speakers / sizeof *speakers; i++)
        if (strcmp(b->called, speakers[i].name) == 0 && b->argument == speakers[i].argument) return true;
    if (!c->mark) return false;
    return !c->columns || (b->kind == '{' && c->depth > c->mark && (c->columns >> (b->argument - 1) & 1));
}

static void punctuation(scan *c, char sign)
{
    if (strchr("([{", sign) && c->depth + 1 < (int)(sizeof c->open / sizeof *c->open)) {
        bracket *b = &c->open[++c->depth];
        *b = (bracket){.kind = sign, .argument = 1};
        if (sign == '(') strcpy(b->called, c->word);
    } else if (strchr(")]}", sign)) {
        c->depth -= c->depth > 0;
    } else if (sign == ',') {
        c->open[c->depth].argument++;
    } else if (sign == ';' && c->depth < c->mark) {
        c->mark = 0;
    }
    c->word[0] = '\0';
}

/* A comment: a mark if its first word is "catalogue". The place after it. */
static const char *comment(scan *c, const char *s)
{
    const char *end = strstr(s + 2, "*/"), *w = s + 2;
    if (!end) return s + strlen(s);
    while (*w == ' ') w++;
    if (strncmp(w, "catalogue", 9) == 0 && (w[9] == ' ' || w[9] == ':')) {
        c->mark = c->depth + 1;
        c->columns = 0;
        for (w += 9; w < end; w++)
            if (isdigit((unsigned char)*w)) c->columns |= 1u << (*w - '1');
    }
    for (; s < end; s++) c->line += *s == '\n';
    return end + 2;
}

static const char *blank(scan *c, const char *s)
{
    for (;;) {
        if (s[0] == '/' && s[1] == '*')
            s = comment(c, s);
        else if (s[0] == '/' && s[1] == '/')
            s += strcspn(s, "\n");
        else if (isspace((unsigned char)*s))
            c->line += *s++ == '\n';
        else
            return s;
    }
}

static const char *literals(scan *c, const char *s)
{
    char *text = NULL;
    size_t count = 0;
    int line = c->line;
    bool sentence = speaks(c);
    while (*s == '"') s = blank(c, literal(s, &text, &count)); /* "one" "two" are one */
    if (count && sentence) add(c->sentences, text, NULL, c->file, line);
    if (count) add(c->literals, text, NULL, c->file, line);
    free(text);
    c->word[0] = '\0';
    return s;
}

static const char *name(scan *c, const char *s)
{
    size_t k = 0;
    for (; isalnum((unsigned char)*s) || *s == '_'; s++)
        if (k + 1 < sizeof c->word) c->word[k++] = *s;
    c->word[k] = '\0';
    return s;
}

static void read_source(const char *path, list *sentences, list *others)
{
    char *all = slurp(path);
    scan c = {.file = path, .line = 1, .sentences = sentences, .literals = others};
    for (const char *s = all; s && *(s = blank(&c, s));) {
        if (*s == '"') {
            s = literals(&c, s);
        } else if (*s == '\'') {
            for (s++; *s && *s != '\''; s++) s += *s == '\\';
            s += *s != '\0';
        } else if (isalnum((unsigned char)*s) || *s == '_') {
            s = name(&c, s);
        } else {
            punctuation(&c, *s++);
        }
    }
    free(all);
}

/* ---- Files of a folder, sorted, so that messages come in one order ------------------------------ */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool ends(const char *s, const char *end)
{
    size_t n = strlen(s), k = strlen(end);
    return n > k && strcmp(s + n - k, end) == 0;
}

static char **folder(const char *path, size_t *count)
{
    char **names = NULL;
    DIR *d = opendir(path);
    *count = 0;
    for (struct dirent *f; d && (f = readdir(d));) {
        names = room(names, (*count + 1) * sizeof *names);
        names[*count] = room(NULL, strlen(path) + strlen(f->d_name) + 2);
        sprintf(names[(*count)++], "%s/%s", path, f->d_name);
    }
    if (d) closedir(d);
    if (names) qsort(names, *count, sizeof *names, by_name);
    return names;
}

static void read_sources(list *sentences, list *others)
{
    for (size_t r = 0; r < sizeof rooms / sizeof *rooms; r++) {
        size_t count;
        char **files = folder(rooms[r], &count);
        for (size_t i = 0; i < count; i++) {
            if (ends(files[i], ".c") || ends(files[i], ".def") || ends(files[i], ".h"))
                read_source(files[i], sentences, others);
            free(files[i]);
        }
        free(files);
    }
    if (sentences->count) qsort(sentences->at, sentences->count, sizeof *sentences->at, by_english);
    if (others->count) qsort(others->at, others->count, sizeof *others->at, by_english);
}

/* ---- po files -------------------------------------------------------------------------------------- */

static unsigned placeholders(const char *s)
{
    unsigned set = 0;
    for (; *s; s++)
        if (s[0] == '{' && s[1] >= '1' && s[1] <= '9' && s[2] == '}') set |= 1u << (s[1] - '0');
    return set;
}

static void take_pair(list *all, const char *english, const char *other, const char *path, int line)
{
    if (!*english)
        complain("%s:%d: an empty msgid", path, line);
    else if (!*other)
        complain("%s:%d: '%s' is not translated", path, line, english);
    else if (placeholders(english) != placeholders(other))
        complain("%s:%d: '%s' and its translation differ in {1} {2} {3}", path, line, english);
    else
        add(all, english, other, path, line);
}

static void read_po(const char *path, list *all)
{
    char *text = slurp(path), *value[2] = {copy(""), copy("")};
    size_t used[2] = {0, 0};
    int line = 0, begun = 0, which = -1;
    for (char *s = text, *next; s && *s; s = next) {
        next = s + strcspn(s, "\n");
        line++;
        if (*next) *next++ = '\0';
        bool id = strncmp(s, "msgid ", 6) == 0, str = strncmp(s, "msgstr ", 7) == 0;
        if (id && which == 1) take_pair(all, value[0], value[1], path, begun);
        if (id) begun = line;
        if (id || str) {
            which = str;
            used[which] = 0;
            value[which][0] = '\0';
        }
        if (*s == '#' || s[strspn(s, " \r")] == '\0') continue;
        char *quote = strchr(s, '"');
        if (which < 0 || !quote || (!id && !str && quote != s))
            complain("%s:%d: neither msgid nor msgstr", path, line);
        else
            literal(quote, &value[which], &used[which]);
    }
    if (which == 1) take_pair(all, value[0], value[1], path, begun);
    free(value[0]);
    free(value[1]);
    free(text);
}

/* All parts, sorted, each sentence once. */
static void read_parts(list *all)
{
    size_t count, kept = 0;
    char **files = folder("po/parts", &count);
    for (size_t i = 0; i < count; i++) {
        if (ends(files[i], ".po")) read_po(files[i], all);
        free(files[i]);
    }
    free(files);
    if (all->count) qsort(all->at, all->count, sizeof *all->at, by_english);
    for (size_t i = 0; i < all->count; i++) {
        entry *last = kept ? &all->at[kept - 1] : NULL, *e = &all->at[i];
        if (!last || strcmp(last->english, e->english) != 0)
            all->at[kept++] = *e;
        else if (strcmp(last->other, e->other) != 0)
            complain("'%s' is translated in two ways: %s:%d: '%s', %s:%d: '%s'", e->english, last->file, last->line,
                     last->other, e->file, e->line, e->other);
    }
    all->count = kept;
}

/* ---- What is written ------------------------------------------------------------------------------- */

static void put_quoted(FILE *f, const char *s)
{
    fputc('"', f);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') fputc('\\', f);
        if (*s == '\n')
            fputs("\\n", f);
        else if (*s == '\t')
            fputs("\\t", f);
        else
            fputc(*s, f);
    }
    fputc('"', f);
}

static void put_pair(FILE *f, const char *english, const char *other)
{
    fputs("\nmsgid ", f);
    put_quoted(f, english);
    fputs("\nmsgstr ", f);
    put_quoted(f, other);
    fputc('\n', f);
}

static void put_po(FILE *f, const list *all)
{
    fputs("# Vietnamese sentences of Edgewise. Made by tools/catalogue from po/parts; do not edit.\n"
          "msgid \"\"\nmsgstr \"\"\n"
          "\"Project-Id-Version: edgewise\\n\"\n\"Language: vi\\n\"\n\"MIME-Version: 1.0\\n\"\n"
          "\"Content-Type: text/plain; charset=UTF-8\\n\"\n\"Content-Transfer-Encoding: 8bit\\n\"\n",
          f);
    for (size_t i = 0; i < all->count; i++) put_pair(f, all->at[i].english, all->at[i].other);
}

static void put_table(FILE *f, const list *all)
{
    fputs("/* Made by tools/catalogue from po/parts; do not edit. */\n", f);
    for (size_t i = 0; i < all->count; i++) {
        fputs("    {", f);
        put_quoted(f, all->at[i].english);
        fputs(", ", f);
        put_quoted(f, all->at[i].other);
        fputs("},\n", f);
    }
}

/* Writes the file, or with `check` compares it; through a temporary name. */
static void make_file(const char *path, void (*put)(FILE *, const list *), const list *all, bool check)
{
    char fresh_path[200];
    snprintf(fresh_path, sizeof fresh_path, "%s.new", path);
    FILE *f = check ? tmpfile() : fopen(fresh_path, "wb");
    if (!f) {
        complain("%s cannot be written", path);
        return;
    }
    put(f, all);
    if (!check) {
        bool bad = ferror(f) != 0;
        if (fclose(f) != 0 || bad || rename(fresh_path, path) != 0) complain("%s cannot be written", path);
        return;
    }
    long size = ftell(f);
    char *fresh = room(NULL, (size_t)size + 1), *old = slurp(path);
    rewind(f);
    fresh[fread(fresh, 1, (size_t)size, f)] = '\0';
    if (!old || strcmp(old, fresh) != 0) complain("%s is not fresh: run tools/catalogue", path);
    fclose(f);
    free(fresh);
    free(old);
}

/* ---- Checks ------------------------------------------------------------------------------------------ */

static bool worded(const char *s)
{
    for (; *s; s++)
        if (isalpha((unsigned char)s[0]) && isalpha((unsigned char)s[1])) return true;
    return false;
}

static bool sentence_like(const char *s)
{
    for (; *s; s++)
        if (islower((unsigned char)s[0]) && s[1] == ' ' && isalpha((unsigned char)s[2])) return true;
    return false;
}

static void missing(const list *all, const list *sentences, bool print)
{
    for (size_t i = 0; i < sentences->count; i++) {
        const entry *e = &sentences->at[i];
        if (i && strcmp(e->english, e[-1].english) == 0) continue;
        if (!worded(e->english) || find(all, e->english)) continue;
        if (print)
            put_pair(stdout, e->english, "");
        else
            complain("%s:%d: '%s' has no translation", e->file, e->line, e->english);
    }
}

/* What nobody says any longer. */
static void unused(const list *all, const list *others)
{
    for (size_t i = 0; i < all->count; i++)
        if (!find(others, all->at[i].english))
            complain("%s:%d: '%s' stands nowhere in the source", all->at[i].file, all->at[i].line, all->at[i].english);
}

static void stray(const list *all, const list *others)
{
    for (size_t i = 0; i < others->count; i++)
        if (sentence_like(others->at[i].english) && !find(all, others->at[i].english))
            printf("%s:%d: %s\n", others->at[i].file, others->at[i].line, others->at[i].english);
}

int main(int argc, char **argv)
{
    list all = {0}, sentences = {0}, others = {0};
    const char *task = argc > 1 ? argv[1] : "";
    bool check = strcmp(task, "--check") == 0;
    read_parts(&all);
    read_sources(&sentences, &others);
    if (strcmp(task, "--missing") == 0) {
        missing(&all, &sentences, true);
    } else if (strcmp(task, "--stray") == 0) {
        stray(&all, &others);
    } else if (*task && !check) {
        complain("'%s'? --check, --missing, --stray or nothing", task);
    } else {
        if (check) missing(&all, &sentences, false);
        if (check) unused(&all, &others);
        if (check || !faults) make_file("po/vi.po", put_po, &all, check);
        if (check || !faults) make_file("src/base/vi.inc", put_table, &all, check);
    }
    return faults != 0;
}
