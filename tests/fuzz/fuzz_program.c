/*
 * fuzz_program.c - any bytes as a program: parse, print, derive, prepare, run; no crash, no hang,
 * bounded memory. Built with clang -fsanitize=fuzzer,address,undefined (make fuzz), or with
 * fuzz_main.c to replay files.
 */
#include <edgewise.h>

#include <stdlib.h>
#include <string.h>

enum { MOST_SIZES = 16, MOST_AXES = 8, MOST_DOUBLES = 1 << 20 };

static int fuzz_write(void *context, const char *bytes, size_t count)
{
    (void)bytes;
    *(size_t *)context += count;
    return *(size_t *)context > 1u << 20;
}

static void fuzz_use(ew_graph *g, int runs)
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
    if (!p || ew_in_count(p) > MOST_DOUBLES ||
        ew_out_count(p) > MOST_DOUBLES) { /* the caller's memory, not the library's */
        ew_free(p);
        return;
    }
    double *in = calloc(ew_in_count(p) + 1, sizeof *in), *out = calloc(ew_out_count(p) + 1, sizeof *out);
    for (size_t i = 0; in && i < ew_in_arrays(p); i++) ew_input_values(g, i, 1, 0, in + ew_in_array(p, i).offset);
    if (in && out && runs && ew_run(p, NULL, in, out) != EW_OK) ew_run_error(p, NULL, &err);
    free(in);
    free(out);
    ew_free(p);
}

/* A long number may be a range that takes for ever to run, in a text of a few bytes. */
static int fuzz_may_run(const uint8_t *data, size_t size)
{
    size_t digits = 0;
    for (size_t i = 0; i < size; i++) {
        digits = data[i] >= '0' && data[i] <= '9' ? digits + 1 : 0;
        if (digits > 2 || data[i] == '^') return 0;
    }
    return 1;
}

/* Sizes for the arrays that were read without: 1 to 4, by their names. */
static size_t fuzz_sizes(const ew_graph *g, ew_size *sizes, size_t (*axes)[MOST_AXES], char (*names)[64])
{
    size_t count = 0;
    for (size_t i = 0; i < ew_input_count(g) && count < MOST_SIZES; i++) {
        ew_node x = ew_input_at(g, i).node;
        const char *name = ew_node_name(g, x);
        size_t rank = ew_node_rank(g, x);
        if (!name || strlen(name) > 63 || rank > MOST_AXES) continue;
        strcpy(names[count], name);
        for (size_t k = 0; k < rank; k++) {
            size_t known = ew_node_size(g, x, k);
            axes[count][k] = known != SIZE_MAX ? known : 1 + (size_t)(unsigned char)name[0] % 4;
        }
        sizes[count] = (ew_size){names[count], rank, axes[count], 3};
        count++;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ew_options options = {.max_nodes = 20000, .max_bytes = 64u << 20, .file = "fuzz.ew"};
    ew_size sizes[MOST_SIZES];
    size_t axes[MOST_SIZES][MOST_AXES];
    char names[MOST_SIZES][64], text[4000];
    ew_error err;
    ew_graph *g = ew_parse((const char *)data, size, &options, &err);
    options.sizes = sizes;
    if (g) options.size_count = fuzz_sizes(g, sizes, axes, names);
    if (options.size_count) { /* again, with sizes for its arrays */
        ew_graph_free(g);
        g = ew_parse((const char *)data, size, &options, &err);
    }
    if (g)
        fuzz_use(g, fuzz_may_run(data, size));
    else
        ew_error_text(&err, text, sizeof text);
    ew_graph_free(g);
    return 0;
}
