/*
 * try.c - what an example of the documents does, in one word, for tests/doc-run.
 *
 *     try PROGRAM                 ok, or the code of the error; "…" in the text stands for x
 *     try PROGRAM NAME=VALUE …    the outputs' values at those inputs (all others are 0)
 *     try -f FILE                 ok, or the error as the command shows it
 *     try -w WORD …               ok if each word is a function of the language, else the first that is none
 */
#include <edgewise.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *slurp(const char *path)
{
    static char text[1 << 16];
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

static int try_file(const char *path)
{
    ew_error err;
    char why[2000];
    const char *text = slurp(path);
    ew_graph *g = text ? ew_parse(text, EW_WHOLE, NULL, &err) : NULL;
    if (!text)
        puts("no such file");
    else if (!g)
        ew_error_text(&err, why, sizeof why), fputs(why, stdout);
    else
        puts("ok");
    ew_graph_free(g);
    return 0;
}

static int is_function(const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i < ew_op_count(); i++) {
        const char *form = ew_op_at(i, "en").form;
        if (strncmp(form, word, n) == 0 && form[n] == '(') return 1;
    }
    return strcmp(word, "pow") == 0; /* which is written x^y */
}

static int try_words(char **words)
{
    for (; *words; words++)
        if (!is_function(*words)) return puts(*words), 0;
    return puts("ok"), 0;
}

/* The text with every "…" replaced by x. */
static char *filled(const char *s)
{
    char *out = malloc(strlen(s) + 1), *o = out;
    while (out && *s) {
        if (strncmp(s, "…", 3) == 0)
            *o++ = 'x', s += 3;
        else
            *o++ = *s++;
    }
    if (out) *o = '\0';
    return out;
}

static int give(const ew_program *p, double *in, const char *pair)
{
    size_t n = strcspn(pair, "=");
    for (size_t i = 0; i < ew_in_count(p); i++)
        if (strncmp(ew_in_name(p, i), pair, n) == 0 && !ew_in_name(p, i)[n])
            return ew_number_read(pair + n + 1, NULL, &in[i], NULL) == EW_OK;
    return 0;
}

static int run(const ew_program *p, char **pairs)
{
    double in[20] = {0}, out[20];
    char number[32];
    if (ew_in_count(p) > 20 || ew_out_count(p) > 20) return puts("too large"), 0;
    for (; *pairs; pairs++)
        if (strcmp(*pairs, "-") != 0 && !give(p, in, *pairs)) return printf("no input %s\n", *pairs), 0;
    ew_run(p, NULL, in, out);
    for (size_t i = 0; i < ew_out_count(p); i++) {
        ew_number_text(out[i], 0, number);
        printf("%s%s", i ? ", " : "", number);
    }
    return puts(""), 0;
}

int main(int argc, char **argv)
{
    ew_error err;
    if (argc > 2 && strcmp(argv[1], "-f") == 0) return try_file(argv[2]);
    if (argc > 2 && strcmp(argv[1], "-w") == 0) return try_words(argv + 2);
    char *text = argc > 1 ? filled(argv[1]) : NULL;
    ew_program *p = text ? ew_compile(text, NULL, NULL, &err) : NULL;
    free(text);
    if (argc < 2) return 2;
    if (!p)
        puts(err.code);
    else if (argc == 2)
        puts("ok");
    else
        run(p, argv + 2);
    ew_free(p);
    return 0;
}
