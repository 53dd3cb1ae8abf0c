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

    public void Started(in TrainingStarted started)
    {
    }

    public void Step(in TrainingStep step)
    {
        TokensPerSecond.Add(step.TokensPerSecond);
        if (TokensPerSecond.Count == steps)
        {
            throw new EnoughException();
        }
    }

    public void Evaluated(in TrainingEvaluation evaluation)
    {
    }

    public void Skipped(in TrainingStepSkipped skipped) => Noted($"step {skipped.Step} was skipped: {skipped.Reason}");

    public void Saved(in TrainingCheckpoint checkpoint)
    {
    }

    public void Rejected(in TrainingCheckpoint checkpoint)
    {
    }

    public void Noted(string text) => Console.Error.WriteLine("dataforge: " + text);
}

/// <summary>The steps that were wanted are made.</summary>
internal sealed class EnoughException : Exception;
