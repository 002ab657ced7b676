/*
 * hash.c - a checksum of 64 bits: four lanes over words of eight bytes, then joined.
 *
 * Every step is a bijection of its lane for a given word, and no two words lead to the same lane: so a change within
 * one word, however small, always shows; other damage goes unseen once in 2^64. It is no defence against forgery.
 */
#include <string.h>

#include "io/io.h"

static uint64_t hash_turn(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9FB21C651E98DF25u; /* odd, so nothing is lost */
    return h ^ h >> 29;
}

void io_hash_begin(io_hash *h, uint64_t seed)
{
    *h = (io_hash){0};
    for (uint64_t k = 0; k < 4; k++) h->lane[k] = hash_turn(seed, k);
}

static void hash_block(io_hash *h, const unsigned char *p)
{
    uint64_t word;
    for (size_t k = 0; k < 4; k++) {
        memcpy(&word, p + 8 * k, 8);
        h->lane[k] = hash_turn(h->lane[k], word);
    }
}

void io_hash_add(io_hash *h, const void *bytes, size_t count)
{
    const unsigned char *p = bytes;
    size_t held = (size_t)(h->count % sizeof h->rest);
    h->count += count;
    if (held + count < sizeof h->rest) {
        if (count) memcpy(h->rest + held, p, count);
        return;
    }
    if (held) {
        size_t n = sizeof h->rest - held;
        memcpy(h->rest + held, p, n);
        hash_block(h, h->rest);
        p += n;
        count -= n;
    }
    for (; count >= sizeof h->rest; p += sizeof h->rest, count -= sizeof h->rest) hash_block(h, p);
    if (count) memcpy(h->rest, p, count);
}

uint64_t io_hash_end(io_hash *h)
{
    size_t held = (size_t)(h->count % sizeof h->rest);
    uint64_t all = hash_turn(1, h->count);
    memset(h->rest + held, 0, sizeof h->rest - held);
    hash_block(h, h->rest);
    for (size_t k = 0; k < 4; k++) all = hash_turn(all, h->lane[k]);
    return all;
}
