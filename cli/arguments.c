/*
 * arguments.c - reading the arguments by the tables of options.c.
 *
 * getopt_long does the splitting (options may stand anywhere, -- ends them); what is wrong is said here,
 * with a suggestion.
 */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Options given are bits of a uint64_t. */
enum { MOST_OPTIONS = 64, LONG_FIRST = 256 };

/* ---- Values of options ----------------------------------------------------------------------------- */

static bool choice_has(const char *choices, const char *word)
{
    size_t n = strlen(word);
    for (const char *s = choices; s; s = strchr(s, '|') ? strchr(s, '|') + 1 : NULL)
        if (strcspn(s, "|") == n && memcmp(s, word, n) == 0) return true;
    return false;
}

static bool choice_fail(struct cli *c, const struct cli_option *o, const char *word)
{
    char list[120], *words[16];
    size_t count = 0;
    strcpy(list, o->argument);
    for (char *s = strtok(list, "|"); s && count < 15; s = strtok(NULL, "|")) words[count++] = s;
    words[count] = NULL;
    const char *near = cli_suggest((const char *const *)words, word);
    cli_fail_hint(c, FAULT_CHOICE, word, o->name, near ? "did you mean '{1}'?" : "there are: {1}",
                  near ? near : o->argument);
    return false;
}

static bool read_count(const char *s, uint64_t *n)
{
    char *end;
    errno = 0;
    *n = isdigit((unsigned char)*s) ? strtoull(s, &end, 10) : 0;
    return isdigit((unsigned char)*s) && !*end && !errno;
}

/* BYTES may end in K, M or G. */
static bool read_bytes(char *s, uint64_t *n)
{
    size_t count = strlen(s);
    char unit = count ? s[count - 1] : '\0';
    unsigned shift = unit == 'K' ? 10 : unit == 'M' ? 20 : unit == 'G' ? 30 : 0;
    if (shift) s[count - 1] = '\0';
    if (!read_count(s, n) || *n > UINT64_MAX >> shift) return false;
    *n <<= shift;
    return true;
}

static bool read_one_limit(struct cli *c, char *piece)
{
    ew_options options = cli_library(c);
    if (!strncmp(piece, "nodes=", 6)) return read_count(piece + 6, &c->limit_nodes) && c->limit_nodes;
    if (!strncmp(piece, "memory=", 7)) return read_bytes(piece + 7, &c->limit_memory) && c->limit_memory;
    if (strncmp(piece, "seconds=", 8) != 0) return false;
    return ew_number_read(piece + 8, &options, &c->limit_seconds, NULL) == EW_OK && c->limit_seconds > 0 &&
           c->limit_seconds < 1e9;
}

static bool read_limits(struct cli *c, const char *s)
{
    char *copy = strdup(s), *save, *piece;
    bool ok = copy && *copy;
    for (piece = ok ? strtok_r(copy, ",", &save) : NULL; ok && piece; piece = strtok_r(NULL, ",", &save))
        if (!read_one_limit(c, piece)) ok = false;
    free(copy);
    if (!ok) cli_fail(c, FAULT_LIMIT, s, NULL);
    return ok;
}

static bool set_count(struct cli *c, const struct cli_option *o, const char *shown, const char *value, uint64_t *at)
{
    const char *digits = value + (*value == '-');
    bool fits = read_count(value, at), whole = *digits && !digits[strspn(digits, "0123456789")];
    if (fits && (*at || o->kind == KIND_COUNT)) return true;
    enum cli_fault small = o->kind == KIND_COUNT ? FAULT_NEGATIVE : FAULT_NOT_ABOVE_0;
    cli_fail(c, !whole ? FAULT_BAD_COUNT : fits || *value == '-' ? small : FAULT_LARGE, value, shown);
    return false;
}

static bool set_list(struct cli *c, const char *value, struct cli_list *at)
{
    const char **more = realloc(at->at, (at->count + 1) * sizeof *more);
    if (!more) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    if (!more) return false;
    at->at = more;
    at->at[at->count++] = value;
    return true;
}

static bool set_real(struct cli *c, const struct cli_option *o, const char *shown, const char *value, double *at)
{
    if (!cli_number(c, shown, value, at)) return false;
    if (o->kind != KIND_RATE && !isfinite(*at))
        cli_fail(c, FAULT_NOT_FINITE, value, shown);
    else if (o->kind == KIND_AMOUNT && *at < 0)
        cli_fail(c, FAULT_NEGATIVE, value, shown);
    else if (!(*at > 0) && o->kind != KIND_AMOUNT)
        cli_fail(c, FAULT_NOT_ABOVE_0, value, shown);
    else if (*at >= 1 && o->kind == KIND_PART)
        cli_fail(c, FAULT_NOT_BELOW_1, value, shown);
    return !c->status;
}

static bool set_option(struct cli *c, const struct cli_option *o, const char *value)
{
    char *at = (char *)c + o->offset, shown[40];
    strcpy(strcpy(shown, "--") + 2, o->name);
    switch (o->kind) {
    case KIND_FLAG: *(bool *)at = true; return true;
    case KIND_CHOICE:
        if (!choice_has(o->argument, value)) return choice_fail(c, o, value);
        *(const char **)(void *)at = value;
        return true;
    case KIND_TEXT: *(const char **)(void *)at = value; return true;
    case KIND_LIMIT: return read_limits(c, value);
    case KIND_LIST: return set_list(c, value, (struct cli_list *)(void *)at);
    case KIND_RATE:
    case KIND_FINITE:
    case KIND_AMOUNT:
    case KIND_PART: return set_real(c, o, shown, value, (double *)(void *)at);
    case KIND_COUNT:
    case KIND_SOME: return set_count(c, o, shown, value, (uint64_t *)(void *)at);
    }
    return false;
}

/* ---- Splitting -------------------------------------------------------------------------------------- */

static void fill_getopt(struct option longs[MOST_OPTIONS + 1], char letters[2 * MOST_OPTIONS + 2])
{
    char *s = letters;
    *s++ = ':'; /* a missing value answers ':' */
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *o = &cli_options[i];
        longs[i] = (struct option){o->name, o->argument ? required_argument : no_argument, NULL, LONG_FIRST + (int)i};
        if (o->letter) *s++ = o->letter;
        if (o->letter && o->argument) *s++ = ':';
    }
    longs[cli_option_count] = (struct option){0};
    *s = '\0';
}

static const struct cli_option *option_by(int code)
{
    for (size_t i = 0; i < cli_option_count; i++)
        if (code == LONG_FIRST + (int)i || (code && code == cli_options[i].letter)) return &cli_options[i];
    return NULL;
}

/* The argument in which getopt stumbled over the letter `optopt`: the one it is in, or the last. */
static const char *stumble(char **argv, int argc)
{
    const char *last = argv[optind - 1], *now = optind < argc ? argv[optind] : NULL;
    size_t n = strlen(last);
    bool in_last = last[0] == '-' && last[1] != '-' && n > 1 && last[n - 1] == (char)optopt;
    return in_last || !now ? last : now;
}

/* Whether more than one option begins so; they are listed. */
static bool ambiguous(const char *word, char list[120])
{
    size_t n = strcspn(word, "="), count = 0;
    *list = '\0';
    for (size_t i = 0; i < cli_option_count; i++) {
        if (strncmp(cli_options[i].name, word, n) != 0) continue;
        if (count++ < 4) strcat(strcat(list, count > 1 ? ", --" : "--"), cli_options[i].name);
    }
    if (count > 4) strcat(list, ", …");
    return n > 0 && count > 1;
}

static void fail_unknown(struct cli *c, const char *word)
{
    const char *names[MOST_OPTIONS + 1], *near = NULL;
    char name[40] = "";
    for (size_t i = 0; i < cli_option_count; i++) names[i] = cli_options[i].name;
    names[cli_option_count] = NULL;
    bool is_long = word[0] == '-' && word[1] == '-';
    size_t n = is_long ? strcspn(word + 2, "=") : 0;
    if (is_long && n < sizeof name) memcpy(name, word + 2, n), name[n] = '\0', near = cli_suggest(names, name);
    if (near)
        cli_fail_hint(c, FAULT_NO_OPTION, word, NULL, "did you mean '--{1}'?", near);
    else
        cli_fail_hint(c, FAULT_NO_OPTION, word, NULL,
                      "a program that begins with - goes after --, as in edgewise eval -- '{1}'", word);
}

static void fail_getopt(struct cli *c, int code, char **argv, int argc)
{
    const struct cli_option *o = option_by(optopt);
    const char *last = argv[optind - 1];
    char letter[3] = {'-', (char)optopt, '\0'}, list[120];
    if (code == ':')
        cli_fail(c, FAULT_NO_ARGUMENT, optopt < LONG_FIRST ? letter : last, o->argument);
    else if (optopt >= LONG_FIRST)
        cli_fail(c, FAULT_ARGUMENT, last, NULL);
    else if (optopt)
        fail_unknown(c, stumble(argv, argc));
    else if (ambiguous(last + 2, list))
        cli_fail_hint(c, FAULT_AMBIGUOUS, last, NULL, "there are: {1}", list);
    else
        fail_unknown(c, last);
}

static bool split(struct cli *c, int argc, char **argv)
{
    struct option longs[MOST_OPTIONS + 1];
    char letters[2 * MOST_OPTIONS + 2];
    int code;
    fill_getopt(longs, letters);
    opterr = 0;
    optind = 0; /* glibc: from the beginning, also the second time */
    while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const struct cli_option *o = option_by(code);
        if (code == '?' || code == ':' || !o) {
            fail_getopt(c, code, argv, argc);
            return false;
        }
        c->given |= UINT64_C(1) << (o - cli_options);
        if (!set_option(c, o, optarg)) return false;
    }
    c->words = argv + optind;
    c->word_count = (size_t)(argc - optind);
    return true;
}

/* ---- The verb ---------------------------------------------------------------------------------------- */

static int find_verb(const char *word)
{
    for (int i = VERB_EVAL; i < VERB_COUNT; i++)
        if (strcmp(cli_verbs[i].name, word) == 0) return i;
    return -1;
}

static bool has_value(const struct cli *c, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 1; i < c->word_count; i++)
        if (strncmp(c->words[i], name, n) == 0 && c->words[i][n] == '=') return true;
    return false;
}

static const char *near_verb(const char *word)
{
    const char *names[VERB_COUNT];
    size_t count = 0;
    for (int i = VERB_EVAL; i < VERB_COUNT; i++)
        if (!cli_verbs[i].hidden) names[count++] = cli_verbs[i].name;
    names[count] = NULL;
    return cli_suggest(names, word);
}

/* A lone word could be a program (one input, shown), but hardly ever is one: when it is much like a verb
 * and no value is given for it, it was meant as one. */
static bool mistyped_verb(struct cli *c, const char *word)
{
    if (strlen(word) < 2 || word[strspn(word, "abcdefghijklmnopqrstuvwxyz")] || has_value(c, word)) return false;
    const char *near = near_verb(word);
    if (!near) return false;
    cli_fail_hint(c, FAULT_NO_VERB, word, NULL, "did you mean '{1}'?", near);
    return true;
}

static bool take_verb(struct cli *c)
{
    int verb = c->word_count ? find_verb(c->words[0]) : -1;
    if (verb >= 0) {
        c->verb = (enum cli_verb_id)verb;
        c->words++;
        c->word_count--;
        return true;
    }
    c->verb = VERB_SHORT;
    return !c->word_count || !mistyped_verb(c, c->words[0]);
}

static void fail_foreign(struct cli *c, const struct cli_option *o)
{
    char hint[200] = "";
    const char *verb = c->verb == VERB_SHORT ? cli_tr(c, "the short form") : cli_verbs[c->verb].name;
    for (int v = VERB_EVAL; v < VERB_COUNT; v++) {
        if (!(o->verbs & CLI_BIT(v)) || strlen(hint) > 120) continue;
        strcat(strcat(hint, hint[0] ? ", " : ""), cli_verbs[v].name);
    }
    if (CLI_EVERYWHERE(o))
        cli_fail_hint(c, FAULT_FOREIGN, o->name, verb, "in a session its commands take it, as in :grad e --{1}",
                      o->argument ? "output e.npz" : o->name);
    else
        cli_fail_hint(c, FAULT_FOREIGN, o->name, verb, "it belongs to: {1}", hint);
}

static bool check_foreign(struct cli *c)
{
    for (size_t i = 0; i < cli_option_count; i++)
        if (c->given >> i & 1 && !(cli_options[i].verbs & CLI_BIT(c->verb))) {
            fail_foreign(c, &cli_options[i]);
            return false;
        }
    return true;
}

/* ---- Language and colour -------------------------------------------------------------------------------- */

static const char *environment_language(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < 3; i++) {
        const char *s = getenv(names[i]);
        if (s && *s) return strncmp(s, "vi", 2) == 0 && !isalpha((unsigned char)s[2]) ? "vi" : "en";
    }
    return "en";
}

/* Whether the next argument is this one's value: -o, --lang. */
static bool takes_next(const char *s)
{
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *o = &cli_options[i];
        bool is_letter = s[0] == '-' && s[1] && s[1] == o->letter && !s[2];
        bool is_name = s[0] == '-' && s[1] == '-' && strcmp(s + 2, o->name) == 0;
        if (is_letter || is_name) return o->argument != NULL;
    }
    return false;
}

/* What the faults of the arguments themselves must know already: their language and form. */
static void look_ahead(struct cli *c, int argc, char **argv)
{
    c->language = environment_language();
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *s = argv[i], *lang = strncmp(s, "--lang=", 7) == 0 ? s + 7 : NULL;
        if (strcmp(s, "--json") == 0) c->json = true;
        if (strcmp(s, "--lang") == 0 && i + 1 < argc) lang = argv[i + 1];
        if (lang && choice_has("en|vi", lang)) c->language = lang;
        if (takes_next(s)) i++;
    }
}

static bool wants_color(const struct cli *c)
{
    const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");
    if (c->color_choice && strcmp(c->color_choice, "always") == 0) return true;
    if (c->color_choice && strcmp(c->color_choice, "never") == 0) return false;
    if ((none && *none) || !terminal || strcmp(terminal, "dumb") == 0) return false;
    return (!c->output || strcmp(c->output, "-") == 0) && isatty(STDOUT_FILENO);
}

int cli_parse(struct cli *c, int argc, char **argv)
{
    *c = (struct cli){.most = 20, .lr = NAN, .tolerance = NAN, .language = "en"};
    look_ahead(c, argc, argv);
    if (!split(c, argc, argv)) return c->status;
    if (c->lang) c->language = c->lang;
    c->color = wants_color(c);
    if (!take_verb(c) || c->help || c->version) return c->status;
    check_foreign(c);
    return c->status;
}
