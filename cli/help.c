/*
 * help.c - help from the two tables, and the table of operations.
 */
#include "cli.h"

#include <math.h>
#include <string.h>

enum { HELP_COLUMNS = 80, HELP_INDENT = 34 };

/* Columns of UTF-8 text without marks or wide letters beyond Latin and Vietnamese. */
static size_t columns(const char *s)
{
    size_t n = 0;
    for (; *s; s++) n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

static void spaces(struct cli *c, size_t n)
{
    while (n--) cli_put(c, " ");
}

/* Words wrapped at 80 columns; the line has `used` already, the next begin at `indent`. */
static void wrap(struct cli *c, const char *s, size_t used, size_t indent)
{
    bool begun = false;
    while (*s) {
        size_t n = strcspn(s, " ");
        char word[200];
        if (n >= sizeof word) n = sizeof word - 1;
        memcpy(word, s, n);
        word[n] = '\0';
        if (begun && used + 1 + columns(word) > HELP_COLUMNS) {
            cli_put(c, "\n");
            spaces(c, indent);
            used = indent;
        } else if (begun) {
            cli_put(c, " ");
            used++;
        }
        cli_put(c, word);
        used += columns(word);
        begun = true;
        s += n + (s[n] == ' ');
    }
    cli_put(c, "\n");
}

static void heading(struct cli *c, const char *title)
{
    cli_put(c, "\n");
    cli_put(c, title);
    cli_put(c, "\n");
}

static void two_columns(struct cli *c, const char *left, const char *right, size_t indent)
{
    spaces(c, 2);
    cli_put(c, left);
    size_t used = columns(left) + 2;
    if (used + 2 > indent) cli_put(c, "\n"), used = 0;
    spaces(c, indent - used);
    wrap(c, right, indent, indent);
}

/* ---- Verbs and options --------------------------------------------------------------------------- */

static void help_option(struct cli *c, const struct cli_option *o)
{
    char left[120] = "    ";
    if (o->letter) left[0] = '-', left[1] = o->letter, left[2] = ',';
    strcat(strcat(left, "--"), o->name);
    if (o->argument) strcat(strcat(left, " "), o->argument);
    two_columns(c, left, cli_tr(c, o->help), HELP_INDENT);
}

static void help_options(struct cli *c, enum cli_verb_id verb, bool own)
{
    bool begun = false;
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *o = &cli_options[i];
        bool everywhere = CLI_EVERYWHERE(o);
        if (everywhere == own || !(o->verbs & CLI_BIT(verb))) continue;
        if (!begun) heading(c, cli_tr(c, own ? "Options:" : "Options everywhere:"));
        begun = true;
        help_option(c, o);
    }
}

static void help_verb(struct cli *c, enum cli_verb_id verb)
{
    const struct cli_verb *v = &cli_verbs[verb];
    cli_put(c, "edgewise ");
    cli_put(c, v->name);
    cli_put(c, v->name[0] ? " " : "");
    cli_put(c, v->form);
    cli_put(c, "\n\n");
    wrap(c, cli_tr(c, v->summary), 0, 0);
    if (v->about[0]) cli_put(c, "\n");
    if (v->about[0]) wrap(c, cli_tr(c, v->about), 0, 0);
    if (v->example[0]) {
        heading(c, cli_tr(c, "Example:"));
        cli_put(c, "  ");
        cli_put(c, v->example);
        cli_put(c, "\n");
    }
    help_options(c, verb, true);
    help_options(c, verb, false);
}

static void help_all(struct cli *c)
{
    wrap(c, cli_tr(c, "edgewise - computational graphs with a derivative on every edge"), 0, 0);
    heading(c, cli_tr(c, "Usage:"));
    cli_put(c, "  edgewise PROGRAM [NAME=VALUE…]\n  edgewise VERB PROGRAM [NAME=VALUE…]\n");
    heading(c, cli_tr(c, "Verbs:"));
    for (int v = VERB_SHORT; v < VERB_COUNT; v++) {
        if (cli_verbs[v].hidden) continue;
        const char *name = v == VERB_SHORT ? cli_tr(c, "(none)") : cli_verbs[v].name;
        two_columns(c, name, cli_tr(c, cli_verbs[v].summary), 14);
    }
    heading(c, cli_tr(c, "A program is a formula, a file that ends in .ew, or - for standard input:"));
    cli_put(c, "  edgewise '(a+b)*(b+1)' a=2 b=1\n"
               "  edgewise explain '(a+b)*(b+1)' a=2 b=1\n"
               "  edgewise draw model.ew -o model.svg\n");
    help_options(c, VERB_SHORT, false);
    cli_put(c, "\n");
    wrap(c, cli_tr(c, "'edgewise help VERB' shows a verb's own options."), 0, 0);
}

int cli_help(struct cli *c)
{
    if (c->help) { /* --help: of the verb it stands with */
        if (c->verb == VERB_SHORT || c->verb == VERB_HELP)
            help_all(c);
        else
            help_verb(c, c->verb);
        return EW_OK;
    }
    if (c->word_count > 1) return cli_fail(c, FAULT_EXTRA, c->words[1], NULL);
    if (!c->word_count) {
        help_all(c);
        return EW_OK;
    }
    const char *names[VERB_COUNT];
    size_t count = 0;
    for (int v = VERB_EVAL; v < VERB_COUNT; v++) {
        if (cli_verbs[v].hidden) continue;
        names[count++] = cli_verbs[v].name;
        if (strcmp(cli_verbs[v].name, c->words[0]) != 0) continue;
        help_verb(c, (enum cli_verb_id)v);
        return EW_OK;
    }
    names[count] = NULL;
    const char *near = cli_suggest(names, c->words[0]);
    return cli_fail_hint(c, FAULT_NO_VERB, c->words[0], NULL,
                         near ? "did you mean '{1}'?" : "edgewise help lists what there is", near);
}

/* ---- Operations ------------------------------------------------------------------------------------- */

static void ops_json(struct cli *c, const size_t *found, size_t count)
{
    struct cli_json j = cli_json_begin(c);
    json_key(&j, "operations");
    json_begin_array(&j);
    for (size_t i = 0; i < count; i++) {
        ew_op_info o = ew_op_at(found[i], c->language);
        json_begin_object(&j);
        json_key_text(&j, "name", o.name);
        json_key_text(&j, "form", o.form);
        json_key_whole(&j, "arguments", o.arg_count);
        json_key(&j, "derivatives");
        json_begin_array(&j);
        for (size_t k = 0; k < 3 && k < o.arg_count; k++) (o.slope[k] ? json_text(&j, o.slope[k]) : json_nothing(&j));
        json_close(&j);
        json_key(&j, "domain");
        json_begin_array(&j);
        json_number(&j, o.low);
        json_number(&j, o.high);
        json_close(&j);
        json_key_text(&j, "latex", o.latex);
        json_key_text(&j, "manual", o.manual);
        json_close(&j);
    }
    cli_json_end(&j);
}

/* "∂/∂x = y    ∂/∂y = x" in the table, one below the other where a line is too short, or alone. */
static void ops_slopes(struct cli *c, const ew_op_info *o, size_t indent)
{
    static const char *const by[] = {"x", "y", "w"};
    size_t width = indent, begun = 0;
    for (size_t k = 0; k < 3; k++)
        if (o->slope[k]) width += columns(o->slope[k]) + 11;
    bool one_line = indent > 0 && width <= 80;
    for (size_t k = 0; k < 3; k++) {
        if (!o->slope[k]) continue;
        if (begun && one_line)
            cli_put(c, "    ");
        else if (begun)
            cli_put(c, "\n");
        if (!begun || !one_line) spaces(c, indent);
        cli_say(c, "∂/∂{1} = {2}", by[k], o->slope[k], NULL);
        begun++;
    }
    cli_put(c, begun ? "\n" : "");
}

/* Name, form, what it is; below, the rules. */
static void ops_table(struct cli *c)
{
    for (size_t i = 0; i < ew_op_count(); i++) {
        ew_op_info o = ew_op_at(i, c->language);
        char left[160];
        size_t n = columns(o.name);
        strcpy(left, o.name);
        for (; n < 11; n++) strcat(left, " ");
        if (strlen(o.form) < 100) strcat(left, o.form);
        two_columns(c, left, o.manual, 40);
        if (!o.slope[0] && !o.slope[1] && !o.slope[2]) continue;
        ops_slopes(c, &o, 13);
    }
}

static void ops_one(struct cli *c, size_t i)
{
    ew_op_info o = ew_op_at(i, c->language);
    cli_say(c, "{1}: {2}\n", o.name, o.form, NULL);
    wrap(c, o.manual, 0, 0);
    ops_slopes(c, &o, 0);
    if (o.arg_count == 1 && (isfinite(o.low) || isfinite(o.high))) {
        char low[32], high[32];
        ew_number_text(o.low, 0, low);
        ew_number_text(o.high, 0, high);
        cli_say(c, "defined from {1} to {2}", low, high, NULL);
        cli_put(c, "\n");
    }
    cli_put(c, "LaTeX: ");
    cli_put(c, o.latex);
    cli_put(c, "\n");
}

/* Is it meant by the word: its name, how it is called ("div" of "div(x, y)"), or its sign? */
static bool ops_meant(const ew_op_info *o, const char *word)
{
    size_t n = strlen(word);
    if (strcmp(o->name, word) == 0 || (strncmp(o->form, word, n) == 0 && o->form[n] == '(')) return true;
    bool sign = n > 0 && strchr("+-*/^<>=!", word[0]);
    const char *at = sign ? strstr(o->form, word) : NULL;
    if (!at || strlen(o->form) > 6 + n) return false; /* "x + y", "-x", "x^y" */
    return !strchr("<>=", at[n]) || at[n] == '\0';
}

int cli_ops(struct cli *c)
{
    const char *wanted = c->word_count ? c->words[0] : NULL;
    const char *names[256];
    size_t count = ew_op_count(), found[256], n = 0, k = 0;
    if (c->word_count > 1) return cli_fail(c, FAULT_EXTRA, c->words[1], NULL);
    for (size_t i = 0; i < count && i < 255; i++) {
        ew_op_info o = ew_op_at(i, "en");
        names[k++] = o.name;
        if (!wanted || ops_meant(&o, wanted)) found[n++] = i;
    }
    names[k] = NULL;
    if (wanted && n == 0) {
        const char *near = cli_suggest(names, wanted);
        return cli_fail_hint(c, FAULT_NO_OPERATION, wanted, NULL, near ? "did you mean '{1}'?" : "", near);
    }
    if (c->json) {
        ops_json(c, found, n);
    } else if (!wanted) {
        ops_table(c);
    } else {
        for (size_t i = 0; i < n; i++) {
            if (i) cli_put(c, "\n");
            ops_one(c, found[i]);
        }
    }
    return c->status;
}
