/*
 * array_uniform.c - kernels of strips for what is done most: in all widths of vectors, with one argument that may be a
 * single number, the pair x·y + w in one go, and chains of more operations (array_flat.c).
 *
 * The values are those of the rows of ops.def to the bit: every operation of a pair or a chain is rounded by itself.
 */
#include "exec/array_kernels.h"

#include <math.h>
#include <string.h>

#include "math/kernels.h"

#if defined __GNUC__ && !defined __clang__
#define UNIFORM_LOOP _Pragma("GCC ivdep")
#define UNIFORM_FAST __attribute__((optimize("O3")))
#elif defined __clang__
#pragma clang diagnostic ignored "-Wpass-failed" /* a loop over a function of libm stays one */
#define UNIFORM_LOOP _Pragma("clang loop vectorize(assume_safety)")
#define UNIFORM_FAST
#else
#define UNIFORM_LOOP
#define UNIFORM_FAST
#endif

#if defined __x86_64__ && defined __GNUC__
#define UNIFORM_TWICE 1
#define UNIFORM_AVX2 __attribute__((target("avx2")))
/* gcc would keep to half vectors; clang has no such choice to make. */
#if defined __clang__
#define UNIFORM_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw")))
#else
#define UNIFORM_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512")))
#endif
#else
#define UNIFORM_TWICE 0
#endif

/* sx, sy, sw: 0 where the argument is one number. */
#define UNIFORM_KERNEL(name, attribute, real, sx, sy, sw, value)                                                       \
    attribute UNIFORM_FAST static size_t name(size_t count, void *out, const void *x_at, const void *y_at,             \
                                              const void *w_at)                                                        \
    {                                                                                                                  \
        real *o = out;                                                                                                 \
        const real *xs = x_at, *ys = y_at, *ws = w_at, x0 = *xs, y0 = *ys, w0 = *ws;                                   \
        UNIFORM_LOOP                                                                                                   \
        for (size_t i = 0; i < count; i++) {                                                                           \
            real x = (sx) ? xs[i] : x0, y = (sy) ? ys[i] : y0, w = (sw) ? ws[i] : w0;                                  \
            (void)x, (void)y, (void)w;                                                                                 \
            o[i] = (value);                                                                                            \
        }                                                                                                              \
        return count;                                                                                                  \
    }

#define UNIFORM_CONVERT(name, attribute, to, from)                                                                     \
    attribute UNIFORM_FAST static size_t name(size_t count, void *out, const void *x_at, const void *y_at,             \
                                              const void *w_at)                                                        \
    {                                                                                                                  \
        to *o = out;                                                                                                   \
        const from *xs = x_at;                                                                                         \
        (void)y_at, (void)w_at;                                                                                        \
        UNIFORM_LOOP                                                                                                   \
        for (size_t i = 0; i < count; i++) o[i] = (to)xs[i];                                                           \
        return count;                                                                                                  \
    }

/* In whole vectors: what they put behind a row is the next one's. */
#define UNIFORM_SPREAD(name, attribute, type)                                                                          \
    attribute UNIFORM_FAST static void name(size_t rows, size_t columns, type *to, const type *from, int64_t step)     \
    {                                                                                                                  \
        enum { WIDTH = 64 / sizeof(type) };                                                                            \
        size_t left = rows * columns;                                                                                  \
        for (; left >= columns + WIDTH; left -= columns, from += step, to += columns) {                                \
            type many[WIDTH];                                                                                          \
            for (size_t k = 0; k < WIDTH; k++) many[k] = *from;                                                        \
            for (size_t c = 0; c < columns; c += WIDTH) memcpy(to + c, many, sizeof many);                             \
        }                                                                                                              \
        for (; left; left -= columns, from += step, to += columns) {                                                   \
            const type first = *from;                                                                                  \
            for (size_t c = 0; c < columns; c++) to[c] = first;                                                        \
        }                                                                                                              \
    }

#define UNIFORM_SQRT(x) _Generic((x), float : sqrtf, double : sqrt)(x)
#define UNIFORM_MIN(x, y) ((((x) != (x)) | ((y) != (y))) ? (x) + (y) : (y) < (x) ? (y) : (x))
#define UNIFORM_MAX(x, y) ((((x) != (x)) | ((y) != (y))) ? (x) + (y) : (y) > (x) ? (y) : (x))
#define UNIFORM_RELU(x) ((x) != (x) ? (x) : (x) > 0 ? (x) : 0)
#define UNIFORM_STEP(x) ((x) != (x) ? (x) : (x) > 0 ? 1 : 0)
#define UNIFORM_ZERO(x, y) ((((x) == 0) | ((y) == 0)) ? 0 : (x) * (y))

#define UNIFORM_ROWS(prefix, attribute, real)                                                                          \
    UNIFORM_KERNEL(prefix##_ADD, attribute, real, 1, 1, 0, x + y)                                                      \
    UNIFORM_KERNEL(prefix##_SUB, attribute, real, 1, 1, 0, x - y)                                                      \
    UNIFORM_KERNEL(prefix##_MUL, attribute, real, 1, 1, 0, x *y)                                                       \
    UNIFORM_KERNEL(prefix##_MUL0, attribute, real, 1, 1, 0, UNIFORM_ZERO(x, y))                                        \
    UNIFORM_KERNEL(prefix##_DIV, attribute, real, 1, 1, 0, x / y)                                                      \
    UNIFORM_KERNEL(prefix##_IF, attribute, real, 1, 1, 1, x != 0 ? y : w)                                              \
    UNIFORM_KERNEL(prefix##_NEG, attribute, real, 1, 0, 0, -x)                                                         \
    UNIFORM_KERNEL(prefix##_SQRT, attribute, real, 1, 0, 0, UNIFORM_SQRT(x))                                           \
    UNIFORM_KERNEL(prefix##_MIN, attribute, real, 1, 1, 0, UNIFORM_MIN(x, y))                                          \
    UNIFORM_KERNEL(prefix##_MAX, attribute, real, 1, 1, 0, UNIFORM_MAX(x, y))                                          \
    UNIFORM_KERNEL(prefix##_RELU, attribute, real, 1, 0, 0, UNIFORM_RELU(x))                                           \
    UNIFORM_KERNEL(prefix##_STEP, attribute, real, 1, 0, 0, UNIFORM_STEP(x))                                           \
    UNIFORM_KERNEL(prefix##_NE, attribute, real, 1, 1, 0, x != y ? 1 : 0)                                              \
    UNIFORM_KERNEL(prefix##_LT, attribute, real, 1, 1, 0, x < y ? 1 : 0)                                               \
    UNIFORM_KERNEL(prefix##_LE, attribute, real, 1, 1, 0, x <= y ? 1 : 0)                                              \
    UNIFORM_KERNEL(prefix##_GT, attribute, real, 1, 1, 0, x > y ? 1 : 0)                                               \
    UNIFORM_KERNEL(prefix##_GE, attribute, real, 1, 1, 0, x >= y ? 1 : 0)                                              \
    UNIFORM_KERNEL(prefix##_AND, attribute, real, 1, 1, 0, ((x != 0) & (y != 0)) ? 1 : 0)                              \
    UNIFORM_KERNEL(prefix##_OR, attribute, real, 1, 1, 0, ((x != 0) | (y != 0)) ? 1 : 0)                               \
    UNIFORM_KERNEL(prefix##_NOT, attribute, real, 1, 0, 0, x == 0 ? 1 : 0)                                             \
    UNIFORM_KERNEL(prefix##_EQ, attribute, real, 1, 1, 0, x == y ? 1 : 0)                                              \
    UNIFORM_KERNEL(prefix##_ADD_x, attribute, real, 0, 1, 0, x + y)                                                    \
    UNIFORM_KERNEL(prefix##_ADD_y, attribute, real, 1, 0, 0, x + y)                                                    \
    UNIFORM_KERNEL(prefix##_SUB_x, attribute, real, 0, 1, 0, x - y)                                                    \
    UNIFORM_KERNEL(prefix##_SUB_y, attribute, real, 1, 0, 0, x - y)                                                    \
    UNIFORM_KERNEL(prefix##_MUL_x, attribute, real, 0, 1, 0, x *y)                                                     \
    UNIFORM_KERNEL(prefix##_MUL_y, attribute, real, 1, 0, 0, x *y)                                                     \
    UNIFORM_KERNEL(prefix##_DIV_x, attribute, real, 0, 1, 0, x / y)                                                    \
    UNIFORM_KERNEL(prefix##_DIV_y, attribute, real, 1, 0, 0, x / y)                                                    \
    UNIFORM_KERNEL(prefix##_MUL0_x, attribute, real, 0, 1, 0, UNIFORM_ZERO(x, y))                                      \
    UNIFORM_KERNEL(prefix##_MUL0_y, attribute, real, 1, 0, 0, UNIFORM_ZERO(x, y))                                      \
    UNIFORM_KERNEL(prefix##_EQ_x, attribute, real, 0, 1, 0, x == y ? 1 : 0)                                            \
    UNIFORM_KERNEL(prefix##_EQ_y, attribute, real, 1, 0, 0, x == y ? 1 : 0)                                            \
    UNIFORM_KERNEL(prefix##_IF_x, attribute, real, 0, 1, 1, x != 0 ? y : w)                                            \
    UNIFORM_KERNEL(prefix##_MUL_ADD, attribute, real, 1, 1, 1, x *y + w)                                               \
    UNIFORM_KERNEL(prefix##_MUL_ADD_w, attribute, real, 1, 1, 0, x *y + w)                                             \
    UNIFORM_KERNEL(prefix##_MUL_ADD_x, attribute, real, 0, 1, 1, x *y + w)                                             \
    UNIFORM_KERNEL(prefix##_MUL_ADD_xw, attribute, real, 0, 1, 0, x *y + w)
#define UNIFORM_BOTH(suffix, attribute)                                                                                \
    UNIFORM_CONVERT(uniform_f32##suffix##_real, attribute, float, double)                                              \
    UNIFORM_CONVERT(uniform_f64##suffix##_real, attribute, double, float)                                              \
    UNIFORM_SPREAD(uniform_spread_4##suffix, attribute, uint32_t)                                                      \
    UNIFORM_SPREAD(uniform_spread_8##suffix, attribute, uint64_t)

/* A chain: x, y, z go on with the places, a … d are one number each. */
#define UNIFORM_CHAIN(name, attribute, real, value)                                                                    \
    attribute UNIFORM_FAST static void name(size_t count, void *out, const void *const *arg)                           \
    {                                                                                                                  \
        real *o = out;                                                                                                 \
        const real *xs = arg[0], *ys = arg[1], *zs = arg[2], a = *(const real *)arg[3], b = *(const real *)arg[4],     \
                   c = *(const real *)arg[5], d = *(const real *)arg[6];                                               \
        (void)a, (void)b, (void)c, (void)d;                                                                            \
        UNIFORM_LOOP                                                                                                   \
        for (size_t i = 0; i < count; i++) {                                                                           \
            real x = xs[i], y = ys[i], z = zs[i];                                                                      \
            (void)x, (void)y, (void)z;                                                                                 \
            o[i] = (value);                                                                                            \
        }                                                                                                              \
    }

#define UNIFORM_CHAINS(prefix, attribute, real)                                                                        \
    UNIFORM_CHAIN(prefix##_ADAMW, attribute, real, x - a * x - b * y / (UNIFORM_SQRT(z) * c + d))                      \
    UNIFORM_CHAIN(prefix##_ADAM, attribute, real, x - a * y / (UNIFORM_SQRT(z) * b + c))                               \
    UNIFORM_CHAIN(prefix##_RMS, attribute, real, x - a * y / (UNIFORM_SQRT(z) + b))                                    \
    UNIFORM_CHAIN(prefix##_AHEAD, attribute, real, x - a * (y + b * z))                                                \
    UNIFORM_CHAIN(prefix##_SQUARES, attribute, real, a *x + b * (y * y))                                               \
    UNIFORM_CHAIN(prefix##_BOTH, attribute, real, a *x + b * y)                                                        \
    UNIFORM_CHAIN(prefix##_DOWN, attribute, real, x - a * y)

UNIFORM_ROWS(uniform_f64, , double)
UNIFORM_ROWS(uniform_f32, , float)
UNIFORM_CHAINS(chain_f64, , double)
UNIFORM_CHAINS(chain_f32, , float)
UNIFORM_BOTH(, )
#if UNIFORM_TWICE
UNIFORM_ROWS(uniform_f64_avx2, UNIFORM_AVX2, double)
UNIFORM_ROWS(uniform_f32_avx2, UNIFORM_AVX2, float)
UNIFORM_ROWS(uniform_f64_avx512, UNIFORM_AVX512, double)
UNIFORM_ROWS(uniform_f32_avx512, UNIFORM_AVX512, float)
UNIFORM_CHAINS(chain_f64_avx2, UNIFORM_AVX2, double)
UNIFORM_CHAINS(chain_f32_avx2, UNIFORM_AVX2, float)
UNIFORM_CHAINS(chain_f64_avx512, UNIFORM_AVX512, double)
UNIFORM_CHAINS(chain_f32_avx512, UNIFORM_AVX512, float)
UNIFORM_BOTH(_avx2, UNIFORM_AVX2)
UNIFORM_BOTH(_avx512, UNIFORM_AVX512)
#define UNIFORM_PICK(name)                                                                                             \
    (uniform_width() == 512   ? type == ARRAY_F32 ? uniform_f32_avx512##name : uniform_f64_avx512##name                \
     : uniform_width() == 256 ? type == ARRAY_F32 ? uniform_f32_avx2##name : uniform_f64_avx2##name                    \
     : type == ARRAY_F32      ? uniform_f32##name                                                                      \
                              : uniform_f64##name)
#define CHAIN_PICK(name)                                                                                               \
    (uniform_width() == 512   ? type == ARRAY_F32 ? chain_f32_avx512##name : chain_f64_avx512##name                    \
     : uniform_width() == 256 ? type == ARRAY_F32 ? chain_f32_avx2##name : chain_f64_avx2##name                        \
     : type == ARRAY_F32      ? chain_f32##name                                                                        \
                              : chain_f64##name)

static int uniform_width(void)
{
    bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    return wide ? 512 : __builtin_cpu_supports("avx2") ? 256 : 128;
}
#else
#define UNIFORM_PICK(name) (type == ARRAY_F32 ? uniform_f32##name : uniform_f64##name)
#define CHAIN_PICK(name) (type == ARRAY_F32 ? chain_f32##name : chain_f64##name)
#endif

array_kernel *array_kernel_plain(op o, int type)
{
    if (type == ARRAY_INT) return NULL;
    switch (o) {
    case OP_ADD: return UNIFORM_PICK(_ADD);
    case OP_SUB: return UNIFORM_PICK(_SUB);
    case OP_MUL: return UNIFORM_PICK(_MUL);
    case OP_MUL0: return UNIFORM_PICK(_MUL0);
    case OP_DIV: return UNIFORM_PICK(_DIV);
    case OP_IF: return UNIFORM_PICK(_IF);
    case OP_NEG: return UNIFORM_PICK(_NEG);
    case OP_SQRT: return UNIFORM_PICK(_SQRT);
    case OP_MIN: return UNIFORM_PICK(_MIN);
    case OP_MAX: return UNIFORM_PICK(_MAX);
    case OP_RELU: return UNIFORM_PICK(_RELU);
    case OP_STEP: return UNIFORM_PICK(_STEP);
    case OP_NE: return UNIFORM_PICK(_NE);
    case OP_LT: return UNIFORM_PICK(_LT);
    case OP_LE: return UNIFORM_PICK(_LE);
    case OP_GT: return UNIFORM_PICK(_GT);
    case OP_GE: return UNIFORM_PICK(_GE);
    case OP_AND: return UNIFORM_PICK(_AND);
    case OP_OR: return UNIFORM_PICK(_OR);
    case OP_NOT: return UNIFORM_PICK(_NOT);
    case OP_EQ: return UNIFORM_PICK(_EQ);
    default: return NULL;
    }
}

array_kernel *array_kernel_uniform(op o, int type, bool first)
{
    if (type == ARRAY_INT) return NULL;
    switch (o) {
    case OP_ADD: return first ? UNIFORM_PICK(_ADD_x) : UNIFORM_PICK(_ADD_y);
    case OP_SUB: return first ? UNIFORM_PICK(_SUB_x) : UNIFORM_PICK(_SUB_y);
    case OP_MUL: return first ? UNIFORM_PICK(_MUL_x) : UNIFORM_PICK(_MUL_y);
    case OP_DIV: return first ? UNIFORM_PICK(_DIV_x) : UNIFORM_PICK(_DIV_y);
    case OP_MUL0: return first ? UNIFORM_PICK(_MUL0_x) : UNIFORM_PICK(_MUL0_y);
    case OP_EQ: return first ? UNIFORM_PICK(_EQ_x) : UNIFORM_PICK(_EQ_y);
    case OP_IF: return first ? UNIFORM_PICK(_IF_x) : NULL;
    default: return NULL;
    }
}

array_kernel *array_kernel_pair(int type, bool first, bool last)
{
    if (type == ARRAY_INT) return NULL;
    if (first) return last ? UNIFORM_PICK(_MUL_ADD_xw) : UNIFORM_PICK(_MUL_ADD_x);
    return last ? UNIFORM_PICK(_MUL_ADD_w) : UNIFORM_PICK(_MUL_ADD);
}

/* What each does, operators first: ^ is the square root. */
static const char *const chain_shapes[CHAIN_SHAPES] = {"--X*aX/*bY+*^Zcd", "-X/*aY+*^Zbc", "-X/*aY+^Zb", "-X*a+Y*bZ",
                                                       "+*aX*b*YY",        "+*aX*bY",      "-X*aY"};

const char *array_chain_shape(size_t k)
{
    return chain_shapes[k];
}

array_chain *array_chain_of(size_t k, int type)
{
    switch (k) {
    case 0: return CHAIN_PICK(_ADAMW);
    case 1: return CHAIN_PICK(_ADAM);
    case 2: return CHAIN_PICK(_RMS);
    case 3: return CHAIN_PICK(_AHEAD);
    case 4: return CHAIN_PICK(_SQUARES);
    case 5: return CHAIN_PICK(_BOTH);
    default: return CHAIN_PICK(_DOWN);
    }
}

array_kernel *array_kernel_real(int to)
{
    int type = to;
    return UNIFORM_PICK(_real);
}

void array_spread(size_t bytes, size_t rows, size_t columns, void *to, const void *from, int64_t step)
{
#if UNIFORM_TWICE
    if (uniform_width() == 512) {
        if (bytes == 4)
            uniform_spread_4_avx512(rows, columns, to, from, step);
        else
            uniform_spread_8_avx512(rows, columns, to, from, step);
        return;
    }
    if (uniform_width() == 256) {
        if (bytes == 4)
            uniform_spread_4_avx2(rows, columns, to, from, step);
        else
            uniform_spread_8_avx2(rows, columns, to, from, step);
        return;
    }
#endif
    if (bytes == 4)
        uniform_spread_4(rows, columns, to, from, step);
    else
        uniform_spread_8(rows, columns, to, from, step);
}
