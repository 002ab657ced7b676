/*
 * alike.c - how much one word is like another (alike.h).
 */
#include "base/alike.h"

#include <stdbool.h>
#include <string.h>

enum { ALIKE_LONGEST = 40 };

static size_t alike_least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance in bytes, a swap of neighbours counting once; more than `most` is most + 1. */
static size_t alike_distance(const char *a, size_t m, const char *b, size_t n, size_t most)
{
    size_t row[3][ALIKE_LONGEST + 1];
    if (m > ALIKE_LONGEST || n > ALIKE_LONGEST || (m > n ? m - n : n - m) > most) return most + 1;
    for (size_t j = 0; j <= n; j++) row[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            now[j] = alike_least(alike_least(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = alike_least(now[j], before[j - 2] + 1);
        }
    }
    return row[m % 3][n];
}

void alike_try(alike *best, const char *word, size_t count, const char *name, size_t name_count)
{
    size_t d = alike_distance(name, name_count, word, count, best->distance);
    size_t longest = count > name_count ? count : name_count; /* all letters wrong is no likeness */
    if (d == 0 || d > best->distance || d >= longest || (d == best->distance && !best->word)) return;
    size_t begins = 0, longer = longest - alike_least(count, name_count);
    while (begins < count && begins < name_count && word[begins] == name[begins]) begins++;
    if (begins == count || begins == name_count) longer = 0;
    bool closer = begins != best->begins ? begins > best->begins : longer < best->longer;
    if (d < best->distance || closer) *best = (alike){word, d, begins, longer};
}

alike alike_begin(size_t count)
{
    return (alike){NULL, count < 4 ? 2 : count < 6 ? 3 : count / 3 + 1, 0, 0};
}
