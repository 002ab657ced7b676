#!/usr/bin/env python3
"""Print src/base/unicode_tables.inc from Python's unicodedata.

    python3 tools/unicode-tables.py > src/base/unicode_tables.inc

The output depends only on the Unicode version of the Python that runs it, and
names that version at its head.  Whatever src/base/unicode.c takes for granted
about the data is asserted here, so that a newer Unicode that breaks one of
those habits stops the generator and not a user.
"""
import unicodedata

LAST = 0x10FFFF
HANGUL = range(0xAC00, 0xD7A4)
CODES = [c for c in range(LAST + 1) if not 0xD800 <= c <= 0xDFFF]

# The bits of unicode_classes, printed as an enum for unicode.c.
LETTER, PART, NO_COLUMN = 1, 2, 4
# Unassigned places that EastAsianWidth.txt reserves for wide ideographs.
IDEOGRAPHS = [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
              (0x20000, 0x2FFFD), (0x30000, 0x3FFFD)]


def takes_no_column(code, category):
    """Marks set over another character, format characters other than the soft
    hyphen, and the vowels and finals that join a Hangul syllable."""
    if category in ("Mn", "Me"):
        return True
    if category == "Cf":
        return code != 0xAD
    jamo = 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF
    return jamo and category == "Lo"


def class_of(code):
    category = unicodedata.category(chr(code))
    bits = NO_COLUMN if takes_no_column(code, category) else 0
    if category[0] == "L" or category == "Nl":
        bits |= LETTER
    elif category in ("Mn", "Mc", "Nd"):
        bits |= PART
    return bits


def is_wide(code):
    # Python says "F" of every unassigned character, so those are settled here.
    if unicodedata.category(chr(code)) == "Cn":
        return any(a <= code <= b for a, b in IDEOGRAPHS)
    return unicodedata.east_asian_width(chr(code)) in "WF"


def decompositions():
    """{code: (first, second or 0)}, one canonical step, Hangul syllables apart."""
    table = {}
    for code in CODES:
        text = unicodedata.decomposition(chr(code))
        if text and text[0] != "<":
            parts = [int(part, 16) for part in text.split()]
            table[code] = (parts + [0])[:2]
            assert len(parts) <= 2 and code >= 0xC0 and code not in HANGUL
    return table


def ranges(value_of):
    """[first, count, value] for every run of codes with one value, 0 left out.
    ASCII is left out too: unicode.c answers it without a table."""
    found = []
    for code in CODES[0x80:]:
        value = value_of(code)
        if value and found and found[-1] == [found[-1][0], code - found[-1][0], value]:
            found[-1][1] += 1
        elif value:
            found.append([code, 1, value])
    return found


def decomposition_runs(order):
    """[first, count, index of the first in order] for runs of decomposable codes."""
    found = []
    for index, code in enumerate(order):
        if found and found[-1][0] + found[-1][1] == code:
            found[-1][1] += 1
        else:
            found.append([code, 1, index])
    return found


def print_table(kind, name, items):
    print(f"\nstatic const {kind} {name}[] = {{")
    line = ""
    for item in items:
        if len(line) + len(item) > 99:
            print(line)
            line = ""
        line += item + ","
    print(line + "\n};")


def print_ranges(name, found):
    assert all(count < 65536 and value < 65536 for _, count, value in found)
    print_table("struct unicode_range", name, [f"{{0x{a:X},{n},{v}}}" for a, n, v in found])


def check(table):
    """The habits of the data that unicode.c is written on."""
    for code, (_, second) in table.items():
        assert second not in table and second not in HANGUL
        full = unicodedata.normalize("NFD", chr(code))
        assert len(full) <= 4
        assert len(full.encode()) <= 3 * len(chr(code).encode())
    for code in range(0x300):
        assert unicodedata.combining(chr(code)) == 0 and not is_wide(code)
        assert not class_of(code) & NO_COLUMN


def main():
    table = decompositions()
    check(table)
    order = sorted(table)
    index = {code: i for i, code in enumerate(order)}
    # What NFC puts together again: pairs it would leave alone once composed.
    # This is where the composition exclusions go.
    pairs = [c for c in order if table[c][1] and unicodedata.normalize("NFC", chr(c)) == chr(c)]
    assert all(table[c][1] >= 0x300 for c in pairs)
    pairs.sort(key=lambda c: table[c])

    print(f"/* Made by tools/unicode-tables.py from Unicode {unicodedata.unidata_version}."
          "  Do not edit.\n   Ranges are {first, count, value}; src/base/unicode.c says what"
          " the values mean. */")
    print(f"\nenum {{ CLASS_LETTER = {LETTER}, CLASS_PART = {PART}, CLASS_NO_COLUMN = {NO_COLUMN} }};")
    print_ranges("unicode_classes", ranges(class_of))
    print_ranges("unicode_wide", ranges(lambda c: 2 if is_wide(c) else 0))
    print_ranges("unicode_order", ranges(lambda c: unicodedata.combining(chr(c))))
    print_ranges("unicode_runs", decomposition_runs(order))
    print_table("struct unicode_pair", "unicode_pairs",
                [f"{{0x{a:X},0x{b:X}}}" if b else f"{{0x{a:X},0}}"
                 for a, b in (table[c] for c in order)])
    print_table("uint16_t", "unicode_composed", [str(index[c]) for c in pairs])


main()
