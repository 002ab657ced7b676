/*
 * fuzz_program.c - any bytes as a program: parse, print, derive, prepare, run; no crash, no hang,
 * bounded memory. Built with clang -fsanitize=fuzzer,address,undefined (make fuzz), or with
 * fuzz_main.c to replay files.
 */
#include <edgewise.h>

#include <stdlib.h>
#include <string.h>

static int fuzz_write(void *context, const char *bytes, size_t count)
{
    (void)bytes;
    *(size_t *)context += count;
    return *(size_t *)context > 1u << 20;
}

static void fuzz_use(ew_graph *g)
{
    ew_error err;
    char text[300];
    size_t written = 0, count = ew_edge_count(g, &err);
    for (size_t i = 0; i < count && i < 200; i++) {
        ew_edge e = ew_edge_at(g, i);
        ew_node_label(g, e.partial, text, sizeof text);
    }
    ew_print(g, fuzz_write, &written, &err);
    ew_node wanted[8] = {ew_output_at(g, 0)};
    size_t n = 1;
    for (size_t i = 0; i < ew_input_count(g) && n < 8; i++) {
        ew_node d = ew_diff(g, wanted[0], ew_input_at(g, i).node, i & 1 ? EW_FORWARD : EW_REVERSE, &err);
        if (d != EW_NONE) wanted[n++] = d;
    }
    ew_program *p = ew_prepare_nodes(g, wanted, n, &err);
    if (!p) return;
    double *in = calloc(ew_in_count(p) + 1, sizeof *in), out[8];
    for (size_t i = 0; in && i < ew_in_count(p); i++) ew_input_default(g, i, 1, 0, &in[i]);
    if (in && ew_run(p, NULL, in, out) != EW_OK) ew_run_error(p, NULL, &err);
    free(in);
    ew_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ew_options options = {.max_nodes = 20000, .max_bytes = 64u << 20, .file = "fuzz.ew"};
    ew_error err;
    char text[4000];
    ew_graph *g = ew_parse((const char *)data, size, &options, &err);
    if (g)
        fuzz_use(g);
    else
        ew_error_text(&err, text, sizeof text);
    ew_graph_free(g);
    return 0;
}
