/*
 * manual.c - man pages from the two tables: edgewise(1), and edgewise-VERB(1) for each verb.
 *
 * Plain man(7) macros; every letter beyond ASCII is written \[uXXXX], so that groff and mandoc show
 * it whatever their input encoding is.
 */
#include "cli.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char manual_date[] = "2026-11-28"; /* of the last change to what the pages say */

/* ---- Roff ---------------------------------------------------------------------------------- */

static size_t roff_code(const char *s, uint32_t *code)
{
    const unsigned char *b = (const unsigned char *)s;
    size_t count = b[0] < 0xC0 ? 1 : b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : 4;
    *code = count == 1 ? b[0] : b[0] & (0xFFu >> (count + 1));
    for (size_t k = 1; k < count; k++) *code = *code << 6 | (b[k] & 0x3Fu);
    return count;
}

/* Bytes of the next word when it is written. */
static size_t roff_word(const char *s)
{
    size_t n = 0;
    for (; *s && *s != ' '; s++) n += (unsigned char)*s < 0x80 ? 1 : (unsigned char)*s >= 0xC0 ? 8 : 0;
    return n;
}

enum { ROFF_LINE = 72 };

/* `exact`: what a person would copy; its hyphens and quotes are ASCII in the output too, and it stays on
 * one line. Other text is broken between words. */
static void roff(struct cli *c, const char *s, bool exact)
{
    char escape[16];
    size_t used = 0;
    if (*s == '.' || *s == '\'') cli_put(c, "\\&");
    while (*s) {
        used += (unsigned char)*s < 0x80 ? 1 : 8;
        if (!exact && *s == ' ' && used + roff_word(s + 1) > ROFF_LINE && s[1] != '.' && s[1] != '\'') {
            cli_put(c, "\n");
            used = 0;
            s++;
            continue;
        }
        uint32_t code;
        size_t count = roff_code(s, &code);
        const char *plain = *s == '\\' ? "\\e" : *s == '^' ? "\\(ha" : *s == '~' ? "\\(ti" : *s == '`' ? "\\(ga" : NULL;
        if (exact && *s == '-') plain = "\\-";
        if (exact && *s == '\'') plain = "\\(aq";
        snprintf(escape, sizeof escape, "\\[u%04X]", (unsigned)code);
        if (plain)
            cli_put(c, plain);
        else if (code > 126)
            cli_put(c, escape);
        else
            cli_putn(c, s, 1);
        s += count;
    }
}

static void line(struct cli *c, const char *sentence)
{
    roff(c, cli_tr(c, sentence), false);
    cli_put(c, "\n");
}

static void section(struct cli *c, const char *name)
{
    cli_put(c, ".SH ");
    roff(c, cli_tr(c, name), false);
    cli_put(c, "\n");
}

static void head(struct cli *c, const char *verb)
{
    char name[64] = "EDGEWISE";
    size_t n = strlen(name);
    if (*verb) name[n++] = '-';
    for (const char *s = verb; *s && n < sizeof name - 1; s++) name[n++] = (char)toupper((unsigned char)*s);
    name[n] = '\0';
    cli_put(c, ".TH ");
    cli_put(c, name);
    cli_put(c, " 1 ");
    cli_put(c, manual_date);
    cli_put(c, " \"edgewise ");
    cli_put(c, ew_version());
    cli_put(c, "\"\n");
}

/* ---- Parts --------------------------------------------------------------------------------- */

static void page_name(struct cli *c, const char *verb, const char *summary)
{
    section(c, "NAME");
    cli_put(c, "edgewise");
    cli_put(c, *verb ? "\\-" : "");
    cli_put(c, verb);
    cli_put(c, " \\-\n");
    line(c, summary);
}

static void page_form(struct cli *c, const struct cli_verb *v)
{
    cli_put(c, ".B edgewise");
    cli_put(c, *v->name ? " " : "");
    cli_put(c, v->name);
    cli_put(c, "\n");
    if (*v->form) roff(c, v->form, true);
    cli_put(c, *v->form ? " " : "");
    roff(c, cli_tr(c, "[OPTIONS]"), true);
    cli_put(c, "\n");
}

static void page_option(struct cli *c, const struct cli_option *o)
{
    cli_put(c, ".TP\n");
    cli_put(c, o->letter ? ".BR \\-" : ".B \\-\\-");
    if (o->letter) {
        cli_putn(c, &o->letter, 1);
        cli_put(c, " \", \" \\-\\-");
    }
    roff(c, o->name, true);
    if (o->argument) {
        cli_put(c, o->letter ? " \" " : " ");
        roff(c, o->argument, true);
        cli_put(c, o->letter ? "\"" : "");
    }
    cli_put(c, "\n");
    line(c, o->help);
}

static void page_options(struct cli *c, enum cli_verb_id verb, bool everywhere)
{
    bool begun = false;
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *o = &cli_options[i];
        if (CLI_EVERYWHERE(o) != everywhere || !(o->verbs & CLI_BIT(verb))) continue;
        if (!begun) section(c, everywhere ? "OPTIONS EVERYWHERE" : "OPTIONS");
        begun = true;
        page_option(c, o);
    }
}

static void page_example(struct cli *c, const char *example)
{
    if (!*example) return;
    section(c, "EXAMPLES");
    cli_put(c, ".EX\n");
    roff(c, example, true);
    cli_put(c, "\n.EE\n");
}

static void page_statuses(struct cli *c)
{
    static const struct {
        const char *number, *sentence;
    } rows[] = /* catalogue: 2 */ {
        {"0", "done"},
        {"1", "a check failed"},
        {"2", "wrong use of the command, or a missing value"},
        {"3", "a fault in the program's text"},
        {"4", "a file or its contents"},
        {"5", "a limit was reached"},
        {"6", "a number went non-finite and --finite was given"},
        {"130", "interrupted"},
    };
    section(c, "EXIT STATUS");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cli_put(c, ".TP\n.B ");
        cli_put(c, rows[i].number);
        cli_put(c, "\n");
        line(c, rows[i].sentence);
    }
}

static void page_see(struct cli *c, const char *self)
{
    section(c, "SEE ALSO");
    if (*self) cli_put(c, ".BR edgewise (1)");
    bool begun = *self != '\0';
    for (int v = VERB_EVAL; v < VERB_COUNT; v++) {
        bool none = cli_verbs[v].hidden || v == VERB_HELP; /* help has no page of its own */
        if (none || strcmp(cli_verbs[v].name, self) == 0) continue;
        cli_put(c, begun ? ",\n" : "");
        cli_put(c, ".BR edgewise\\-");
        cli_put(c, cli_verbs[v].name);
        cli_put(c, " (1)");
        begun = true;
    }
    cli_put(c, "\n");
}

/* ---- Pages --------------------------------------------------------------------------------- */

static void page_verb(struct cli *c, enum cli_verb_id verb)
{
    const struct cli_verb *v = &cli_verbs[verb];
    head(c, v->name);
    page_name(c, v->name, v->summary);
    section(c, "SYNOPSIS");
    page_form(c, v);
    if (*v->about) section(c, "DESCRIPTION");
    if (*v->about) line(c, v->about);
    page_options(c, verb, false);
    page_options(c, verb, true);
    page_example(c, v->example);
    page_statuses(c);
    page_see(c, v->name);
}

static void page_environment(struct cli *c)
{
    section(c, "ENVIRONMENT");
    cli_put(c, ".TP\n.BR LC_ALL \", \" LC_MESSAGES \", \" LANG\n");
    line(c, "the language, by the first that is set: vi for Vietnamese, else English");
    cli_put(c, ".TP\n.B NO_COLOR\n");
    line(c, "if set, no colours with --color auto");
    cli_put(c, ".TP\n.B XDG_STATE_HOME\n");
    line(c, "where the history of sessions is kept, in edgewise/history");
}

static void page_all(struct cli *c)
{
    head(c, "");
    page_name(c, "", "computational graphs with a derivative on every edge");
    section(c, "SYNOPSIS");
    page_form(c, &cli_verbs[VERB_SHORT]);
    cli_put(c, ".br\n.B edgewise\n");
    roff(c, "VERB …", true);
    cli_put(c, "\n");
    section(c, "DESCRIPTION");
    line(c, "A program is a formula, a file that ends in .ew, or - for standard input. Values follow as NAME=VALUE.");
    cli_put(c, ".PP\n");
    line(c, "Results go to standard output, everything else to standard error. Options may stand anywhere; "
            "-- ends them.");
    section(c, "VERBS");
    for (int v = VERB_EVAL; v < VERB_COUNT; v++) {
        if (cli_verbs[v].hidden) continue;
        cli_put(c, ".TP\n.B ");
        cli_put(c, cli_verbs[v].name);
        cli_put(c, "\n");
        line(c, cli_verbs[v].summary);
    }
    page_options(c, VERB_SHORT, false);
    page_options(c, VERB_SHORT, true);
    page_example(c, cli_verbs[VERB_SHORT].example);
    page_environment(c);
    page_statuses(c);
    page_see(c, "");
}

int cli_manual(struct cli *c)
{
    if (c->word_count > 1) return cli_fail(c, FAULT_EXTRA, c->words[1], NULL);
    if (!c->word_count) {
        page_all(c);
        return c->status;
    }
    for (int v = VERB_EVAL; v < VERB_COUNT; v++) {
        if (cli_verbs[v].hidden || strcmp(cli_verbs[v].name, c->words[0]) != 0) continue;
        page_verb(c, (enum cli_verb_id)v);
        return c->status;
    }
    return cli_fail(c, FAULT_NO_VERB, c->words[0], NULL);
}
