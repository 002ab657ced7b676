/*
 * npy.c - numpy's file of one array: \x93NUMPY, a version, the length of the header, the header, the
 * elements. The header is a dictionary of Python with exactly three keys:
 *
 *     {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
 *
 * Keys may stand in any order, spaces anywhere between words; spaces and a line end follow. Types that are
 * no numbers, and above all Python objects, are refused.
 */
#include "io/io.h"

#include <string.h>

typedef struct npy {
    io_read *io;
    const unsigned char *s;
    size_t at, end; /* of the header, in s */
    size_t base;    /* added to offsets in sentences */
    bool descr, order, shape;
} npy;

static bool npy_due(npy *n, const char *what)
{
    return io_fail(n->io, E_NPY_DUE, n->base + n->at, what, NULL);
}

static void npy_space(npy *n)
{
    while (n->at < n->end && (n->s[n->at] == ' ' || n->s[n->at] == '\n' || n->s[n->at] == '\t')) n->at++;
}

static bool npy_take(npy *n, const char *word)
{
    size_t length = strlen(word);
    npy_space(n);
    if (n->end - n->at < length || memcmp(n->s + n->at, word, length) != 0) return false;
    n->at += length;
    return true;
}

/* 'text' or "text", without escapes. */
static bool npy_string(npy *n, const char **s, size_t *count)
{
    npy_space(n);
    unsigned char quote = n->at < n->end ? n->s[n->at] : 0;
    if (quote != '\'' && quote != '"') return npy_due(n, "'");
    size_t from = n->at + 1, to = from;
    while (to < n->end && n->s[to] != quote && n->s[to] != '\\') to++;
    n->at = to;
    if (to == n->end || n->s[to] != quote) return npy_due(n, quote == '"' ? "\"" : "'");
    n->at = to + 1;
    *s = (const char *)n->s + from;
    *count = to - from;
    return true;
}

static bool npy_kind(npy *n, size_t place, const char *s, size_t count)
{
    static const struct {
        char name[3];
        ew_kind kind;
    } kinds[] = {{"b1", EW_KIND_BOOL}, {"u1", EW_KIND_U8},  {"i1", EW_KIND_I8},  {"u2", EW_KIND_U16},
                 {"i2", EW_KIND_I16},  {"u4", EW_KIND_U32}, {"i4", EW_KIND_I32}, {"u8", EW_KIND_U64},
                 {"i8", EW_KIND_I64},  {"f2", EW_KIND_F16}, {"f4", EW_KIND_F32}, {"f8", EW_KIND_F64}};
    io_layout *l = &n->io->layout;
    char word[160];
    if (count >= 2 && s[1] == 'O') return io_fail(n->io, E_NPY_OBJECT, place, NULL, NULL);
    for (size_t i = 0; count == 3 && i < sizeof kinds / sizeof *kinds; i++) {
        if (memcmp(s + 1, kinds[i].name, 2) != 0) continue;
        l->kind = kinds[i].kind;
        l->big = s[0] == '>';
        if (s[0] == '<' || s[0] == '>' || (s[0] == '|' && io_kind_bytes(l->kind) == 1)) return true;
    }
    return io_fail(n->io, E_NPY_KIND, place, quote(word, s, count), NULL);
}

static bool npy_descr(npy *n)
{
    const char *s;
    size_t count, place = (npy_space(n), n->at);
    if (n->at < n->end && n->s[n->at] == '[') return io_fail(n->io, E_NPY_KIND, n->base + place, "[…]", NULL);
    return npy_string(n, &s, &count) && npy_kind(n, n->base + place, s, count);
}

static bool npy_number(npy *n, size_t *value)
{
    size_t begin = n->at, v = 0;
    for (; n->at < n->end && n->s[n->at] >= '0' && n->s[n->at] <= '9'; n->at++)
        if (!size_mul(v, 10, &v) || !size_add(v, (size_t)(n->s[n->at] - '0'), &v))
            return io_fail(n->io, E_FILE_BIG, n->base + begin, NULL, NULL);
    *value = v;
    return n->at > begin || npy_due(n, ")");
}

/* (), (3,), (3, 4), (3, 4,) */
static bool npy_shape(npy *n)
{
    io_layout *l = &n->io->layout;
    size_t begin = (npy_space(n), n->at), size = 0;
    bool comma = true;
    if (!npy_take(n, "(")) return npy_due(n, "(");
    while (!npy_take(n, ")")) {
        if (!comma) return npy_due(n, "','");
        if (!npy_number(n, &size)) return false;
        if (l->axes == EW_DATA_AXES) return io_fail_count(n->io, E_FILE_AXES, n->base + begin, l->axes + 1);
        l->sizes[l->axes++] = size;
        comma = npy_take(n, ",");
    }
    return comma || l->axes != 1 || npy_due(n, "','"); /* (3) is a number */
}

static bool npy_order(npy *n)
{
    n->io->layout.columns = npy_take(n, "True");
    return n->io->layout.columns || npy_take(n, "False") || npy_due(n, "True, False");
}

static bool npy_entry(npy *n)
{
    static const char *const names[] = {"descr", "fortran_order", "shape"};
    bool (*const parts[])(npy *) = {npy_descr, npy_order, npy_shape}, *const seen[] = {&n->descr, &n->order, &n->shape};
    const char *key;
    char word[160];
    size_t count, place = (npy_space(n), n->base + n->at);
    if (!npy_string(n, &key, &count)) return false;
    if (!npy_take(n, ":")) return npy_due(n, "':'");
    for (size_t i = 0; i < 3; i++) {
        if (*seen[i] || strlen(names[i]) != count || memcmp(names[i], key, count) != 0) continue;
        *seen[i] = true;
        return parts[i](n);
    }
    return io_fail(n->io, E_NPY_KEY, place, quote(word, key, count), NULL);
}

static bool npy_header(npy *n)
{
    bool comma = true;
    if (!npy_take(n, "{")) return npy_due(n, "{");
    while (!npy_take(n, "}")) {
        if (!comma) return npy_due(n, "','");
        if (!npy_entry(n)) return false;
        comma = npy_take(n, ",");
    }
    const char *lacks = !n->descr ? "descr" : !n->order ? "fortran_order" : !n->shape ? "shape" : NULL;
    if (lacks) return io_fail(n->io, E_NPY_LACKS, n->base + n->at, lacks, NULL);
    npy_space(n);
    return n->at == n->end || npy_due(n, "' '");
}

bool io_npy_at(io_read *io, const unsigned char *at, size_t count, size_t base)
{
    char version[48];
    npy n = {.io = io, .s = at, .base = base};
    for (size_t i = 0; i < 6 && i < count; i++)
        if (at[i] != (unsigned char)"\x93NUMPY"[i]) return io_fail(io, E_NPY_MAGIC, base + i, NULL, NULL);
    size_t wide = count > 6 && at[6] > 1 ? 4 : 2;
    if (count < 8 + wide) return io_fail_count(io, E_FILE_SHORT, base + count, base + 8 + wide);
    if (at[6] < 1 || at[6] > 3 || at[7] != 0) {
        size_t k = count_text(at[6], version);
        version[k++] = '.';
        count_text(at[7], version + k);
        return io_fail(io, E_NPY_VERSION, base + 6, version, NULL);
    }
    size_t length = (size_t)io_little(at + 8, wide), bytes;
    n.at = 8 + wide;
    if (length > count - n.at) return io_fail_count(io, E_FILE_SHORT, base + count, base + n.at + length);
    n.end = n.at + length;
    if (!npy_header(&n) || !io_measure(io, base + 8 + wide, &bytes)) return false;
    if (!io_exactly(io, base, n.end, bytes, count)) return false;
    io->elements = at + n.end;
    return true;
}

bool io_npy(io_read *io)
{
    return io_npy_at(io, io->file.at, io->file.count, 0);
}
