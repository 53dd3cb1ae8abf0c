using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// GPT-Neo with its language-model head, computed as Hugging Face's <c>GPTNeoForCausalLM</c> does (transformers,
/// modeling_gpt_neo.py). Each module has its backward half beside its forward half; gradients go straight into the flat buffer of
/// <see cref="Parameters"/>, so nothing is recorded and nothing is allocated for them.
/// </summary>
public sealed class GptNeoForCausalLM : IDisposable
{
    private readonly TiedHead _head;

    /// <summary>A model with zeroed weights; see <see cref="Initialize"/> and <see cref="SafeTensors"/>.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="device">Where it lives.</param>
    /// <param name="forTraining">Whether gradients get memory.</param>
    /// <param name="bfloat16">Whether it computes in bfloat16, from and to weights, gradients and loss in float32; then
    /// <see cref="RefreshComputeValues"/> must follow each change of the weights.</param>
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

    /// <summary>Where it lives.</summary>
    public Device Device { get; }

    /// <summary>Every trained tensor.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>All but the head, which is tied to <c>transformer.wte</c>.</summary>
    public GptNeoModel transformer { get; }

    /// <summary>
    /// Draws the weights: normal(0, initializer_range) for matrices, 0 for biases, 1 and 0 for LayerNorm, no scaling by depth. From our
    /// own generator, a parameter's own stream named by its key, so the same seed gives the same weights under every libtorch.
    /// </summary>
    public void Initialize(ulong seed) => WeightInitializer.Initialize(Parameters, Config.InitializerRange, seed);

    /// <summary>Takes up changed weights, where it computes in bfloat16; else there is nothing to do.</summary>
    public void RefreshComputeValues() => Parameters.RefreshComputeValues();

    /// <summary>ids [B·T] int64 to logits [B·T, V].</summary>
    public Tensor Logits(Tensor ids, long batch, long length, List<Tensor>? hiddenStates = null)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor logits = _head.Logits(transformer.Forward(ids, batch, length, hiddenStates)).MoveToOuterDisposeScope();
        hiddenStates?.ForEach(state => state.MoveToOuterDisposeScope());
        return logits;
    }

    /// <summary>ids [n] to logits [V] after the last of them, for the next n positions of the text in the cache.</summary>
    public Tensor NextLogits(Tensor ids, KeyValueCache cache)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = transformer.ForwardCached(ids, cache);                           // [n, H]
        return _head.Logits(x.narrow(0, x.Size(0) - 1, 1)).view(-1).MoveToOuterDisposeScope(); // [V]
    }

    /// <summary>An empty cache for one text.</summary>
    public KeyValueCache NewCache() => new(Config, Device);

    /// <summary>Sum over the counted positions of the cross-entropy, nothing kept. Targets as <see cref="ForwardBackward"/> takes them.</summary>
    public double LossSum(Tensor ids, Tensor targets, long batch, long length, CancellationToken cancellation = default)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return _head.LossSum(transformer.Forward(ids, batch, length, null, cancellation), targets);
    }

    /// <summary>One micro-batch, forth and back. Gives the sum of the cross-entropy over the counted positions.</summary>
    /// <param name="ids">[B·T] int64.</param>
    /// <param name="targets">[B·T] int64: the token that should follow each position, or -100 for one that does not count.</param>
    /// <param name="batch">B.</param>
    /// <param name="length">T.</param>
    /// <param name="scale">What each position's loss is multiplied by before the gradient is taken: 1 over the number of positions
    /// counted in the whole step, for the gradient of the mean.</param>
    /// <param name="accumulate">Whether the gradients are added to; false replaces them.</param>
    /// <param name="cancellation">Looked at between blocks; the gradients are then unfinished.</param>
    public double ForwardBackward(
        Tensor ids, Tensor targets, long batch, long length, double scale, bool accumulate, CancellationToken cancellation = default)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = transformer.Forward(ids, batch, length, null, cancellation);      // [B·T, H]
        (double loss, Tensor dx) = _head.LossAndBackward(x, targets, scale, accumulate); // [B·T, H]
        transformer.Backward(dx, batch, length, accumulate, cancellation);
        return loss;
    }

    /// <summary>
    /// The same with nothing asked of the device: the scale is read from a tensor [] float32, the loss written to another, on the model's
    /// device.
    /// </summary>
    internal void ForwardBackward(
        Tensor ids, Tensor targets, long batch, long length, Tensor scale, bool accumulate, Tensor loss, CancellationToken cancellation = default)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = transformer.Forward(ids, batch, length, null, cancellation);            // [B·T, H]
        Tensor dx = _head.LossAndBackward(x, targets, scale, accumulate, loss);             // [B·T, H]
        transformer.Backward(dx, batch, length, accumulate, cancellation);
    }

    /// <summary>Which operators of their own attention and loss may use: flash attention on a GPU, the native library's on a CPU.</summary>
    internal void SelectOperators(bool flashAttention, bool ownOperators)
    {
        _head.AllowFused = ownOperators;
        foreach (GptNeoBlock block in transformer.h)
        {
            block.attn.Core.AllowFlash = flashAttention;
            block.attn.Core.AllowFused = ownOperators;
        }
    }

    /// <summary>Releases the weights and everything held beside them.</summary>
    public void Dispose()
    {
        transformer.Dispose();
        _head.Dispose();
        Parameters.Dispose();
    }
}
