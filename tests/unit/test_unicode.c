/* UTF-8, names, widths and NFC.  The whole of Unicode is compared with another
 * implementation by tools/unicode-check.sh; here are the cases worth naming. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/unicode.h"

/* The texts live in blocks of exactly their size, so that a sanitizer sees any
 * read or write past an end. */
static char *exact_copy(const char *text, size_t n)
{
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, text, n);
    return copy;
}

/* NFC of in is want at every capacity that holds it, and 0 at every smaller one. */
static void check_nfc_bytes(const char *in, size_t n, const char *want, size_t bytes)
{
    char *source = exact_copy(in, n);
    for (size_t capacity = 0; capacity <= bytes + 4; capacity++) {
        char *out = malloc(capacity ? capacity : 1);
        assert_non_null(out);
        size_t written = unicode_nfc(source, n, out, capacity);
        assert_int_equal(written, capacity < bytes ? 0 : bytes);
        if (written) assert_memory_equal(out, want, bytes);
        free(out);
    }
    free(source);
}

static void check_nfc(const char *in, const char *want)
{
    check_nfc_bytes(in, strlen(in), want, strlen(want));
    check_nfc_bytes(want, strlen(want), want, strlen(want));
}

static void test_decode_valid(void **state)
{
    (void)state;
    static const uint32_t codes[] = {0,      1,      'a',    0x7F,   0x80,    0x7FF,   0x800,
                                     0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char bytes[4];
        uint32_t code = 42;
        size_t size = utf8_encode(codes[i], bytes);
        assert_int_equal(utf8_decode(bytes, size, &code), size);
        assert_int_equal(code, codes[i]);
        assert_int_equal(utf8_invalid(bytes, size), size);
        code = 42;
        for (size_t n = 0; n < size; n++) assert_int_equal(utf8_decode(bytes, n, &code), 0);
        assert_int_equal(code, 42);
    }
}

static void test_decode_invalid(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\x80",             /* a trail byte alone */
        "\xBF\x80",         /* two */
        "\xC0\x80",         /* overlong zero */
        "\xC1\xBF",         /* overlong DEL */
        "\xE0\x9F\xBF",     /* overlong U+07FF */
        "\xF0\x8F\xBF\xBF", /* overlong U+FFFF */
        "\xED\xA0\x80",     /* the first surrogate */
        "\xED\xBF\xBF",     /* the last */
        "\xF4\x90\x80\x80", /* U+110000 */
        "\xF5\x80\x80\x80", /* beyond */
        "\xF8\x88\x80\x80\x80",
        "\xFE",
        "\xFF",
        "\xC3(", /* lead bytes without their trail */
        "\xE1\xBA(",
        "\xF0\x9F\x98(",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint32_t code = 42;
        size_t n = strlen(texts[i]);
        char *copy = exact_copy(texts[i], n);
        assert_int_equal(utf8_decode(copy, n, &code), 0);
        assert_int_equal(code, 42);
        assert_int_equal(utf8_invalid(copy, n), 0);
        free(copy);
    }
}

static void test_encode_replaces(void **state)
{
    (void)state;
    static const uint32_t codes[] = {0xD800, 0xDFFF, 0x110000, UINT32_MAX};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char bytes[4];
        assert_int_equal(utf8_encode(codes[i], bytes), 3);
        assert_memory_equal(bytes, "\xEF\xBF\xBD", 3);
    }
}

/* The bad byte at each place around the eight-byte steps of the fast path. */
static void test_invalid_offset(void **state)
{
    (void)state;
    for (size_t n = 0; n < 40; n++) {
        char text[40];
        memset(text, 'x', sizeof text);
        assert_int_equal(utf8_invalid(text, n), n);
        for (size_t at = 0; at < n; at++) {
            text[at] = '\xFF';
            char *copy = exact_copy(text, n);
            assert_int_equal(utf8_invalid(copy, n), at);
            free(copy);
            text[at] = 'x';
        }
    }
    assert_int_equal(utf8_invalid(NULL, 0), 0);
    assert_int_equal(utf8_invalid("d\xE1\xBB\x99 d\xE1\xBB", 8), 6);
    assert_int_equal(utf8_invalid("\xE1\xBB\x99\xE1\xBB\x99", 6), 6);
}

static void check_size(const char *text, size_t count, size_t width)
{
    assert_int_equal(utf8_count(text, strlen(text)), count);
    assert_int_equal(utf8_width(text, strlen(text)), width);
}

static void test_count_and_width(void **state)
{
    (void)state;
    check_size("", 0, 0);
    check_size("slope", 5, 5);
    check_size(u8"\u0111\u1ED9 d\u1ED1c", 6, 6); /* độ dốc */
    check_size(u8"do\u0323\u0302", 4, 2);        /* the same vowel in parts */
    check_size(u8"\u5FAE\u5206", 2, 4);          /* 微分 */
    check_size(u8"\uD55C", 1, 2);                /* 한 */
    check_size(u8"\u1112\u1161\u11AB", 3, 2);    /* the same in jamo */
    check_size(u8"\U0001F600", 1, 2);
    check_size(u8"a\u200Db", 3, 2);
    check_size("a\xFF\xE1\xBB"
               "b",
               5, 5);
    assert_int_equal(utf8_count(NULL, 0), 0);
    assert_int_equal(utf8_width(NULL, 0), 0);
}

static void test_widths(void **state)
{
    (void)state;
    static const struct {
        uint32_t code;
        size_t width;
    } rows[] = {{0, 1},       {'\t', 1},    {'a', 1},      {0xAD, 1},     {0x300, 0},     {0x36F, 0},  {0x370, 1},
                {0x378, 1},   {0x20DD, 0},  {0x903, 1},    {0x1100, 2},   {0x1160, 0},    {0x11FF, 0}, {0x200B, 0},
                {0xFEFF, 0},  {0x3042, 2},  {0xFF21, 2},   {0xFF71, 1},   {0xFAFF, 2},    {0xFB00, 1}, {0x2FFFD, 2},
                {0x3FFFD, 2}, {0x2FFFE, 1}, {0x10FFFF, 1}, {0x110000, 1}, {UINT32_MAX, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(unicode_width(rows[i].code), rows[i].width);
}

static void test_name_ascii(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0x80; code++) {
        bool letter = code != 0 && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", (int)code);
        bool digit = code != 0 && strchr("0123456789", (int)code);
        assert_int_equal(unicode_name_start(code), letter);
        assert_int_equal(unicode_name_part(code), letter || digit);
    }
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        uint32_t code;
        bool start, part;
    } rows[] = {
        {0xAA, true, true},     /* ª, Lo */
        {0xB2, false, false},   /* superscript two */
        {0xB5, true, true},     /* micro sign */
        {0xB7, false, false},   /* middle dot */
        {0xD7, false, false},   /* times */
        {0x111, true, true},    /* đ */
        {0x301, false, true},   /* combining acute */
        {0x3B8, true, true},    /* theta */
        {0x488, false, false},  /* Me */
        {0x660, false, true},   /* Arabic-Indic zero */
        {0x903, false, true},   /* Mc */
        {0x1ED9, true, true},   /* ộ */
        {0x200D, false, false}, /* zero width joiner */
        {0x2070, false, false}, /* superscript zero */
        {0x2082, false, false}, /* subscript two */
        {0x2160, true, true},   /* Roman one, Nl */
        {0x2207, false, false}, /* nabla, Sm */
        {0x4E00, true, true},    {0x9FFF, true, true},     {0xAC00, true, true},     {0xD7A3, true, true},
        {0xD7A4, false, false},  {0xD800, false, false},   {0x1D7CE, false, true}, /* bold digit zero */
        {0x1F600, false, false}, {0x10FFFF, false, false}, {0x110000, false, false}, {UINT32_MAX, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(unicode_name_start(rows[i].code), rows[i].start);
        assert_int_equal(unicode_name_part(rows[i].code), rows[i].part);
    }
}

static void test_nfc_vietnamese(void **state)
{
    (void)state;
    check_nfc("", "");
    check_nfc("learning_rate", "learning_rate");
    check_nfc(u8"o\u0302\u0323", u8"\u1ED9"); /* ộ, marks in either order */
    check_nfc(u8"o\u0323\u0302", u8"\u1ED9");
    check_nfc(u8"\u00F4\u0323", u8"\u1ED9");  /* ô and a dot below */
    check_nfc(u8"\u1ECD\u0302", u8"\u1ED9");  /* ọ and a circumflex */
    check_nfc(u8"u\u031B\u0309", u8"\u1EED"); /* ử */
    check_nfc(u8"\u1EE7\u031B", u8"\u1EED");  /* ủ and a horn */
    check_nfc(u8"\u0111o\u0323\u0302 do\u0302\u0301c", u8"\u0111\u1ED9 d\u1ED1c");
    check_nfc(u8"tie\u0302\u0301ng Vie\u0302\u0323t", u8"ti\u1EBFng Vi\u1EC7t");
}

static void test_nfc_hangul(void **state)
{
    (void)state;
    check_nfc(u8"\u1112\u1161\u11AB\u1100\u1173\u11AF", u8"\uD55C\uAE00"); /* 한글 */
    check_nfc(u8"\u1100\u1161", u8"\uAC00");
    check_nfc(u8"\uAC00\u11A8", u8"\uAC01");
    check_nfc(u8"\uAC00\u11A7", u8"\uAC00\u11A7");             /* one before the finals */
    check_nfc(u8"\uAC01\u11A8", u8"\uAC01\u11A8");             /* has a final already */
    check_nfc(u8"\u1112\u1175\u11C2", u8"\uD7A3");             /* the last syllable */
    check_nfc(u8"\u1100\u0301\u1161", u8"\u1100\u0301\u1161"); /* a mark between */
    check_nfc(u8"\u1161\u11A8", u8"\u1161\u11A8");             /* no leading consonant */
}

static void test_nfc_exclusions(void **state)
{
    (void)state;
    check_nfc(u8"\u0958", u8"\u0915\u093C");
    check_nfc(u8"\u0915\u093C", u8"\u0915\u093C");
    check_nfc(u8"\uFB1D", u8"\u05D9\u05B4");
    check_nfc(u8"\u2ADC", u8"\u2ADD\u0338");
    check_nfc(u8"\u0344", u8"\u0308\u0301"); /* decomposes into marks alone */
    check_nfc(u8"\u0F73", u8"\u0F71\u0F72"); /* so does a starter */
    check_nfc(u8"\u2126", u8"\u03A9");       /* Ohm, omega */
    check_nfc(u8"\u212B", u8"\u00C5");       /* Angstrom, by way of A and a ring */
    check_nfc(u8"\uF900", u8"\u8C48");
    check_nfc(u8"\uFB01", u8"\uFB01"); /* a compatibility form stays */
    check_nfc(u8"\U0001D15F", u8"\U0001D158\U0001D165");
}

static void test_nfc_marks(void **state)
{
    (void)state;
    check_nfc(u8"a\u0315\u0300\u05AE\u0300b", u8"\u00E0\u05AE\u0300\u0315b");
    check_nfc(u8"q\u0307\u0323", u8"q\u0323\u0307");
    check_nfc(u8"\u0302\u0323", u8"\u0323\u0302");   /* nothing to stand on */
    check_nfc(u8"a\u0305\u0301", u8"a\u0305\u0301"); /* same class: blocked */
    check_nfc(u8"a\u0323\u0308\u0301", u8"\u1EA1\u0308\u0301");
    check_nfc(u8"\u03B1\u0345\u0313\u0301", u8"\u1F84"); /* four parts to one */
    check_nfc(u8"\u0DD9\u0DCF\u0DCA", u8"\u0DDD");       /* starter, starter, mark */
    check_nfc(u8"\u0DD9\u0DCA\u0DCF", u8"\u0DDA\u0DCF");
    check_nfc(u8"\U00011131\U00011127", u8"\U0001112E");
    check_nfc_bytes("\0\xCC\x81"
                    "e\xCC\x81\0",
                    7, "\0\xCC\x81\xC3\xA9\0", 6);
}

/* More marks than any buffer of fixed size: all below come before all above. */
static void test_nfc_pile(void **state)
{
    (void)state;
    enum { PAIRS = 5000, BYTES = 1 + 4 * PAIRS };
    static char in[BYTES], want[BYTES], out[BYTES];
    in[0] = want[0] = 'q';
    for (size_t i = 0; i < PAIRS; i++) {
        memcpy(in + 1 + 4 * i, "\xCC\x81\xCC\xA3", 4);
        memcpy(want + 1 + 2 * i, "\xCC\xA3", 2);
        memcpy(want + 1 + 2 * (PAIRS + i), "\xCC\x81", 2);
    }
    assert_int_equal(unicode_nfc(in, BYTES, out, BYTES), BYTES);
    assert_memory_equal(out, want, BYTES);
    assert_int_equal(unicode_nfc(in, BYTES, out, BYTES - 1), 0);
}

/* The contract is valid input; other bytes must still be harmless. */
static void test_nfc_invalid(void **state)
{
    (void)state;
    check_nfc("a\xFF", "a\xEF\xBF\xBD");
    check_nfc("\xE1\xBB", "\xEF\xBF\xBD\xEF\xBF\xBD");
    check_nfc("e\xCC\x81\xCC", "\xC3\xA9\xEF\xBF\xBD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_valid),    cmocka_unit_test(test_decode_invalid),
        cmocka_unit_test(test_encode_replaces), cmocka_unit_test(test_invalid_offset),
        cmocka_unit_test(test_count_and_width), cmocka_unit_test(test_widths),
        cmocka_unit_test(test_name_ascii),      cmocka_unit_test(test_names),
        cmocka_unit_test(test_nfc_vietnamese),  cmocka_unit_test(test_nfc_hangul),
        cmocka_unit_test(test_nfc_exclusions),  cmocka_unit_test(test_nfc_marks),
        cmocka_unit_test(test_nfc_pile),        cmocka_unit_test(test_nfc_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
