/*
 * fuzz_program.c - any bytes as a program: parse, print, derive, prepare, run; no crash, no hang,
 * bounded memory. Built with clang -fsanitize=fuzzer,address,undefined (make fuzz), or with
 * fuzz_main.c to replay files.
 */
#include <edgewise.h>

#include <stdbool.h>
#include <stdint.h>
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
    size_t ins = ew_in_count(p), outs = ew_out_count(p);
    bool small = ins < 1u << 20 && outs < 1u << 20;
    double *in = calloc(small ? ins + 1 : 1, sizeof *in), *out = calloc(small ? outs + 1 : 1, sizeof *out);
    for (size_t i = 0; small && in && i < ew_in_arrays(p); i++)
        ew_input_default(g, i, 1, 0, &in[ew_in_array(p, i).offset]);
    if (small && in && out && ew_run(p, NULL, in, out) != EW_OK) ew_run_error(p, NULL, &err);
    free(in);
    free(out);
    ew_free(p);
}

/* The program again, with three places along each axis whose size the data would give. */
static void fuzz_sized(const ew_graph *g, const char *text, size_t count, ew_options options)
{
    static const size_t three[32] = {3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
                                     3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3};
    ew_size sizes[16];
    ew_error err;
    options.sizes = sizes;
    for (size_t i = 0; i < ew_input_count(g) && options.size_count < 16; i++) {
        ew_node n = ew_input_at(g, i).node;
        size_t rank = ew_node_rank(g, n);
        for (size_t k = 0; k < rank; k++) {
            if (ew_node_size(g, n, k) != SIZE_MAX) continue;
            sizes[options.size_count++] = (ew_size){ew_node_name(g, n), rank, three, 0};
            break;
        }
    }
    ew_graph *sized = options.size_count ? ew_parse(text, count, &options, &err) : NULL;
    if (sized) fuzz_use(sized);
    ew_graph_free(sized);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ew_options options = {.max_nodes = 20000, .max_bytes = 64u << 20, .file = "fuzz.ew"};
    ew_error err;
    char text[4000];
    ew_graph *g = ew_parse((const char *)data, size, &options, &err);
    if (g)
        fuzz_use(g), fuzz_sized(g, (const char *)data, size, options);
    else
        ew_error_text(&err, text, sizeof text);
    ew_graph_free(g);
    return 0;
}
