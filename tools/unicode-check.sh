#!/bin/sh
# Compares src/base/unicode.c with Python's unicodedata: every code, then random
# sequences.  Needs a Python of the Unicode version that the tables were made from.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
python3 tools/unicode-tables.py | cmp - src/base/unicode_tables.inc
${CC:-cc} -std=c11 -O1 -shared -fPIC -o "$work/unicode.so" src/base/unicode.c
python3 - "$work/unicode.so" <<'END'
import ctypes, random, sys, unicodedata as u
lib = ctypes.CDLL(sys.argv[1])
size = lib.utf8_invalid.restype = lib.utf8_count.restype = lib.unicode_nfc.restype = ctypes.c_size_t
lib.unicode_name_start.restype = lib.unicode_name_part.restype = ctypes.c_bool
def nfc(text):
    raw, want = text.encode(), u.normalize("NFC", text).encode()
    out = ctypes.create_string_buffer(3 * len(raw))
    for room in (3 * len(raw), len(want), len(want) - 1):
        n = lib.unicode_nfc(raw, size(len(raw)), out, size(room))
        assert n == (len(want) if room >= len(want) else 0), ascii(text)
        assert n == 0 or out.raw[:n] == want, ascii(text)
    counts = [f(raw, size(len(raw))) for f in (lib.utf8_count, lib.utf8_invalid)]
    assert counts == [len(text), len(raw)]
codes = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
for c in codes:
    kind = u.category(chr(c))
    start = kind[0] == "L" or kind == "Nl" or c == 95
    part = start or kind in ("Mn", "Mc", "Nd")
    assert (lib.unicode_name_start(c), lib.unicode_name_part(c)) == (start, part), hex(c)
    nfc(chr(c))
marks = [chr(c) for c in codes if u.combining(chr(c))]
whole = [chr(c) for c in codes if len(u.normalize("NFD", chr(c))) > 1]
pick = random.Random(1).choice
for _ in range(5000):
    parts = [pick([pick(whole), u.normalize("NFD", pick(whole)), pick(marks), pick(marks[:80]),
                   chr(pick(range(0x1100, 0x1200))), chr(pick(codes))]) for _ in range(12)]
    nfc("".join(parts))
    nfc(pick(whole)[0] + "".join(sorted("".join(parts), key=lambda c: not u.combining(c))))
print("unicode", u.unidata_version, "agrees:", len(codes), "codes, 10000 sequences")
END
