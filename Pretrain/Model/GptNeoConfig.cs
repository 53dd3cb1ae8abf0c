namespace DataForge.Pretrain.Model;

/// <summary>What kind of attention a layer has.</summary>
public enum AttentionKind
{
    /// <summary>A position attends to all earlier positions and itself.</summary>
    Global,

    /// <summary>A position attends to the last <see cref="GptNeoConfig.WindowSize"/> positions, itself included.</summary>
    Local,
}

/// <summary>
/// The shape of a GPT-Neo model, as Hugging Face's <c>config.json</c> states it
/// (https://huggingface.co/docs/transformers/model_doc/gpt_neo#transformers.GPTNeoConfig).
/// </summary>
public sealed record GptNeoConfig
{
    /// <summary>Size of the vocabulary, V.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Number of position embeddings, P: the longest text, in tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 2048;

    /// <summary>Width of the residual stream, H; a multiple of <see cref="NumHeads"/>.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of blocks, L.</summary>
    public required int NumLayers { get; init; }

    /// <summary>Attention heads in a block.</summary>
    public required int NumHeads { get; init; }

    /// <summary>Width of the MLP; null means 4 H.</summary>
    public int? IntermediateSize { get; init; }

    /// <summary>The kind of attention of each layer; L entries.</summary>
    public required IReadOnlyList<AttentionKind> AttentionLayers { get; init; }

    /// <summary>How many positions a local layer attends to, the position itself included.</summary>
    public int WindowSize { get; init; } = 256;

    /// <summary>Added to the variance in layer normalisation.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary>Standard deviation of the initial weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>The token that begins a document.</summary>
    public int BosTokenId { get; init; }

    /// <summary>The token that ends a document.</summary>
    public int EosTokenId { get; init; }

    /// <summary>Width of the MLP, resolved.</summary>
    public int MlpSize => IntermediateSize ?? 4 * HiddenSize;

    /// <summary>Width of one head.</summary>
    public int HeadSize => HiddenSize / NumHeads;

    /// <summary>Number of parameters; the output layer, tied to the token embeddings, counts once.</summary>
    public long ParameterCount
    {
        get
        {
            long h = HiddenSize, m = MlpSize;
            long block = (4 * h * h) + h + (2 * h * m) + m + h + (4 * h); // attention, its out bias, MLP with biases, two LayerNorms
            return ((VocabSize + (long)MaxPositionEmbeddings) * h) + (NumLayers * block) + (2 * h);
        }
    }

    /// <summary>
    /// The 110M model of PyCodeGPT (https://github.com/microsoft/PyCodeGPT): 12 layers of 768, 12 heads, global and local layers
    /// alternating.
    /// </summary>
    public static GptNeoConfig Base110M(int vocabSize = 32_000, int maxPositions = 1024) => new()
    {
        VocabSize = vocabSize, MaxPositionEmbeddings = maxPositions, HiddenSize = 768, NumLayers = 12, NumHeads = 12,
        AttentionLayers = Alternating(12),
    };

    /// <summary>
    /// The smallest useful model: 4 layers of 128, 1.35M parameters with a vocabulary of 4,096. It learns within minutes on a CPU.
    /// </summary>
    public static GptNeoConfig Quickstart(int vocabSize = 4096, int maxPositions = 256) => new()
    {
        VocabSize = vocabSize, MaxPositionEmbeddings = maxPositions, HiddenSize = 128, NumLayers = 4, NumHeads = 2,
        AttentionLayers = Alternating(4),
    };

    /// <summary>4 layers of 256: 5.3M parameters with a vocabulary of 8,192.</summary>
    public static GptNeoConfig Small(int vocabSize = 8192, int maxPositions = 256) => new()
    {
        VocabSize = vocabSize, MaxPositionEmbeddings = maxPositions, HiddenSize = 256, NumLayers = 4, NumHeads = 4,
        AttentionLayers = Alternating(4),
    };

    /// <summary>Global, local, global, local, ...: GPT-Neo's own order.</summary>
    public static IReadOnlyList<AttentionKind> Alternating(int layers) =>
        [.. Enumerable.Range(0, layers).Select(i => i % 2 == 0 ? AttentionKind.Global : AttentionKind.Local)];

    /// <summary>Checks that the values are in range and fit together.</summary>
    /// <exception cref="InvalidDataException">They are not; the message names every fault.</exception>
    public void Validate()
    {
        List<string> faults = [];
        Check(VocabSize is > 0 and <= 10_000_000, "vocab_size must lie in 1..10,000,000");
        Check(MaxPositionEmbeddings is > 0 and <= 1_000_000, "max_position_embeddings must lie in 1..1,000,000");
        Check(HiddenSize is > 0 and <= 65_536, "hidden_size must lie in 1..65,536");
        Check(NumHeads > 0 && HiddenSize % Math.Max(NumHeads, 1) == 0, "hidden_size must be a multiple of num_heads");
        Check(NumLayers is > 0 and <= 1000, "num_layers must lie in 1..1000");
        Check(AttentionLayers.Count == NumLayers, $"attention_types names {AttentionLayers.Count} layers where num_layers is {NumLayers}");
        Check(IntermediateSize is null or (> 0 and <= 1 << 20), "intermediate_size must lie in 1..1,048,576");
        Check(WindowSize > 0, "window_size must be positive");
        Check(LayerNormEpsilon is > 0 and < 1, "layer_norm_epsilon must lie between 0 and 1");
        Check(InitializerRange is > 0 and < 10, "initializer_range must lie between 0 and 10");
        if (faults.Count > 0)
        {
            throw new InvalidDataException("not a usable GPT-Neo configuration: " + string.Join("; ", faults));
        }

        void Check(bool good, string fault)
        {
            if (!good)
            {
                faults.Add(fault);
            }
        }
    }

    /// <summary>
    /// Names everything that decides the tensors' shapes and meaning; models with equal fingerprints can exchange weights.
    /// </summary>
    public string Fingerprint() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"gpt_neo V{VocabSize} P{MaxPositionEmbeddings} H{HiddenSize} L{NumLayers} A{NumHeads} M{MlpSize} W{WindowSize} "
        + $"eps{LayerNormEpsilon} {string.Concat(AttentionLayers.Select(kind => kind == AttentionKind.Global ? 'g' : 'l'))}");

    /// <summary>Reads <c>config.json</c>.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or of a model that is not supported.</exception>
    public static GptNeoConfig Load(string path) => GptNeoConfigJson.Read(path);

    /// <summary>Writes <c>config.json</c> as <c>GPTNeoForCausalLM.from_pretrained</c> reads it.</summary>
    public void Save(string path) => GptNeoConfigJson.Write(this, path);
}
