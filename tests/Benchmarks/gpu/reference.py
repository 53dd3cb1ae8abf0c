"""What the GPU benchmark compares with, in PyTorch: run by `bench gpu` with the Python whose torch the shim was built against.

  reference.py eager FOLDER BATCH BLOCK STEPS     GPT-Neo in bfloat16, eager: Hugging Face's where transformers is installed
  reference.py compiled FOLDER BATCH BLOCK STEPS  a GPT of the same size with flash attention, torch.compile'd, autocast to bfloat16
  reference.py logits FOLDER IDS OUT              logits of Hugging Face's model in float32 (TF32 off) and in bfloat16, as raw float32

The first two print a line "name seconds" a step. FOLDER is an exported model. Exit code 3: something needed is not installed.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def wait():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def hugging_face(folder, dtype):
    try:
        from transformers import GPTNeoForCausalLM
    except ImportError:
        print("transformers is not installed for this Python", file=sys.stderr)
        sys.exit(3)
    return GPTNeoForCausalLM.from_pretrained(folder, attn_implementation="eager").to(DEVICE, dtype)


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (t.view(batch, length, self.heads, -1).transpose(1, 2) for t in self.qkv(self.ln_1(x)).split(width, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(batch, length, width))
        return x + self.narrow(F.gelu(self.wide(self.ln_2(x)), approximate="tanh"))


class Gpt(nn.Module):
    """All layers global, as nanoGPT has them: more attention than GPT-Neo's, the same parameters."""

    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.wte = nn.Embedding(config["vocab_size"], width)
        self.wpe = nn.Embedding(config["max_position_embeddings"], width)
        self.h = nn.ModuleList(Block(width, config["num_heads"]) for _ in range(config["num_layers"]))
        self.ln_f = nn.LayerNorm(width)

    def forward(self, ids):
        x = self.wte(ids) + self.wpe(torch.arange(ids.shape[1], device=ids.device))
        for block in self.h:
            x = block(x)
        return F.linear(self.ln_f(x), self.wte.weight)


def time_steps(name, step, parameters, steps):
    fused = {"fused": True} if DEVICE == "cuda" else {}
    optimizer = torch.optim.AdamW(parameters, lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1, **fused)
    for _ in range(steps):
        wait()
        begun = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        step().backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        wait()
        print(name, time.perf_counter() - begun, flush=True)


def main():
    torch.backends.cuda.matmul.allow_tf32 = False
    mode, folder = sys.argv[1], sys.argv[2]
    config = json.load(open(folder + "/config.json"))
    torch.manual_seed(1)
    if mode == "logits":
        ids = torch.frombuffer(bytearray(open(sys.argv[3], "rb").read()), dtype=torch.int64).view(1, -1).to(DEVICE)
        with open(sys.argv[4], "wb") as out, torch.no_grad():
            for dtype in (torch.float32, torch.bfloat16):
                logits = hugging_face(folder, dtype)(ids).logits.float().cpu()
                out.write(logits.numpy().astype("<f4").tobytes())
        return
    batch, block, steps = (int(argument) for argument in sys.argv[3:6])
    ids = torch.randint(config["vocab_size"], (batch, block), device=DEVICE)
    targets = torch.randint(config["vocab_size"], (batch * block,), device=DEVICE)
    if mode == "eager":
        model = hugging_face(folder, torch.bfloat16)
        model.train()
        time_steps(mode, lambda: model(ids, labels=ids, use_cache=False).loss, list(model.parameters()), steps)
        return
    model = Gpt(config).to(DEVICE)
    run = torch.compile(model) if hasattr(torch, "compile") else model

    def step():
        with torch.autocast(DEVICE, dtype=torch.bfloat16):
            return F.cross_entropy(run(ids).view(batch * block, -1).float(), targets)

    time_steps(mode, step, list(model.parameters()), steps)


main()
