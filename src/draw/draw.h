/*
 * draw.h - what the formats share: the scene (what is to be seen, as text), where it goes, and how
 * wide text is.
 *
 * A format is one function `bool …_write(scene *, draw_out *)` and one row in draw.c. A format that
 * places things itself asks scene_picture for the layout; the others (dot, Mermaid, text) need only
 * the scene.
 */
#ifndef DRAW_DRAW_H
#define DRAW_DRAW_H

#include "draw/layout.h"
#include "graph/axes.h"

/* ---- Where bytes go -------------------------------------------------------------------------- */

typedef struct draw_out {
    text t;
    ew_write *write;
    void *context;
    bool broken; /* the writer said no */
} draw_out;

/* Hands on what has gathered, if it is much or the end. Call now and then. */
void draw_flush(draw_out *o, bool end);
/* Text as XML (SVG, HTML); what XML cannot hold becomes U+FFFD. */
void draw_xml(text *t, const char *s);
/* A coordinate with at most one decimal. */
void draw_fixed(text *t, double v);
/* At most `most` columns of s, then "…". */
void draw_cut(text *t, const char *s, size_t most);
/* Fills {1}, {2}, {3} of a sentence that is already translated. */
void draw_say(text *t, const char *sentence, const char *a, const char *b, const char *c);
/* The width of a line in DejaVu Sans of this size: a little too much rather than too little. */
double draw_width(const char *s, double size, bool bold);

/* ---- The scene ------------------------------------------------------------------------------- */

/* SCENE_STATE: what the steps of a recurrence find of itself, a node below those that use it. */
enum { SCENE_STEP, SCENE_INPUT, SCENE_PARAM, SCENE_FIXED, SCENE_STATE, SCENE_KINDS };

#define SCENE_USE UINT32_MAX
#define SCENE_RETURN (UINT32_MAX - 1)

typedef struct scene_node {
    ew_node id;
    uint32_t index; /* ew_node_at */
    size_t first;   /* of its elements in options->values */
    uint8_t kind;
    bool output, highlight, used;
    bool equations; /* the operation names its own left sides: "h[0] = 1; h[t + 1] = …" */
    size_t name, operation, shape, value, slope; /* texts in the pool; 0: none */
} scene_node;

typedef struct scene_edge {
    uint32_t from, to; /* nodes of the scene */
    /* ew_edge_at; SCENE_USE: a use that is no edge, such as a condition; SCENE_RETURN: from the recurrence
     * `to` back to its state `from` */
    uint32_t edge;
    ew_node partial, user; /* whose argument it is: node `to`, or one of its equations */
    size_t label;          /* in the pool; 0: none */
    bool highlight;
} scene_edge;

static inline bool scene_is_edge(const scene_edge *e)
{
    return e->edge < SCENE_RETURN;
}

typedef struct scene {
    ew_graph *g;
    const ew_draw_options *options;
    memory *m;
    const char *language;
    ARRAY(scene_node) nodes;
    ARRAY(scene_edge) edges; /* sorted by `to`, then by argument; from < to */
    uint32_t *place;         /* by seen node: its place in `nodes`, or SCENE_USE */
    uint32_t *state_place;   /* by state of the graph */
    size_t seen, states;     /* how many of both */
    text pool;
    bool roomy;   /* small enough for every text and label */
    size_t title; /* the formula or the caller's */
} scene;

enum { SCENE_ROOMY = 300, SCENE_COLUMNS = 28, SCENE_LABEL_COLUMNS = 24 };

/* false: no memory, or *err says more. */
bool scene_new(scene *s, ew_graph *g, const ew_draw_options *options, ew_error *err);
void scene_free(scene *s);
static inline const char *scene_text(const scene *s, size_t at)
{
    return s->pool.at + at;
}
const char *scene_say(const scene *s, const char *sentence); /* translated */

/* "∂e/∂c" for this node: options->derivative_of with the name put in. */
/* Its ints as they are, or NULL. */
const int64_t *scene_whole(const scene *s, const scene_node *n);
void scene_slope_name(const scene *s, text *t, const char *name);
/* The derivative on an edge: in symbols, whole; with numbers " = 2" follows unless `brief`. */
void scene_partial(const scene *s, const scene_edge *e, text *t, bool brief);
const char *scene_kind_name(const scene *s, const scene_node *n);  /* "input"; "" for an operation */
const char *scene_value_text(const scene *s, const scene_node *n); /* without "= " */
/* The operation in full, up to 400 bytes; nothing for inputs. */
void scene_operation(const scene *s, const scene_node *n, text *t);
/* "e = c * d"; what a box shows, on one line. */
void scene_equation(const scene *s, const scene_node *n, text *t);
/* "A computational graph of … with 5 nodes and 5 edges. …" */
void scene_summary(const scene *s, text *t);
/* One node in words: "e = c * d = 6; from c with derivative 2, …". `e` is the node's first edge;
 * returns the first edge of the next node. Nodes must be taken in order. */
size_t scene_sentence(const scene *s, size_t node, size_t e, text *t);

/* ---- The picture ----------------------------------------------------------------------------- */

typedef struct picture {
    layout l;
    size_t node_count, edge_count;                 /* what was allocated */
    double title_y;                                /* of the title's line; 0: none */
    double name_size, text_size, label_size, line; /* type, and the height of a line */
} picture;

bool scene_picture(scene *s, picture *p);
void picture_free(picture *p);

/* ---- Formats --------------------------------------------------------------------------------- */

bool svg_write(scene *s, draw_out *o);
bool dot_write(scene *s, draw_out *o);
bool mermaid_write(scene *s, draw_out *o);
bool tikz_write(scene *s, draw_out *o);
bool note_write(scene *s, draw_out *o);
bool listing_write(scene *s, draw_out *o);
bool page_write(scene *s, draw_out *o);

/* LaTeX: a name; a node by its name and indices, called as those of `of`; a node's operation; a partial
 * by an argument of `user`. Only macros that GitHub, Obsidian and plain LaTeX all know. */
void latex_name(text *t, const char *name);
void latex_number(text *t, double value, int digits);
void latex_called_at(const ew_graph *g, ew_node n, ew_node of, text *t);
/* The ends of an edge: see graph_print_upper. */
void latex_upper(const ew_graph *g, ew_node to, ew_node user, size_t k, text *t);
void latex_lower(const ew_graph *g, ew_node user, size_t k, text *t);
bool latex_operation(const ew_graph *g, ew_node n, text *t);
bool latex_partial(const ew_graph *g, ew_node partial, ew_node user, text *t);

#endif
