#!/usr/bin/env python3
"""Writes ../../golden/tokenizer/folders.json: small model folders, one a tokenizer class of transformers, and what
AutoTokenizer.from_pretrained makes of hard strings with each, for source and target texts.

The SentencePiece models and vocabularies are trained here, on the sentences of make_tokenizer_goldens.py, with a few
normalization rules of our own. Answers are digests (FNV-1a, 32 bits a text).

Run: python make_folder_goldens.py
Made with transformers 5.23.0, tokenizers 0.23.3, sentencepiece 0.2.3 on Python 3.11.
"""
import base64
import hashlib
import io
import json
import os
import pathlib
import sys
import tempfile
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
warnings.filterwarnings("ignore")

import sentencepiece  # noqa: E402
import transformers  # noqa: E402
from sentencepiece import sentencepiece_model_pb2  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

from compare_with_huggingface import byte_offsets  # noqa: E402
from hard_strings import HAND_MADE, random_strings  # noqa: E402
from make_tokenizer_goldens import SENTENCES, make_models  # noqa: E402

TARGET = pathlib.Path(__file__).resolve().parents[2] / "golden/tokenizer/folders.json"
RULES = {"\t": " ", "\n": " ", "\u00a0": " ", "\u3000": " ", "ﬁ": "fi", "ﷺ": "صلى الله", "e\u0301": "é", "É": "é", "㎏": "kg", "\u200b": "", "™": "TM", "½": "1⁄2", "Ａ": "A", "１": "1"}
SPECIALS = ["<s> a", "a<s>b <mask> x</s>", "  <unk> </s>", "<extra_id_3> x<extra_id_99>", "[CLS]a [MASK]b", "fr_XX deu_Latn x", "__fr__ bonjour >>fra<<", " a", "  a  b ",
            ">>fra<< hello", ">>xyz<<hi", ">> a << b", "</s>>>fra<<x", "\n\nx", "a<|user|>  b", "a  <tool>b<|im_start|>", "<|endoftext|>", "``quote''", "newword [X]", "<image><x>"]


def train(kind, size, **options):
    """A SentencePiece model as bytes, with RULES unless options name others."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as rules:
        for text, replacement in RULES.items():
            rules.write(" ".join(f"{ord(c):X}" for c in text) + "\t" + " ".join(f"{ord(c):X}" for c in replacement) + "\n")
        rules.flush()
        if "normalization_rule_name" not in options:
            options["normalization_rule_tsv"] = rules.name
        out = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(SENTENCES * 3), model_writer=out, vocab_size=size, model_type=kind, hard_vocab_limit=False,
                                                 minloglevel=2, character_coverage=0.98, num_threads=1, **options)
    model = sentencepiece_model_pb2.ModelProto.FromString(out.getvalue())
    model.normalizer_spec.ClearField("normalization_rule_tsv")  # the temporary file's name
    return model.SerializeToString(deterministic=True)


def numbered(model, front, behind, left_out):
    """A vocab.json of the model's pieces that leaves some out."""
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
    vocabulary = {token: i for i, token in enumerate(front)}
    for i in range(pieces.get_piece_size()):
        piece = pieces.id_to_piece(i)
        if i % left_out and piece not in vocabulary:
            vocabulary[piece] = len(vocabulary)
    for token in behind:
        vocabulary[token] = len(vocabulary)
    return vocabulary


def token(content, **flags):
    return {"content": content, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True, **flags}


def make_folders():
    """Name -> file name -> bytes, text or JSON."""
    unigram = train("unigram", 260)
    t5 = train("unigram", 260, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    albert = train("unigram", 260, pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, control_symbols=["[CLS]", "[SEP]"], user_defined_symbols=["[MASK]", "(", ")"])
    plain = {"normalization_rule_name": "identity", "remove_extra_whitespaces": False, "byte_fallback": True}
    llama = train("bpe", 520, split_digits=True, allow_whitespace_only_pieces=True, **plain)
    gemma = train("bpe", 520, bos_piece="<bos>", eos_piece="<eos>", pad_id=0, eos_id=1, bos_id=2, unk_id=3, add_dummy_prefix=False, user_defined_symbols=["<mask>", "  ", "\n"], **plain)
    bpe = train("bpe", 340)
    bpe_bytes = train("bpe", 520, byte_fallback=True)
    unigram_bytes = train("unigram", 420, byte_fallback=True)
    folders = {}

    def folder(name, model_type, settings=None, tokenizer_class=None, **files):
        files = {key.replace("__", "."): value for key, value in files.items()}
        files["config.json"] = {"model_type": model_type}
        if tokenizer_class:
            files["tokenizer_config.json"] = {"tokenizer_class": tokenizer_class, **(settings or {})}
        folders[name] = files

    folder("Llama", "llama", {"add_bos_token": True, "add_eos_token": False}, "LlamaTokenizer", tokenizer__model=llama)
    legacy_tokens = {"0": token("<unk>", normalized=True), "1": token("<s>", rstrip=True), "700": token("<|user|>", lstrip=True, special=False)}
    folder("Llama legacy", "llama", {"legacy": True, "add_bos_token": True, "add_eos_token": True, "added_tokens_decoder": legacy_tokens}, "LlamaTokenizer", tokenizer__model=llama)
    folder("Llama without tokenizer_config.json", "llama", tokenizer__model=llama)
    folder("Mistral", "mistral", {"add_bos_token": True}, "LlamaTokenizer", tokenizer__model=llama)
    folder("Phi-3", "phi3", {"add_bos_token": True}, "LlamaTokenizer", tokenizer__model=llama)
    folder("Gemma", "gemma2", {"add_bos_token": True}, "GemmaTokenizer", tokenizer__model=gemma)
    folder("T5", "t5", spiece__model=t5)
    folder("T5 with settings", "t5", {"extra_ids": 10, "additional_special_tokens": [f"<extra_id_{i}>" for i in range(10)], "clean_up_tokenization_spaces": True}, "T5Tokenizer", spiece__model=t5)
    folder("mT5", "mt5", {"extra_ids": 0}, "T5Tokenizer", spiece__model=t5)
    spm = "sentencepiece.bpe.model"
    folder("XLM-R", "xlm-roberta", **{spm: unigram})
    mask = {"content": "<mask>", "lstrip": True, "rstrip": False, "normalized": True, "single_word": False}
    folder("XLM-R with settings", "xlm-roberta", {"mask_token": {"__type": "AddedToken", **mask}}, "XLMRobertaTokenizer",
           **{spm: unigram, "special_tokens_map.json": {"mask_token": {**mask, "normalized": False}, "cls_token": "<s>"}})
    folder("mBART", "mbart", {"src_lang": "fr_XX", "tgt_lang": "de_DE"}, "MBartTokenizer", **{spm: unigram})
    folder("mBART-50", "mbart", {"src_lang": "fr_XX", "tgt_lang": "pl_PL"}, "MBart50Tokenizer", **{spm: unigram})
    folder("NLLB", "m2m_100", {"src_lang": "fra_Latn", "tgt_lang": "deu_Latn", "additional_special_tokens": ["fra_Latn", "deu_Latn", "eng_Latn"]}, "NllbTokenizer", **{spm: bpe})
    folder("NLLB legacy, no languages", "nllb-moe", {"legacy_behaviour": True}, "NllbTokenizer", **{spm: bpe})
    folder("PEGASUS", "pegasus", spiece__model=t5)
    folder("ALBERT", "albert", spiece__model=albert)
    folder("ALBERT cased", "albert", {"do_lower_case": False, "keep_accents": True}, "AlbertTokenizer", spiece__model=albert)
    folder("CamemBERT", "camembert", **{spm: unigram})
    folder("DeBERTa-v2", "deberta-v2", {"do_lower_case": True, "split_by_punct": True}, "DebertaV2Tokenizer", spm__model=albert)
    languages = {"additional_special_tokens": [f"__{code}__" for code in ["af", "am", "ar", "ast", "az", "ba", "be", "bg", "bn", "br", "bs", "ca", "ceb", "cs", "cy", "da", "de", "el", "en", "es", "et", "fa", "ff", "fi", "fr"]]}
    front = ["<s>", "<pad>", "</s>", "<unk>"]
    settings = {"src_lang": "en", "tgt_lang": "fr"}
    folder("M2M-100", "m2m_100", settings, "M2M100Tokenizer", **{spm: bpe, "vocab.json": numbered(bpe, front, [], 37), "special_tokens_map.json": languages})
    folder("M2M-100 byte fallback", "m2m_100", settings, "M2M100Tokenizer", **{spm: bpe_bytes, "vocab.json": numbered(bpe_bytes, front, [], 41), "special_tokens_map.json": languages})
    marian = numbered(unigram, ["</s>", "<unk>"], [">>fra<<", "<pad>"], 37)
    folder("Marian", "marian", {"source_lang": "en", "target_lang": "fr"}, "MarianTokenizer", source__spm=unigram, target__spm=t5, vocab__json=marian)
    folder("Marian, separate vocabularies", "marian", {"separate_vocabs": True}, "MarianTokenizer", source__spm=unigram, target__spm=t5, vocab__json=numbered(unigram, ["</s>", "<unk>", "<pad>"], [], 37),
           target_vocab__json=numbered(t5, ["</s>", "<unk>", "<pad>"], [], 31))
    folder("Marian byte fallback", "marian", {}, "MarianTokenizer", source__spm=unigram_bytes, target__spm=unigram_bytes, vocab__json=numbered(unigram_bytes, ["</s>", "<unk>"], ["<pad>"], 29))

    models = make_models()
    vocabulary = dict(models["byte_bpe"]["vocab"])
    for content in ["<|endoftext|>", "<s>", "<pad>", "</s>", "<unk>", "<mask>", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "[UNK]"]:
        vocabulary[content] = len(vocabulary)
    merges = "#version: 0.2\n" + "".join((m if isinstance(m, str) else " ".join(m)) + "\n" for m in models["byte_bpe"]["merges"])
    byte_level = {"vocab.json": vocabulary, "merges.txt": merges}
    words = models["wordpiece"]["vocab"]
    word_piece = {"vocab.txt": "".join(word + "\n" for word in sorted(words, key=words.get))}
    folder("GPT-2", "gpt2", **byte_level)
    folder("GPT-2 with bos", "gpt2", {"add_bos_token": True, "add_prefix_space": True}, "GPT2Tokenizer", **byte_level)
    end = {"__type": "AddedToken", **token("</s>", normalized=True)}
    folder("OPT", "opt", {"add_bos_token": True, "bos_token": end, "eos_token": "</s>", "unk_token": "</s>", "pad_token": "<pad>"}, "GPT2Tokenizer", **byte_level)
    folder("RoBERTa", "roberta", {"trim_offsets": False, "mask_token": {"__type": "AddedToken", **token("<mask>", lstrip=True)}}, "RobertaTokenizer", **byte_level)
    folder("BART", "bart", {}, "BartTokenizer", **byte_level)
    folder("GPT-NeoX", "gpt_neox", {"add_eos_token": True}, "GPTNeoXTokenizer", **byte_level)
    tools = {"500": token("<|im_start|>"), "501": token("<tool>", lstrip=True, special=False)}
    folder("Qwen2", "qwen2", {"added_tokens_decoder": tools, "additional_special_tokens": ["<|im_start|>"]}, "Qwen2Tokenizer", **byte_level)
    folder("Blenderbot", "blenderbot", {"add_prefix_space": True}, "BlenderbotTokenizer", **byte_level)
    folder("DeBERTa", "deberta", {}, "DebertaTokenizer", **byte_level)
    folder("BERT", "bert", **word_piece)
    folder("BERT cased", "bert", {"do_lower_case": False, "clean_up_tokenization_spaces": True}, "BertTokenizer", **word_piece)
    folder("DistilBERT", "distilbert", {"strip_accents": False}, "DistilBertTokenizer", **word_piece)
    folder("ELECTRA", "electra", {"tokenize_chinese_chars": False, "mask_token": {"__type": "AddedToken", **token("[MASK]", lstrip=True)}}, "ElectraTokenizer",
           **word_piece, **{"added_tokens.json": {"newword": 300, "[X]": 301}})
    roles = {"cls_token": "[CLS]", "sep_token": "[SEP]", "bos_token": "[CLS]", "eos_token": "[SEP]", "pad_token": "[PAD]"}
    folder("MPNet", "mpnet", roles, "MPNetTokenizer", **word_piece)
    return folders


def with_tokenizer_json(folders):
    """Folders as save_pretrained writes them, some with other settings beside them."""
    out = {}
    with tempfile.TemporaryDirectory() as base:
        for i, name in enumerate(["Llama legacy", "Gemma", "T5 with settings", "mBART", "NLLB", "PEGASUS", "ALBERT", "DeBERTa-v2", "XLM-R", "GPT-NeoX", "Qwen2", "RoBERTa", "BERT", "OPT"]):
            written, saved = pathlib.Path(base) / f"{i}a", pathlib.Path(base) / f"{i}b"
            write(written, folders[name])
            AutoTokenizer.from_pretrained(written).save_pretrained(saved)
            files = {path.name: path.read_text(encoding="utf-8") for path in sorted(saved.iterdir())}
            files = {key: json.loads(text) if key.endswith(".json") else text for key, text in files.items()}
            files["config.json"] = folders[name]["config.json"]
            out[f"{name}, tokenizer.json"] = files
    bert = out["BERT, tokenizer.json"]
    out["BERT cased by its settings, tokenizer.json"] = {**bert, "tokenizer_config.json": {"tokenizer_class": "BertTokenizer", "do_lower_case": False}}
    settings = {"mask_token": {"content": "[MASK]", "lstrip": True, "__type": "AddedToken"}, "extra_special_tokens": ["<x>", "##ing"], "image_token": "<image>", "bos_token": "<b>",
                "clean_up_tokenization_spaces": True, "add_bos_token": True}
    out["generic class, further tokens, tokenizer.json"] = {**bert, "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", **settings}}
    out["generic class, special tokens as text, tokenizer.json"] = {**bert, "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "split_special_tokens": True}}
    llama3 = {**out["OPT, tokenizer.json"], "tokenizer_config.json": {"tokenizer_class": "LlamaTokenizer"}, "config.json": {"model_type": "llama"}}
    out["Llama 3, tokenizer.json"] = llama3
    return out


def write(path, files):
    path.mkdir(parents=True)
    for name, content in files.items():
        if not isinstance(content, (bytes, str)):
            content = json.dumps(content, ensure_ascii=False)
        (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def fnv(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % (1 << 64)
    return f"{value >> 32:08x}"


def digest(tokenizer, texts, target=False):
    """Of `id,begin,end,type,token;` with offsets in bytes, or of `id;` where the tokenizer is Python's and has no more."""
    encoded = tokenizer(text_target=texts[0]) if target else tokenizer(*texts)
    if not tokenizer.is_fast:
        return fnv("".join(f"{i};" for i in encoded["input_ids"]))
    encoding = encoded.encodings[0]
    out = ""
    for i, offsets, type_id, piece, sequence in zip(encoding.ids, encoding.offsets, encoding.type_ids, encoding.tokens, encoding.sequence_ids):
        [(begin, end)] = byte_offsets(texts[1] if sequence == 1 else texts[0], [offsets])
        out += f"{i},{begin},{end},{type_id},{piece};"
    return fnv(out)


def has_target(tokenizer):
    if "Marian" in type(tokenizer).__name__:
        return True
    return getattr(tokenizer, "tgt_lang", None) is not None


def main():
    transformers.logging.set_verbosity_error()
    strings = HAND_MADE + SPECIALS + random_strings(60, seed=77)
    pairs = [["The lamp", " a head"], ["", "light"], ["<s> x", "waters  "]]
    files, cases = {}, []
    folders = make_folders()
    folders.update(with_tokenizer_json(folders))
    for name, contents in folders.items():
        with tempfile.TemporaryDirectory() as base:
            path = pathlib.Path(base) / "model"
            write(path, contents)
            tokenizer = AutoTokenizer.from_pretrained(path)
            case = {"name": name, "files": {}, "ids_only": not tokenizer.is_fast}
            for file, content in contents.items():
                kind, value = ("base64", base64.b64encode(content).decode()) if isinstance(content, bytes) else ("text", content) if isinstance(content, str) else ("json", content)
                key = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]
                files[key] = {kind: value}
                case["files"][file] = key
            case["digests"] = "".join(digest(tokenizer, [s]) for s in strings)
            case["pairs"] = "".join(digest(tokenizer, p) for p in pairs)
            ids = [tokenizer(s)["input_ids"] for s in strings[:40]]  # decoded, as Headlight does with its own
            if has_target(tokenizer):
                case["target"] = "".join(digest(tokenizer, [s], target=True) for s in strings)
                ids = [tokenizer(text_target=s)["input_ids"] for s in strings[:40]]
            case["decoded"] = "".join(fnv(tokenizer.decode(i, skip_special_tokens=skip)) for i in ids for skip in (True, False))
            cases.append(case)
            print(f"{name}: {type(tokenizer).__name__}, {len(tokenizer)} tokens", file=sys.stderr)
    made_with = {module.__name__: module.__version__ for module in (transformers, sentencepiece)}
    document = {"made_with": made_with, "strings": strings, "pairs": pairs, "files": files, "cases": cases}
    compact = {"separators": (",", ":"), "ensure_ascii": False}
    lines = []
    for key, value in document.items():
        text = json.dumps(value, **compact)
        if key == "files":
            text = "{\n" + ",\n".join(json.dumps(k) + ":" + json.dumps(v, **compact) for k, v in value.items()) + "\n}"
        elif key == "cases":
            text = "[\n" + ",\n".join(json.dumps(c, **compact) for c in value) + "\n]"
        lines.append(json.dumps(key) + ": " + text)
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
