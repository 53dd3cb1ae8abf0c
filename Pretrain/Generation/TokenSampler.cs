using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Generation;

/// <summary>
/// Chooses a token from logits: the most likely one, or a draw from the softmax at a temperature, cut to its nucleus. Number i of a text
/// is drawn with number i of the stream "generation" under the seed (<see cref="CounterRandom"/>); ties go to the smaller id.
/// </summary>
public sealed class TokenSampler
{
    private readonly GenerationOptions _options;
    private readonly CounterRandom _random;
    private readonly double[] _probabilities;
    private readonly int[] _order;

    /// <summary>A sampler for a vocabulary of that size.</summary>
    public TokenSampler(GenerationOptions options, int vocabulary)
    {
        _options = options;
        _random = new CounterRandom(options.Seed, "generation");
        _probabilities = new double[vocabulary];
        _order = new int[vocabulary];
    }

    /// <summary>The token for place <paramref name="index"/> of the generated text, given logits [V].</summary>
    public int Choose(ReadOnlySpan<float> logits, int index)
    {
        int best = Largest(logits);
        if (_options.Temperature == 0)
        {
            return best;
        }

        // The softmax, shifted by its largest logit; the sum is taken in the order of ids, so it is the same everywhere.
        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            sum += _probabilities[i] = Math.Exp(((double)logits[i] - logits[best]) / _options.Temperature);
        }

        double target = _random.Uniform((ulong)index);
        return _options.TopP < 1 ? DrawNucleus(target, sum) : DrawAll(target * sum, best);
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

    private int DrawAll(double target, int fallback)
    {
        for (int i = 0; i < _probabilities.Length; i++)
        {
            target -= _probabilities[i];
            if (target < 0)
            {
                return i;
            }
        }

        return fallback; // rounding left a crumb behind the last token
    }

    private int DrawNucleus(double target, double sum)
    {
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        Array.Sort(_order, (a, b) => _probabilities[b] != _probabilities[a] ? _probabilities[b].CompareTo(_probabilities[a]) : a.CompareTo(b));
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

        return _order[0]; // rounding left a crumb behind the last token
    }
}
