/*
 * messages.c - the catalogue: an English sentence in, the same in the reader's language out.
 *
 * The table is generated from po/vi.po (`make generated`) and compiled in, since a library and a
 * web build cannot rely on locale files. It is sorted by the bytes of the English sentence.
 */
#include <string.h>

#include "base/error.h"

static const struct {
    const char *english, *other;
} vi[] = {
#include "base/vi.inc"
    {NULL, NULL},
};

const char *translate(const char *language, const char *sentence)
{
    if (!sentence || !language || strcmp(language, "vi") != 0) return sentence;
    size_t low = 0, high = sizeof vi / sizeof vi[0] - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(sentence, vi[middle].english);
        if (order == 0) return vi[middle].other;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return sentence;
}

const char *ew_translate(const char *language, const char *sentence)
{
    return translate(language, sentence);
}

const char *ew_version(void)
{
    return EW_VERSION;
}
