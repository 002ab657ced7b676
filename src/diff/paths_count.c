/*
 * paths_count.c - how many paths there are, exactly up to 10,000 digits.
 *
 * Edges are sorted by head, so one pass of count[head] += count[foot] counts all. First with doubles
 * that have an exponent of their own: that gives the logarithm, and says how many digits to expect.
 * Then exactly, eighteen digits at a time for all nodes together: a pass over the edges adds the
 * lowest limbs and keeps what is carried, the next pass adds the limbs above. So a node takes two
 * words however long its number is, and a long number takes passes, not memory: a million nodes with
 * numbers of 10,000 digits would need gigabytes otherwise.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "diff/paths.h"

enum { COUNT_DIGITS = 10000, COUNT_LIMB_DIGITS = 18, COUNT_SHORT_DIGITS = 9 };
static const uint64_t count_base = 1000000000000000000, count_short_base = 1000000000;

static paths_scaled count_sum(paths_scaled a, paths_scaled b)
{
    if (a.m == 0 || b.m == 0) return a.m == 0 ? b : a;
    if (a.e < b.e) {
        paths_scaled keep = a;
        a = b;
        b = keep;
    }
    return a.e - b.e > 100 ? a : paths_scale(a.m + ldexp(b.m, (int)(b.e - a.e)), a.e);
}

/* All paths: an index sum counts as many as it has terms. */
static bool count_all(memory *m, const paths_part *part, paths_scaled *total)
{
    paths_scaled *count = block_new(m, part->nodes, sizeof *count);
    if (!count) return false;
    count[0] = paths_scale(1, 0);
    for (size_t i = 0; i < part->edges; i++) {
        paths_scaled more = count[part->foot[i]];
        if (part->times) more = paths_times(more, (double)part->times[i]);
        count[part->head[i]] = count_sum(count[part->head[i]], more);
    }
    *total = count[part->nodes - 1];
    block_free(m, count, part->nodes);
    return true;
}

bool paths_count_plain(memory *m, const paths_part *part, const uint8_t *kind, paths_scaled *total)
{
    paths_scaled *count = block_new(m, part->nodes, sizeof *count);
    if (!count) return false;
    count[0] = paths_scale(1, 0);
    for (size_t i = 0; i < part->edges; i++)
        if (!kind || !kind[i]) count[part->head[i]] = count_sum(count[part->head[i]], count[part->foot[i]]);
    *total = count[part->nodes - 1];
    block_free(m, count, part->nodes);
    return true;
}

/* The next limb of every node's number; carry: what the limb below handed on. A node is handed less
 * than one for each edge that ends in it, far below the base. */
static uint64_t count_pass_times(const paths_part *part, uint64_t *limb, uint64_t *carry)
{
    for (size_t i = 0; i < part->edges; i++) {
        uint64_t sum = limb[part->head[i]] + limb[part->foot[i]] * part->times[i];
        carry[part->head[i]] += sum / count_short_base;
        limb[part->head[i]] = sum % count_short_base;
    }
    return limb[part->nodes - 1];
}

static uint64_t count_pass(const paths_part *part, uint64_t *limb, uint64_t *carry, uint64_t begin)
{
    memcpy(limb, carry, part->nodes * sizeof *limb);
    memset(carry, 0, part->nodes * sizeof *carry);
    limb[0] += begin;
    if (part->times) return count_pass_times(part, limb, carry);
    for (size_t i = 0; i < part->edges; i++) {
        uint64_t sum = limb[part->head[i]] + limb[part->foot[i]];
        carry[part->head[i]] += sum >= count_base;
        limb[part->head[i]] = sum >= count_base ? sum - count_base : sum;
    }
    return limb[part->nodes - 1];
}

static bool count_write(ew_paths *p, const uint64_t *limbs, size_t count)
{
    char buffer[32];
    bool ok = true;
    while (count > 1 && limbs[count - 1] == 0) count--;
    for (size_t i = count; ok && i-- > 0;) {
        int digits = i + 1 == count ? 1 : p->part.times ? COUNT_SHORT_DIGITS : COUNT_LIMB_DIGITS;
        int n = snprintf(buffer, sizeof buffer, "%0*" PRIu64, digits, limbs[i]);
        ok = array_reserve(&p->memory, &p->digits, (size_t)n + 1);
        if (ok) memcpy(p->digits.at + p->digits.count, buffer, (size_t)n + 1);
        p->digits.count += ok ? (size_t)n : 0;
    }
    if (p->digits.count > COUNT_DIGITS) p->digits.count = 0;
    return ok;
}

/* Room for one limb more than the logarithm asks for: it may be off in its last places. */
static bool count_exact(ew_paths *p, double digits)
{
    uint64_t limbs[COUNT_DIGITS / COUNT_SHORT_DIGITS + 3];
    size_t needed = (size_t)(digits / (p->part.times ? COUNT_SHORT_DIGITS : COUNT_LIMB_DIGITS)) + 2,
           nodes = p->part.nodes;
    uint64_t *limb = block_new(&p->memory, nodes, sizeof *limb);
    uint64_t *carry = block_new(&p->memory, nodes, sizeof *carry);
    bool ok = limb && carry;
    for (size_t i = 0; ok && i < needed; i++) limbs[i] = count_pass(&p->part, limb, carry, i == 0);
    ok = ok && count_write(p, limbs, needed);
    block_free(&p->memory, limb, nodes);
    block_free(&p->memory, carry, nodes);
    return ok;
}

bool paths_count(ew_paths *p)
{
    const uint64_t none = 0;
    if (p->part.nodes == 0) return count_write(p, &none, 1);
    if (!paths_count_plain(&p->memory, &p->part, NULL, &p->routes)) return false;
    if (!count_all(&p->memory, &p->part, &p->total)) return false;
    if (p->part.unknown) return true;
    double digits = ew_paths_log10(p);
    return digits > COUNT_DIGITS + 0.5 || count_exact(p, digits);
}
