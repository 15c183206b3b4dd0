"""BLEU of a checkpoint on the development set, and a look at its guided heads.

Every distinct English sentence is translated once with beam search; all French sentences that
stand beside it are its references.
"""
import argparse
import collections
import json
import pathlib
import time

import sacrebleu
import torch
from transformers import AutoTokenizer, MarianMTModel

from prepare import read_pairs

GUIDED = ((1, 0, "reads"), (2, 0, "writes"))  # decoder block, head, what its row is about
SAMPLE = "The black cat sleeps under the table."


def translate(model, tokenizer, sentences, beams, batch=48):
    """Translations in the order of the sentences; similar lengths go together."""
    order = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))
    translations = [""] * len(sentences)
    for at in range(0, len(order), batch):
        chosen = order[at:at + batch]
        inputs = tokenizer([sentences[i] for i in chosen], return_tensors="pt", padding=True,
                           return_token_type_ids=False)
        with torch.no_grad():
            rows = model.generate(**inputs, num_beams=beams)
        for i, text in zip(chosen, tokenizer.batch_decode(rows, skip_special_tokens=True)):
            translations[i] = text
    return translations


def bleu(model, tokenizer, pairs, beams):
    """Corpus BLEU with a varying number of references, its signature and the translations."""
    references = collections.defaultdict(list)
    for english, french in pairs:
        references[english].append(french)
    sentences = list(references)
    translations = translate(model, tokenizer, sentences, beams)
    most = max(len(r) for r in references.values())
    streams = [[references[s][i] if i < len(references[s]) else None for s in sentences] for i in range(most)]
    metric = sacrebleu.BLEU()
    score = metric.corpus_score(translations, streams)
    return score, str(metric.get_signature()), dict(zip(sentences, translations))


def alignment(model, tokenizer, sentence):
    """What the guided heads look at while the model translates `sentence` greedily."""
    inputs = tokenizer(sentence, return_tensors="pt", return_token_type_ids=False)
    with torch.no_grad():
        row = model.generate(**inputs, num_beams=1)[:, :-1]
        attentions = model(**inputs, decoder_input_ids=row, output_attentions=True).cross_attentions
    return (tokenizer.convert_ids_to_tokens(inputs["input_ids"][0].tolist()),
            tokenizer.convert_ids_to_tokens(row[0].tolist()), attentions)


def show(source, target, weights):
    print(" " * 12 + "".join(f"{token[:9]:>10}" for token in source))
    for token, row in zip(target, weights.tolist()):
        print(f"{token[:11]:<12}" + "".join(f"{value:>10.2f}" for value in row))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=pathlib.Path, default="out")
    parser.add_argument("--dev", type=pathlib.Path, default="data/dev.tsv")
    parser.add_argument("--beams", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--sentences", type=int, default=0, help="only so many sentences (for a quick look)")
    parser.add_argument("--json", type=pathlib.Path, help="write the result here")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    model = MarianMTModel.from_pretrained(arguments.model, dtype=torch.float32, attn_implementation="eager").eval()
    pairs = read_pairs(arguments.dev)
    if arguments.sentences:
        distinct = list(dict.fromkeys(pair[0] for pair in pairs))
        kept = set(distinct[::max(1, len(distinct) // arguments.sentences)])
        pairs = [pair for pair in pairs if pair[0] in kept]
    began = time.time()
    score, signature, translations = bleu(model, tokenizer, pairs, arguments.beams)
    print(f"BLEU {score.score:.2f} on {len(translations)} sentences with {len(pairs)} references, "
          f"beam {arguments.beams}, {time.time() - began:.0f} s\n{score}\n{signature}")
    for english in list(translations)[::max(1, len(translations) // 12)]:
        print(f"  {english}  ->  {translations[english]}")

    source, target, attentions = alignment(model, tokenizer, SAMPLE)
    for block, head, verb in GUIDED:
        print(f"decoder block {block}, head {head}: the token the row {verb}")
        show(source, target, attentions[block][0, head])
    if arguments.json:
        arguments.json.write_text(json.dumps(dict(bleu=round(score.score, 2), signature=signature,
                                                  sentences=len(translations), references=len(pairs),
                                                  beams=arguments.beams), indent=1) + "\n")


if __name__ == "__main__":
    main()
