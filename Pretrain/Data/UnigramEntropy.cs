using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Data;

/// <summary>
/// The entropy of tokens under their own frequencies, H = -Σ p ln p: the mean loss, in nats per token, of the best model that uses no
/// context. A trained model must have a lower loss.
/// </summary>
public sealed class UnigramEntropy(int vocabularySize)
{
    private readonly long[] _counts = new long[vocabularySize];

    /// <summary>Tokens counted.</summary>
    public long Tokens { get; private set; }

    /// <summary>Counts one token.</summary>
    public void Add(int token)
    {
        _counts[token]++;
        Tokens++;
    }

    /// <summary>The entropy in nats per token; 0 if nothing was counted.</summary>
    public double NatsPerToken
    {
        get
        {
            // H = ln N - (Σ n ln n) / N, summed in the order of ids, so that rounding is the same each time.
            double sum = 0;
            foreach (long count in _counts)
            {
                sum += count > 0 ? count * Math.Log(count) : 0;
            }

            return Tokens == 0 ? 0 : Math.Log(Tokens) - (sum / Tokens);
        }
    }

    /// <summary>
    /// Counts exactly the tokens that validation predicts: the labels of each block but the first, without the ignored ones.
    /// </summary>
    /// <param name="data">The training data.</param>
    /// <param name="batchSize">Rows per batch.</param>
    /// <param name="blockSize">Tokens per row.</param>
    /// <param name="vocabularySize">Size of the model's vocabulary.</param>
    public static UnigramEntropy OfValidation(ITrainingData data, int batchSize, int blockSize, int vocabularySize)
    {
        UnigramEntropy entropy = new(vocabularySize);
        int[] tokens = new int[batchSize * blockSize], labels = new int[batchSize * blockSize];
        for (int batch = 0; batch < data.ValidationBatches; batch++)
        {
            data.FillValidation(batch, tokens, labels);
            for (int i = 0; i < labels.Length; i++)
            {
                if (i % blockSize != 0 && labels[i] != ITrainingData.IgnoredLabel)
                {
                    entropy.Add(labels[i]);
                }
            }
        }

        return entropy;
    }
}
