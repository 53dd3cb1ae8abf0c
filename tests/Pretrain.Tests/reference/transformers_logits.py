"""Logits of Hugging Face's GPTNeoForCausalLM, as transformers loads an exported folder.

usage: transformers_logits.py FOLDER LENGTH IDS OUT     (IDS: raw int64, rows of LENGTH; OUT takes raw float32)

Prints the keys that from_pretrained missed and those it had no use for, as JSON.
"""
import json
import sys

import torch
from transformers import GPTNeoForCausalLM

folder, length, ids_file, out = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
model, loading = GPTNeoForCausalLM.from_pretrained(folder, output_loading_info=True)
ids = torch.frombuffer(bytearray(open(ids_file, "rb").read()), dtype=torch.int64).view(-1, length)
with torch.no_grad():
    logits = model.eval().to(torch.float32)(ids).logits
with open(out, "wb") as file:
    file.write(logits.contiguous().numpy().astype("<f4").tobytes())
print(json.dumps({
    "missing": sorted(loading["missing_keys"]), "unexpected": sorted(loading["unexpected_keys"]), "tied": bool(
        model.lm_head.weight.data_ptr() == model.transformer.wte.weight.data_ptr()),
    "type": type(model).__name__,
}))
