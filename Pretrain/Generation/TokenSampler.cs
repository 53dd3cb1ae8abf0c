using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Generation;

/// <summary>
/// Samples a token from logits: the most likely one, or a sample from the softmax with a temperature, restricted to the most likely tokens
/// by number and to its nucleus. Token i of a text is sampled with number i of the random stream "generation" of the seed
/// (<see cref="CounterRandom"/>); ties go to the smaller id. Repetitions are penalised first, then come the temperature, the number and the
/// nucleus, as in Hugging Face's <c>generate</c>.
/// </summary>
public sealed class TokenSampler
{
    private readonly GenerationOptions _options;
    private readonly CounterRandom _random;
    private readonly double[] _probabilities; // not normalised
    private readonly Candidate[] _candidates;
    private readonly bool[] _repeated;        // tokens of the text, where repetitions are penalised
    private readonly float[] _penalised;

    /// <summary>Creates a sampler.</summary>
    /// <param name="options">How to sample, and the seed.</param>
    /// <param name="vocabulary">Size of the vocabulary.</param>
    public TokenSampler(GenerationOptions options, int vocabulary)
    {
        _options = options;
        _random = new CounterRandom(options.Seed, "generation");
        _probabilities = new double[options.Temperature > 0 ? vocabulary : 0];
        _candidates = new Candidate[options.Temperature > 0 && (options.TopP < 1 || options.TopK > 0) ? vocabulary : 0];
        _repeated = new bool[options.RepetitionPenalty != 1 ? vocabulary : 0];
        _penalised = new float[_repeated.Length];
    }

    /// <summary>Records tokens of the text, the prompt's too, so that their repetition is penalised.</summary>
    public void Record(params ReadOnlySpan<int> tokens)
    {
        if (_repeated.Length > 0)
        {
            foreach (int token in tokens)
            {
                _repeated[token] = true;
            }
        }
    }

    /// <summary>The token at position <paramref name="index"/> of the generated text, given logits [vocabulary].</summary>
    public int Choose(ReadOnlySpan<float> logits, int index)
    {
        logits = Penalise(logits);
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
        return _candidates.Length > 0 ? SampleMostLikely(target, sum) : SampleAll(target * sum, best);
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

    private ReadOnlySpan<float> Penalise(ReadOnlySpan<float> logits)
    {
        if (_repeated.Length == 0)
        {
            return logits;
        }

        float penalty = (float)_options.RepetitionPenalty;
        for (int i = 0; i < logits.Length; i++)
        {
            _penalised[i] = !_repeated[i] ? logits[i] : logits[i] > 0 ? logits[i] / penalty : logits[i] * penalty;
        }

        return _penalised;
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

    private int SampleMostLikely(double target, double sum)
    {
        int count = SortedCandidates(sum);
        if (_options.TopK > 0 && count > _options.TopK)
        {
            count = _options.TopK;
            sum = 0;
            for (int i = 0; i < count; i++)
            {
                sum += _candidates[i].Probability;
            }
        }

        double kept = 0;
        int size = 0;
        while (size < count && (_options.TopP == 1 || kept < _options.TopP * sum))
        {
            kept += _candidates[size++].Probability;
        }

        target *= kept;
        for (int i = 0; i < size; i++)
        {
            target -= _candidates[i].Probability;
            if (target < 0)
            {
                return _candidates[i].Token;
            }
        }

        return _candidates[0].Token; // the probabilities sum to slightly less than 1, because of rounding
    }

    /// <summary>
    /// The tokens that can be in the nucleus, the most likely first. All tokens below (1 - p) / vocabulary of the sum together have less
    /// than 1 - p of it, so the nucleus is full before them: few tokens need to be sorted.
    /// </summary>
    private int SortedCandidates(double sum)
    {
        double least = _options.TopK > 0 ? 0 : (1 - _options.TopP) * sum / _probabilities.Length;
        int count = 0;
        for (int token = 0; token < _probabilities.Length; token++)
        {
            if (_probabilities[token] >= least)
            {
                _candidates[count++] = new Candidate(_probabilities[token], token);
            }
        }

        _candidates.AsSpan(0, count).Sort();
        return count;
    }

    private readonly record struct Candidate(double Probability, int Token) : IComparable<Candidate>
    {
        /// <summary>The more likely one comes first, then the smaller id.</summary>
        public int CompareTo(Candidate other) => Probability != other.Probability
            ? other.Probability.CompareTo(Probability)
            : Token.CompareTo(other.Token);
    }
}
