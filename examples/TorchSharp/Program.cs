// Opens a model that DataForge exported, samples from it, trains it on a text, and samples again, with TorchSharp alone.
//   dotnet run --project examples/TorchSharp -c Release -- EXPORT_FOLDER [TEXT_FILE [STEPS [PROMPT]]]
// Exit code 2 if an argument is missing or wrong.

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using DataForge.Pretrain.TorchSharp;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

if (args.Length == 0 || !File.Exists(Path.Combine(args[0], "config.json")) || (args.Length > 1 && !File.Exists(args[1])))
{
    Console.Error.WriteLine("usage: EXPORT_FOLDER [TEXT_FILE [STEPS [PROMPT]]], where the folder is a run's 5-model/export");
    return 2;
}

Libraries.Load();
string folder = args[0], prompt = args.Length > 3 ? args[3] : "def read_lines(path):\n";
int steps = args.Length > 2 ? int.Parse(args[2]) : 20;
Tokenizer tokenizer = new(folder);
using GptNeo model = new(folder);
model.Load(Path.Combine(folder, "model.safetensors"));
Console.WriteLine($"{model.named_parameters().Sum(p => p.parameter.numel()):N0} parameters\n");
Console.WriteLine(Sample(model, tokenizer, prompt));
if (args.Length > 1)
{
    Train(model, tokenizer.Encode(File.ReadAllText(args[1])), steps);
    Console.WriteLine(Sample(model, tokenizer, prompt));
}

return 0;

// Greedy: the most likely token each time, the whole text is computed again for each.
static string Sample(GptNeo model, Tokenizer tokenizer, string prompt)
{
    using IDisposable inference = no_grad();
    List<long> tokens = [model.EndOfText, .. tokenizer.Encode(prompt)];
    for (int i = 0; i < 40 && tokens.Count < model.Positions; i++)
    {
        using DisposeScope scope = NewDisposeScope();
        long next = model.call(tensor(tokens, [1, tokens.Count]))[0, -1].argmax().item<long>();
        if (next == model.EndOfText)
        {
            break;
        }

        tokens.Add(next);
    }

    return tokenizer.Decode(tokens.Skip(1)) + "\n";
}

// Blocks of the text in turn, with TorchSharp's own AdamW.
static void Train(GptNeo model, List<long> tokens, int steps)
{
    int block = Math.Min(model.Positions, 128);
    Parameter[] parameters = [.. model.named_parameters().Select(p => p.parameter)];
    using optim.Optimizer adamw = optim.AdamW(parameters, 3e-4, weight_decay: 0.1);
    for (int step = 0; step < steps && tokens.Count > block + 1; step++)
    {
        using DisposeScope scope = NewDisposeScope();
        int first = step * block % (tokens.Count - block - 1);
        Tensor input = tensor(tokens.GetRange(first, block), [1, block]), target = tensor(tokens.GetRange(first + 1, block));
        Tensor loss = functional.cross_entropy(model.call(input)[0], target);
        adamw.zero_grad();
        loss.backward();
        torch.nn.utils.clip_grad_norm_(parameters, 1);
        adamw.step();
        if (step % 5 == 0 || step == steps - 1)
        {
            Console.WriteLine($"step {step + 1}: loss {loss.item<float>():F3}");
        }
    }

    Console.WriteLine();
}

/// <summary>GPT-Neo (https://huggingface.co/docs/transformers/model_doc/gpt_neo), its parameters named as in the file.</summary>
internal sealed class GptNeo : Module<Tensor, Tensor>
{
    private readonly Embedding _wte, _wpe;
    private readonly List<Block> _blocks = [];
    private readonly LayerNorm _norm;

    public GptNeo(string folder)
        : base(nameof(GptNeo))
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json")));
        JsonElement config = json.RootElement;
        int Get(string name) => config.GetProperty(name).GetInt32();
        (Positions, EndOfText) = (Get("max_position_embeddings"), Get("eos_token_id"));
        Register("transformer.wte", _wte = Embedding(Get("vocab_size"), Get("hidden_size")));
        Register("transformer.wpe", _wpe = Embedding(Positions, Get("hidden_size")));
        foreach (JsonElement kind in config.GetProperty("attention_layers").EnumerateArray())
        {
            int window = kind.GetString() == "local" ? Get("window_size") : Positions;
            Block block = new(Get("hidden_size"), Get("num_heads"), window);
            Register($"transformer.h.{_blocks.Count}", block);
            _blocks.Add(block);
        }

        Register("transformer.ln_f", _norm = LayerNorm(Get("hidden_size")));
    }

    public int Positions { get; }

    public int EndOfText { get; }

    public override Tensor forward(Tensor ids) // [batch, time] to logits [batch, time, vocabulary]
    {
        Tensor x = _wte.call(ids) + _wpe.call(arange(ids.shape[1], int64));
        foreach (Block block in _blocks)
        {
            x = block.call(x);
        }

        return _norm.call(x).matmul(_wte.weight!.t()); // the output layer is tied to the token embeddings
    }

    // safetensors (https://github.com/huggingface/safetensors#format): length of the header, header, data. Exports are float32.
    public void Load(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] length = new byte[8];
        file.ReadExactly(length);
        byte[] header = new byte[BinaryPrimitives.ReadInt64LittleEndian(length)];
        file.ReadExactly(header);
        using JsonDocument json = JsonDocument.Parse(header);
        foreach ((string name, Parameter parameter) in named_parameters())
        {
            JsonElement entry = json.RootElement.GetProperty(name.Replace('/', '.'));
            file.Position = 8 + header.Length + entry.GetProperty("data_offsets")[0].GetInt64();
            file.ReadExactly(parameter.bytes);
        }
    }

    private void Register(string name, Module module) => register_module(name.Replace('.', '/'), module); // a name may hold no '.'
}

/// <summary>x += attn(ln_1(x)); x += mlp(ln_2(x)).</summary>
internal sealed class Block : Module<Tensor, Tensor>
{
    private readonly LayerNorm _ln1, _ln2;
    private readonly Linear _k, _v, _q, _out, _fc, _proj;
    private readonly int _heads, _window;

    public Block(int hidden, int heads, int window)
        : base(nameof(Block))
    {
        (_heads, _window) = (heads, window);
        register_module("ln_1", _ln1 = LayerNorm(hidden));
        register_module("attn/attention/k_proj", _k = Linear(hidden, hidden, hasBias: false));
        register_module("attn/attention/v_proj", _v = Linear(hidden, hidden, hasBias: false));
        register_module("attn/attention/q_proj", _q = Linear(hidden, hidden, hasBias: false));
        register_module("attn/attention/out_proj", _out = Linear(hidden, hidden));
        register_module("ln_2", _ln2 = LayerNorm(hidden));
        register_module("mlp/c_fc", _fc = Linear(hidden, 4 * hidden));
        register_module("mlp/c_proj", _proj = Linear(4 * hidden, hidden));
    }

    public override Tensor forward(Tensor x) // [batch, time, hidden]
    {
        long time = x.shape[1];
        Tensor y = _ln1.call(x), visible = ones(time, time, dtype: ScalarType.Bool).tril().triu(1 - _window); // [time, time]
        Tensor Heads(Linear projection) => projection.call(y).view(x.shape[0], time, _heads, -1).transpose(1, 2);
        Tensor scores = Heads(_q).matmul(Heads(_k).transpose(2, 3)); // [batch, heads, time, time]; GPT-Neo does not scale them
        Tensor seen = functional.softmax(scores.masked_fill(~visible, float.NegativeInfinity), -1).matmul(Heads(_v));
        x = x + _out.call(seen.transpose(1, 2).flatten(2));
        return x + _proj.call(_fc.call(_ln2.call(x)).gelu(TorchSharp.Modules.GELU.Approximate.tanh));
    }
}

/// <summary>GPT-2's byte-level BPE, from vocab.json and merges.txt.</summary>
internal sealed partial class Tokenizer
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<int, string> _texts;
    private readonly Dictionary<(string, string), int> _ranks;
    private readonly Dictionary<byte, char> _letters = []; // a visible letter for each byte
    private readonly Dictionary<char, byte> _bytes;

    public Tokenizer(string folder)
    {
        _ids = JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(Path.Combine(folder, "vocab.json")))!;
        _texts = _ids.ToDictionary(pair => pair.Value, pair => pair.Key);
        var pairs = File.ReadLines(Path.Combine(folder, "merges.txt")).Select(l => l.Split(' ')).Where(m => m is [not "#version:", _]);
        _ranks = pairs.Select((pair, rank) => (Pair: (pair[0], pair[1]), rank)).ToDictionary(merge => merge.Pair, merge => merge.rank);
        for (int i = 0, spare = 256; i < 256; i++)
        {
            _letters[(byte)i] = (char)(i is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? i : spare++);
        }

        _bytes = _letters.ToDictionary(pair => pair.Value, pair => pair.Key);
    }

    public List<long> Encode(string text) =>
        [.. Words().Matches(text).SelectMany(word => Merge(word.Value)).Select(part => (long)_ids[part])];

    public string Decode(IEnumerable<long> tokens) => Encoding.UTF8.GetString(
        [.. tokens.SelectMany(token => _texts[(int)token]).Where(_bytes.ContainsKey).Select(letter => _bytes[letter])]);

    private List<string> Merge(string word)
    {
        List<string> parts = [.. Encoding.UTF8.GetBytes(word).Select(b => _letters[b].ToString())];
        while (true)
        {
            (int rank, int at) = (int.MaxValue, -1);
            for (int i = 0; i + 1 < parts.Count; i++)
            {
                if (_ranks.TryGetValue((parts[i], parts[i + 1]), out int found) && found < rank)
                {
                    (rank, at) = (found, i);
                }
            }

            if (at < 0)
            {
                return parts;
            }

            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
        }
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Words();
}

/// <summary>Loads libtorch and TorchSharp's binding from the NuGet packages.</summary>
internal static class Libraries
{
    public static void Load()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        NativeLibrary.Load(Path.Combine(packages, "libtorch-cpu-linux-x64/2.10.0/runtimes/linux-x64/native/libtorch.so"));
        string binding = Path.Combine(packages, "torchsharp/0.107.0/runtimes/linux-x64/native/libLibTorchSharp.so");
        if (!NativeLibrary.TryLoad(binding, out _))
        {
            VersionRequirement.LoadWithout(binding, "GLIBCXX_3.4.32");
        }
    }
}
