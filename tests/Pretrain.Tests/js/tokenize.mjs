// Encodes texts with @huggingface/tokenizers.
// node tokenize.mjs MODULE TOKENIZER TEXTS IDS [prompt]
//   MODULE     the package's folder
//   TOKENIZER  a folder with tokenizer.json, or with vocab.json and merges.txt (GPT-2's form)
//   TEXTS      each text: u32 length, UTF-8 bytes; little-endian
//   IDS        written: for each text u32 count, u32 ids
// Without "prompt" the added tokens are left out, so that their names in a text are ordinary characters.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [module, folder, texts, output, mode] = process.argv.slice(2);
const entry = JSON.parse(readFileSync(join(module, "package.json"), "utf8"));
const { Tokenizer } = await import(pathToFileURL(join(module, entry.module ?? "dist/tokenizers.mjs")));

const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const whole = join(folder, "tokenizer.json");
const json = existsSync(whole)
  ? JSON.parse(readFileSync(whole, "utf8"))
  : {
      added_tokens: [], normalizer: null, pre_tokenizer: byteLevel, post_processor: null, decoder: byteLevel,
      model: {
        type: "BPE",
        vocab: JSON.parse(readFileSync(join(folder, "vocab.json"), "utf8")),
        merges: readFileSync(join(folder, "merges.txt"), "utf8").split("\n").slice(1).filter(line => line.length > 0),
      },
    };
const config = existsSync(join(folder, "tokenizer_config.json"))
  ? JSON.parse(readFileSync(join(folder, "tokenizer_config.json"), "utf8"))
  : {};
if (mode !== "prompt") {
  json.added_tokens = [];
}

const tokenizer = new Tokenizer(json, config);
const input = readFileSync(texts);
const words = [];
for (let at = 0; at < input.length;) {
  const length = input.readUInt32LE(at);
  const text = input.toString("utf8", at + 4, at + 4 + length);
  const { ids } = tokenizer.encode(text, { add_special_tokens: false });
  words.push(ids.length);
  for (const id of ids) {
    words.push(id);
  }
  at += 4 + length;
}

writeFileSync(output, Buffer.from(Uint32Array.from(words).buffer));
