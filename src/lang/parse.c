/*
 * parse.c - statements: equations, functions, declarations, outputs.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lang/lang.h"

/* ---- Life ------------------------------------------------------------------------------------- */

void lang_begin(lang *l, ew_graph *g)
{
    *l = (lang){.g = g};
}

void lang_free(lang *l)
{
    memory *m = &l->g->memory;
    array_free(m, &l->pieces);
    array_free(m, &l->numbers);
    array_free(m, &l->number_whole);
    array_free(m, &l->symbols);
    array_free(m, &l->functions);
    array_free(m, &l->locals);
    array_free(m, &l->statements);
    array_free(m, &l->declared);
    array_free(m, &l->outputs);
    array_free(m, &l->binders);
    array_free(m, &l->over);
    array_free(m, &l->reductions);
    array_free(m, &l->sides);
    array_free(m, &l->dimensions);
}

symbol *lang_symbol(lang *l, uint32_t name)
{
    while (l->symbols.count <= name) {
        size_t more = l->g->names.count - l->symbols.count;
        if (more < 1) more = 1;
        if (!array_reserve(&l->g->memory, &l->symbols, more)) {
            report_memory(&l->g->report);
            return NULL;
        }
        memset(l->symbols.at + l->symbols.count, 0, more * sizeof *l->symbols.at);
        l->symbols.count += more;
    }
    return &l->symbols.at[name];
}

bool lang_error(lang *l, error_code code, const token *t, const char *a, const char *b)
{
    return report_at(&l->g->report, code, t->place, t->bytes, a, b, NULL);
}

/* ---- Helpers ---------------------------------------------------------------------------------- */

static const token *parse_now(const lang *l)
{
    return &l->lexer.now;
}

static bool parse_wrong(lang *l, error_code code)
{
    char buffer[160];
    return lang_error(l, code, parse_now(l), lexer_quote(&l->lexer, parse_now(l), buffer), NULL);
}

static bool parse_expect(lang *l, token_kind kind)
{
    return parse_now(l)->kind == kind ? lexer_next(&l->lexer) : parse_wrong(l, E_HERE);
}

/* A name that may be defined; the token is taken. */
static bool parse_new_name(lang *l, token *t)
{
    char buffer[160];
    *t = *parse_now(l);
    if (t->kind == T_WORD) return lang_error(l, E_RESERVED, t, quote(buffer, l->lexer.s + t->place, t->bytes), NULL);
    if (t->kind != T_NAME) return parse_wrong(l, E_HERE);
    return lexer_next(&l->lexer);
}

static bool parse_twice(lang *l, const token *t, uint32_t first)
{
    char buffer[160], line_text[32];
    int line, column;
    source_place(&l->g->report.source, first, &line, &column);
    snprintf(line_text, sizeof line_text, "%d", line);
    return lang_error(l, E_TWICE, t, quote(buffer, graph_name_text(l->g, t->name), l->g->names.at[t->name].count),
                      line_text);
}

static bool parse_claim(lang *l, const token *t, symbol_kind kind)
{
    symbol *s = lang_symbol(l, t->name);
    if (!s) return false;
    if (s->kind != S_NONE) return parse_twice(l, t, s->place);
    s->kind = (uint8_t)kind;
    s->place = t->place;
    return true;
}

/* ---- Equations -------------------------------------------------------------------------------- */

static bool parse_equation(lang *l, const token *name)
{
    statement st = {.name = name->name, .place = name->place};
    if (!parse_claim(l, name, S_NODE) || !lang_expression(l, END_STATEMENT, &st.value)) return false;
    if (parse_now(l)->kind == T_WORD) return parse_wrong(l, E_HERE); /* where, in a plain equation */
    l->symbols.at[name->name].value = st.value;
    return array_push(&l->g->memory, &l->statements, st) ? true : report_memory(&l->g->report);
}

/* Indices of a left side hold up to the end of its equation. */
static void parse_unbind(lang *l, uint32_t sides, uint32_t rank)
{
    for (uint32_t k = rank; k-- > 0;)
        if (l->sides.at[sides + k].kind == SIDE_INDEX) lang_unbind(l, l->sides.at[sides + k].binder);
}

/* Another equation of the same array joins the others. */
static bool parse_claim_array(lang *l, const token *t, uint32_t rank)
{
    symbol *s = lang_symbol(l, t->name);
    if (!s) return false;
    if (s->kind != S_NONE && !s->first) return parse_twice(l, t, s->place);
    if (s->first && s->rank != rank) {
        char buffer[160], here[24], before[24];
        const char *word = graph_name_text(l->g, t->name);
        count_text(rank, here);
        count_text(s->rank, before);
        return report_at(&l->g->report, E_RANK, t->place, t->bytes, quote(buffer, word, strlen(word)), before, here);
    }
    uint32_t number = (uint32_t)l->statements.count + 1;
    if (s->first)
        l->statements.at[s->last - 1].next = number;
    else
        s->first = number, s->place = t->place;
    s->last = number;
    s->rank = (uint16_t)rank;
    s->kind = S_NODE;
    return true;
}

/* z[n, k] = … ; the bracket is the current token */
static bool parse_array(lang *l, const token *name)
{
    statement st = {.name = name->name, .place = name->place};
    uint32_t first = (uint32_t)l->binders.count;
    if (!lang_left(l, &st.sides, &st.rank, &st.until) || !parse_expect(l, T_ASSIGN)) return false;
    if (!parse_claim_array(l, name, st.rank) || !lang_expression(l, END_STATEMENT, &st.value)) return false;
    if (parse_now(l)->kind == T_WORD) return parse_wrong(l, E_HERE);
    st.value.binder = first;
    st.value.binders = (uint32_t)l->binders.count - first;
    st.value.indexed = true;
    parse_unbind(l, st.sides, st.rank);
    return array_push(&l->g->memory, &l->statements, st) ? true : report_memory(&l->g->report);
}

/* ---- Functions -------------------------------------------------------------------------------- */

static bool parse_local(lang *l, function *f, const token *t, bool parameter, local **out)
{
    char buffer[160];
    const char *word = graph_name_text(l->g, t->name);
    for (uint32_t i = 0; i < f->count; i++) {
        const local *v = &l->locals.at[f->locals + i];
        if (v->name != t->name) continue;
        return parameter ? lang_error(l, E_PARAMETER, t, quote(buffer, word, strlen(word)), NULL)
                         : parse_twice(l, t, v->place);
    }
    local v = {.name = t->name, .place = t->place};
    if (!array_push(&l->g->memory, &l->locals, v)) return report_memory(&l->g->report);
    f->count++;
    *out = &l->locals.at[l->locals.count - 1];
    return true;
}

static bool parse_skip_lines(lang *l)
{
    while (parse_now(l)->kind == T_NEWLINE)
        if (!lexer_next(&l->lexer)) return false;
    return true;
}

/* Inside a bracket and after a comma a line goes on; a semicolon does not. */
static bool parse_go_on(lang *l)
{
    while (parse_now(l)->kind == T_NEWLINE && !parse_now(l)->semicolon)
        if (!lexer_next(&l->lexer)) return false;
    return true;
}

/* norm(d: v): the indices before the colon, if there is one. */
static bool parse_index_parameters(lang *l, function *f)
{
    lexer saved = l->lexer;
    bool head = true, colon = false;
    while (head && (parse_now(l)->kind == T_NAME || parse_now(l)->kind == T_COMMA))
        head = lexer_next(&l->lexer) && parse_go_on(l);
    colon = head && parse_now(l)->kind == T_COLON;
    l->lexer = saved;
    report_forget(&l->g->report);
    f->binder = (uint32_t)l->binders.count;
    while (colon) {
        token t;
        if (!parse_new_name(l, &t) || lang_bind(l, t.name, t.place, true) == NO_BINDER || !parse_go_on(l)) return false;
        f->binders++;
        if (parse_now(l)->kind == T_COLON) break;
        if (!parse_expect(l, T_COMMA) || !parse_go_on(l)) return false;
    }
    return !colon || (lexer_next(&l->lexer) && parse_go_on(l));
}

static bool parse_parameters(lang *l, function *f)
{
    local *v;
    token t;
    if (!parse_go_on(l) || !parse_index_parameters(l, f)) return false;
    while (f->parameters || parse_now(l)->kind != T_CLOSE) {
        if (!parse_new_name(l, &t) || !parse_local(l, f, &t, true, &v) || !parse_go_on(l)) return false;
        f->parameters++;
        if (parse_now(l)->kind == T_CLOSE) break;
        if (!parse_expect(l, T_COMMA) || !parse_go_on(l)) return false;
    }
    return lexer_next(&l->lexer);
}

/* where (y = sin(x); …) */
static bool parse_where(lang *l, function *f)
{
    token t;
    local *v;
    token open;
    if (!lexer_next(&l->lexer)) return false;
    open = *parse_now(l);
    if (!parse_expect(l, T_OPEN) || !parse_skip_lines(l)) return false;
    while (parse_now(l)->kind != T_CLOSE) {
        span value, until = {0};
        uint32_t first = (uint32_t)l->binders.count, sides = 0, rank = 0;
        if (parse_now(l)->kind == T_END) return lang_error(l, E_OPEN, &open, NULL, NULL);
        if (!parse_new_name(l, &t)) return false;
        if (parse_now(l)->kind == T_BRACKET && !lang_left(l, &sides, &rank, &until)) return false;
        if (!parse_expect(l, T_ASSIGN) || !parse_local(l, f, &t, false, &v)) return false;
        size_t index = l->locals.count - 1;
        if (!lang_expression(l, END_WHERE, &value) || !parse_skip_lines(l)) return false;
        parse_unbind(l, sides, rank);
        value.binders += value.binder - first;
        value.binder = first;
        value.indexed = value.indexed || rank;
        l->locals.at[index].value = value;
        l->locals.at[index].sides = sides;
        l->locals.at[index].rank = rank;
    }
    return lexer_next(&l->lexer);
}

/* In a function a parameter or a local hides every other name. */
static void parse_bind(lang *l, const function *f, span s)
{
    for (uint32_t i = s.begin; i < s.end; i++) {
        piece *p = &l->pieces.at[i];
        if (p->kind != P_NAME) continue;
        for (uint32_t k = 0; k < f->count; k++)
            if (l->locals.at[f->locals + k].name == p->value) {
                p->kind = P_LOCAL;
                p->value = k;
                break;
            }
    }
}

/* A local equation: its ranges, its places and its value. */
static void parse_bind_local(lang *l, const function *f, const local *v)
{
    for (uint32_t k = 0; k < v->rank; k++) {
        parse_bind(l, f, l->sides.at[v->sides + k].low);
        parse_bind(l, f, l->sides.at[v->sides + k].high);
    }
    parse_bind(l, f, v->value);
}

static bool parse_function(lang *l, const token *name)
{
    function f = {.name = name->name, .place = name->place, .locals = (uint32_t)l->locals.count};
    char buffer[160];
    const char *word = graph_name_text(l->g, name->name);
    op o = ops_find_call(word, l->g->names.at[name->name].count);
    bool fixed =
        strcmp(word, "diff") == 0 || lang_is_reduction(word) || (o != OP_NOT_FOUND && !(ops_row(o)->flags & OP_HELP));
    if (fixed) return lang_error(l, E_BUILT_IN, name, quote(buffer, word, strlen(word)), NULL);
    symbol *s = lang_symbol(l, name->name);
    if (!s) return false;
    if (s->function) return parse_twice(l, name, l->functions.at[s->function - 1].place);
    if (!lexer_next(&l->lexer) || !parse_expect(l, T_OPEN) || !parse_parameters(l, &f) || !parse_expect(l, T_ASSIGN))
        return false;
    if (!lang_expression(l, END_STATEMENT, &f.body)) return false;
    if (parse_now(l)->kind == T_WORD && parse_now(l)->word == W_WHERE && !parse_where(l, &f)) return false;
    for (uint32_t k = f.binders; k-- > 0;) lang_unbind(l, f.binder + k);
    parse_bind(l, &f, f.body);
    for (uint32_t k = f.parameters; k < f.count; k++) parse_bind_local(l, &f, &l->locals.at[f.locals + k]);
    if (!array_push(&l->g->memory, &l->functions, f)) return report_memory(&l->g->report);
    l->symbols.at[name->name].function = (uint32_t)l->functions.count;
    return true;
}

/* name ( names , … ) = : is this the head of a function? Looks ahead and comes back. */
static bool parse_is_function(lang *l)
{
    lexer saved = l->lexer;
    bool head = lexer_next(&l->lexer) && parse_now(l)->kind == T_OPEN && lexer_next(&l->lexer);
    while (head && (parse_now(l)->kind == T_NAME || parse_now(l)->kind == T_COMMA || parse_now(l)->kind == T_WORD ||
                    parse_now(l)->kind == T_COLON || (parse_now(l)->kind == T_NEWLINE && !parse_now(l)->semicolon)))
        head = lexer_next(&l->lexer);
    head = head && parse_now(l)->kind == T_CLOSE && lexer_next(&l->lexer) && parse_now(l)->kind == T_ASSIGN;
    l->lexer = saved;
    report_forget(&l->g->report); /* a fault in what was only looked at is met again */
    return head;
}

/* ---- Declarations ----------------------------------------------------------------------------- */

static bool parse_type(lang *l, uint8_t *type)
{
    static const struct {
        const char *text;
        uint8_t type;
    } types[] = {{"f64", TYPE_F64}, {"f32", TYPE_F32}, {"int", TYPE_INT}, {"bool", TYPE_BOOL}};
    char buffer[160];
    const token *t = parse_now(l);
    if (t->kind != T_NAME) return parse_wrong(l, E_HERE);
    for (size_t i = 0; i < 4; i++)
        if (strcmp(graph_name_text(l->g, t->name), types[i].text) == 0) {
            *type = types[i].type;
            return lexer_next(&l->lexer);
        }
    return lang_error(l, E_TYPE, t, quote(buffer, l->lexer.s + t->place, t->bytes), NULL);
}

/* A distribution with another number of arguments than two; 3: more. */
static bool parse_draw_count(lang *l, const token *t, int count)
{
    static const char *const here[] = {"0", "1", "2", "3"};
    char buffer[160];
    const char *word = graph_name_text(l->g, t->name), *takes = translate(l->g->language, "2 arguments");
    bool normal = strcmp(word, "normal") == 0;
    const char *hint = /* catalogue */ normal ? "write normal(mean, sd)" : "write uniform(lo, hi)";
    report_at(&l->g->report, E_ARGUMENTS, t->place, t->bytes, quote(buffer, word, strlen(word)), takes,
              count > 2 ? translate(l->g->language, "more") : here[count]);
    report_hint(&l->g->report, hint, NULL);
    return false;
}

/* ~ normal(mean, sd) or uniform(lo, hi) */
static bool parse_distribution(lang *l, uint32_t name)
{
    char buffer[160];
    span first, second;
    token t = *parse_now(l);
    const char *word = t.kind == T_NAME ? graph_name_text(l->g, t.name) : "";
    uint8_t draw = strcmp(word, "normal") == 0 ? DRAW_NORMAL : strcmp(word, "uniform") == 0 ? DRAW_UNIFORM : DRAW_NONE;
    if (draw == DRAW_NONE) return lang_error(l, E_DISTRIBUTION, &t, quote(buffer, l->lexer.s + t.place, t.bytes), NULL);
    if (!lexer_next(&l->lexer)) return false;
    if (parse_now(l)->kind != T_OPEN) return parse_draw_count(l, &t, 0);
    if (!lexer_next(&l->lexer) || !lang_expression(l, END_ARGUMENT, &first)) return false;
    if (parse_now(l)->kind != T_COMMA) return parse_draw_count(l, &t, 1);
    if (!lexer_next(&l->lexer) || !lang_expression(l, END_ARGUMENT, &second)) return false;
    if (parse_now(l)->kind != T_CLOSE) return parse_draw_count(l, &t, 3);
    if (!lexer_next(&l->lexer)) return false;
    symbol *s = &l->symbols.at[name];
    s->draw = draw;
    s->value = first;
    s->value2 = second;
    return true;
}

static bool parse_draw_type(lang *l, const token *name, int type)
{
    char buffer[160];
    const char *shown = quote(buffer, graph_name_text(l->g, name->name), l->g->names.at[name->name].count);
    return lang_error(l, E_DRAW_TYPE, name, shown, type_name(type));
}

/* input a = 2, input H : int = 128, param w : f32 ~ normal(0, 1); the word is the current token */
static bool parse_declaration(lang *l, bool is_param)
{
    token t;
    uint8_t type = l->g->real;
    span value = {0};
    uint32_t sides = 0, rank = 0;
    l->has_declarations = true;
    if (!lexer_next(&l->lexer) || !parse_new_name(l, &t)) return false;
    if (parse_now(l)->kind == T_BRACKET && !lang_sizes(l, &sides, &rank)) return false;
    if (!parse_claim(l, &t, is_param ? S_PARAM : S_INPUT)) return false;
    l->symbols.at[t.name].sides = sides;
    l->symbols.at[t.name].rank = (uint16_t)rank;
    if (parse_now(l)->kind == T_COLON && (!lexer_next(&l->lexer) || !parse_type(l, &type))) return false;
    l->symbols.at[t.name].declared_type = type;
    if (parse_now(l)->kind == T_ASSIGN) {
        if (!lexer_next(&l->lexer) || !lang_expression(l, END_STATEMENT, &value)) return false;
        l->symbols.at[t.name].value = value;
    } else if (parse_now(l)->kind == T_TILDE) {
        if (!type_is_real(type)) return parse_draw_type(l, &t, type);
        if (!lexer_next(&l->lexer) || !parse_distribution(l, t.name)) return false;
    }
    return array_push(&l->g->memory, &l->declared, t.name) ? true : report_memory(&l->g->report);
}

static bool parse_outputs(lang *l)
{
    for (bool first = true; first || parse_now(l)->kind == T_COMMA; first = false) {
        if (!lexer_next(&l->lexer) || (!first && !parse_go_on(l))) return false;
        token t = *parse_now(l);
        if (t.kind != T_NAME) return parse_wrong(l, E_OUTPUT);
        statement st = {.name = t.name, .place = t.place};
        if (!array_push(&l->g->memory, &l->outputs, st)) return report_memory(&l->g->report);
        if (!lang_symbol(l, t.name) || !lexer_next(&l->lexer)) return false;
    }
    return true;
}

/* ---- Statements ------------------------------------------------------------------------------- */

static bool parse_bare(lang *l)
{
    statement st = {.place = parse_now(l)->place};
    if (!lang_expression(l, END_STATEMENT, &st.value)) return false;
    if (parse_now(l)->kind == T_WORD) return parse_wrong(l, E_HERE);
    return array_push(&l->g->memory, &l->statements, st) ? true : report_memory(&l->g->report);
}

/* Is the token after this one an `=`? */
static bool parse_is_equation(lang *l, token_kind kind)
{
    lexer saved = l->lexer;
    bool is = lexer_next(&l->lexer) && parse_now(l)->kind == kind;
    l->lexer = saved;
    report_forget(&l->g->report);
    return is;
}

/* z[ … ] = : looks for the equals sign behind the bracket that closes. */
static bool parse_is_array(lang *l)
{
    lexer saved = l->lexer;
    size_t depth = 0;
    bool is = lexer_next(&l->lexer) && parse_now(l)->kind == T_BRACKET;
    while (is) {
        token_kind kind = parse_now(l)->kind;
        if (kind == T_END || (kind == T_NEWLINE && parse_now(l)->semicolon)) is = false;
        if (kind == T_BRACKET) depth++;
        if (kind == T_BRACKET_CLOSE) depth--;
        is = is && lexer_next(&l->lexer);
        if (depth == 0) break;
    }
    is = is && parse_now(l)->kind == T_ASSIGN;
    l->lexer = saved;
    report_forget(&l->g->report);
    return is;
}

static bool parse_statement(lang *l)
{
    token t = *parse_now(l);
    char buffer[160];
    if (t.kind == T_WORD && t.word == W_IMPORT) return parse_wrong(l, E_LATER);
    if ((t.kind == T_WORD || t.kind == T_NUMBER) && parse_is_equation(l, T_ASSIGN))
        return t.kind == T_WORD ? lang_error(l, E_RESERVED, &t, quote(buffer, l->lexer.s + t.place, t.bytes), NULL)
                                : lang_error(l, E_STATEMENT, &t, NULL, NULL);
    if (t.kind == T_WORD && (t.word == W_INPUT || t.word == W_PARAM)) return parse_declaration(l, t.word == W_PARAM);
    if (t.kind == T_WORD && t.word == W_OUTPUT) return parse_outputs(l);
    if (t.kind == T_WORD && t.word == W_STOP && parse_is_function(l))
        return lang_error(l, E_BUILT_IN, &t, "stop", NULL);
    if (t.kind == T_NAME && parse_is_function(l)) return parse_function(l, &t);
    if (t.kind == T_NAME && parse_is_equation(l, T_ASSIGN))
        return lexer_next(&l->lexer) && lexer_next(&l->lexer) && parse_equation(l, &t);
    if (t.kind == T_NAME && parse_is_array(l)) return lexer_next(&l->lexer) && parse_array(l, &t);
    return parse_bare(l);
}

bool lang_parse_statements(lang *l)
{
    uint32_t bare = NO_PLACE;
    for (;;) {
        if (!parse_skip_lines(l)) return false;
        if (parse_now(l)->kind == T_END) break;
        size_t before = l->statements.count;
        if (bare != NO_PLACE) return report_at(&l->g->report, E_BARE, bare, 1, NULL, NULL, NULL);
        if (!parse_statement(l)) return false;
        if (l->statements.count > before && l->statements.at[before].name == 0) bare = l->statements.at[before].place;
        if (parse_now(l)->kind != T_NEWLINE && parse_now(l)->kind != T_END) return parse_wrong(l, E_HERE);
    }
    return true;
}

bool lang_parse_program(lang *l, const char *string, size_t count)
{
    if (!lexer_begin(&l->lexer, l->g, string, count) || !lang_parse_statements(l)) return false;
    if (l->statements.count) return true;
    bool any = l->declared.count || l->functions.count || l->outputs.count;
    return report_at(&l->g->report, any ? E_NO_RESULT : E_EMPTY, 0, 1, NULL, NULL, NULL);
}

bool lang_parse_list(lang *l, const char *string, size_t count)
{
    l->outside = true;
    if (!lexer_begin(&l->lexer, l->g, string, count)) return false;
    for (;;) {
        if (!parse_skip_lines(l)) return false;
        if (parse_now(l)->kind == T_END && !l->statements.count)
            return report_plain(&l->g->report, E_NO_OUTPUTS, NULL, NULL);
        statement st = {.place = parse_now(l)->place};
        if (!lang_expression(l, END_LIST, &st.value)) return false;
        if (!array_push(&l->g->memory, &l->statements, st)) return report_memory(&l->g->report);
        if (!parse_skip_lines(l)) return false;
        if (parse_now(l)->kind == T_END) return true;
        if (parse_now(l)->kind != T_COMMA) return parse_wrong(l, E_HERE);
        if (!lexer_next(&l->lexer)) return false;
    }
}
