/*
 * json.c - a streaming JSON writer: objects and arrays, one line, ", " and ": " between things.
 *
 * Numbers are the shortest that read back to the same double; those that JSON lacks are the strings
 * "nan", "inf", "-inf". It writes as it goes and keeps no tree, so the answer for a million nodes
 * needs no memory. Levels are at most 64, which the command's own shapes never reach.
 */
#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void json_put(struct cli_json *j, const char *s)
{
    j->write(j->context, s, strlen(s));
}

static void json_separate(struct cli_json *j)
{
    if (!j->first && !j->keyed) json_put(j, ", ");
    j->first = j->keyed = false;
}

static void json_open(struct cli_json *j, bool array)
{
    json_separate(j);
    json_put(j, array ? "[" : "{");
    j->depth++;
    j->arrays = array ? j->arrays | UINT64_C(1) << j->depth : j->arrays & ~(UINT64_C(1) << j->depth);
    j->first = true;
}

void json_begin_object(struct cli_json *j)
{
    json_open(j, false);
}

void json_begin_array(struct cli_json *j)
{
    json_open(j, true);
}

void json_close(struct cli_json *j)
{
    json_put(j, j->arrays >> j->depth & 1 ? "]" : "}");
    j->depth--;
    j->first = false;
}

/* Runs of plain bytes go out as they are. */
static void json_string(struct cli_json *j, const char *s)
{
    const char *run = s;
    json_put(j, "\"");
    for (; *s; s++) {
        unsigned char b = (unsigned char)*s;
        if (b >= 32 && b != '"' && b != '\\' && b != 127) continue;
        char escape[8];
        if (b == '"' || b == '\\')
            snprintf(escape, sizeof escape, "\\%c", b);
        else if (b == '\n')
            snprintf(escape, sizeof escape, "\\n");
        else if (b == '\t')
            snprintf(escape, sizeof escape, "\\t");
        else
            snprintf(escape, sizeof escape, "\\u%04x", b);
        j->write(j->context, run, (size_t)(s - run));
        json_put(j, escape);
        run = s + 1;
    }
    j->write(j->context, run, (size_t)(s - run));
    json_put(j, "\"");
}

void json_key(struct cli_json *j, const char *key)
{
    json_separate(j);
    json_string(j, key);
    json_put(j, ": ");
    j->keyed = true;
}

void json_text(struct cli_json *j, const char *s)
{
    json_separate(j);
    json_string(j, s);
}

void json_number(struct cli_json *j, double v)
{
    char number[32];
    ew_number_text(v, 0, number);
    json_separate(j);
    if (v == 0 && signbit(v)) /* many readers take -0 for an int, which has no sign */
        json_put(j, "-0.0");
    else if (isfinite(v))
        json_put(j, number);
    else
        json_string(j, number);
}

void json_bool(struct cli_json *j, bool v)
{
    json_separate(j);
    json_put(j, v ? "true" : "false");
}

void json_whole(struct cli_json *j, uint64_t n)
{
    char number[24];
    snprintf(number, sizeof number, "%llu", (unsigned long long)n);
    json_separate(j);
    json_put(j, number);
}

void json_int(struct cli_json *j, int64_t n)
{
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)n);
    json_separate(j);
    json_put(j, number);
}

void json_nothing(struct cli_json *j)
{
    json_separate(j);
    json_put(j, "null");
}

void json_value(struct cli_json *j, ew_type type, double v)
{
    if (type == EW_BOOL)
        json_bool(j, v != 0);
    else
        json_number(j, v);
}

void json_key_text(struct cli_json *j, const char *key, const char *s)
{
    json_key(j, key);
    json_text(j, s);
}

void json_key_number(struct cli_json *j, const char *key, double v)
{
    json_key(j, key);
    json_number(j, v);
}

void json_key_bool(struct cli_json *j, const char *key, bool v)
{
    json_key(j, key);
    json_bool(j, v);
}

void json_key_whole(struct cli_json *j, const char *key, uint64_t n)
{
    json_key(j, key);
    json_whole(j, n);
}

struct cli_json json_begin(ew_write *write, void *context)
{
    struct cli_json j = {write, context, 0, true, false, 0};
    json_begin_object(&j);
    json_key_whole(&j, "edgewise", 1);
    return j;
}

struct cli_json cli_json_begin(struct cli *c)
{
    return json_begin(cli_write, c);
}

void cli_json_end(struct cli_json *j)
{
    while (j->depth) json_close(j);
    json_put(j, "\n");
}
