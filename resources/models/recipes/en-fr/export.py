"""Write the averaged weights as a Marian checkpoint that `transformers` and Headlight read.

OUT receives model.safetensors (F16), config.json, generation_config.json, tokenizer.json and
tokenizer_config.json.
"""
import argparse
import json
import pathlib
import shutil

import torch
from transformers import GenerationConfig, MarianConfig, MarianMTModel

WIDTH, HEADS, INNER, DEPTH, POSITIONS, LONGEST = 256, 8, 1024, 3, 256, 128


def marian_config(vocabulary):
    pad, end = vocabulary - 1, 0
    return MarianConfig(
        vocab_size=vocabulary, decoder_vocab_size=vocabulary, d_model=WIDTH, encoder_layers=DEPTH,
        decoder_layers=DEPTH, encoder_attention_heads=HEADS, decoder_attention_heads=HEADS, encoder_ffn_dim=INNER,
        decoder_ffn_dim=INNER, activation_function="relu", dropout=0.1, attention_dropout=0.0,
        max_position_embeddings=POSITIONS, scale_embedding=True, static_position_embeddings=True,
        normalize_before=False, share_encoder_decoder_embeddings=True, tie_word_embeddings=True, init_std=0.02,
        pad_token_id=pad, eos_token_id=end, bos_token_id=None, decoder_start_token_id=pad, forced_eos_token_id=end)


def generation_config(vocabulary):
    pad, end = vocabulary - 1, 0
    return GenerationConfig(num_beams=4, max_length=LONGEST, length_penalty=1.0, early_stopping=False,
                            bad_words_ids=[[pad]], pad_token_id=pad, eos_token_id=end, decoder_start_token_id=pad,
                            forced_eos_token_id=end)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=pathlib.Path, default="work")
    parser.add_argument("--out", type=pathlib.Path, default="out")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    saved = torch.load(arguments.work / "checkpoint.pt", weights_only=False)
    weights = saved["average"]
    vocabulary = weights["shared.weight"].shape[0]
    model = MarianMTModel(marian_config(vocabulary))
    model.generation_config = generation_config(vocabulary)
    with torch.no_grad():
        for name, weight in weights.items():
            model.get_parameter("model." + name).copy_(weight)
        model.final_logits_bias.zero_()
    model.half().save_pretrained(arguments.out)
    (arguments.out / "model.safetensors").chmod(0o644)

    shutil.copyfile(arguments.work / "tokenizer.json", arguments.out / "tokenizer.json")
    tokenizer = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "</s>", "unk_token": "<unk>",
                 "pad_token": "<pad>", "model_max_length": POSITIONS, "clean_up_tokenization_spaces": False,
                 "source_lang": "en", "target_lang": "fr"}
    (arguments.out / "tokenizer_config.json").write_text(json.dumps(tokenizer, indent=2) + "\n")
    print(f"step {saved['step']}, epoch {saved['epoch']}, {saved['seconds'] / 60:.1f} minutes of training")


if __name__ == "__main__":
    main()
