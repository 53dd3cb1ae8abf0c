namespace DataForge.Pretrain.Generation;

/// <summary>A token of a generated text, and how likely it was.</summary>
/// <param name="Token">The token.</param>
/// <param name="Offset">The characters of the generated text before it.</param>
/// <param name="LogProbability">
/// The natural logarithm of the model's probability, before the temperature and other options of the sampling.
/// </param>
/// <param name="Likeliest">The most likely tokens with the same, the most likely first.</param>
public sealed record ChosenToken(
    int Token, int Offset, double LogProbability, IReadOnlyList<(int Token, double LogProbability)> Likeliest)
{
    /// <summary>Measures a token by the logits that it was chosen by.</summary>
    internal static ChosenToken Of(ReadOnlySpan<float> logits, int token, int offset, int alternatives)
    {
        float largest = logits[0];
        foreach (float logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp((double)logit - largest);
        }

        double shift = largest + Math.Log(sum);
        var likeliest = new PriorityQueue<int, (float Logit, int NegatedToken)>();
        for (int i = 0; alternatives > 0 && i < logits.Length; i++)
        {
            if (likeliest.Count < alternatives)
            {
                likeliest.Enqueue(i, (logits[i], -i));
            }
            else
            {
                likeliest.EnqueueDequeue(i, (logits[i], -i));
            }
        }

        var named = new (int Token, double LogProbability)[likeliest.Count];
        for (int i = named.Length - 1; i >= 0; i--)
        {
            int next = likeliest.Dequeue();
            named[i] = (next, logits[next] - shift);
        }

        return new ChosenToken(token, offset, logits[token] - shift, named);
    }
}
