"""GPT-Neo training written plainly in PyTorch: the yardstick for the speed of the C# trainer.

usage: plain_gptneo.py MODEL STEPS THREADS     (MODEL: 110m or 5m)

The same computation with PyTorch's own modules and optimizer: fp32, tied head, unscaled attention, gelu_new, AdamW with decay on
matrices, gradients clipped to 1. Prints one line a step: seconds, tokens a second, loss.
"""
import math
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

MODELS = {
    "110m": dict(vocab=32000, hidden=768, layers=12, heads=12, positions=1024, batch=1, block=512),
    "5m": dict(vocab=8192, hidden=256, layers=4, heads=4, positions=256, batch=4, block=256),
}


class Attention(nn.Module):
    def __init__(self, hidden, heads, positions, window):
        super().__init__()
        self.heads = heads
        self.k_proj = nn.Linear(hidden, hidden, bias=False)
        self.v_proj = nn.Linear(hidden, hidden, bias=False)
        self.q_proj = nn.Linear(hidden, hidden, bias=False)
        self.out_proj = nn.Linear(hidden, hidden)
        mask = torch.tril(torch.ones(positions, positions, dtype=torch.bool))
        if window:
            mask = torch.bitwise_xor(mask, torch.tril(mask, -window))
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x):
        batch, length, hidden = x.shape
        split = lambda t: t.view(batch, length, self.heads, hidden // self.heads).transpose(1, 2)
        q, k, v = split(self.q_proj(x)), split(self.k_proj(x)), split(self.v_proj(x))
        scores = (q @ k.transpose(-1, -2)).masked_fill(~self.mask[:length, :length], torch.finfo(q.dtype).min)
        seen = scores.softmax(-1) @ v
        return self.out_proj(seen.transpose(1, 2).reshape(batch, length, hidden))


class Block(nn.Module):
    def __init__(self, hidden, heads, positions, window):
        super().__init__()
        self.ln_1 = nn.LayerNorm(hidden)
        self.attn = Attention(hidden, heads, positions, window)
        self.ln_2 = nn.LayerNorm(hidden)
        self.c_fc = nn.Linear(hidden, 4 * hidden)
        self.c_proj = nn.Linear(4 * hidden, hidden)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.c_proj(F.gelu(self.c_fc(self.ln_2(x)), approximate="tanh"))


class GPTNeo(nn.Module):
    def __init__(self, vocab, hidden, layers, heads, positions, **_):
        super().__init__()
        self.wte = nn.Embedding(vocab, hidden)
        self.wpe = nn.Embedding(positions, hidden)
        self.h = nn.ModuleList([Block(hidden, heads, positions, 256 if i % 2 else 0) for i in range(layers)])
        self.ln_f = nn.LayerNorm(hidden)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, 0, 0.02)

    def forward(self, ids):
        x = self.wte(ids) + self.wpe(torch.arange(ids.shape[1]))
        for block in self.h:
            x = block(x)
        logits = F.linear(self.ln_f(x), self.wte.weight)
        return F.cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), ids[:, 1:].reshape(-1))


def main():
    shape, steps, threads = MODELS[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = GPTNeo(**shape)
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 0.1},
            {"params": [p for p in model.parameters() if p.dim() <= 1], "weight_decay": 0.0},
        ],
        lr=1e-4, betas=(0.9, 0.95),
    )
    tokens = shape["batch"] * shape["block"]
    for step in range(steps):
        ids = torch.randint(shape["vocab"], (shape["batch"], shape["block"]))
        start = time.perf_counter()
        loss = model(ids)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        value = loss.item()
        seconds = time.perf_counter() - start
        assert math.isfinite(value)
        print(f"{seconds:.5f} {tokens / seconds:.1f} {value:.4f}", flush=True)


main()
