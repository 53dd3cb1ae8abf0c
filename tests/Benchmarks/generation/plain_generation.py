"""Greedy generation with a GPT-Neo written plainly in PyTorch, with the keys and values kept: the yardstick for the speed of generation.

usage: plain_generation.py FOLDER TOKENS THREADS PROMPT_TOKEN…

FOLDER holds config.json and model.safetensors (float32). Prints a line when the model is loaded; then, for each line read from the standard
input, the seconds that the text took and its tokens.
"""
import json
import struct
import sys
import time

import torch
import torch.nn.functional as F


def load(folder):
    with open(folder + "/config.json", encoding="utf-8") as file:
        config = json.load(file)
    with open(folder + "/model.safetensors", "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    weights = {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, end = entry["data_offsets"]
            weights[name] = torch.frombuffer(data, dtype=torch.float32, count=(end - first) // 4, offset=first).view(entry["shape"])
    return config, weights


class Model:
    def __init__(self, config, weights):
        self.weights = weights
        self.layers, self.heads, self.hidden = config["num_layers"], config["num_heads"], config["hidden_size"]
        self.epsilon = config["layer_norm_epsilon"]
        kinds = [kind for names, count in config["attention_types"] for _ in range(count) for kind in names]
        self.windows = [config["window_size"] if kind == "local" else None for kind in kinds]

    def norm(self, x, name):
        return F.layer_norm(x, (self.hidden,), self.weights[name + ".weight"], self.weights[name + ".bias"], self.epsilon)

    def linear(self, x, name):
        return F.linear(x, self.weights[name + ".weight"], self.weights.get(name + ".bias"))

    def split(self, x):
        return x.view(-1, self.heads, self.hidden // self.heads).transpose(0, 1)  # [heads, time, head size]

    def attend(self, x, layer, cache):
        name = f"transformer.h.{layer}.attn.attention."
        k, v, q = (self.split(self.linear(x, name + part)) for part in ("k_proj", "v_proj", "q_proj"))
        past, window, new = 0, self.windows[layer], x.shape[0]
        if cache[layer] is not None:
            past = cache[layer][0].shape[1]
            k, v = torch.cat((cache[layer][0], k), 1), torch.cat((cache[layer][1], v), 1)
        kept = k.shape[1] if window is None else min(window, k.shape[1])
        cache[layer] = k[:, -kept:], v[:, -kept:]
        if new == 1:
            k, v = cache[layer]
            scores = q @ k.transpose(-1, -2)
        else:
            rows, columns = torch.arange(past, past + new)[:, None], torch.arange(past + new)[None, :]
            hidden = (columns > rows) if window is None else (columns > rows) | (columns <= rows - window)
            scores = (q @ k.transpose(-1, -2)).masked_fill(hidden, torch.finfo(q.dtype).min)
        seen = scores.softmax(-1) @ v
        return self.linear(seen.transpose(0, 1).reshape(new, self.hidden), name + "out_proj")

    def forward(self, ids, first, cache):
        """The logits after the last of the ids, whose positions begin at first."""
        wte = self.weights["transformer.wte.weight"]
        x = F.embedding(torch.tensor(ids), wte) + self.weights["transformer.wpe.weight"][first:first + len(ids)]
        for layer in range(self.layers):
            name = f"transformer.h.{layer}."
            x = x + self.attend(self.norm(x, name + "ln_1"), layer, cache)
            inner = F.gelu(self.linear(self.norm(x, name + "ln_2"), name + "mlp.c_fc"), approximate="tanh")
            x = x + self.linear(inner, name + "mlp.c_proj")
        return F.linear(self.norm(x[-1:], "transformer.ln_f"), wte)[0]


def generate(model, prompt, count):
    cache, tokens = [None] * model.layers, []
    logits = model.forward(prompt, 0, cache)
    for i in range(count):
        tokens.append(int(logits.argmax()))
        if i + 1 < count:
            logits = model.forward([tokens[-1]], len(prompt) + i, cache)
    return tokens


def main():
    count, prompt = int(sys.argv[2]), [int(token) for token in sys.argv[4:]]
    torch.set_num_threads(int(sys.argv[3]))
    with torch.inference_mode():
        model = Model(*load(sys.argv[1]))
        generate(model, prompt, 16)
        print("ready", flush=True)
        for _ in sys.stdin:
            start, cpu = time.perf_counter(), time.process_time()
            tokens = generate(model, prompt, count)
            print(f"{time.perf_counter() - start} {time.process_time() - cpu} {' '.join(map(str, tokens))}", flush=True)


main()
