/*
 * nodes.c - each node of a program beside its definition (evaluate.h): where a wrong number begins. By hand:
 *
 *     make build/tests/nodes && build/tests/nodes [--list] [--raw] [--mode N] [--off PASSES] FILE OUTPUT NUMBER…
 *
 * The numbers are those of inputs, then params, row-major, the last one for all that follow. A line for each node
 * that differs: its number, its text, what the plan made of it and what is due. --list: the graph, with all values;
 * --raw: before derivatives are made.
 */
#include <edgewise.h>

#include "evaluate.h"

#include "diff/diff.h"

enum { MOST_NUMBERS = 4096, MOST_SHOWN = 24 };

static double in[MOST_NUMBERS];
static bool list, raw; /* raw: before its derivatives are made */

static char *whole_file(const char *name)
{
    static char text[1 << 16];
    FILE *f = fopen(name, "rb");
    if (!f) return NULL;
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void show_map(const ew_graph *g, uint16_t map, size_t rank)
{
    if (!rank) return;
    printf("{");
    for (size_t p = 0; p < rank; p++) {
        map_draft d = map_axis(g, map, p);
        printf(p ? ", " : "");
        if (d.gather)
            printf("#%u", d.gather);
        else if (d.offset || !d.terms)
            printf("%lld", (long long)d.offset);
        for (size_t t = 0; t < d.terms; t++)
            printf("%s%.0lld%sa%u", t || d.offset ? "+" : "", d.factor[t] == 1 ? 0LL : (long long)d.factor[t],
                   d.factor[t] == 1 ? "" : "*", d.axis[t]);
    }
    printf("}");
}

static void show_node(const ew_graph *g, ew_node n)
{
    const graph_node *p = node_at(g, n);
    printf("%u %s = %s", (unsigned)n, graph_name_text(g, p->name), ops_row((op)p->op)->name);
    if (p->op == OP_CONST) printf(" %.17g", node_value(g, n));
    if (p->op == OP_STATE || p->op == OP_LOOP) {
        const graph_state *s = node_state(g, n);
        const graph_region *r = &g->regions.at[s->region];
        printf(" of region %u by axis %u%s, steps %lld..%lld%+lld, state %u = %u", s->region, s->axis,
               r->down ? " down" : "", (long long)r->low, (long long)r->high, (long long)s->offset, (unsigned)s->state,
               (unsigned)s->definition);
    } else {
        for (size_t k = 0; k < p->count; k++) {
            printf(" %u", (unsigned)node_arg(g, n, k));
            show_map(g, use_map(g, n, k), p->op == OP_JOIN ? node_rank(g, n) : node_rank(g, node_arg(g, n, k)));
        }
    }
    if (p->op == OP_SCATTER) printf(" to "), show_map(g, p->target, node_rank(g, n));
    if (p->flags & NODE_ZERO) printf(" or 0");
    if (p->flags & NODE_WHEN) printf(" when");
    printf("  [");
    for (size_t k = 0; k < node_rank(g, n); k++) printf(k ? " %lld" : "%lld", (long long)node_size(g, n, k));
    printf("]");
}

static void show_values(const char *what, const double *v, size_t count)
{
    printf("    %s", what);
    for (size_t e = 0; e < count && e < MOST_SHOWN; e++) printf(" %.9g", v[e]);
    printf("\n");
}

static bool same(double a, double b)
{
    return fabs(a - b) <= 1e-9 * (1 + fabs(b)) || (isnan(a) && isnan(b)) || a == b;
}

/* What node n is by itself; NULL: the plan refuses it, or faults. */
static double *planned(ew_graph *g, ew_node n, const char **why)
{
    static ew_error err;
    ew_program *p = ew_prepare_nodes(g, &n, 1, &err);
    *why = err.message;
    if (!p) return NULL;
    double *out = calloc(ew_out_count(p) + 1, sizeof *out);
    if (ew_run(p, NULL, in, out) != EW_OK) {
        free(out);
        out = NULL;
        *why = "it faults";
    }
    ew_free(p);
    return out;
}

static bool compare(ew_graph *g, ew_node n)
{
    size_t count;
    const char *why = "";
    if (!shape_elements(g, node_at(g, n)->shape, &count)) return true;
    double *due = calloc(count + 1, sizeof *due), *out = NULL;
    bool known = !raw && reference_run(g, in, n, due), good = true;
    if (known) out = planned(g, n, &why);
    for (size_t e = 0; e < count && out; e++) good = good && same(out[e], due[e]);
    if (list || !good) {
        printf(good ? "" : "WRONG ");
        show_node(g, n);
        printf("\n");
        if (known && !out) printf("    %s\n", why);
        if (known) show_values("due ", due, count);
        if (out && !good) show_values("came", out, count);
    }
    free(due);
    free(out);
    return good;
}

/* What n is made of is wanted, too; of a state its definition, which is a later node. *more: such a one is new. */
static void want(const ew_graph *g, uint8_t *wanted, ew_node n, bool *more)
{
    unsigned o = node_at(g, n)->op;
    if (o == OP_STATE || o == OP_LOOP) {
        ew_node d = node_state(g, n)->definition;
        *more = *more || !wanted[d];
        wanted[d] = 1;
    }
    for (size_t k = 0; !op_is_leaf(o) && k < node_at(g, n)->count; k++) wanted[node_arg(g, n, k)] = 1;
}

static uint8_t *all_wanted(const ew_graph *g, ew_node output)
{
    uint8_t *wanted = calloc(g->nodes.count + 1, 1);
    wanted[output] = 1;
    for (bool more = true; more;) {
        more = false;
        for (size_t n = g->nodes.count; n-- > 0;)
            if (wanted[n]) want(g, wanted, (ew_node)n, &more);
    }
    return wanted;
}

static size_t compare_all(ew_graph *g, ew_node output)
{
    size_t wrong = 0, count = g->nodes.count;
    uint8_t *wanted = all_wanted(g, output);
    for (size_t n = 0; n < count; n++)
        if (wanted[n]) wrong += !compare(g, (ew_node)n);
    free(wanted);
    return wrong;
}

int main(int argc, char **argv)
{
    ew_options o = {0};
    long off = 0;
    int at = 1;
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        raw = raw || strcmp(argv[at], "--raw") == 0;
        list = raw || list || strcmp(argv[at], "--list") == 0;
        if (strcmp(argv[at], "--mode") == 0 && at + 1 < argc) o.mode = atoi(argv[++at]);
        if (strcmp(argv[at], "--off") == 0 && at + 1 < argc) off = strtol(argv[++at], NULL, 10);
    }
    char *text = at + 1 < argc ? whole_file(argv[at]) : NULL;
    ew_error err;
    ew_graph *g = text ? ew_parse(text, EW_WHOLE, &o, &err) : NULL;
    if (!g) return printf("%s\n", text ? err.message : "usage: nodes [--list] [--mode N] FILE OUTPUT NUMBER…"), 2;
    g->passes_off = (uint16_t)off;
    for (int i = 0; i < MOST_NUMBERS; i++)
        in[i] = at + 2 + i < argc ? strtod(argv[at + 2 + i], NULL) : i ? in[i - 1] : 0;
    ew_node n = ew_expression(g, argv[at + 1], &err);
    bool ok = n != EW_NONE && (raw || diff_resolve(g, &n, 1));
    if (!ok) printf("%s\n", n == EW_NONE ? err.message : "a derivative is refused");
    size_t wrong = ok ? compare_all(g, n) : 0;
    if (ok) printf("%zu wrong; the output is %u\n", wrong, (unsigned)n);
    ew_graph_free(g);
    return ok ? wrong > 0 : 2;
}
