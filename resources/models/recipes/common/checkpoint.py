"""What the recipes share when a checkpoint is written: averaged weights into a `transformers` model, stored as F16."""
import json
import shutil

import torch


def write(model, work, out, tokenizer):
    """Fill `model` with the averaged weights of WORK/checkpoint.pt and write the folder OUT."""
    out.mkdir(parents=True, exist_ok=True)
    saved = torch.load(work / "checkpoint.pt", weights_only=False)
    with torch.no_grad():
        for name, weight in saved["average"].items():
            model.get_parameter(name).copy_(weight)
    model.half().save_pretrained(out)
    (out / "model.safetensors").chmod(0o644)
    shutil.copyfile(work / "tokenizer.json", out / "tokenizer.json")
    described = {"tokenizer_class": "PreTrainedTokenizerFast", **tokenizer, "clean_up_tokenization_spaces": False}
    (out / "tokenizer_config.json").write_text(json.dumps(described, indent=2) + "\n")
    print(f"step {saved['step']}, {saved['seconds'] / 60:.1f} minutes of training, "
          f"{(out / 'model.safetensors').stat().st_size / 1e6:.1f} MB")
