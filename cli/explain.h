/* explain.h - between explain.c, which reads the options, and explain_json.c. */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include "cli.h"
#include "inside.h"

/* --nudge as a change for every input, to be freed. NULL: the error is out. */
double *explain_changes(struct cli *c, ew_graph *g);

/* The short form of a program with arrays. */
void explain_short(struct cli *c, ew_graph *g, const ew_explain_options *o);

/* The object of `explain --json`, of o->of, o->wrt, o->in and o->nudge. */
void explain_json(struct cli *c, ew_graph *g, ew_explain_options *o);

/* The key "nudge" of that object: each node before and after o->nudge (nudge_json.c). */
void explain_nudge_json(struct cli *c, struct cli_json *j, ew_graph *g, const ew_explain_options *o);

/* The key "plan" of that object: how it would be computed (plan_json.c). */
void explain_plan_json(struct cli *c, struct cli_json *j, ew_graph *g, const ew_explain_options *o);

#endif
