using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Generation;

/// <summary>
/// Samples a token from logits: the most likely one, or a sample from the softmax with a temperature, restricted to its nucleus. Token i of
/// a text is sampled with number i of the random stream "generation" of the seed (<see cref="CounterRandom"/>); ties go to the smaller id.
/// </summary>
public sealed class TokenSampler
{
    private readonly GenerationOptions _options;
    private readonly CounterRandom _random;
    private readonly double[] _probabilities;
    private readonly int[] _order;

    /// <summary>Creates a sampler.</summary>
    /// <param name="options">Temperature, nucleus and seed.</param>
    /// <param name="vocabulary">Size of the vocabulary.</param>
    public TokenSampler(GenerationOptions options, int vocabulary)
    {
        _options = options;
        _random = new CounterRandom(options.Seed, "generation");
        _probabilities = new double[vocabulary];
        _order = new int[vocabulary];
    }

    /// <summary>The token at position <paramref name="index"/> of the generated text, given logits [vocabulary].</summary>
    public int Choose(ReadOnlySpan<float> logits, int index)
    {
        int best = Largest(logits);
        if (_options.Temperature == 0)
        {
            return best;
        }

        // The softmax, shifted by the largest logit so that exp does not overflow. Summed in the order of ids: the same on every machine.
        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            sum += _probabilities[i] = Math.Exp(((double)logits[i] - logits[best]) / _options.Temperature);
        }

        double target = _random.Uniform((ulong)index);
        return _options.TopP < 1 ? SampleNucleus(target, sum) : SampleAll(target * sum, best);
    }

    private static int Largest(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
            {
                best = i;
            }
        }

        return best;
    }

    private int SampleAll(double target, int fallback)
    {
        for (int i = 0; i < _probabilities.Length; i++)
        {
            target -= _probabilities[i];
            if (target < 0)
            {
                return i;
            }
        }

        return fallback; // the probabilities sum to slightly less than 1, because of rounding
    }

    private int SampleNucleus(double target, double sum)
    {
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        Array.Sort(_order, MoreLikelyFirst);
        double kept = 0;
        int size = 0;
        while (size < _order.Length && kept < _options.TopP * sum)
        {
            kept += _probabilities[_order[size++]];
        }

        target *= kept;
        for (int i = 0; i < size; i++)
        {
            target -= _probabilities[_order[i]];
            if (target < 0)
            {
                return _order[i];
            }
        }

        return _order[0]; // the probabilities sum to slightly less than 1, because of rounding
    }

    private int MoreLikelyFirst(int left, int right) => _probabilities[left] != _probabilities[right]
        ? _probabilities[right].CompareTo(_probabilities[left])
        : left.CompareTo(right);
}
