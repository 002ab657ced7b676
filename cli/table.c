/*
 * table.c - text in columns, for the tables of minimize and check.
 */
#include "cli.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { TABLE_CURVE = 100 }; /* at most: a wider curve is no clearer */

/* The letter at s: its bytes and its columns. */
static size_t letter(const char *s, size_t *columns)
{
    const unsigned char *b = (const unsigned char *)s;
    size_t count = b[0] < 0xC0 ? 1 : b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : 4;
    uint32_t code = b[0] < 0xC0 ? b[0] : b[0] < 0xE0 ? b[0] & 0x1Fu : b[0] < 0xF0 ? b[0] & 0x0Fu : b[0] & 0x07u;
    for (size_t k = 1; k < count; k++) {
        if ((b[k] & 0xC0) != 0x80) return *columns = 1, k;
        code = code << 6 | (b[k] & 0x3Fu);
    }
    bool mark =
        (code >= 0x300 && code < 0x370) || (code >= 0x20D0 && code < 0x2100) || (code >= 0xFE00 && code < 0xFE10);
    bool wide = (code >= 0x1100 && code < 0x1160) || (code >= 0x2E80 && code < 0xA4D0) ||
                (code >= 0xAC00 && code < 0xD7A4) || (code >= 0xF900 && code < 0xFB00) ||
                (code >= 0xFF00 && code < 0xFF61) || (code >= 0x1F300 && code < 0x1FB00);
    *columns = mark ? 0 : wide ? 2 : 1;
    return count;
}

size_t table_columns(const char *s)
{
    size_t sum = 0, columns;
    for (; *s; sum += columns) s += letter(s, &columns);
    return sum;
}

const char *table_cell(char *buffer, size_t size, const char *s, size_t width, bool right)
{
    size_t whole = table_columns(s), used = 0, shown = 0, columns;
    size_t keep = whole > width ? width - 1 : whole, pad = whole < width ? width - whole : 0;
    if (size < width + 8) return "";
    for (; right && used < pad; used++) buffer[used] = ' ';
    while (*s && shown < keep) {
        size_t count = letter(s, &columns);
        if (shown + columns > keep || used + count + width + 4 > size) break;
        memcpy(buffer + used, s, count);
        used += count;
        s += count;
        shown += columns;
    }
    if (*s && whole > width) memcpy(buffer + used, "…", 3), used += 3;
    for (size_t k = 0; !right && k < pad; k++) buffer[used++] = ' ';
    buffer[used] = '\0';
    return buffer;
}

void table_put(struct cli *c, const char *s, size_t width, bool right)
{
    char buffer[256];
    cli_put(c, table_cell(buffer, sizeof buffer, s, width, right));
}

void table_put_number(struct cli *c, double v, int digits, size_t width)
{
    char number[32];
    ew_number_text(v, digits, number);
    table_put(c, number, width, true);
}

size_t table_terminal(int descriptor)
{
    struct winsize w;
    const char *given = getenv("COLUMNS");
    char *end = NULL;
    if (ioctl(descriptor, TIOCGWINSZ, &w) == 0 && w.ws_col > 0) return w.ws_col;
    unsigned long columns = given ? strtoul(given, &end, 10) : 0;
    return given && *given && !*end && columns < 10000 ? columns : 0;
}

int table_curve(void)
{
    size_t columns = table_terminal(STDOUT_FILENO);
    return (int)(columns < TABLE_CURVE ? columns : TABLE_CURVE);
}
