#include "base/text.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_begin(text *t, memory *m)
{
    *t = (text){m, NULL, 0, 0, false};
}

void text_free(text *t)
{
    memory_free(t->m, t->at, t->capacity);
    text_begin(t, t->m);
}

void text_clear(text *t)
{
    t->count = 0;
    if (t->at) t->at[0] = '\0';
}

const char *text_string(const text *t)
{
    return t->at ? t->at : "";
}

static bool text_reserve(text *t, size_t more)
{
    size_t needed;
    if (t->failed) return false;
    if (size_add(t->count, more, &needed) && size_add(needed, 1, &needed) &&
        (needed <= t->capacity || array_grow(t->m, (void **)&t->at, &t->capacity, needed, 1)))
        return true;
    t->failed = true;
    return false;
}

void text_addn(text *t, const char *bytes, size_t count)
{
    if (!text_reserve(t, count)) return;
    if (count) memcpy(t->at + t->count, bytes, count);
    t->count += count;
    t->at[t->count] = '\0';
}

void text_add(text *t, const char *string)
{
    text_addn(t, string, strlen(string));
}

void text_char(text *t, char c)
{
    text_addn(t, &c, 1);
}

void text_repeat(text *t, const char *string, size_t times)
{
    while (times-- && !t->failed) text_add(t, string);
}

void text_format(text *t, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int n = vsnprintf(NULL, 0, format, list);
    va_end(list);
    if (n < 0 || !text_reserve(t, (size_t)n)) {
        t->failed = true;
        return;
    }
    va_start(list, format);
    vsnprintf(t->at + t->count, (size_t)n + 1, format, list);
    va_end(list);
    t->count += (size_t)n;
}

size_t count_text(size_t n, char buffer[24])
{
    char digits[24];
    size_t count = 0, k = 0;
    do digits[count++] = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    while (count) buffer[k++] = digits[--count];
    buffer[k] = '\0';
    return k;
}

void text_count(text *t, size_t n)
{
    char buffer[24];
    text_addn(t, buffer, count_text(n, buffer));
}

void text_fill(text *t, const char *template_, const char *const *args, size_t count)
{
    for (const char *s = template_; *s; s++) {
        size_t k = s[0] == '{' && s[1] >= '1' && s[1] <= '9' && s[2] == '}' ? (size_t)(s[1] - '0') : 0;
        if (k == 0) {
            text_char(t, *s);
            continue;
        }
        if (k <= count && args[k - 1]) text_add(t, args[k - 1]);
        s += 2;
    }
}

/* ---- Numbers ---------------------------------------------------------------------------------- */

/* snprintf and strtod use the locale's decimal point; this finds it without touching the locale
 * (localeconv is not safe among threads). */
static size_t locale_point(char point[8])
{
    char half[16];
    int n = snprintf(half, sizeof half, "%.1f", 0.5); /* "0" point "5" */
    size_t length = n > 2 && n < 9 ? (size_t)n - 2 : 1;
    memcpy(point, half + 1, length);
    point[length] = '\0';
    return length;
}

/* "%.{digits}e" taken apart: the digits without point and sign, and the exponent. */
static int decimal_digits(double value, int digits, char *out, int *exponent)
{
    char raw[64];
    int count = 0;
    snprintf(raw, sizeof raw, "%.*e", digits - 1, value);
    const char *s = raw;
    for (; *s && *s != 'e'; s++)
        if (*s >= '0' && *s <= '9' && count < 20) out[count++] = *s;
    *exponent = *s ? (int)strtol(s + 1, NULL, 10) : 0;
    while (count > 1 && out[count - 1] == '0') count--;
    return count;
}

static bool reads_back(double value, int digits)
{
    char raw[64];
    snprintf(raw, sizeof raw, "%.*e", digits - 1, value);
    return strtod(raw, NULL) == value; /* both use the same point */
}

/* Lays digits d.ddd · 10^exponent out: plain from 1 to 1e15, else with an e. */
static size_t lay_out(const char *d, int n, int exponent, char *s)
{
    char *start = s;
    if (exponent < 0 || exponent > 15) {
        *s++ = d[0];
        if (n > 1) {
            *s++ = '.';
            memcpy(s, d + 1, (size_t)n - 1);
            s += n - 1;
        }
        s += snprintf(s, 8, "e%d", exponent);
        return (size_t)(s - start);
    }
    for (int i = 0; i <= exponent || i < n; i++) {
        if (i == exponent + 1) *s++ = '.';
        *s++ = i < n ? d[i] : '0';
    }
    return (size_t)(s - start);
}

size_t number_text(double value, int digits, char buffer[32])
{
    char d[24];
    int exponent;
    if (isnan(value)) return (size_t)snprintf(buffer, 32, "nan");
    if (isinf(value)) return (size_t)snprintf(buffer, 32, value > 0 ? "inf" : "-inf");
    if (value == 0) return (size_t)snprintf(buffer, 32, signbit(value) ? "-0" : "0");
    if (digits <= 0)
        for (digits = fabs(value) < DBL_MIN ? 1 : 15; digits < 17 && !reads_back(value, digits);) digits++;
    if (digits > 17) digits = 17;
    int n = decimal_digits(fabs(value), digits, d, &exponent);
    char *s = buffer;
    if (value < 0) *s++ = '-';
    if (exponent < 0 && exponent >= -5) { /* 0.00ddd */
        *s++ = '0';
        *s++ = '.';
        for (int i = exponent + 1; i < 0; i++) *s++ = '0';
        memcpy(s, d, (size_t)n);
        s += n;
    } else {
        s += lay_out(d, n, exponent, s);
    }
    *s = '\0';
    return (size_t)(s - buffer);
}

void text_number(text *t, double value, int digits)
{
    char buffer[32];
    text_addn(t, buffer, number_text(value, digits, buffer));
}

/* Up to 15 digits and a power of ten up to 22: both are doubles exactly, so one product or quotient
 * is the nearest double (Clinger 1990). Most numbers in programs are of this kind. */
static bool number_short(const char *s, size_t n, double *value)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    double whole = 0;
    size_t fraction = 0;
    bool point = false;
    if (n == 0 || n > 16) return false;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '.' && !point)
            point = true;
        else if (s[i] < '0' || s[i] > '9')
            return false;
        else
            whole = whole * 10 + (s[i] - '0'), fraction += point;
    }
    if (n == 16 && !point) return false;
    *value = whole / powers[fraction];
    return true;
}

bool number_read(memory *m, const char *s, size_t n, double *value)
{
    if (number_short(s, n, value)) return true;
    char near[64], *raw = near, point[8], *end;
    size_t point_length = locale_point(point), k = 0, size = n + 8;
    if (size > sizeof near && !(raw = memory_new(m, size))) return false;
    for (size_t i = 0; i < n; i++) {
        if (s[i] != '.')
            raw[k++] = s[i];
        else if (k + point_length < size - (n - i))
            memcpy(raw + k, point, point_length), k += point_length;
    }
    raw[k] = '\0';
    *value = strtod(raw, &end);
    bool whole = end == raw + k && k > 0;
    if (raw != near) memory_free(m, raw, size);
    return whole;
}
