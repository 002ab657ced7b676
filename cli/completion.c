/*
 * completion.c - scripts that complete verbs, options, their choices and files, for bash, zsh and
 * fish, from the two tables. They ask nothing of the command when they run.
 */
#include "cli.h"

#include <string.h>

static bool takes_file(const struct cli_option *o)
{
    return o->argument && (strncmp(o->argument, "FILE", 4) == 0 || strcmp(o->argument, "RUN") == 0);
}

/* s with every byte of `special` behind a backslash. */
static void put_escaped(struct cli *c, const char *s, const char *special)
{
    for (; *s; s++) {
        if (strchr(special, *s)) cli_put(c, "\\");
        cli_putn(c, s, 1);
    }
}

/* s inside '…' of sh, bash and zsh */
static void put_quoted(struct cli *c, const char *s)
{
    for (; *s; s++) {
        if (*s == '\'')
            cli_put(c, "'\\''");
        else
            cli_putn(c, s, 1);
    }
}

static void put_choices(struct cli *c, const char *argument)
{
    for (const char *s = argument; *s; s++) cli_putn(c, *s == '|' ? " " : s, 1);
}

static void put_verbs(struct cli *c, const char *between)
{
    bool begun = false;
    for (int v = VERB_EVAL; v < VERB_COUNT; v++) {
        if (cli_verbs[v].hidden) continue;
        cli_put(c, begun ? between : "");
        cli_put(c, cli_verbs[v].name);
        begun = true;
    }
}

static void put_operations(struct cli *c)
{
    for (size_t i = 0; i < ew_op_count(); i++) {
        cli_put(c, i ? " " : "");
        cli_put(c, ew_op_at(i, "en").name);
    }
}

/* ---- bash ---------------------------------------------------------------------------------- */

static void bash_option_names(struct cli *c, const struct cli_option *o, const char *between)
{
    char letter[3] = {'-', o->letter, '\0'};
    cli_put(c, "--");
    cli_put(c, o->name);
    if (o->letter) cli_put(c, between), cli_put(c, letter);
}

static void bash_arguments(struct cli *c)
{
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *o = &cli_options[i];
        if (!o->argument) continue;
        cli_put(c, "        ");
        bash_option_names(c, o, "|");
        if (o->kind == KIND_CHOICE) {
            cli_put(c, ") COMPREPLY=($(compgen -W '");
            put_choices(c, o->argument);
            cli_put(c, "' -- \"$cur\")); return ;;\n");
        } else if (takes_file(o)) {
            cli_put(c, ") compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n");
        } else {
            cli_put(c, ") return ;;\n");
        }
    }
}

static void bash_options(struct cli *c, enum cli_verb_id verb)
{
    cli_put(c, "            ");
    cli_put(c, verb == VERB_SHORT ? "*" : cli_verbs[verb].name);
    cli_put(c, ") options='");
    bool begun = false;
    for (size_t i = 0; i < cli_option_count; i++) {
        if (!(cli_options[i].verbs & CLI_BIT(verb))) continue;
        cli_put(c, begun ? " " : "");
        bash_option_names(c, &cli_options[i], " ");
        begun = true;
    }
    cli_put(c, "' ;;\n");
}

static void say_bash(struct cli *c)
{
    cli_put(c, "# bash completion for edgewise, made from its table of options\n\n"
               "_edgewise()\n{\n"
               "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb= options= i\n"
               "    COMPREPLY=()\n"
               "    if [[ $cur == = ]]; then cur= prev=${COMP_WORDS[COMP_CWORD-1]}\n"
               "    elif [[ $prev == = && COMP_CWORD -gt 2 ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
               "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
               "        case ${COMP_WORDS[i]} in\n            ");
    put_verbs(c, "|");
    cli_put(c, ") verb=${COMP_WORDS[i]}; break ;;\n"
               "            -*) ;;\n            *) break ;;\n        esac\n    done\n"
               "    case $prev in\n");
    bash_arguments(c);
    cli_put(c, "    esac\n    if [[ $cur == -* ]]; then\n        case $verb in\n");
    for (int v = VERB_EVAL; v < VERB_COUNT; v++)
        if (!cli_verbs[v].hidden) bash_options(c, (enum cli_verb_id)v);
    bash_options(c, VERB_SHORT);
    cli_put(c, "        esac\n        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n        return\n    fi\n"
               "    case $verb in\n        ops) COMPREPLY=($(compgen -W '");
    put_operations(c);
    cli_put(c, "' -- \"$cur\")); return ;;\n        help) COMPREPLY=($(compgen -W '");
    put_verbs(c, " ");
    cli_put(c, "' -- \"$cur\")); return ;;\n        '') COMPREPLY=($(compgen -W '");
    put_verbs(c, " ");
    cli_put(c, "' -- \"$cur\")) ;;\n    esac\n"
               "    local file\n"
               "    while IFS= read -r file; do\n"
               "        [[ -d $file || $file == *.ew ]] && COMPREPLY+=(\"$file\") && compopt -o filenames\n"
               "    done < <(compgen -f -- \"$cur\")\n"
               "    return 0\n}\n\ncomplete -F _edgewise edgewise\n");
}

/* ---- zsh ----------------------------------------------------------------------------------- */

/* '(-o --output)'{-o,--output=}'[help]:FILE:_files' */
static void zsh_option(struct cli *c, const struct cli_option *o)
{
    char letter[3] = {'-', o->letter, '\0'};
    const char *equals = o->argument ? "=" : "";
    cli_put(c, "            ");
    if (o->letter) {
        cli_put(c, "'(");
        bash_option_names(c, o, " ");
        cli_put(c, ")'{");
        cli_put(c, letter);
        cli_put(c, o->argument ? "+,--" : ",--");
        cli_put(c, o->name);
        cli_put(c, equals);
        cli_put(c, "}'[");
    } else {
        cli_put(c, "'--");
        cli_put(c, o->name);
        cli_put(c, equals);
        cli_put(c, "[");
    }
    for (const char *s = cli_tr(c, o->help); *s; s++) {
        if (*s == '\'')
            cli_put(c, "'\\''");
        else if (strchr("[]:\\", *s))
            put_escaped(c, (char[]){*s, '\0'}, "[]:\\");
        else
            cli_putn(c, s, 1);
    }
    cli_put(c, "]");
    if (o->argument) {
        cli_put(c, ":");
        cli_put(c, o->name);
        cli_put(c, ":");
        if (o->kind == KIND_CHOICE)
            cli_put(c, "("), put_choices(c, o->argument), cli_put(c, ")");
        else
            cli_put(c, takes_file(o) ? "_files" : " ");
    }
    cli_put(c, "'\n");
}

static void zsh_options(struct cli *c, enum cli_verb_id verb, bool everywhere)
{
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *o = &cli_options[i];
        if (CLI_EVERYWHERE(o) == everywhere && o->verbs & CLI_BIT(verb)) zsh_option(c, o);
    }
}

static void say_zsh(struct cli *c)
{
    cli_put(c, "#compdef edgewise\n# zsh completion for edgewise, made from its table of options\n\n"
               "_edgewise() {\n    local curcontext=$curcontext state line\n    typeset -A opt_args\n"
               "    local -a verbs common own\n    verbs=(\n");
    for (int v = VERB_EVAL; v < VERB_COUNT; v++) {
        if (cli_verbs[v].hidden) continue;
        cli_put(c, "        '");
        cli_put(c, cli_verbs[v].name);
        cli_put(c, ":");
        put_quoted(c, cli_tr(c, cli_verbs[v].summary));
        cli_put(c, "'\n");
    }
    cli_put(c, "    )\n    common=(\n");
    zsh_options(c, VERB_SHORT, true);
    cli_put(c, "    )\n    case ${words[2]} in\n");
    for (int i = VERB_EVAL; i <= VERB_COUNT; i++) {
        int v = i == VERB_COUNT ? VERB_SHORT : i; /* the short form last: it is what is left */
        if (cli_verbs[v].hidden) continue;
        cli_put(c, "        ");
        cli_put(c, v == VERB_SHORT ? "*" : cli_verbs[v].name);
        cli_put(c, ") own=(\n");
        zsh_options(c, (enum cli_verb_id)v, false);
        cli_put(c, "        ) ;;\n");
    }
    cli_put(c, "    esac\n    _arguments -s -S $common $own '1: :->first' '*: :->rest'\n"
               "    case $state in\n"
               "        first) _describe -t verbs verb verbs; _files -g '*.ew' ;;\n"
               "        rest)\n            case ${words[2]} in\n                ops) compadd ");
    put_operations(c);
    cli_put(c, " ;;\n                help) _describe -t verbs verb verbs ;;\n"
               "                *) _files -g '*.ew' ;;\n            esac ;;\n    esac\n}\n\n"
               "if [[ $funcstack[1] == _edgewise ]]; then\n    _edgewise \"$@\"\n"
               "elif (( $+functions[compdef] )); then\n    compdef _edgewise edgewise\nfi\n");
}

/* ---- fish ---------------------------------------------------------------------------------- */

static void fish_text(struct cli *c, const char *s)
{
    cli_put(c, "'");
    put_escaped(c, s, "'\\");
    cli_put(c, "'");
}

static void fish_condition(struct cli *c, const struct cli_option *o)
{
    if (CLI_EVERYWHERE(o)) return;
    cli_put(c, " -n '");
    if (o->verbs & CLI_BIT(VERB_SHORT)) cli_put(c, "__fish_use_subcommand; or ");
    cli_put(c, "__fish_seen_subcommand_from");
    for (int v = VERB_EVAL; v < VERB_COUNT; v++) {
        if (cli_verbs[v].hidden || !(o->verbs & CLI_BIT(v))) continue;
        cli_put(c, " ");
        cli_put(c, cli_verbs[v].name);
    }
    cli_put(c, "'");
}

static void fish_option(struct cli *c, const struct cli_option *o)
{
    char letter[2] = {o->letter, '\0'};
    cli_put(c, "complete -c edgewise");
    fish_condition(c, o);
    cli_put(c, " -l ");
    cli_put(c, o->name);
    if (o->letter) cli_put(c, " -s "), cli_put(c, letter);
    if (o->argument) cli_put(c, takes_file(o) ? " -r" : " -x");
    if (o->kind == KIND_CHOICE) cli_put(c, " -a '"), put_choices(c, o->argument), cli_put(c, "'");
    cli_put(c, " -d ");
    fish_text(c, cli_tr(c, o->help));
    cli_put(c, "\n");
}

static void say_fish(struct cli *c)
{
    cli_put(c, "# fish completion for edgewise, made from its table of options\n\n");
    for (int v = VERB_EVAL; v < VERB_COUNT; v++) {
        if (cli_verbs[v].hidden) continue;
        cli_put(c, "complete -c edgewise -n __fish_use_subcommand -a ");
        cli_put(c, cli_verbs[v].name);
        cli_put(c, " -d ");
        fish_text(c, cli_tr(c, cli_verbs[v].summary));
        cli_put(c, "\n");
    }
    for (size_t i = 0; i < cli_option_count; i++) fish_option(c, &cli_options[i]);
    cli_put(c, "complete -c edgewise -n '__fish_seen_subcommand_from ops' -f -a '");
    put_operations(c);
    cli_put(c, "'\ncomplete -c edgewise -n '__fish_seen_subcommand_from help' -f -a '");
    put_verbs(c, " ");
    cli_put(c, "'\n");
}

/* ---- The verb ------------------------------------------------------------------------------ */

int cli_completion(struct cli *c)
{
    static const char *const shells[] = {"bash", "zsh", "fish", NULL};
    static void (*const say[])(struct cli * c) = {say_bash, say_zsh, say_fish};
    const char *shell = c->word_count ? c->words[0] : "";
    if (c->word_count > 1) return cli_fail(c, FAULT_EXTRA, c->words[1], NULL);
    for (size_t i = 0; shells[i]; i++) {
        if (strcmp(shells[i], shell) != 0) continue;
        say[i](c);
        return c->status;
    }
    const char *near = cli_suggest(shells, shell);
    return cli_fail_hint(c, FAULT_NO_SHELL, shell, NULL, near ? "did you mean '{1}'?" : "there are: {1}",
                         near ? near : "bash, zsh, fish");
}
