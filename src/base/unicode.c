/* Characters, as far as a language with names in any script needs them.
 *
 * The tables are sorted and searched by halves; they are made by
 * tools/unicode-tables.py, which also asserts the habits of Unicode's data that
 * this file relies on.  ASCII is always answered before a table is touched.
 *
 * NFC is usually written with a buffer that holds a starter and its marks, and
 * a pile of marks has no greatest height.  Here the text itself is the buffer: a
 * stream of decomposed characters is cheap to copy, so a run of marks is read
 * again from its start once for each combining class that occurs in it, which
 * yields the marks in canonical order.  There are fewer than 60 classes, so the
 * time is linear, and the memory is a few words.
 *
 * Not here: compatibility forms (NFKC), case, grapheme clusters. */
#include "unicode.h"

#include <string.h>

/* Codes first .. first + count - 1 share a value. */
struct unicode_range {
    uint32_t first;
    uint16_t count, value;
};

/* A canonical decomposition, one step; second is 0 when it is a single code. */
struct unicode_pair {
    uint32_t first, second;
};

/* unicode_classes   CLASS_ bits
 * unicode_wide      columns, always 2
 * unicode_order     canonical combining class
 * unicode_runs      where the run's decompositions start in unicode_pairs
 * unicode_pairs     decompositions, in the order of the codes they belong to
 * unicode_composed  indexes of the pairs that NFC composes, sorted by pair */
#include "unicode_tables.inc"

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])
#define FIND(table, code) find_range(table, COUNT_OF(table), code)

#define REPLACEMENT 0xFFFDu

/* ---- tables ---- */

static const struct unicode_range *find_range(const struct unicode_range *table, size_t count, uint32_t code)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code < table[middle].first)
            high = middle;
        else if (code - table[middle].first >= table[middle].count)
            low = middle + 1;
        else
            return &table[middle];
    }
    return NULL;
}

static unsigned class_of(uint32_t code)
{
    const struct unicode_range *range = FIND(unicode_classes, code);
    return range ? range->value : 0u;
}

/* The canonical combining class; 0 is a starter. */
static unsigned combining_order(uint32_t code)
{
    if (code < 0x300) return 0;
    const struct unicode_range *range = FIND(unicode_order, code);
    return range ? range->value : 0u;
}

static bool ascii_letter(uint32_t code)
{
    return (code | 0x20) - 'a' < 26 || code == '_';
}

bool unicode_name_start(uint32_t code)
{
    if (code < 0x80) return ascii_letter(code);
    return (class_of(code) & CLASS_LETTER) != 0;
}

bool unicode_name_part(uint32_t code)
{
    if (code < 0x80) return ascii_letter(code) || code - '0' < 10;
    return (class_of(code) & (CLASS_LETTER | CLASS_PART)) != 0;
}

size_t unicode_width(uint32_t code)
{
    if (code < 0x300) return 1;
    if (class_of(code) & CLASS_NO_COLUMN) return 0;
    const struct unicode_range *wide = FIND(unicode_wide, code);
    return wide ? wide->value : 1u;
}

/* ---- UTF-8 ---- */

static size_t decode_long(const unsigned char *s, size_t n, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = s[0] >= 0xF8 ? 0 : s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : s[0] >= 0xC0 ? 2 : 0;
    if (size == 0 || n < size) return 0;
    uint32_t value = s[0] & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((s[i] & 0xC0) != 0x80) return 0;
        value = value << 6 | (s[i] & 0x3Fu);
    }
    if (value < least[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 0;
    *code = value;
    return size;
}

size_t utf8_decode(const char *s, size_t n, uint32_t *code)
{
    if (n == 0) return 0;
    const unsigned char *bytes = (const unsigned char *)s;
    if (bytes[0] >= 0x80) return decode_long(bytes, n, code);
    *code = bytes[0];
    return 1;
}

/* The character at s, an invalid byte as U+FFFD; n is not 0. */
static size_t decode_any(const char *s, size_t n, uint32_t *code)
{
    size_t used = utf8_decode(s, n, code);
    if (used) return used;
    *code = REPLACEMENT;
    return 1;
}

size_t utf8_encode(uint32_t code, char out[4])
{
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = REPLACEMENT;
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    out[0] = (char)(lead[size] | code);
    return size;
}

/* The length of the ASCII text that s begins with. */
static size_t ascii_prefix(const char *s, size_t n)
{
    size_t i = 0;
    for (uint64_t word; n - i >= sizeof word; i += sizeof word) {
        memcpy(&word, s + i, sizeof word);
        if (word & UINT64_C(0x8080808080808080)) break;
    }
    while (i < n && (unsigned char)s[i] < 0x80) i++;
    return i;
}

size_t utf8_invalid(const char *s, size_t n)
{
    uint32_t code;
    size_t i = 0;
    while (i < n) {
        i += ascii_prefix(s + i, n - i);
        size_t used;
        while (i < n && (unsigned char)s[i] >= 0x80) {
            if ((used = utf8_decode(s + i, n - i, &code)) == 0) return i;
            i += used;
        }
    }
    return n;
}

size_t utf8_count(const char *s, size_t n)
{
    size_t count = 0;
    uint32_t code;
    for (size_t i = 0; i < n; i += decode_any(s + i, n - i, &code)) count++;
    return count;
}

size_t utf8_width(const char *s, size_t n)
{
    size_t width = 0;
    for (size_t i = 0; i < n;) {
        uint32_t code;
        i += decode_any(s + i, n - i, &code);
        width += unicode_width(code);
    }
    return width;
}

/* ---- decomposition ---- */

/* Hangul syllables are numbered by their parts: leading consonant, vowel, and a
 * final consonant or none, as in chapter 3.12 of the Unicode standard. */
enum {
    SYLLABLE = 0xAC00,
    LEADING = 0x1100,
    VOWEL = 0x1161,
    FINAL = 0x11A7, /* one before the first, so that 0 means no final */
    LEADING_COUNT = 19,
    VOWEL_COUNT = 21,
    FINAL_COUNT = 28,
    SYLLABLE_COUNT = LEADING_COUNT * VOWEL_COUNT * FINAL_COUNT
};

enum { MOST_PARTS = 4 }; /* no character decomposes into more */

static size_t decompose_syllable(uint32_t number, uint32_t parts[MOST_PARTS])
{
    uint32_t final = number % FINAL_COUNT;
    parts[0] = LEADING + number / (VOWEL_COUNT * FINAL_COUNT);
    parts[1] = VOWEL + number / FINAL_COUNT % VOWEL_COUNT;
    parts[2] = FINAL + final;
    return final ? 3 : 2;
}

/* The full canonical decomposition; returns the number of parts.  Only the first
 * code of a pair ever decomposes again, so each step puts one before the rest. */
static size_t decompose(uint32_t code, uint32_t parts[MOST_PARTS])
{
    if (code - SYLLABLE < SYLLABLE_COUNT) return decompose_syllable(code - SYLLABLE, parts);
    size_t count = 1;
    const struct unicode_range *run;
    while (code >= 0xC0 && (run = FIND(unicode_runs, code)) != NULL) {
        const struct unicode_pair *pair = &unicode_pairs[run->value + (code - run->first)];
        code = pair->first;
        if (pair->second == 0) continue;
        if (count == MOST_PARTS) break;
        memmove(parts + 2, parts + 1, (count - 1) * sizeof *parts);
        parts[1] = pair->second;
        count++;
    }
    parts[0] = code;
    return count;
}

uint32_t unicode_base(uint32_t code)
{
    uint32_t parts[MOST_PARTS];
    if (code == 0x110 || code == 0x111) /* the stroke of Đ and đ is no mark */
        return code == 0x110 ? 'D' : 'd';
    decompose(code, parts);
    return parts[0];
}

/* ---- composition ---- */

/* The code whose decomposition is unicode_pairs[index]; the runs follow each
 * other in unicode_pairs as they do in Unicode. */
static uint32_t code_of_pair(size_t index)
{
    size_t low = 0, high = COUNT_OF(unicode_runs);
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (index < unicode_runs[middle].value)
            high = middle;
        else
            low = middle;
    }
    return unicode_runs[low].first + (uint32_t)(index - unicode_runs[low].value);
}

/* A syllable from its parts, or 0. */
static uint32_t compose_syllable(uint32_t first, uint32_t second)
{
    if (first - LEADING < LEADING_COUNT && second - VOWEL < VOWEL_COUNT)
        return SYLLABLE + ((first - LEADING) * VOWEL_COUNT + second - VOWEL) * FINAL_COUNT;
    bool open = first - SYLLABLE < SYLLABLE_COUNT && (first - SYLLABLE) % FINAL_COUNT == 0;
    if (open && second > FINAL && second - FINAL < FINAL_COUNT) return first + (second - FINAL);
    return 0;
}

/* What first and second compose to, or 0. */
static uint32_t compose(uint32_t first, uint32_t second)
{
    if (second < 0x300) return 0;
    size_t low = 0, high = COUNT_OF(unicode_composed);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        size_t index = unicode_composed[middle];
        const struct unicode_pair *pair = &unicode_pairs[index];
        if (pair->first == first && pair->second == second) return code_of_pair(index);
        if (pair->first < first || (pair->first == first && pair->second < second))
            low = middle + 1;
        else
            high = middle;
    }
    return compose_syllable(first, second);
}

/* ---- NFC ---- */

/* A text read as decomposed characters.  A copy reads on independently. */
struct stream {
    const char *at;
    size_t left;
    uint32_t parts[MOST_PARTS];
    size_t count, next;
};

static bool read_code(struct stream *stream, uint32_t *code)
{
    if (stream->next == stream->count) {
        if (stream->left == 0) return false;
        uint32_t whole;
        size_t used = decode_any(stream->at, stream->left, &whole);
        stream->at += used;
        stream->left -= used;
        stream->count = decompose(whole, stream->parts);
        stream->next = 0;
    }
    *code = stream->parts[stream->next++];
    return true;
}

/* What is written so far, and the starter that waits because what follows may
 * still compose with it; 0 is none, as U+0000 composes with nothing. */
struct composer {
    char *out;
    size_t capacity, used;
    uint32_t starter;
    bool full;
};

static void write_code(struct composer *composer, uint32_t code)
{
    char bytes[4];
    size_t size = utf8_encode(code, bytes);
    if (composer->full || size > composer->capacity - composer->used) {
        composer->full = true;
        return;
    }
    memcpy(composer->out + composer->used, bytes, size);
    composer->used += size;
}

static void write_starter(struct composer *composer)
{
    if (composer->starter) write_code(composer, composer->starter);
    composer->starter = 0;
}

/* Goes once through the marks of one class, at the front of the stream, and
 * composes each with *starter or counts it as kept, and writes it if to is given.
 * Marks of a lower class do not stand in the way of composing, but a kept mark of
 * the same class does.  Returns the next higher class, 0 when there is none. */
static unsigned take_class(struct stream marks, unsigned class, uint32_t *starter, size_t *kept, struct composer *to)
{
    unsigned higher = 0, order;
    bool blocked = false;
    uint32_t code;
    while (read_code(&marks, &code) && (order = combining_order(code)) != 0) {
        if (order > class && (higher == 0 || order < higher)) higher = order;
        if (order != class) continue;
        uint32_t both = *starter && !blocked ? compose(*starter, code) : 0;
        if (both) {
            *starter = both;
            continue;
        }
        blocked = true;
        ++*kept;
        if (to) write_code(to, code);
    }
    return higher;
}

/* Takes all marks at the front of the stream in canonical order and returns how
 * many did not compose.  No mark has class 0, so that round only finds the lowest. */
static size_t take_marks(const struct stream *marks, uint32_t *starter, struct composer *to)
{
    size_t kept = 0;
    unsigned class = 0;
    do class = take_class(*marks, class, starter, &kept, to);
    while (class != 0);
    return kept;
}

/* Marks that stay are written after what the starter becomes, which only the last
 * of them settles: so one round finds the starter, and the same round from the
 * same start then writes the marks. */
static void compose_marks(struct composer *composer, const struct stream *marks)
{
    uint32_t first = composer->starter;
    if (take_marks(marks, &composer->starter, NULL) == 0) return;
    write_starter(composer);
    take_marks(marks, &first, composer);
}

static void skip_marks(struct stream *stream)
{
    struct stream ahead = *stream;
    uint32_t code;
    while (read_code(&ahead, &code) && combining_order(code) != 0) *stream = ahead;
}

/* A starter follows; it composes only with one that stands directly before it. */
static void compose_starter(struct composer *composer, uint32_t code)
{
    uint32_t both = composer->starter ? compose(composer->starter, code) : 0;
    if (both == 0) write_starter(composer);
    if (code == 0)
        write_code(composer, 0);
    else
        composer->starter = both ? both : code;
}

size_t unicode_nfc(const char *in, size_t n, char *out, size_t capacity)
{
    if (n == 0) return 0;
    if (ascii_prefix(in, n) == n) {
        if (n <= capacity) memcpy(out, in, n);
        return n <= capacity ? n : 0;
    }
    struct stream stream = {in, n, {0}, 0, 0};
    struct composer composer = {out, capacity, 0, 0, false};
    struct stream before = stream;
    uint32_t code;
    while (!composer.full && read_code(&stream, &code)) {
        if (combining_order(code) == 0) {
            compose_starter(&composer, code);
        } else {
            compose_marks(&composer, &before);
            stream = before;
            skip_marks(&stream);
        }
        before = stream;
    }
    write_starter(&composer);
    return composer.full ? 0 : composer.used;
}
