"""One tiny random checkpoint: made, saved, run, and its numbers written beside it."""
import dataclasses
import json
import re
import shutil
import zlib

import torch
import transformers
from safetensors.torch import save_file
from transformers import GenerationConfig

from recorder import Recorder, model_inputs

GENERATES = ("LMHeadModel", "ForCausalLM", "MTModel", "ForConditionalGeneration")


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    family: str                          # key of the FAMILIES of its table
    class_name: str
    config: transformers.PreTrainedConfig
    precision: torch.dtype = torch.float32  # as stored
    lengths: tuple[int, ...] = (5,)      # of the inputs
    shard: str = None                    # bytes a shard
    seed: int = None                     # else from the name
    legacy: dict = None                  # keys of config.json to set, or with None to remove, after saving: older spellings
    untied: bool = False                 # a head of its own even where the class ties it to the embedding
    spread: float = 0.4                  # of the weights
    generate: bool = True                # what greedy and beam search produce, where the class generates


def randomise(model, generator, spread):
    """Weights wide enough to matter, biases and norms away from zero and one."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if not parameter.requires_grad:
                continue  # Marian's sinusoids
            noise = torch.randn(parameter.shape, generator=generator)
            norm = re.search(r"norm|ln_", name, re.IGNORECASE)
            if norm and name.endswith("weight"):
                parameter.copy_(1 + 0.3 * noise)
            elif parameter.dim() == 1:
                parameter.copy_(0.2 * noise)
            else:
                parameter.copy_((0.5 if "shared" in name else 1.0) * spread * noise)
        if hasattr(model, "final_logits_bias"):
            model.final_logits_bias.copy_(0.5 * torch.randn(model.final_logits_bias.shape, generator=generator))


def generate(model, family, prompts, length):
    """What greedy and beam search produce, with and without the prompt as `transformers` returns it."""
    results = []
    for prompt in prompts:
        result = {"ids": prompt}
        for name, beams in (("greedy", 1), ("beam", 4)):
            config = GenerationConfig.from_model_config(model.config)
            config.update(num_beams=beams, do_sample=False, max_length=length, length_penalty=1.0, early_stopping=False,
                          return_dict_in_generate=True, output_scores=True)
            config.update(**family.generation(model.config))
            with torch.no_grad():
                out = model.generate(torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
                                     generation_config=config)
            result[name] = {"ids": out.sequences[0].tolist()}
            if beams > 1:
                result[name]["score"] = float(out.sequences_scores[0])
        results.append(result)
    return {"max_length": length, "num_beams": 4, "length_penalty": 1.0, "early_stopping": False, "cases": results}


def save(model, folder, checkpoint):
    """config.json and weights, without what only `transformers` adds."""
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, **({"max_shard_size": checkpoint.shard} if checkpoint.shard else {}))
    (folder / "generation_config.json").unlink(missing_ok=True)
    if checkpoint.legacy:
        config = json.loads((folder / "config.json").read_text())
        config.update(checkpoint.legacy)
        config = {key: value for key, value in config.items() if key not in checkpoint.legacy or value is not None}
        (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def make(name, checkpoint, family, out):
    """One folder below `out`."""
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()) if checkpoint.seed is None else checkpoint.seed)
    checkpoint.config.initializer_range = checkpoint.config.init_std = 0.4
    implementation = family.attention_implementation
    model_class = getattr(transformers, checkpoint.class_name)
    model = model_class._from_config(checkpoint.config, attn_implementation=implementation).eval()
    if checkpoint.untied:
        model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
        model.all_tied_weights_keys.pop("lm_head.weight", None)
    randomise(model, generator, checkpoint.spread)
    folder = out / name
    save(model.to(checkpoint.precision), folder, checkpoint)
    model = model_class.from_pretrained(folder, dtype=torch.float32, attn_implementation=implementation).eval()

    recorder = Recorder(model, family)
    golden = {"family": checkpoint.family, "class": checkpoint.class_name}
    for index, length in enumerate(checkpoint.lengths):
        ids = family.draw(model.config, length, generator)
        file = "golden.safetensors" if index == 0 else f"golden-{length}.safetensors"
        save_file(recorder.run(model, model_inputs(ids)), folder / file)
        if index == 0:
            golden.update(ids, more=[])
        else:
            golden["more"].append({"file": file, **ids})
    recorder.close()
    if checkpoint.class_name.endswith(GENERATES) and checkpoint.generate:
        prompts = [family.draw(model.config, length, generator)["ids"] for length in (2, 5, 6)]
        golden["generate"] = generate(model, family, prompts, 14)
    text = json.dumps(golden, indent=1)
    text = re.sub(r"\[[\s\d,]*\]", lambda found: re.sub(r"\s+", " ", found[0]).replace("[ ", "[").replace(" ]", "]"), text)
    (folder / "golden.json").write_text(text + "\n")
