using DataForge.Pretrain.Model;
using DataForge.Pretrain.Training;

namespace DataForge.Benchmarks;

/// <summary>Tokens drawn from the step's number.</summary>
internal sealed class RandomTokens(int vocabulary) : ITrainingData
{
    public string Fingerprint => "random";

    public int ValidationBatches => 0;

    public void FillBatch(long step, int microBatch, Span<int> tokens, Span<int> labels)
    {
        CounterRandom random = new((ulong)step, "tokens");
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = labels[i] = (int)(random.Uniform((ulong)i) * vocabulary);
        }
    }

    public void FillValidation(int index, Span<int> tokens, Span<int> labels) => throw new NotSupportedException("nothing is held out");
}

/// <summary>Keeps the speeds, and ends the run after so many steps.</summary>
internal sealed class SpeedLog(int steps) : ITrainingLog
{
    public List<double> TokensPerSecond { get; } = [];

    public void StepCompleted(in StepMetrics step)
    {
        TokensPerSecond.Add(step.TokensPerSecond);
        if (TokensPerSecond.Count == steps)
        {
            throw new EnoughException();
        }
    }

    public void StepSkipped(in TrainingStepSkipped skipped) => Warning($"step {skipped.Step} was skipped: {skipped.Reason}");

    public void Warning(string text) => Console.Error.WriteLine("dataforge: " + text);
}

/// <summary>The steps that were wanted are made.</summary>
internal sealed class EnoughException : Exception;
