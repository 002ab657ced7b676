/*
 * A stranger's text is safe to prepare: memory of your own through one hook, and limits. Errors
 * carry a code, a sentence and often a mend, in English or Vietnamese.
 *
 *     cc -Iinclude examples/limits.c build/libedgewise.a -lm -o limits && ./limits
 */
#include <edgewise.h>
#include <stdio.h>
#include <stdlib.h>

/* Counts what is in use. old_size 0 allocates, new_size 0 frees. */
static void *counted(void *context, void *pointer, size_t old_size, size_t new_size)
{
    size_t *used = context;
    if (new_size == 0) {
        free(pointer);
        *used -= old_size;
        return NULL;
    }
    void *fresh = realloc(pointer, new_size);
    if (fresh) *used += new_size - old_size;
    return fresh;
}

static void attempt(const char *text, ew_options *options)
{
    ew_error err;
    ew_program *p = ew_compile(text, NULL, options, &err);
    if (p)
        printf("%s: prepared, memory in use: %s\n", text, *(size_t *)options->context ? "yes" : "no");
    else
        printf("%s: %s, %s%s%s\n", text, err.code, err.message, err.hint[0] ? "; " : "", err.hint);
    ew_free(p);
}

int main(void)
{
    size_t used = 0;
    ew_options options = {.resize = counted, .context = &used, .max_nodes = 12, .max_bytes = 1 << 20};
    attempt("e = (a + b) * (b + 1)", &options);
    attempt("e = a + b * sin(a) - tanh(b) / a + exp(b) * sqrt(a) - abs(a * b)", &options);
    attempt("e = 2a", &options);
    options.language = "vi";
    attempt("e = 2a", &options);
    printf("left over: %zu bytes\n", used);
    return 0;
}

/* prints:
e = (a + b) * (b + 1): prepared, memory in use: yes
e = a + b * sin(a) - tanh(b) / a + exp(b) * sqrt(a) - abs(a * b): E082, the limit on nodes was reached: 12
e = 2a: E018, nothing is multiplied silently; write 2*a
e = 2a: E018, không có phép nhân ngầm; hãy viết 2*a
left over: 0 bytes
*/
