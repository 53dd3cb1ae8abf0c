using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Data;

/// <summary>
/// The entropy of tokens under their own frequencies, H = -Σ p ln p: the mean loss, in nats a token, of the best model that looks at no context. A
/// trained model must end under it.
/// </summary>
public sealed class UnigramEntropy(int vocabularySize)
{
    private readonly long[] _counts = new long[vocabularySize];

    /// <summary>The tokens counted.</summary>
    public long Tokens { get; private set; }

    /// <summary>Counts one token.</summary>
    public void Add(int token)
    {
        _counts[token]++;
        Tokens++;
    }

    /// <summary>The entropy in nats a token; 0 where nothing was counted.</summary>
    public double NatsPerToken
    {
        get
        {
            // H = ln N - (Σ n ln n) / N, summed in the order of ids, the same each time.
            double sum = 0;
            foreach (long count in _counts)
            {
                sum += count > 0 ? count * Math.Log(count) : 0;
            }

            return Tokens == 0 ? 0 : Math.Log(Tokens) - (sum / Tokens);
        }
    }

    /// <summary>Counts exactly the tokens that validation predicts: of each block all labels but the first, less the ignored ones.</summary>
    /// <param name="data">The training data.</param>
    /// <param name="batchSize">Its rows a batch.</param>
    /// <param name="blockSize">Its tokens a row.</param>
    /// <param name="vocabularySize">The model's vocabulary.</param>
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
