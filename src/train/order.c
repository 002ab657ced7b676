/*
 * order.c - which row comes when: a shuffled order as a function of seed and epoch alone, without a list.
 *
 * A permutation of 0 .. count - 1 is a Feistel network over pairs of half-words (a bijection whatever its round
 * function is; Luby and Rackoff 1988) with the counter-based bits of the stream as round function; places past
 * the end are walked on from until one lies inside (Black and Rogaway 2002), on average at most four times. So an
 * epoch of a thousand million rows takes no memory, and a resumed run needs no more than the number of its step. Only
 * where rows are kept apart and the others are not shuffled is there a list of these.
 */
#include "base/random.h"
#include "train.h"

enum { ORDER_ROUNDS = 6 };

static uint64_t order_turn(uint64_t stream, uint64_t x, unsigned half)
{
    uint64_t mask = ((uint64_t)1 << half) - 1, left = x >> half, right = x & mask;
    for (uint64_t round = 0; round < ORDER_ROUNDS; round++) {
        uint64_t next = left ^ (random_bits(stream, right * ORDER_ROUNDS + round) & mask);
        left = right;
        right = next;
    }
    return left << half | right;
}

size_t train_shuffled(uint64_t stream, size_t count, size_t i)
{
    unsigned half = 1;
    while (half < 31 && ((uint64_t)1 << 2 * half) < count) half++;
    uint64_t x = i;
    do x = order_turn(stream, x, half);
    while (x >= count);
    return (size_t)x;
}

/* The rows apart for validation are the first ones of an order of their own. */
static size_t order_split(const ew_train *t, size_t i)
{
    if (t->validation_rows == 0) return i;
    return train_shuffled(random_stream(t->o.seed, "validate", 0), t->data.rows, i);
}

size_t train_validation_row(const ew_train *t, size_t i)
{
    return order_split(t, i);
}

/* All rows at once are the same batch in any order. */
bool train_whole_batch(const ew_train *t)
{
    return t->data.count && t->o.batch == t->training_rows;
}

/* The rows of places first .. first + count of an epoch, from 0. */
void train_rows(const ew_train *t, size_t epoch, size_t first, size_t count, size_t *row)
{
    bool shuffled = !t->o.no_shuffle && !train_whole_batch(t);
    uint64_t stream = random_stream(t->o.seed, "shuffle", epoch);
    uint64_t apart = random_stream(t->o.seed, "validate", 0);
    for (size_t i = 0; i < count; i++) {
        size_t at = shuffled ? train_shuffled(stream, t->training_rows, first + i) : first + i;
        row[i] = t->in_order           ? t->in_order[at]
                 : !t->validation_rows ? at
                                       : train_shuffled(apart, t->data.rows, t->validation_rows + at);
    }
}

/* Not shuffled, the rows that are left come as the data have them: here alone a list is needed. */
bool train_rows_in_order(ew_train *t)
{
    size_t rows = t->data.rows, count = 0;
    if (!t->o.no_shuffle || !t->validation_rows || t->closed) return true;
    size_t *list = train_keep(t, t->training_rows, sizeof *list);
    bool *apart = train_keep_in(t, &t->passing, rows, sizeof *apart);
    for (size_t i = 0; list && apart && i < t->validation_rows; i++) apart[train_validation_row(t, i)] = true;
    for (size_t i = 0; list && apart && i < rows; i++)
        if (!apart[i]) list[count++] = i;
    train_release(t, &t->passing);
    t->in_order = list;
    return report_ok(&t->r);
}

size_t train_training_row(const ew_train *t, size_t i)
{
    return order_split(t, t->validation_rows + i);
}
