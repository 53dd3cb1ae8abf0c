using DataForge.Pretrain.Model;
using TorchSharp;
using static TorchSharp.torch;
using SafeTensors = DataForge.Pretrain.Model.SafeTensors;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>
/// GPT-Neo with its language-model head, as TorchSharp modules. The blocks use autograd. The embeddings and the head, which are tied, have
/// their backward passes here: their gradient is the largest of a small model, and autograd would make it twice.
/// </summary>
internal sealed class TorchSharpModel : nn.Module, ILanguageModel, IHostModel
{
    private readonly TiedHead _head;

    /// <summary>A model whose weights are still to be set.</summary>
    internal TorchSharpModel(GptNeoConfig config)
        : base(LoadLibrary("GPTNeoForCausalLM"))
    {
        config.Validate();
        using DisposeScope scope = NewDisposeScope();
        Config = config;
        transformer = new Transformer(config);
        register_module(nameof(transformer), transformer);
        Parameters = named_parameters()
            .ToDictionary(p => p.name, p => (Tensor)p.parameter.DetachFromDisposeScope(), StringComparer.Ordinal);
        _head = new TiedHead(Parameters["transformer.wte.weight"], Sharing);
    }

    /// <inheritdoc/>
    public GptNeoConfig Config { get; }

    /// <inheritdoc/>
    public IEnumerable<NamedWeights> Weights => Parameters.Select(p => TensorMemory.Named(p.Key, p.Value));

    /// <summary>Everything but the head, which is tied to <c>transformer.wte</c>.</summary>
    public Transformer transformer { get; }

    /// <summary>The parameters, by key.</summary>
    internal IReadOnlyDictionary<string, Tensor> Parameters { get; }

    /// <summary>The threads of what is not an operator.</summary>
    internal WorkSharing Sharing { get; } = new();

    /// <summary>Reads a folder as Hugging Face lays it out.</summary>
    /// <exception cref="InvalidDataException">A file is damaged or does not fit the other.</exception>
    internal static TorchSharpModel LoadFolder(string folder)
    {
        TorchSharpModel model = new(GptNeoConfig.Load(Path.Combine(folder, "config.json")));
        try
        {
            model.Load(Path.Combine(folder, GptNeoWeights.FileName));
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Draws the weights, the same as <see cref="GptNeoForCausalLM.Initialize"/> does.</summary>
    internal void Initialize(ulong seed, WeightInitialization initialization = WeightInitialization.GptNeo)
    {
        foreach ((string name, Tensor values) in Parameters)
        {
            double deviation = WeightInitializer.Deviation(name, Config, initialization);
            WeightInitializer.Draw(name, values.shape, deviation, seed, TensorMemory.Receiver(values));
        }
    }

    /// <summary>Reads the weights of a safetensors file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or contains another model.</exception>
    internal void Load(string path)
    {
        using SafeTensors file = new(path);
        foreach ((string name, Tensor values) in Parameters)
        {
            GptNeoWeights.Read(file, name, values.shape, TensorMemory.Receiver(values));
        }

        GptNeoWeights.RequireKnown(file, Parameters.ContainsKey);
    }

    /// <summary>ids [batch, time] int64 to logits [batch, time, vocabulary].</summary>
    internal Tensor Logits(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = no_grad();
        Tensor x = transformer.Forward(transformer.Embed(ids));                                      // [batch, time, hidden]
        return x.matmul(Parameters["transformer.wte.weight"].t()).MoveToOuterDisposeScope();         // [batch, time, vocabulary]
    }

    /// <summary>Sum of the cross-entropy over the counted positions, in nats; ids and targets [batch, time] int64.</summary>
    internal double LossSum(Tensor ids, Tensor targets, CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = no_grad();
        Tensor x = transformer.Forward(transformer.Embed(ids), cancellation);                        // [batch, time, hidden]
        return _head.LossSum(x.flatten(0, 1), targets);
    }

    /// <summary>Forward and backward pass of one micro-batch.</summary>
    /// <param name="ids">[batch, time] int64.</param>
    /// <param name="targets">[batch, time] int64: the token after each position, or -100 for a position that does not count.</param>
    /// <param name="scale">Factor of each position's loss in the gradient.</param>
    /// <param name="accumulate">Whether to add to the gradients; false replaces them.</param>
    /// <param name="cancellation">Checked between blocks; a cancelled call leaves the gradients incomplete.</param>
    /// <returns>Sum of the cross-entropy over the counted positions, in nats.</returns>
    internal double ForwardBackward(Tensor ids, Tensor targets, double scale, bool accumulate, CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        if (!accumulate)
        {
            PrepareGradients();
        }

        Tensor embedded;
        using (no_grad())
        {
            embedded = transformer.Embed(ids);                                                       // [batch, time, hidden]
        }

        embedded.requires_grad = true;
        Tensor x = transformer.Forward(embedded, cancellation);                                      // [batch, time, hidden]
        Tensor wteGrad = Parameters["transformer.wte.weight"].grad!;                                 // [vocabulary, hidden]
        double loss;
        Tensor dx;                                                                                   // [batch * time, hidden]
        using (no_grad())
        {
            (loss, dx) = _head.LossAndBackward(x.detach().flatten(0, 1), targets, scale, wteGrad, accumulate);
        }

        x.backward([dx.view_as(x)]);
        EmbeddingBackward(ids, embedded.grad!, wteGrad);
        return loss;
    }

    /// <inheritdoc/>
    public ITextState NewText(int? capacity = null) => new HostText(this, capacity ?? Config.MaxPositionEmbeddings);

    /// <inheritdoc/>
    public void AppendToEach(IReadOnlyList<ITextState> texts, ReadOnlySpan<int> tokens, Span<float> logits) =>
        HostText.AppendToEach(this, texts, tokens, logits);

    /// <inheritdoc/>
    void IHostModel.Append(IReadOnlyList<HostTextCache> texts, int rows, ReadOnlySpan<int> tokens, Span<float> logits)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = no_grad();
        HostTexts batch = new(Config, texts, rows, Sharing);
        Tensor x = transformer.Embed(tensor(tokens.ToArray(), ScalarType.Int64), tensor(batch.Positions())); // [texts * rows, hidden]
        for (int i = 0; i < Config.NumLayers; i++)
        {
            x = transformer.h[i].ForwardCached(x, batch, i);                                          // [texts * rows, hidden]
        }

        batch.Advance();
        x = transformer.ln_f.call(rows > 1 ? x.narrow(0, rows - 1, 1) : x);                           // [texts, hidden]
        TensorMemory.Floats(x.mm(Parameters["transformer.wte.weight"].t())).CopyTo(logits);           // [texts, vocabulary]
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _head.Dispose();
            foreach (Tensor parameter in Parameters.Values)
            {
                parameter.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    // The base class calls the library already.
    private static string LoadLibrary(string name)
    {
        TorchSharpLibrary.Load();
        return name;
    }

    /// <summary>
    /// The blocks' gradients of the step before are released: the first backward pass makes new ones. Those of the embeddings are kept: the
    /// head overwrites wte's, and wpe's is set to 0.
    /// </summary>
    private void PrepareGradients()
    {
        foreach ((string name, Tensor parameter) in Parameters)
        {
            if (name is not ("transformer.wte.weight" or "transformer.wpe.weight"))
            {
                parameter.grad = null;
            }
            else if (parameter.grad is null)
            {
                parameter.grad = zeros_like(parameter);
            }
        }

        Parameters["transformer.wpe.weight"].grad!.zero_();
    }

    /// <summary>
    /// Adds row i of the embedded tokens' gradient [batch, time, hidden] to the row of token i in wte's gradient [vocabulary, hidden], and
    /// the sum over the batch to wpe's [positions, hidden]. Each thread has its own columns, so the order of additions is fixed.
    /// </summary>
    private unsafe void EmbeddingBackward(Tensor ids, Tensor dEmbedded, Tensor wteGrad)
    {
        const int Columns = 64;
        int hidden = Config.HiddenSize;
        long[] tokens = TensorMemory.Int64s(ids).ToArray();
        long time = ids.shape[1];
        Tensor wpeGrad = Parameters["transformer.wpe.weight"].grad!;
        float* from = TensorMemory.Pointer(dEmbedded), wte = TensorMemory.Pointer(wteGrad), wpe = TensorMemory.Pointer(wpeGrad);
        Sharing.Run((hidden + Columns - 1) / Columns, piece =>
        {
            int first = piece * Columns, count = Math.Min(Columns, hidden - first);
            for (int i = 0; i < tokens.Length; i++)
            {
                float* row = from + ((long)i * hidden) + first;
                HostKernels.Add(wte + (tokens[i] * hidden) + first, row, count);
                HostKernels.Add(wpe + (i % time * hidden) + first, row, count);
            }
        });
    }
}
