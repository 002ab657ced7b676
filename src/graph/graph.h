/*
 * graph.h - the graph: nodes, their arguments, names, constants, and nothing else.
 *
 * A node is one operation on earlier nodes; ids grow, so arguments come before users and every walk
 * is a loop over ids. Nodes never change. A named equation makes a node of its own; equal unnamed
 * nodes (same operation, same arguments in the same order) are one, found by a hash table.
 *
 * A node has axes (`shape`, an index into the shapes; 0: none, a scalar), and each use of a node
 * carries a map from the user's axes to its own (`maps`, beside `args`); axes.h says what both are.
 * While every use is of a scalar the maps are all 0 and the array is empty: use_map() answers 0.
 *
 * Constants are nodes inside (op OP_CONST, no name) so that an argument is always a node, but no
 * person sees them as such. A literal, and whatever is made of literals alone, has a soft type
 * (TYPE_WHOLE, TYPE_REAL) and takes the type it meets; soft nodes keep their value.
 *
 * What other rooms know about nodes (values, adjoints, marks) they keep in arrays of their own,
 * indexed by id; `functions` and `derived` hold what the rooms lang and
 * diff keep with a graph.
 */
#ifndef GRAPH_GRAPH_H
#define GRAPH_GRAPH_H

#include "base/error.h"
#include "ops/ops.h"

enum { TYPE_F64 = EW_F64, TYPE_F32 = EW_F32, TYPE_INT = EW_INT, TYPE_BOOL = EW_BOOL, TYPE_WHOLE, TYPE_REAL };

typedef struct graph_node {
    uint32_t args;  /* first of `count` in graph->args; OP_CONST: index in consts; inputs: their number */
    uint32_t name;  /* 0: none; else index in names */
    uint32_t place; /* byte in the text, or NO_PLACE */
    uint16_t op, count;
    uint8_t type;
    uint8_t flags;
    uint16_t shape;
    union {
        struct {
            uint16_t domain, target; /* a shape and a map (axes.h) */
        };
        uint32_t extra; /* STATE, LOOP: index in states */
    };
} graph_node;

enum {
    NODE_GENERATED = 1, /* its name was made by finish.c */
    NODE_UNIQUE = 2,    /* it stands in the table of unnamed nodes */
    NODE_ZERO = 4,      /* AT: outside the array it is 0 */
    NODE_WHEN = 8,      /* AT: the last argument says where an access counts */
    NODE_TEXT = 16      /* AT: its place is one in the graph's text, though it was made later */
};

typedef union constant {
    double real;   /* TYPE_REAL, TYPE_BOOL */
    int64_t whole; /* TYPE_WHOLE */
} constant;

enum { DRAW_NONE, DRAW_UNIFORM, DRAW_NORMAL };

typedef struct graph_input {
    ew_node node;
    bool has_value;
    bool open; /* p1 or p2 waits for a dimension that nothing has bound yet */
    uint8_t draw;
    double value;                /* the default */
    double p1, p2;               /* of the distribution */
    size_t values, values_count; /* a default with axes: in g->values; 0: `value` everywhere */
} graph_input;

typedef struct graph_shape {
    uint32_t first; /* in sizes */
    uint16_t rank;
} graph_shape;

typedef struct map_term {
    uint16_t axis;
    int64_t factor;
} map_term;

typedef struct map_index { /* one target axis */
    int64_t offset;
    uint32_t first; /* in map_terms */
    uint16_t terms, gather;
} map_index;

typedef struct graph_map {
    uint32_t first; /* in map_indices */
    uint16_t rank;
    bool plain;
    uint16_t before; /* the map before in its chain of graph.map_last; 0: none */
} graph_map;

enum { MAP_CHAINS = 1024 };

typedef struct graph_state {
    ew_node state, definition, loop; /* EW_NONE until they are there */
    uint32_t region;
    uint32_t around; /* the state of a region around whose definition the LOOP is, or UINT32_MAX */
    uint16_t axis;
    uint32_t orders; /* its own axes that go along the steps of regions around */
    int64_t offset;
} graph_state;

typedef struct graph_region {
    uint32_t first, count; /* states */
    int64_t low, high;     /* steps, both ends; high < low: none */
    bool down;
    ew_node until; /* EW_NONE: it always runs to the end */
} graph_region;

typedef struct graph_indexed {
    ew_node node;
    uint32_t first, count; /* in index_names */
} graph_indexed;

typedef struct graph_bound { /* a dimension */
    uint32_t name;
    int64_t size;
} graph_bound;

typedef struct graph_name {
    uint32_t at, count; /* in name_text, ended by a NUL */
    uint32_t hash;
    ew_node node; /* EW_NONE: a name that no node bears (yet) */
} graph_name;

typedef struct graph_text {
    char *at;
    size_t size;
} graph_text;

typedef struct node_entry {
    uint32_t hash, id; /* id + 1; 0: free. The hash spares most looks at the node itself */
} node_entry;

typedef struct name_entry {
    uint32_t hash, name; /* name 0: free */
} name_entry;

struct ew_graph {
    memory memory;
    report report;
    size_t max_nodes;
    size_t threads;
    bool only_arrays;
    uint8_t real;   /* TYPE_F64 or TYPE_F32: the type of what declares none */
    bool places;    /* what is made now leads to a place in a bracket: whole literals alone are ints there */
    uint8_t beside; /* that of a fraction beside an int: TYPE_F64, in derivatives that of the node */
    int mode;
    bool training;       /* what the text means by it */
    uint16_t passes_off; /* PASS_ of exec/array.h: for tests, which compare with and without each */

    ARRAY(graph_node) nodes;
    ARRAY(ew_node) args;
    ARRAY(uint16_t) maps; /* beside args; what is not there is 0 */
    ARRAY(constant) consts;

    ARRAY(graph_shape) shapes; /* [0]: scalars */
    ARRAY(int64_t) sizes;
    ARRAY(uint32_t) unknown;       /* names of sizes that are not known, or 0 */
    ARRAY(graph_map) maps_known;   /* [0]: axis p is axis p */
    uint16_t map_last[MAP_CHAINS]; /* by a hash of its places: the newest map */
    ARRAY(map_index) map_indices;
    ARRAY(map_term) map_terms;
    ARRAY(graph_region) regions;
    ARRAY(graph_state) states;
    ARRAY(graph_indexed) indexed; /* ascending by node */
    ARRAY(uint32_t) index_names;
    ARRAY(double) values; /* defaults of inputs with axes */
    ARRAY(graph_bound) bound;

    node_entry *table; /* of unnamed nodes */
    size_t table_size, table_count;

    ARRAY(graph_name) names; /* [0] is unused */
    ARRAY(char) name_text;
    ARRAY(graph_text) name_before; /* where name_text lay before it grew: names that were handed out stay there */
    name_entry *name_table;        /* the hash stands here too: a look-up meets few names' text */
    size_t name_table_size;

    ARRAY(graph_input) inputs, params;
    ARRAY(ew_node) outputs;
    ARRAY(ew_node) parts; /* unnamed parts in the order of the text, for generated names */

    ARRAY(ew_node) seen; /* the nodes that a person sees, ascending */
    uint32_t *seen_index;
    size_t seen_index_size;
    bool finished;

    char *text; /* the source, owned */
    size_t text_count;
    char *file, *language;

    void *functions; /* what the room lang keeps of a program that defines functions */
    void (*functions_free)(ew_graph *g);
    void *derived;
    void (*derived_free)(ew_graph *g);
};

ew_graph *graph_new(const ew_options *options, ew_error *err);
/* For calls that may fail without spoiling the graph: the error goes to the caller and the graph is as
 * good as before. Only where ew_graph_error found nothing before. */
bool graph_hand_over(ew_graph *g, ew_error *err);
/* Keeps a copy of the text for errors and places. */
bool graph_set_text(ew_graph *g, const char *text, size_t count);

/* Names. 0 where there is no memory. */
uint32_t graph_intern(ew_graph *g, const char *s, size_t count);
uint32_t graph_lookup(const ew_graph *g, const char *s, size_t count); /* 0: never seen */
const char *graph_name_text(const ew_graph *g, uint32_t name);
/* `base`, or the first of base_2, base_3, … that no node bears and `taken` does not hold. */
uint32_t graph_free_name(ew_graph *g, uint32_t base, const uint8_t *taken, size_t taken_count);

/* Builders: EW_NONE and a report on failure. Constant arguments are folded by the run time's own
 * arithmetic. graph_define makes a named node whatever equal ones there are; name 0 is allowed
 * nowhere there. */
ew_node graph_real(ew_graph *g, double value);
ew_node graph_whole(ew_graph *g, int64_t value);
ew_node graph_bool(ew_graph *g, bool value);
ew_node graph_number(ew_graph *g, double value); /* WHOLE if it is whole, else REAL */
ew_node graph_op(ew_graph *g, op o, const ew_node *args, size_t count, uint32_t place);
ew_node graph_define(ew_graph *g, uint32_t name, op o, const ew_node *args, size_t count, uint32_t place);
/* name = node: a node of its own with the same operation, or a copy of a named one. */
ew_node graph_name_node(ew_graph *g, uint32_t name, ew_node n, uint32_t place);
/* A node of its own with the same operation and no name yet: the last, bare expression. */
ew_node graph_anonymous(ew_graph *g, ew_node n, uint32_t place);
ew_node graph_add_input(ew_graph *g, uint32_t name, bool is_param, int type, uint16_t shape, uint32_t place);
ew_node graph_leaf(ew_graph *g, op o, uint32_t name, uint32_t number, int type, uint16_t shape, uint32_t place);
/* As graph_op, with what is exact in every bit taken away: x·1, 0·x on a path, x^1, -(-x). */
ew_node graph_simple(ew_graph *g, op o, ew_node x, ew_node y, ew_node w);

/* Finds generated names and the list of nodes that a person sees. */
bool graph_finish(ew_graph *g);
bool graph_see(ew_graph *g); /* the list again, after new named nodes */

static inline const graph_node *node_at(const ew_graph *g, ew_node n)
{
    return &g->nodes.at[n];
}

static inline ew_node node_arg(const ew_graph *g, ew_node n, size_t k)
{
    return g->args.at[g->nodes.at[n].args + k];
}

static inline uint16_t use_map(const ew_graph *g, ew_node n, size_t k)
{
    size_t at = g->nodes.at[n].args + k;
    return at < g->maps.count ? g->maps.at[at] : 0;
}

static inline bool node_is_const(const ew_graph *g, ew_node n) /* an unnamed constant: no node to people */
{
    return g->nodes.at[n].op == OP_CONST && g->nodes.at[n].name == 0;
}

static inline bool type_is_soft(int type)
{
    return type == TYPE_WHOLE || type == TYPE_REAL;
}

static inline bool type_is_real(int type) /* carries derivatives */
{
    return type != TYPE_INT && type != TYPE_BOOL;
}

static inline bool op_is_leaf(unsigned o)
{
    return o == OP_INPUT || o == OP_PARAM || o == OP_CONST || o == OP_SIZE || o == OP_STATE;
}

/* The value of a constant or of a node of soft type, as a double. */
double node_value(const ew_graph *g, ew_node n);
constant node_constant(const ew_graph *g, ew_node n, int *type);
bool node_is_value(const ew_graph *g, ew_node n, double value); /* the unnamed constant `value`? */

/* Does argument k of n carry a derivative? (language.md, section 2, Edges) */
bool node_is_edge(const ew_graph *g, ew_node n, size_t k);

/* graph → text: a node's operation with its arguments; unnamed ones whole. At most `most` bytes,
 * then "…"; false where it was cut. `exact` spells helper operations by name, so that it reads back
 * exactly. */
bool graph_print(const ew_graph *g, ew_node n, text *out, size_t most, bool exact);
/* The same for a node as an operand: its name if it has one, "h[n, j]" where it has axes. */
bool graph_print_operand(const ew_graph *g, ew_node n, text *out, size_t most);
/* The same in the program's own words: a part that the text gives no name is written whole, not by the name that was
 * made for it (but where its beginning is too deep in brackets). */
bool graph_print_words(const ew_graph *g, ew_node n, text *out, size_t most);
/* An error about n, whose {1} is n's name, or where the text gives it none, what it is (never nothing), and {2} `more`.
 * Always false. */
bool graph_refuse(ew_graph *g, error_code code, uint32_t place, size_t bytes, ew_node n, const char *more);
/* A node as an equation, "z[n, k] = d[n, k] + b[k]"; a leaf's name alone. */
bool graph_print_equation(const ew_graph *g, ew_node n, text *out, size_t most);
/* As an operand whose axes are called as those of `of` are (a partial of `of`; of a reduction's domain). */
bool graph_print_at(const ew_graph *g, ew_node n, ew_node of, bool words, text *out, size_t most);

/* The two ends of an edge, as its user names its indices: "h[t + 1, i]", the place of `to` that `user`
 * makes (of a join: from its argument k); "h[t, j]", argument k of `user`. `words` as in graph_print_words. */
bool graph_print_upper(const ew_graph *g, ew_node to, ew_node user, size_t k, bool words, text *out, size_t most);
bool graph_print_lower(const ew_graph *g, ew_node user, size_t k, bool words, text *out, size_t most);

const char *type_name(int type);

#endif
