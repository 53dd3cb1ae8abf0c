using System.Globalization;
using DataForge.Corpus.Runs;

namespace DataForge.Pretrain.Stages;

/// <summary>The parts of the tokenize stage and the files they write below <see cref="RunPaths.Tokens"/>.</summary>
public static class TokenizeParts
{
    /// <summary>Chooses the repositories that are held out: writes <see cref="HeldOutRepositories"/>.</summary>
    public const string Split = "split";

    /// <summary>Trains or copies the tokenizer: writes <see cref="Tokenizer.TokenizerFiles"/>.</summary>
    public const string TokenizerPart = "tokenizer";

    /// <summary>Imports text sources as shards of the dataset's form; only where there are any.</summary>
    public const string Text = "text";

    /// <summary>Encodes the held-out documents of all shards: writes <c>val.bin</c> and <c>val.idx</c>.</summary>
    public const string Validation = "val";

    /// <summary>The start of the names that <see cref="Training"/> returns.</summary>
    public const string TrainingPrefix = "train-";

    /// <summary>The names of the repositories that are held out, a JSON list; relative to the run's folder.</summary>
    public const string HeldOutFile = RunPaths.Tokens + "/held-out.json";

    /// <summary>
    /// The part that encodes the training documents of one dataset shard, from 0: writes <c>train-NNNNN.bin</c> and <c>.idx</c>.
    /// </summary>
    public static string Training(int shard) => string.Create(CultureInfo.InvariantCulture, $"{TrainingPrefix}{shard:D5}");

    /// <summary>The file of tokens of a part, relative to the run's folder.</summary>
    public static string TokenFile(string part) => $"{RunPaths.Tokens}/{part}.bin";

    /// <summary>The index of a part's file of tokens, relative to the run's folder.</summary>
    public static string IndexFile(string part) => $"{RunPaths.Tokens}/{part}.idx";
}
