/* Characters: UTF-8, what a name may be made of, terminal columns, NFC.
 *
 * Nothing here allocates or keeps state, every read stays inside the count it
 * was given, and any bytes are accepted unless a line says otherwise.  Texts
 * need no final zero; a null pointer is fine where the count is 0. */
#ifndef EW_BASE_UNICODE_H
#define EW_BASE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the character at s into *code and returns its 1 to 4 bytes.  Returns 0,
 * *code untouched, when n is 0 or s[0..n) does not begin with a valid character:
 * an overlong form, a surrogate, a code above 10FFFF or one cut short by n. */
size_t utf8_decode(const char *s, size_t n, uint32_t *code);

/* Writes code as 1 to 4 bytes and returns how many.  A surrogate or a code above
 * 10FFFF, which UTF-8 cannot hold, is written as U+FFFD. */
size_t utf8_encode(uint32_t code, char out[4]);

/* The offset of the first byte that begins no valid character, or n. */
size_t utf8_invalid(const char *s, size_t n);

/* Characters, and terminal columns.  An invalid byte is one character of one
 * column, the U+FFFD that a terminal shows for it. */
size_t utf8_count(const char *s, size_t n);
size_t utf8_width(const char *s, size_t n);

/* A name starts with a letter (L*, Nl) or '_' and goes on with letters, marks
 * (Mn, Mc), decimal digits of any script (Nd) or '_'.  Superscript and subscript
 * digits are in neither: x² reads as a power, not as a name. */
bool unicode_name_start(uint32_t code);
bool unicode_name_part(uint32_t code);

/* Columns of one character: 0 for marks set over another one (Mn, Me), for format
 * characters and for jamo that join a syllable; 2 for wide East Asian ones; else
 * 1, control characters included, since what a tab takes depends on its place. */
size_t unicode_width(uint32_t code);

/* The character without its marks: e for ể, d for đ; others are themselves. */
uint32_t unicode_base(uint32_t code);

/* Writes the canonical composition (NFC) of in to out and returns its bytes, or 0
 * if they do not fit; out[0..capacity) is then unspecified.  3 * n bytes always
 * suffice.  The buffers must not overlap.  The input should be valid UTF-8; a byte
 * that is not becomes U+FFFD.  Time grows with n, also for endless piles of marks. */
size_t unicode_nfc(const char *in, size_t n, char *out, size_t capacity);

#endif
