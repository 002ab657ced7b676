#include "lang/lexer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/unicode.h"

enum { NAME_MOST = 1000 };

static const struct {
    const char *text;
    keyword word;
} lexer_words[] = {
    {"if", W_IF},     {"then", W_THEN},   {"else", W_ELSE},   {"and", W_AND},     {"or", W_OR},
    {"not", W_NOT},   {"in", W_IN},       {"input", W_INPUT}, {"param", W_PARAM}, {"output", W_OUTPUT},
    {"true", W_TRUE}, {"false", W_FALSE}, {"where", W_WHERE}, {"until", W_UNTIL}, {"import", W_IMPORT},
    {"stop", W_STOP}, {"pi", W_PI},       {"inf", W_INF},     {"nan", W_NAN},
};

/* Characters that people paste without knowing, and what to write instead. */
static const struct {
    uint32_t code;
    const char *name, *mend;
} lexer_strangers[] = /* catalogue: 2 3 */ {
    {0x2212, "the Unicode minus", "write -"},
    {'.', "the point", "a number does not end in a point: write 1 or 1.0"},
    {'%', "the percent sign", "write mod(a, b)"},
    {'?', "the question mark", "a choice is written if condition then this else that"},
    {'@', "the at sign", "a product of matrices is a sum: sum(j: A[i, j] * B[j, k])"},
    {0x2010, "a Unicode hyphen", "write -"},
    {0x2013, "an en dash", "write -"},
    {0x2014, "an em dash", "write -"},
    {0x00D7, "the multiplication sign", "write *"},
    {0x00B7, "the middle dot", "write *"},
    {0x22C5, "the dot operator", "write *"},
    {0x00F7, "the division sign", "write /"},
    {0x2264, "less or equal", "write <="},
    {0x2265, "greater or equal", "write >="},
    {0x2260, "not equal", "write !="},
    {0x00B2, "a superscript", "write ^2"},
    {0x00B3, "a superscript", "write ^3"},
    {0x221A, "the root sign", "write sqrt(x)"},
    {0x2032, "the prime", "write diff(y, x)"},
    {'\'', "the apostrophe", "write diff(y, x)"},
    {0xFEFF, "the byte-order mark", "save the text without it"},
    {0x00A0, "the no-break space", "write a plain space"},
    {0x3000, "the wide space", "write a plain space"},
    {0x200B, "the zero-width space", "take it away"},
    {0x201C, "a curly quotation mark", "take it away"},
    {0x201D, "a curly quotation mark", "take it away"},
};

static bool lexer_error(lexer *l, error_code code, size_t bytes, const char *a, const char *b)
{
    return report_at(&l->g->report, code, (uint32_t)l->at, bytes, a, b, NULL);
}

const char *lexer_quote(const lexer *l, const token *t, char buffer[160])
{
    if (t->kind == T_END || (t->kind == T_NEWLINE && !t->semicolon))
        return translate(l->g->language, t->kind == T_END ? "the end" : "the end of the line");
    char inner[160];
    snprintf(buffer, 160, "'%.150s'", quote(inner, l->s + t->place, t->bytes));
    return buffer;
}

static bool lexer_stranger(lexer *l, uint32_t code, size_t bytes)
{
    char shown[8] = "", number[16];
    const char *name = NULL, *mend = NULL;
    for (size_t i = 0; i < sizeof lexer_strangers / sizeof lexer_strangers[0]; i++)
        if (lexer_strangers[i].code == code) name = lexer_strangers[i].name, mend = lexer_strangers[i].mend;
    snprintf(number, sizeof number, "U+%04X", (unsigned)code);
    if (code >= 32 && code != 127 && code != 0xFEFF && code != 0x200B) memcpy(shown, l->s + l->at, bytes);
    char shown_quoted[16];
    snprintf(shown_quoted, sizeof shown_quoted, shown[0] ? "'%s'" : "%s", shown[0] ? shown : number);
    lexer_error(l, E_CHARACTER, bytes, shown_quoted, name ? translate(l->g->language, name) : number);
    bool number_before = l->at > 0 && l->s[l->at - 1] >= '0' && l->s[l->at - 1] <= '9';
    if (mend && (code != '.' || number_before)) report_hint(&l->g->report, mend, NULL);
    return false;
}

bool lexer_begin(lexer *l, ew_graph *g, const char *s, size_t count)
{
    *l = (lexer){.g = g, .s = s, .count = count};
    if (count >= UINT32_MAX) return report_plain(&g->report, E_LENGTH, NULL, NULL);
    const char *nul = count ? memchr(s, 0, count) : NULL;
    size_t invalid = utf8_invalid(s, count);
    if (nul && (size_t)(nul - s) < invalid) {
        l->at = (size_t)(nul - s);
        return lexer_error(l, E_NUL, 1, NULL, NULL);
    }
    l->at = invalid;
    if (invalid < count) return lexer_error(l, E_UTF8, 1, NULL, NULL);
    l->at = 0;
    return lexer_next(l);
}

static bool lexer_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool lexer_digit(const lexer *l, size_t at)
{
    return at < l->count && l->s[at] >= '0' && l->s[at] <= '9';
}

/* Digits as an int, if they fit; exact also where a double is not. */
static bool lexer_whole(const char *s, size_t count, int64_t *result)
{
    int64_t value = 0;
    for (size_t k = 0; k < count; k++) {
        int digit = s[k] - '0';
        if (value > (INT64_MAX - digit) / 10) return false;
        value = value * 10 + digit;
    }
    *result = value;
    return true;
}

static bool lexer_number(lexer *l, token *t)
{
    size_t i = l->at;
    bool whole = true;
    while (lexer_digit(l, i)) i++;
    if (i < l->count && l->s[i] == '.' && lexer_digit(l, i + 1)) {
        whole = false;
        for (i++; lexer_digit(l, i);) i++;
    }
    if (i < l->count && (l->s[i] == 'e' || l->s[i] == 'E')) {
        size_t j = i + 1;
        if (j < l->count && (l->s[j] == '+' || l->s[j] == '-')) j++;
        if (lexer_digit(l, j)) {
            whole = false;
            for (i = j; lexer_digit(l, i);) i++;
        }
    }
    t->kind = T_NUMBER;
    t->bytes = (uint32_t)(i - l->at);
    if (!number_read(&l->g->memory, l->s + l->at, t->bytes, &t->number.real)) return report_memory(&l->g->report);
    char buffer[160];
    if (isinf(t->number.real))
        return lexer_error(l, E_NUMBER_RANGE, t->bytes, quote(buffer, l->s + l->at, t->bytes), NULL);
    t->whole = whole && lexer_whole(l->s + l->at, t->bytes, &t->number.whole);
    if (!t->whole && !whole && t->number.real == floor(t->number.real) && t->number.real < 9223372036854775808.0) {
        t->whole = true; /* 1e3 and 2.0 have no fraction */
        t->number.whole = (int64_t)t->number.real;
    }
    l->at = i;
    return true;
}

static keyword lexer_word(const char *s, size_t count)
{
    for (size_t i = 0; count < 8 && i < sizeof lexer_words / sizeof lexer_words[0]; i++)
        if (lexer_words[i].text[0] == s[0] && strncmp(lexer_words[i].text, s, count) == 0 &&
            lexer_words[i].text[count] == '\0')
            return lexer_words[i].word;
    return W_NONE;
}

static bool lexer_long_name(lexer *l, size_t bytes)
{
    char letters[32];
    number_text((double)utf8_count(l->s + l->at, bytes), 0, letters);
    return lexer_error(l, E_NAME_LONG, bytes, letters, NULL);
}

static bool lexer_name(lexer *l, token *t)
{
    size_t i = l->at, k;
    uint32_t code;
    bool ascii = true;
    while ((k = utf8_decode(l->s + i, l->count - i, &code)) && unicode_name_part(code)) {
        i += k;
        ascii = ascii && code < 128;
    }
    t->bytes = (uint32_t)(i - l->at);
    t->kind = T_NAME;
    if (t->bytes > 4 * NAME_MOST || utf8_count(l->s + l->at, t->bytes) > NAME_MOST) return lexer_long_name(l, t->bytes);
    if (ascii) {
        t->word = lexer_word(l->s + l->at, t->bytes);
        if (t->word != W_NONE) t->kind = T_WORD;
        if (t->word == W_NONE || t->word == W_STOP) t->name = graph_intern(l->g, l->s + l->at, t->bytes);
    } else {
        char normal[12 * NAME_MOST];
        size_t count = unicode_nfc(l->s + l->at, t->bytes, normal, sizeof normal);
        t->name = graph_intern(l->g, normal, count);
    }
    l->at = i;
    return report_ok(&l->g->report);
}

static bool lexer_sign(lexer *l, token *t)
{
    static const struct {
        const char *text;
        token_kind kind;
        op op;
    } signs[] = {
        {"==", T_OPERATOR, OP_EQ}, {"!=", T_OPERATOR, OP_NE}, {"<=", T_OPERATOR, OP_LE}, {">=", T_OPERATOR, OP_GE},
        {"..", T_RANGE, 0},        {"<", T_OPERATOR, OP_LT},  {">", T_OPERATOR, OP_GT},  {"+", T_OPERATOR, OP_ADD},
        {"-", T_OPERATOR, OP_SUB}, {"*", T_OPERATOR, OP_MUL}, {"/", T_OPERATOR, OP_DIV}, {"^", T_OPERATOR, OP_POW},
        {"(", T_OPEN, 0},          {")", T_CLOSE, 0},         {"[", T_BRACKET, 0},       {"]", T_BRACKET_CLOSE, 0},
        {",", T_COMMA, 0},         {"=", T_ASSIGN, 0},        {":", T_COLON, 0},         {"~", T_TILDE, 0},
    };
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t n = strlen(signs[i].text);
        if (n > l->count - l->at || memcmp(l->s + l->at, signs[i].text, n) != 0) continue;
        t->kind = signs[i].kind;
        t->op = signs[i].op;
        t->bytes = (uint32_t)n;
        l->at += n;
        return true;
    }
    uint32_t code = 0;
    size_t bytes = utf8_decode(l->s + l->at, l->count - l->at, &code);
    lexer_stranger(l, code, bytes);
    bool twice = l->at + 1 < l->count && l->s[l->at + 1] == l->s[l->at];
    if (code == '|' && !twice)
        report_hint(&l->g->report, "write abs(x)", NULL);
    else if (code == '*' || code == '&' || code == '|' || code == '!')
        report_hint(&l->g->report, "write and, or, not", NULL);
    return false;
}

bool lexer_next(lexer *l)
{
    token t = {0};
    while (l->at < l->count && lexer_blank(l->s[l->at])) l->at++;
    if (l->at < l->count && l->s[l->at] == '#')
        while (l->at < l->count && l->s[l->at] != '\n') l->at++;
    t.place = (uint32_t)l->at;
    l->now = t;
    if (l->at >= l->count) return true;
    char c = l->s[l->at];
    uint32_t code = 0;
    bool ok = true;
    utf8_decode(l->s + l->at, l->count - l->at, &code);
    if (c == '\n' || c == ';') {
        t.kind = T_NEWLINE;
        t.semicolon = c == ';';
        t.bytes = 1;
        l->at++;
    } else if (lexer_digit(l, l->at) || (c == '.' && lexer_digit(l, l->at + 1))) {
        ok = lexer_number(l, &t);
    } else if (unicode_name_start(code)) {
        ok = lexer_name(l, &t);
    } else {
        ok = lexer_sign(l, &t);
    }
    l->now = t;
    return ok;
}
