using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// GPT-Neo with its language-model head, computed as Hugging Face's <c>GPTNeoForCausalLM</c> does
/// (https://github.com/huggingface/transformers/blob/main/src/transformers/models/gpt_neo/modeling_gpt_neo.py). Each module has a backward
/// pass beside its forward pass, and gradients are written directly into the flat buffer of <see cref="Parameters"/>: autograd is not used,
/// and gradients need no allocation.
/// </summary>
/// <remarks>
/// Shapes are written as in [batch * time, hidden]: batch, time (tokens of a block), hidden, vocabulary, positions (of the model).
/// </remarks>
public sealed class GptNeoForCausalLM : ILanguageModel, IHostModel
{
    private readonly TiedHead _head;
    private readonly WorkSharing _sharing = new();

    /// <summary>A model with zero weights; see <see cref="Initialize"/> and <see cref="GptNeoWeights"/>.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="device">The device it computes on.</param>
    /// <param name="forTraining">Whether memory is allocated for gradients.</param>
    /// <param name="bfloat16">Whether it computes in bfloat16, with weights, gradients and loss in float32; then
    /// <see cref="RefreshComputeValues"/> must be called after each change of the weights.</param>
    public GptNeoForCausalLM(GptNeoConfig config, Device device = default, bool forTraining = true, bool bfloat16 = false)
    {
        config.Validate();
        Config = config;
        Device = device;
        Parameters = new ParameterSet();
        transformer = new GptNeoModel(Parameters, config);
        Parameters.Allocate(device, forTraining, bfloat16);
        foreach (GptNeoBlock block in transformer.h)
        {
            block.attn.BindParameters(Parameters);
        }

        _head = new TiedHead(transformer.wte);
    }

    /// <summary>The model's shape.</summary>
    public GptNeoConfig Config { get; }

    /// <inheritdoc/>
    public IEnumerable<NamedWeights> Weights => Parameters.All.Select(p => SafeTensorsWriter.Named(p.Name, p.Shape, p.Value));

    /// <summary>The device it computes on.</summary>
    public Device Device { get; }

    /// <summary>All parameters.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Everything but the head, which is tied to <c>transformer.wte</c>.</summary>
    public GptNeoModel transformer { get; }

    /// <summary>
    /// Draws the initial weights: normal(0, initializer_range) for matrices, 0 for biases, 1 and 0 for layer normalisation, no scaling by
    /// depth. They come from <see cref="CounterRandom"/>, one stream per parameter, named by its key; so the same seed gives the same
    /// weights under every version of libtorch.
    /// </summary>
    public void Initialize(ulong seed) => WeightInitializer.Initialize(Parameters, Config.InitializerRange, seed);

    /// <summary>Copies changed weights to bfloat16, where the model computes in it; else does nothing.</summary>
    public void RefreshComputeValues() => Parameters.RefreshComputeValues();

    /// <summary>ids [batch * time] int64 to logits [batch * time, vocabulary].</summary>
    public Tensor Logits(Tensor ids, long batch, long length, List<Tensor>? hiddenStates = null)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor logits = _head.Logits(transformer.Forward(ids, batch, length, hiddenStates)).MoveToOuterDisposeScope();
        hiddenStates?.ForEach(state => state.MoveToOuterDisposeScope());
        return logits;
    }

    /// <summary>ids [time] int64, the next tokens of the text in the cache, to the logits [vocabulary] after the last of them.</summary>
    public Tensor NextLogits(Tensor ids, KeyValueCache cache)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = transformer.ForwardCached(ids, cache);             // [time, hidden]
        Tensor last = x.narrow(0, x.Size(0) - 1, 1);                  // [1, hidden]
        return _head.Logits(last).view(-1).MoveToOuterDisposeScope(); // [vocabulary]
    }

    /// <inheritdoc/>
    public ITextState NewText(int? capacity = null) => Device.Type == DeviceType.CPU
        ? new HostText(this, capacity ?? Config.MaxPositionEmbeddings)
        : new DeviceText(this);

    /// <inheritdoc/>
    public void AppendToEach(IReadOnlyList<ITextState> texts, ReadOnlySpan<int> tokens, Span<float> logits)
    {
        if (Device.Type == DeviceType.CPU)
        {
            HostText.AppendToEach(this, texts, tokens, logits);
            return;
        }

        for (int i = 0; i < texts.Count; i++)
        {
            texts[i].Append(tokens.Slice(i, 1), logits.Slice(i * Config.VocabSize, Config.VocabSize));
        }
    }

    /// <inheritdoc/>
    void IHostModel.Append(IReadOnlyList<HostTextCache> texts, int rows, ReadOnlySpan<int> tokens, Span<float> logits)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        HostTexts batch = new(Config, texts, rows, _sharing);
        Tensor x = transformer.ForwardCached(tokens, batch);                                         // [texts * rows, hidden]
        if (rows > 1)
        {
            x = x.narrow(0, rows - 1, 1);                                                            // [1, hidden]: one text
        }

        _head.Logits(x).AsSpan<float>().CopyTo(logits);                                              // [texts, vocabulary]
    }

    /// <summary>An empty cache for one text.</summary>
    public KeyValueCache NewCache() => new(Config, Device);

    /// <summary>Sum of the cross-entropy over the counted positions, in nats; parameters as for a forward and backward pass.</summary>
    public double LossSum(Tensor ids, Tensor targets, long batch, long length, CancellationToken cancellation = default)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = transformer.Forward(ids, batch, length, null, cancellation); // [batch * time, hidden]
        return _head.LossSum(x, targets);
    }

    /// <summary>Forward and backward pass of one micro-batch.</summary>
    /// <param name="ids">[batch * time] int64.</param>
    /// <param name="targets">[batch * time] int64: the token after each position, or -100 for a position that does not count.</param>
    /// <param name="batch">Blocks of the micro-batch.</param>
    /// <param name="length">Tokens of a block.</param>
    /// <param name="scale">Factor of each position's loss in the gradient: 1 over the number of positions counted in the whole step, for
    /// the gradient of the mean.</param>
    /// <param name="accumulate">Whether to add to the gradients; false replaces them.</param>
    /// <param name="cancellation">Checked between blocks; a cancelled call leaves the gradients incomplete.</param>
    /// <returns>Sum of the cross-entropy over the counted positions, in nats.</returns>
    public double ForwardBackward(
        Tensor ids, Tensor targets, long batch, long length, double scale, bool accumulate, CancellationToken cancellation = default)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = transformer.Forward(ids, batch, length, null, cancellation);          // [batch * time, hidden]
        (double loss, Tensor dx) = _head.LossAndBackward(x, targets, scale, accumulate); // [batch * time, hidden]
        transformer.Backward(dx, batch, length, accumulate, cancellation);
        return loss;
    }

    /// <summary>
    /// The same without reading anything from the device: the scale is read from a tensor [] float32, the loss is written to another, both
    /// on the model's device.
    /// </summary>
    internal void ForwardBackward(
        Tensor ids, Tensor targets, long batch, long length, Tensor scale, bool accumulate, Tensor loss,
        CancellationToken cancellation = default)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = transformer.Forward(ids, batch, length, null, cancellation); // [batch * time, hidden]
        Tensor dx = _head.LossAndBackward(x, targets, scale, accumulate, loss); // [batch * time, hidden]
        transformer.Backward(dx, batch, length, accumulate, cancellation);
    }

    /// <summary>Selects the operators of attention and loss.</summary>
    /// <param name="flashAttention">Whether flash attention may be used on a GPU.</param>
    /// <param name="ownOperators">Whether the native library's operators may be used on a CPU.</param>
    internal void SelectOperators(bool flashAttention, bool ownOperators)
    {
        _head.AllowFused = ownOperators;
        foreach (GptNeoBlock block in transformer.h)
        {
            block.attn.Core.AllowFlash = flashAttention;
            block.attn.Core.AllowFused = ownOperators;
        }
    }

    /// <summary>Releases the weights, gradients and buffers.</summary>
    public void Dispose()
    {
        transformer.Dispose();
        _head.Dispose();
        Parameters.Dispose();
    }
}
