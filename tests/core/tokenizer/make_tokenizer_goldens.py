#!/usr/bin/env python3
"""Writes ../../golden/tokenizer/tokenizers.json: small tokenizers, one a combination of components, and what Hugging Face's
tokenizers makes of hard strings with each: ids, token strings, byte offsets, type ids and decoded text.

For the first few strings the answer is there in full, for the others as a digest (FNV-1a of the same fields), so that
the file stays small; compare_with_huggingface.py shows the difference where a digest is wrong.

Run: python make_tokenizer_goldens.py > ../../golden/tokenizer/tokenizers.json
Made with tokenizers 0.23.3 on Python 3.11; the random strings are seeded.
"""
import base64
import json
import os
import struct

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import tokenizers  # noqa: E402
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers  # noqa: E402

from compare_with_huggingface import expected  # noqa: E402
from hard_strings import HAND_MADE, random_strings  # noqa: E402

SENTENCES = [
    "The lamp in the window shone far over the quiet water.", "A head looks at every word and asks which one matters.",
    "She counted 1984 steps, then 2,000 more, and didn't stop.", "Where there's light, there's a shadow; isn't there?",
    "The keeper of the lighthouse reads the keys, the queries and the values.", "He'll say they're wrong, we've heard it before.",
    "naïve café, Zürich, Łódź, el niño, garçon, øre, Ångström", "Le phare éclaire la mer, l'été comme l'hiver.",
    "Привет, маленький маяк над тёмной водой.", "Ο φάρος φωτίζει τη θάλασσα.", "灯台は海を照らす。光は遠くまで届く。",
    "灯塔照亮大海。", "등대가 바다를 비춘다.", "المنارة تضيء البحر", "המגדלור מאיר את הים", "दीपस्तंभ समुद्र को रोशन करता है।",
    "def light(x: int) -> str: return f'{x}' # 0x1F", "https://example.org/a?b=c&d=1#e {\"k\": [1, 2.5]}",
    "the the the of of and and to to in in is is that that it it was was for for on on are are as as with with",
    "light lighter lightest lighting lighthouse window windows word words water waters", "   spaces   and\ttabs\nand lines\n\n",
] * 3

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
O200K = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def trained(model, trainer, normalizer=None, pre_tokenizer=None):
    tokenizer = Tokenizer(model)
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return json.loads(tokenizer.to_str())["model"]


def byte_tokens():
    return [f"<0x{b:02X}>" for b in range(256)]


def make_models():
    P, T = pre_tokenizers, trainers
    quiet = {"show_progress": False}
    out = {}
    out["byte_bpe"] = trained(models.BPE(), T.BpeTrainer(vocab_size=420, initial_alphabet=P.ByteLevel.alphabet(), **quiet), None, P.ByteLevel(add_prefix_space=False))
    out["char_bpe"] = trained(models.BPE(unk_token="<unk>"), T.BpeTrainer(vocab_size=260, special_tokens=["<unk>"], limit_alphabet=90, **quiet), None, P.Whitespace())
    out["char_bpe_fused"] = {**out["char_bpe"], "fuse_unk": True}
    out["char_bpe_silent"] = {**out["char_bpe"], "unk_token": None}
    out["char_bpe_whole"] = {**out["char_bpe"], "ignore_merges": True}
    out["suffix_bpe"] = trained(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"), T.BpeTrainer(vocab_size=260, special_tokens=["<unk>"], limit_alphabet=60, end_of_word_suffix="</w>", **quiet), normalizers.Lowercase(), P.BertPreTokenizer())
    out["prefix_bpe"] = trained(models.BPE(unk_token="<unk>", continuing_subword_prefix="@@"), T.BpeTrainer(vocab_size=260, special_tokens=["<unk>"], limit_alphabet=60, continuing_subword_prefix="@@", **quiet), None, P.Whitespace())
    space = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    out["fallback_bpe"] = trained(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True), T.BpeTrainer(vocab_size=480, special_tokens=["<unk>"] + byte_tokens(), limit_alphabet=60, **quiet), space, P.Metaspace(prepend_scheme="never"))
    out["wordpiece"] = trained(models.WordPiece(unk_token="[UNK]"), T.WordPieceTrainer(vocab_size=300, special_tokens=["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"], limit_alphabet=90, **quiet), normalizers.BertNormalizer(), P.BertPreTokenizer())
    out["wordlevel"] = trained(models.WordLevel(unk_token="<unk>"), T.WordLevelTrainer(vocab_size=80, special_tokens=["<unk>"], **quiet), None, P.Whitespace())
    out["unigram"] = trained(models.Unigram(), T.UnigramTrainer(vocab_size=220, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", **quiet), normalizers.NFKC(), P.Metaspace())
    pieces = out["unigram"]["vocab"][:80]
    out["unigram_bytes"] = {**out["unigram"], "byte_fallback": True, "vocab": pieces + [[b, -8.0] for b in byte_tokens()]}
    # One token a piece, spelled as the piece: shows what normalizers and pre-tokenizers made of the text.
    out["pieces"] = {"type": "Unigram", "unk_id": 0, "byte_fallback": False, "vocab": [["<unk>", 0.0]]}
    return out


def charsmap(rules):
    """A precompiled_charsmap with these replacements: a trie in darts-clone's layout, one 256-slot block a node."""
    nodes, blocks = {b"": 0}, [{}]
    for key in rules:
        key = key.encode()
        for i in range(len(key)):
            if key[: i + 1] not in nodes:
                nodes[key[: i + 1]] = len(blocks)
                blocks.append({})
            blocks[nodes[key[:i]]][key[i]] = nodes[key[: i + 1]]
    values, text = {}, b""
    for key, replacement in rules.items():
        values[nodes[key.encode()]] = len(text)
        text += replacement.encode() + b"\0"
    # Slot of a node = 256 + 256 * block ^ label; its children are at (block of child) ^ label, its value at label 0.
    units = [0] * (256 * (len(blocks) + 1))
    slot_of_root = 0

    def offset_bits(distance):
        assert distance < 1 << 21
        return distance << 10

    units[slot_of_root] = offset_bits(256)
    pending = [(0, 256)]
    while pending:
        block, base = pending.pop()
        for label, child in blocks[block].items():
            slot = base ^ label
            child_base = 256 * (child + 1)
            units[slot] = label | (int(child in values) << 8) | offset_bits(slot ^ child_base)
            if child in values:
                units[child_base] = values[child] | (1 << 31)
            pending.append((child, child_base))
    trie = b"".join(struct.pack("<I", unit) for unit in units)
    return base64.b64encode(struct.pack("<I", len(trie)) + trie + text).decode()


def sequence(kind, *parts):
    return {"type": "Sequence", kind: list(parts)}


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def added(content, **flags):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **flags}


BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
EACH_CHARACTER = split(r"(?m:.)")
BERT_NORMALIZER = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
METASPACE = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}


def special(name, number):
    return {name: {"id": name, "ids": [number], "tokens": [name]}}


def text(which, type_id=0):
    return {"Sequence": {"id": which, "type_id": type_id}}


def token(name, type_id=0):
    return {"SpecialToken": {"id": name, "type_id": type_id}}


def make_cases():
    cases = []

    def case(name, model, **parts):
        cases.append({"name": name, "model": model, **parts})

    plain = {n: {"type": n} for n in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel"]}
    plain["Bert"] = BERT_NORMALIZER
    plain["BertCased"] = {**BERT_NORMALIZER, "lowercase": False, "clean_text": False}
    plain["BertKeepsAccents"] = {**BERT_NORMALIZER, "strip_accents": False, "handle_chinese_chars": False}
    plain["StripBoth"] = {"type": "Strip", "strip_left": True, "strip_right": True}
    plain["StripRight"] = {"type": "Strip", "strip_left": False, "strip_right": True}
    plain["ReplaceText"] = {"type": "Replace", "pattern": {"String": "a"}, "content": "éé"}
    plain["ReplacePattern"] = {"type": "Replace", "pattern": {"Regex": r"\s{2,}|\d+"}, "content": " "}
    plain["ReplaceByNothing"] = {"type": "Replace", "pattern": {"Regex": r"[^\x00-\x7f]"}, "content": ""}
    plain["Prepend"] = {"type": "Prepend", "prepend": "▁x"}
    rules = {"\t": " ", "\n": " ", "\x01": "", "ﬁ": "fi", "ﷺ": "صلى الله", "é": "e", "e\u0301": "É", "㎏": "kg", "\u200b": ""}
    plain["Precompiled"] = {"type": "Precompiled", "precompiled_charsmap": charsmap(rules)}
    plain["Sequence"] = sequence("normalizers", {"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}, {"type": "NFC"})
    plain["SequenceOfAll"] = sequence("normalizers", {"type": "Nmt"}, plain["Precompiled"], {"type": "NFKC"}, {"type": "Prepend", "prepend": "▁"}, plain["ReplacePattern"], {"type": "Strip", "strip_left": True, "strip_right": True})
    for name, normalizer in plain.items():
        case(f"normalizer {name}", "pieces", normalizer=normalizer, pre_tokenizer=EACH_CHARACTER)

    def pre(name, *parts):
        case(f"pre-tokenizer {name}", "pieces", pre_tokenizer=parts[0] if len(parts) == 1 else sequence("pretokenizers", *parts))

    for name in ["BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts"]:
        pre(name, {"type": name})
    pre("ByteLevel", BYTE_LEVEL)
    pre("ByteLevel with prefix space", {**BYTE_LEVEL, "add_prefix_space": True})
    pre("ByteLevel without pattern", {**BYTE_LEVEL, "add_prefix_space": True, "use_regex": False})
    for scheme in ["always", "first", "never"]:
        pre(f"Metaspace {scheme}", {**METASPACE, "prepend_scheme": scheme})
    pre("Metaspace unsplit", {**METASPACE, "split": False})
    pre("Metaspace legacy", {"type": "Metaspace", "replacement": "_", "add_prefix_space": True})
    for behavior in ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
        pre(f"Punctuation {behavior}", {"type": "Punctuation", "behavior": behavior})
        pre(f"Split {behavior}", split(r"\s+|[aeiou]", behavior))
        pre(f"Split inverted {behavior}", split(r"\w+", behavior, True))
        pre(f"Split text {behavior}", split("  ", behavior, False, "String"))
    pre("Split lookahead and empty matches", split(r"(?=[A-Z])|(?<=\d)(?=\D)|x*"))
    for name, pattern in {"GPT-2": GPT2, "Llama 3": LLAMA3, "Qwen 2": QWEN2, "o200k": O200K}.items():
        pre(f"Split {name}", split(pattern))
    pre("Split Ruby syntax", split(r"^\w|\h{2}+|[[:punct:]&&[^.]]|(?m:.$)|\p{^L}\b|[a-c[x-z]]{,2}q|\p{Han}+|\u00e9"))
    pre("Digits", {"type": "Digits", "individual_digits": False})
    pre("Digits individual", {"type": "Digits", "individual_digits": True})
    pre("CharDelimiterSplit", {"type": "CharDelimiterSplit", "delimiter": "e"})
    pre("FixedLength", {"type": "FixedLength", "length": 3})
    pre("Sequence", METASPACE, {"type": "Digits", "individual_digits": True}, {"type": "Punctuation", "behavior": "Isolated"}, {"type": "UnicodeScripts"})
    pre("Sequence byte level", split(LLAMA3), {**BYTE_LEVEL, "use_regex": False})

    specials = [added("<s>"), added("<mask>", lstrip=True), added("</s>")]
    tricky = [
        added("<s>"), added("<mask>", lstrip=True, rstrip=True), added("added", special=False, single_word=True),
        added("Word", special=False, normalized=True), added("stripleft", lstrip=True, special=False, normalized=True),
        added("stripright", rstrip=True, special=False), added("[MASK]", normalized=True), added("  ", special=False), added("<s>word", special=False),
    ]
    case("added tokens", "pieces", added=tricky)
    case("added tokens normalized", "pieces", added=tricky, normalizer={"type": "Lowercase"}, pre_tokenizer=METASPACE)
    case("added tokens and first", "pieces", added=tricky, normalizer={"type": "Strip", "strip_left": True, "strip_right": False}, pre_tokenizer={**METASPACE, "prepend_scheme": "first"})
    case("added tokens byte level", "byte_bpe", added=tricky, pre_tokenizer={**BYTE_LEVEL, "add_prefix_space": True}, post_processor={**BYTE_LEVEL, "add_prefix_space": True}, decoder=BYTE_LEVEL)

    bert = {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]}
    template = {"type": "TemplateProcessing", "single": [token("<s>"), text("A"), token("</s>", 2)], "pair": [token("<s>"), text("A"), token("</s>"), text("B", 1), token("</s>", 1)], "special_tokens": {**special("<s>", 5), **special("</s>", 6)}}
    roberta = {"type": "RobertaProcessing", "sep": ["</s>", 6], "cls": ["<s>", 5], "trim_offsets": True, "add_prefix_space": True}
    case("byte-level BPE, GPT-2", "byte_bpe", added=[added("<|endoftext|>")], pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL, post_processor={**BYTE_LEVEL, "trim_offsets": False})
    case("byte-level BPE, RoBERTa", "byte_bpe", added=specials, pre_tokenizer={**BYTE_LEVEL, "add_prefix_space": True}, decoder=BYTE_LEVEL, post_processor=roberta)
    case("byte-level BPE, trimmed then template", "byte_bpe", added=specials, pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL, post_processor=sequence("processors", {**BYTE_LEVEL, "add_prefix_space": False}, template))
    case("byte-level BPE, Llama 3", "byte_bpe", added=specials, pre_tokenizer=sequence("pretokenizers", split(LLAMA3), {**BYTE_LEVEL, "use_regex": False}), decoder=BYTE_LEVEL)
    case("byte-level BPE, trimmed after NFKC", "byte_bpe", normalizer={"type": "NFKC"}, pre_tokenizer={**BYTE_LEVEL, "add_prefix_space": True}, post_processor={**BYTE_LEVEL, "add_prefix_space": True}, decoder=BYTE_LEVEL)
    case("BPE unknown", "char_bpe", pre_tokenizer={"type": "Whitespace"})
    case("BPE unknown without pieces", "char_bpe")
    case("BPE fused unknown", "char_bpe_fused", pre_tokenizer={"type": "WhitespaceSplit"}, normalizer={"type": "NFD"})
    case("BPE without unknown", "char_bpe_silent", pre_tokenizer={"type": "WhitespaceSplit"})
    case("BPE ignore_merges", "char_bpe_whole", pre_tokenizer={"type": "Whitespace"})
    case("BPE end of word suffix", "suffix_bpe", normalizer={"type": "Lowercase"}, pre_tokenizer={"type": "BertPreTokenizer"}, decoder={"type": "BPEDecoder", "suffix": "</w>"})
    case("BPE continuing prefix", "prefix_bpe", pre_tokenizer={"type": "Whitespace"})
    llama_decoder = sequence("decoders", {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0})
    llama_normalizer = sequence("normalizers", {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"})
    case("BPE byte fallback, Llama 2", "fallback_bpe", added=[added("<s>"), added("<unk>")], normalizer=llama_normalizer, decoder=llama_decoder)
    case("WordPiece, BERT", "wordpiece", added=[added("[CLS]"), added("[MASK]")], normalizer=BERT_NORMALIZER, pre_tokenizer={"type": "BertPreTokenizer"}, post_processor=bert, decoder={"type": "WordPiece", "prefix": "##", "cleanup": True})
    case("WordLevel", "wordlevel", pre_tokenizer={"type": "Whitespace"}, decoder={"type": "CTC", "pad_token": "<unk>", "word_delimiter_token": "|", "cleanup": True})
    marian = sequence("pretokenizers", METASPACE, split(r"\p{N}|\p{P}", "Isolated"))
    eos = {"type": "TemplateProcessing", "single": [text("A"), token("</s>")], "pair": [text("A"), text("B"), token("</s>")], "special_tokens": special("</s>", 1)}
    case("Unigram, encoder-decoder", "unigram", added=[added("</s>"), added("<pad>")], normalizer={"type": "NFKC"}, pre_tokenizer=marian, post_processor=eos, decoder=METASPACE)
    case("Unigram without pieces", "unigram", normalizer=plain["Precompiled"])
    case("Unigram byte fallback", "unigram_bytes", pre_tokenizer=METASPACE, decoder=sequence("decoders", {"type": "ByteFallback"}, METASPACE))
    return cases


def digest(answer):
    """The upper 48 bits of FNV-1a over `id,begin,end,type,token;`."""
    value = 0xCBF29CE484222325
    for i, (begin, end), kind, piece in zip(answer["ids"], answer["offsets"], answer["type_ids"], answer["tokens"]):
        for byte in f"{i},{begin},{end},{kind},{piece};".encode():
            value = (value ^ byte) * 0x100000001B3 % (1 << 64)
    return f"{value >> 16:012x}"


def tokenizer_json(case, known_models):
    added_tokens = [{"id": i, **t} for i, t in enumerate(case.get("added", []))]
    parts = {key: case.get(key) for key in ["normalizer", "pre_tokenizer", "post_processor", "decoder"]}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added_tokens, **parts, "model": known_models[case["model"]]}


def main():
    n_full = 6
    known_models = make_models()
    strings = HAND_MADE[:2] + HAND_MADE[5:6] + HAND_MADE[10:11] + HAND_MADE[16:17] + HAND_MADE[26:27]
    assert len(strings) == n_full
    strings += [s for s in HAND_MADE if s not in strings] + random_strings(60, seed=2026)
    pairs = [["The lamp", " a head"], ["", "light"], ["<s> x", "waters  "]]
    cases = make_cases()
    for case in cases:
        tokenizer = Tokenizer.from_str(json.dumps(tokenizer_json(case, known_models)))
        answers = [expected(tokenizer, s) for s in strings]
        case["full"] = [[a["ids"], a["offsets"], a["tokens"]] for a in answers[:n_full]]
        case["digests"] = [digest(a) for a in answers[n_full:]]
        case["pairs"] = [digest(expected(tokenizer, p)) for p in pairs]
        if "decoder" in case:
            case["decoded"] = [tokenizer.decode(a["ids"], skip_special_tokens=False) for a in answers[:40]]
    out = {"made_with": {"tokenizers": tokenizers.__version__}, "strings": strings, "pairs": pairs, "models": known_models, "cases": cases}
    lines = ",\n".join(f"{json.dumps(k)}: " + ("[\n" + ",\n".join(json.dumps(c, separators=(',', ':'), ensure_ascii=False) for c in v) + "\n]" if k == "cases" else json.dumps(v, separators=(",", ":"), ensure_ascii=False)) for k, v in out.items())
    print("{\n" + lines + "\n}")


if __name__ == "__main__":
    main()
