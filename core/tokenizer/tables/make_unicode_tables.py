#!/usr/bin/env python3
"""Writes unicode_tables.cpp: the character sets Hugging Face `tokenizers` works with.

Its parts were built against different Unicode versions (its regular expressions know Unicode 16, its normalization
a much older one), and a token id depends on which. So the sets are measured, by asking every component about every
code point, rather than taken from whatever Unicode version this machine's libraries have.

Run: python make_unicode_tables.py > unicode_tables.cpp        (tokenizers 0.23.3, Python 3.11, libutf8proc 2.8)
"""
import ctypes
import ctypes.util
import unicodedata

import tokenizers
from tokenizers import Regex
from tokenizers import normalizers as N
from tokenizers import pre_tokenizers as P

POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
INDEX_OF_E000 = 0xD800
ALL_TEXT = "".join(map(chr, POINTS))
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cf".split()
SCRIPTS_WITH_ADDITIONS = ["Han", "Latin", "Cyrillic", "Arabic", "Devanagari", "Kannada", "Telugu", "Hiragana", "Katakana"]
utf8proc = ctypes.CDLL(ctypes.util.find_library("utf8proc"))


def ranges(points):
    out = []
    for point in sorted(points):
        if out and out[-1][1] + 1 == point:
            out[-1][1] = point
        else:
            out.append([point, point])
    return out


def matched(pattern):
    """Code points a regular expression of one character matches."""
    pieces = P.Split(Regex(f"(?:{pattern})+"), "removed", invert=True).pre_tokenize_str(ALL_TEXT)
    return {POINTS[i] for _, (begin, end) in pieces for i in range(begin, end)}


def kept(pre_tokenizer):
    return {POINTS[i] for _, (begin, end) in pre_tokenizer.pre_tokenize_str(ALL_TEXT) for i in range(begin, end)}


def word_points():
    text = "".join("a" + chr(c) + " " for c in POINTS)
    return {POINTS[begin // 3] for _, (begin, end) in P.Whitespace().pre_tokenize_str(text) if end - begin == 2 and begin % 3 == 0}


def numeric_points():
    """Digits(individual) isolates numeric characters, so between two letters each gives three pieces."""
    text = "".join("a" + chr(c) + "a " for c in POINTS)
    pieces = P.Sequence([P.WhitespaceSplit(), P.Digits(True)]).pre_tokenize_str(text)
    return {POINTS[begin // 4] for _, (begin, end) in pieces if begin % 4 == 1 and end - begin == 1}


def removed(normalizer):
    return {c for c in POINTS if normalizer.normalize_str(chr(c)) == ""}


def lowercase_changes():
    """(first, last, distance) where lowercase differs from utf8proc's simple mapping."""
    lower = N.Lowercase()
    out = []
    for c in POINTS:
        want = lower.normalize_str(chr(c))
        if len(want) != 1 or ord(want) == utf8proc.utf8proc_tolower(c):
            continue
        distance = ord(want) - c
        if out and out[-1][1] + 1 == c and out[-1][2] == distance:
            out[-1][1] = c
        else:
            out.append([c, c, distance])
    return out


def undecomposed():
    """Code points that newer Unicode versions decompose and `tokenizers` does not."""
    form = N.NFKD()
    buffer = (ctypes.c_int32 * 32)()
    boundary = ctypes.c_int(0)
    out = set()
    for c in POINTS:
        if form.normalize_str(chr(c)) != chr(c):
            continue
        count = utf8proc.utf8proc_decompose_char(c, buffer, 32, (1 << 2) | (1 << 4), ctypes.byref(boundary))
        if list(buffer[:count]) != [c] or unicodedata.normalize("NFKD", chr(c)) != chr(c):
            out.add(c)
    return out


def script_runs():
    """Runs of code points UnicodeScripts keeps together: (first, last, number of the script; 0 is none)."""
    scripts = P.UnicodeScripts()
    any_script = {c for c in POINTS if not scripts.pre_tokenize_str(chr(c))}
    runs, representatives = [], []
    known = [c for c in POINTS if c not in any_script]
    starts = [begin for _, (begin, _) in scripts.pre_tokenize_str("".join(map(chr, known)))] + [len(known)]
    for begin, end in zip(starts, starts[1:]):
        first = known[begin]
        number = next((i for i, r in enumerate(representatives) if len(scripts.pre_tokenize_str(chr(r) + chr(first))) == 1), None)
        if number is None:
            number = len(representatives)
            representatives.append(first)
        for low, high in ranges(known[begin:end]):
            runs.append((low, high, number + 1))
    return runs


def emit(name, comment, items, kind="CodePointRange", columns=6):
    print(f"\n// {comment}")
    print(f"constexpr {kind} {name}_data[] = {{")
    cells = ["{" + ", ".join(v if isinstance(v, str) else (hex(v) if v >= 0 else str(v)) for v in item) + "}" for item in items]
    for i in range(0, len(cells), columns):
        print("    " + ", ".join(cells[i : i + columns]) + ",")
    print("};")
    print(f"const std::span<const {kind}> {name} = {name}_data;")


def main():
    print("// Written by make_unicode_tables.py; change that and run it again.")
    print(f"// Measured on tokenizers {tokenizers.__version__}.")
    print('#include "core/tokenizer/tables/unicode_tables.h"\n')
    print("namespace headlight::tables {")
    emit("word_characters", r"\w of the Whitespace pre-tokenizer and of single_word added tokens", ranges(word_points()))
    emit("numeric_characters", "what the Digits pre-tokenizer isolates", ranges(numeric_points()))
    emit("punctuation_characters", "what the Punctuation and BERT pre-tokenizers isolate", ranges(set(POINTS) - kept(P.Punctuation("removed"))))
    emit("combining_marks", "what StripAccents removes; also all characters with a combining class", ranges(removed(N.StripAccents())))
    emit("nonspacing_marks", "what BertNormalizer's strip_accents removes", ranges(removed(N.BertNormalizer(False, False, True, False))))
    emit("unclean_characters", "what BertNormalizer's clean_text removes", ranges(removed(N.BertNormalizer(True, False, False, False))))
    emit("undecomposed_characters", "decomposed by newer Unicode versions, left alone here", ranges(undecomposed()))
    emit("lowercase_changes", "lowercase mappings newer than utf8proc's: first, last, distance", lowercase_changes(), "LowercaseChange")
    additions = []
    for category in CATEGORIES:
        new = {c for c in matched(rf"\p{{{category}}}") if unicodedata.category(chr(c)) == "Cn"}
        additions += [(low, high, f'"{category}"') for low, high in ranges(new)]
    emit("regex_additions", "general categories of the code points assigned between Unicode 14 and 16", additions, "NamedRange", 4)
    additions = []
    for script in SCRIPTS_WITH_ADDITIONS:
        new = {c for c in matched(rf"\p{{{script}}}") if unicodedata.category(chr(c)) == "Cn"}
        additions += [(low, high, f'"{script}"') for low, high in ranges(new)]
    emit("regex_script_additions", "scripts of the code points assigned between Unicode 14 and 16", additions, "NamedRange", 4)
    emit("scripts", "first, last, number of the script as UnicodeScripts tells them apart", script_runs(), "ScriptRange")
    print("\n} // namespace headlight::tables")


if __name__ == "__main__":
    main()
