namespace DataForge.Pretrain.Training;

/// <summary>
/// Where a <see cref="Trainer"/> gets its tokens. Every result is a pure function of the arguments (and of the seed the source was
/// created with): calling again, in another order, in another process or after a resume gives the same tokens. So the only data position
/// that a checkpoint needs is the step number.
/// </summary>
/// <remarks>
/// A block is <c>blockSize</c> tokens long and predicts <c>blockSize - 1</c> of them, as Hugging Face shifts labels inside the model: the
/// prediction made at position t is compared with <c>labels[t + 1]</c>; <c>labels[0]</c> of a block is never used.
/// </remarks>
public interface ITrainingData
{
    /// <summary>The label of a position that must not count in the loss (PyTorch's <c>ignore_index</c>).</summary>
    const int IgnoredLabel = -100;

    /// <summary>
    /// Names the data and its order: a hash over the token shards, the seed and every option that changes what
    /// <see cref="FillBatch"/> writes. A checkpoint with another fingerprint is refused at resume.
    /// </summary>
    string Fingerprint { get; }

    /// <summary>How many validation batches there are; 0 if nothing is held out.</summary>
    int ValidationBatches { get; }

    /// <summary>Writes one micro-batch.</summary>
    /// <param name="step">The optimizer step, from 0.</param>
    /// <param name="microBatch">Which of the step's micro-batches, from 0 to accumulation - 1 (over all processes).</param>
    /// <param name="tokens">[batch × block] token ids, row after row, all to be written.</param>
    /// <param name="labels">[batch × block], all to be written: the token itself, or <see cref="IgnoredLabel"/>.
    /// Plain causal training copies <paramref name="tokens"/>.</param>
    void FillBatch(long step, int microBatch, Span<int> tokens, Span<int> labels);

    /// <summary>Writes one batch of held-out blocks; same shapes as <see cref="FillBatch"/>.</summary>
    /// <param name="index">From 0 to <see cref="ValidationBatches"/> - 1.</param>
    /// <param name="tokens">[batch × block] token ids.</param>
    /// <param name="labels">[batch × block] labels; blocks that fill up the last batch carry only <see cref="IgnoredLabel"/>.</param>
    void FillValidation(int index, Span<int> tokens, Span<int> labels);
}
