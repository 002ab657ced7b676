/*
 * measure.c - how wide text will be, without a font at hand.
 *
 * The advance widths of DejaVu Sans for ASCII, in hundredths of the type size and rounded up;
 * everything else by its columns, at a width that few letters pass. Other fonts in the picture's
 * list (Verdana, then whatever is there) are as wide or narrower.
 */
#include <string.h>

#include "base/unicode.h"
#include "draw/draw.h"

static const unsigned char measure_plain[95] = {
    32, 41, 46, 84, 64, 96, 78, 28, 40,  40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 54, 100, 69, 69, 70, 77, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79,
    61, 79, 70, 64, 62, 74, 69, 99, 69,  62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64,
    64, 28, 28, 58, 28, 98, 64, 62, 64,  64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84};

static const unsigned char measure_bold[95] = {
    35, 46, 53, 84, 70, 101, 88, 31,  46,  46, 53, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70,  70, 70,
    70, 70, 40, 40, 84, 84,  84, 58,  100, 78, 77, 74, 83, 69, 69, 83, 84, 38, 38, 78, 64, 100, 84, 85,
    74, 85, 77, 73, 69, 82,  78, 111, 78,  73, 73, 46, 37, 46, 84, 50, 50, 68, 72, 60, 72, 68,  44, 72,
    72, 35, 35, 67, 35, 105, 72, 69,  72,  72, 50, 60, 48, 72, 66, 93, 65, 66, 59, 72, 37, 72,  84};

static double measure_character(uint32_t code, bool bold)
{
    if (code >= 32 && code < 127) return bold ? measure_bold[code - 32] : measure_plain[code - 32];
    if (code == 0x2202) return 55;  /* ∂ */
    if (code == 0x2026) return 100; /* … */
    size_t columns = unicode_width(code);
    return columns == 0 ? 0 : columns == 2 ? 104 : bold ? 84 : 76;
}

double draw_width(const char *s, double size, bool bold)
{
    size_t n = strlen(s);
    double width = 0;
    while (n) {
        uint32_t code = 0xFFFD;
        size_t k = utf8_decode(s, n, &code);
        if (k == 0) k = 1;
        width += measure_character(code, bold);
        s += k;
        n -= k;
    }
    return width * size / 100;
}
