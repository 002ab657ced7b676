/*
 * compare.c - holds what `edgewise --json` said against the expected.json of an example.
 *
 *     compare EXPECTED.json GOT.json...
 *
 * EXPECTED has a tolerance and the results that are due, one for each GOT, in order. Every member of a result
 * must be in what was got (which may have more): lists of the same lengths, texts the same ("nan", "inf" and
 * "-inf" are texts), numbers within the tolerance, relative to the largest number of the same member, so that
 * a small entry of a gradient is not asked for more digits than its sum can have. A result may have a tolerance of
 * its own, and where {"least": 0.9}, {"most": 1.2} or both stand for a number, it need only lie so. Prints what
 * differs, and at the end how many members were good.
 */
#include <jansson.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct member {
    const char *file;
    char name[400]; /* "gradient.W1" */
    double tolerance, largest;
    int shown, bad;
} member;

static int passed, failed;

static double largest_in(const json_t *due)
{
    double most = 0;
    size_t i;
    json_t *part;
    if (json_is_number(due)) return fabs(json_number_value(due));
    json_array_foreach(due, i, part) most = fmax(most, largest_in(part));
    return most;
}

static void differs(member *m, const char *place, const json_t *got, const json_t *due)
{
    char *a = got ? json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    char *b = json_dumps(due, JSON_ENCODE_ANY | JSON_COMPACT);
    m->bad++;
    if (m->shown++ < 3)
        printf("%s: %s%s\n  expected %.200s\n  got      %.200s\n", m->file, m->name, place, b ? b : "?",
               a ? a : "nothing");
    free(a);
    free(b);
}

static void check(member *m, const char *place, const json_t *got, const json_t *due)
{
    if (json_is_array(due)) {
        size_t i;
        json_t *part;
        if (!json_is_array(got) || json_array_size(got) != json_array_size(due)) {
            differs(m, place, got, due);
            return;
        }
        json_array_foreach(due, i, part)
        {
            char inner[200];
            snprintf(inner, sizeof inner, "%.150s[%zu]", place, i);
            check(m, inner, json_array_get(got, i), part);
        }
    } else if (json_is_number(due)) {
        double a = json_number_value(got), b = json_number_value(due);
        if (!json_is_number(got) || !(fabs(a - b) <= m->tolerance * m->largest)) differs(m, place, got, due);
    } else if (!json_equal(got, due)) {
        differs(m, place, got, due);
    }
}

/* {"least": a, "most": b}, or one of them. */
static bool is_bound(const json_t *due)
{
    const json_t *least = json_object_get(due, "least"), *most = json_object_get(due, "most");
    size_t bounds = 0;
    if (json_is_number(least)) bounds++;
    if (json_is_number(most)) bounds++;
    return json_is_object(due) && bounds > 0 && json_object_size(due) == bounds;
}

static void check_bound(member *m, const json_t *got, const json_t *due)
{
    const json_t *least = json_object_get(due, "least"), *most = json_object_get(due, "most");
    double a = json_is_number(got) ? json_number_value(got) : (double)NAN;
    if (!(a >= (least ? json_number_value(least) : -HUGE_VAL) && a <= (most ? json_number_value(most) : HUGE_VAL)))
        differs(m, "", got, due);
}

static void check_members(const char *file, const char *prefix, const json_t *got, json_t *due, double tolerance)
{
    const char *key;
    json_t *part;
    json_object_foreach(due, key, part)
    {
        member m = {.file = file, .tolerance = tolerance};
        snprintf(m.name, sizeof m.name, "%.150s%.200s", prefix, key);
        if (json_is_object(part) && !is_bound(part)) {
            char inner[200];
            snprintf(inner, sizeof inner, "%.150s.", m.name);
            check_members(file, inner, json_object_get(got, key), part, tolerance);
            continue;
        }
        m.largest = largest_in(part);
        if (is_bound(part))
            check_bound(&m, json_object_get(got, key), part);
        else
            check(&m, "", json_object_get(got, key), part);
        if (m.bad > 3) printf("  and %d more like it\n", m.bad - 3);
        if (m.bad)
            failed++;
        else
            passed++;
    }
}

static void refuse(const char *file, const char *why)
{
    printf("%s: %s\n", file, why);
    failed++;
}

static void check_file(const char *file, json_t *due, double tolerance)
{
    json_error_t err;
    json_t *own = json_object_get(due, "tolerance");
    if (own) tolerance = json_number_value(own);
    json_object_del(due, "tolerance");
    json_t *got = json_load_file(file, JSON_REJECT_DUPLICATES, &err);
    const char *said = json_string_value(json_object_get(json_object_get(got, "error"), "message"));
    if (!got)
        refuse(file, err.text);
    else if (said)
        refuse(file, said);
    else if (json_integer_value(json_object_get(got, "edgewise")) != 1)
        refuse(file, "no \"edgewise\": 1");
    else
        check_members(file, "", got, due, tolerance);
    json_decref(got);
}

int main(int argc, char **argv)
{
    json_error_t err;
    json_t *expected = argc > 1 ? json_load_file(argv[1], JSON_REJECT_DUPLICATES, &err) : NULL;
    json_t *results = json_object_get(expected, "results");
    double tolerance = json_number_value(json_object_get(expected, "tolerance"));
    if (!expected || !(tolerance > 0) || json_array_size(results) == 0) {
        refuse(argc > 1 ? argv[1] : "compare", "expected numbers with a tolerance and results are due");
    } else if (json_array_size(results) != (size_t)argc - 2) {
        refuse(argv[1], "there are not as many results as commands");
    } else {
        for (int i = 2; i < argc; i++) check_file(argv[i], json_array_get(results, (size_t)i - 2), tolerance);
    }
    json_decref(expected);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
