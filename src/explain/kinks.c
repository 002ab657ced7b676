/*
 * kinks.c - says where a node stands at a kink, a tie, a jump or an infinite slope, and which
 * convention (docs/language.md, section 8) its derivative follows there.
 */
#include <math.h>

#include "explain/explain.h"

static const char *const kink_zero = /* catalogue */ "{1} has a kink here, where {2}: its derivative is taken as 0.";
static const char *const kink_jump =
    /* catalogue */ "{1} jumps here, where {2}: its derivative is taken as 0, as it is on both sides.";
const char *explain_kink_tie(void)
{
    static const char *const sentence =
        /* catalogue */ "{1} has a tie here: those that tie share its derivative evenly.";
    return sentence;
}
static const char *const kink_bound =
    /* catalogue */ "{1} stands at its bound here: its derivative by what it clips is taken as 1.";
static const char *const kink_steep =
    /* catalogue */ "{1} is infinitely steep here, where {2}: its derivative is infinite.";
static const char *const kink_modulo =
    /* catalogue */ "{1} jumps here; its derivatives are taken as those to the right.";

static const char *kink_power(double x, double y)
{
    if (x != 0) return NULL;
    if (y == 0) return kink_zero;
    return y > 0 && y < 1 ? kink_steep : NULL;
}

/* The sentence for operation o at arguments x, y, w, or NULL. */
const char *kink_find(op o, double x, double y, double w)
{
    switch (o) {
    case OP_ABS:
    case OP_RELU: return x == 0 ? kink_zero : NULL;
    case OP_SIGN: return x == 0 ? kink_jump : NULL;
    case OP_FLOOR:
    case OP_CEIL: return x == floor(x) ? kink_jump : NULL;
    case OP_TRUNC: return x == trunc(x) && x != 0 ? kink_jump : NULL;
    case OP_ROUND: return fabs(x - trunc(x)) == 0.5 ? kink_jump : NULL;
    case OP_CLIP: return x == y || x == w ? kink_bound : NULL;
    case OP_SQRT:
    case OP_CBRT: return x == 0 ? kink_steep : NULL;
    case OP_LOG:
    case OP_LOG2:
    case OP_LOG10: return x == 0 ? kink_steep : NULL;
    case OP_LOG1P: return x == -1 ? kink_steep : NULL;
    case OP_ASIN:
    case OP_ACOS:
    case OP_ATANH: return fabs(x) == 1 ? kink_steep : NULL;
    case OP_ACOSH: return x == 1 ? kink_steep : NULL;
    case OP_POW: return kink_power(x, y);
    case OP_HYPOT:
    case OP_ATAN2: return x == 0 && y == 0 ? kink_zero : NULL;
    case OP_MOD: return y != 0 && x / y == floor(x / y) ? kink_modulo : NULL;
    default: return NULL;
    }
}

static double kink_argument(const lesson *l, size_t i, size_t k)
{
    const graph_node *node = explain_row(l, i);
    if (k >= node->count) return 0;
    ew_node a = node_arg(l->g, explain_node(l, i), k);
    double x = 0;
    if (ew_node_is_constant(l->g, a, &x)) return x;
    size_t j = ew_node_index(l->g, a);
    return j == SIZE_MAX ? NAN : l->value[j];
}

/* Do two or more arguments of min or max equal its value? */
static bool kink_ties(const lesson *l, size_t i)
{
    size_t ties = 0, count = explain_row(l, i)->count;
    for (size_t k = 0; k < count; k++) ties += kink_argument(l, i, k) == l->value[i];
    return ties > 1;
}

/* "c = 0" or "c = 0, d = 0" */
static void kink_where(const lesson *l, text *t, size_t i)
{
    for (size_t k = 0; k < explain_row(l, i)->count; k++) {
        size_t j = ew_node_index(l->g, node_arg(l->g, explain_node(l, i), k));
        if (j == SIZE_MAX) continue;
        if (t->count) text_add(t, ", ");
        phrase_name(l, t, j);
        text_add(t, " = ");
        phrase_value(l, t, j, l->value[j]);
    }
}

static const char *kink_of(const lesson *l, size_t i)
{
    op o = (op)explain_row(l, i)->op;
    if (l->into[i] == l->into[i + 1]) return NULL;
    if (o == OP_MIN || o == OP_MAX) return kink_ties(l, i) ? explain_kink_tie() : NULL;
    return kink_find(o, kink_argument(l, i, 0), kink_argument(l, i, 1), kink_argument(l, i, 2));
}

void explain_kinks(lesson *l, size_t indent)
{
    size_t told = 0;
    text name, where;
    if (!l->numbers) return;
    if (l->arrays) {
        indexed_kinks(l, indent);
        return;
    }
    text_begin(&name, l->m);
    text_begin(&where, l->m);
    for (size_t k = 0; k < l->count; k++) {
        const char *sentence = kink_of(l, l->node[k]);
        if (!sentence || told++ >= KINKS_TOLD) continue;
        text_clear(&name);
        text_clear(&where);
        phrase_equation(l, &name, l->node[k]);
        kink_where(l, &where, l->node[k]);
        if (told == 1) explain_blank(l);
        explain_sentence(l, indent, sentence, text_string(&name), text_string(&where), NULL);
    }
    if (told > KINKS_TOLD) {
        text_clear(&name);
        phrase_count(l, &name, (double)(told - KINKS_TOLD), "… and {1} more such node.", "… and {1} more such nodes.");
        explain_prose(l, indent, text_string(&name));
    }
    explain_drop(l, &name);
    explain_drop(l, &where);
}
