using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Orchestrator.Evaluating;

/// <summary>
/// Lets a model write samples of a set's problems. A group of problems is generated as one batch, whose make-up depends on the settings
/// alone, and its samples are written together: a run that was stopped continues with the next group and gives the same samples.
/// </summary>
/// <param name="settings">How to generate.</param>
/// <param name="set">The set.</param>
/// <param name="problems">Its problems.</param>
internal sealed class ModelSamples(GenerationSettings settings, IBenchmarkSet set, IReadOnlyList<Problem> problems)
{
    /// <summary>Lets the model of a folder write the samples of an evaluation, and returns the settings with the files' hashes.</summary>
    /// <exception cref="DataForgeException">The model, the set or the folder cannot be used; the message says why.</exception>
    public static GenerationSettings WriteTo(
        EvaluationRequest evaluation, string folder, GenerationSettings settings, Action<string> notify,
        IProgress<EvaluationProgress> progress, CancellationToken cancellation)
    {
        IReadOnlyList<Problem> problems = evaluation.Set.Read(evaluation.DataFile);
        return ModelFolder.Use(folder, notify, cancellation, (model, vocabulary) =>
        {
            settings = settings with
            {
                DataSha256 = DataHash.Of(evaluation.DataFile),
                ModelSha256 = StageHash.OfFile(Path.Combine(folder, GptNeoWeights.FileName)),
                TokenizerSha256 = StageHash.OfFile(TokenizerReader.FileOf(folder)),
                Infilling = problems.Any(problem => problem.Suffix is not null) ? settings.Infilling : null,
            };
            new ModelSamples(settings, evaluation.Set, problems).Generate(model, vocabulary, evaluation.OutFolder, progress, cancellation);
            return settings;
        });
    }

    /// <summary>Generates what is still missing of the samples.</summary>
    /// <param name="model">The model.</param>
    /// <param name="vocabulary">Its tokenizer's vocabulary.</param>
    /// <param name="folder">Where the files are written.</param>
    /// <param name="progress">Told after each group.</param>
    /// <param name="cancellation">Stops before the next token.</param>
    /// <exception cref="DataForgeException">The folder holds samples of other settings.</exception>
    public void Generate(
        ILanguageModel model, BpeVocabulary vocabulary, string folder, IProgress<EvaluationProgress> progress,
        CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        RequireSameSettings(Path.Combine(folder, EvaluationFiles.Settings));
        int size = Math.Max(1, settings.Batch / settings.SamplesPerProblem);
        Problem[][] groups = [.. problems.Chunk(size)];
        using var log = new SampleLog(
            Path.Combine(folder, EvaluationFiles.Samples), size * settings.SamplesPerProblem, problems.Count * settings.SamplesPerProblem);
        var encoder = new PromptEncoder(vocabulary);
        long start = Stopwatch.GetTimestamp();
        int before = log.Groups;
        foreach (Problem[] group in groups.Skip(before))
        {
            log.Append(Samples(model, vocabulary, encoder, group, cancellation));
            double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            int done = log.Groups - before;
            progress.Report(new EvaluationProgress(
                "generating", Math.Min(problems.Count, log.Groups * size), problems.Count, elapsed * (groups.Length - log.Groups) / done));
        }
    }

    /// <summary>The seed of one sample.</summary>
    internal static ulong SeedOf(ulong seed, string problem, int sample)
    {
        byte[] name = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}/{sample}/{problem}"));
        return BitConverter.ToUInt64(SHA256.HashData(name));
    }

    private IEnumerable<Sample> Samples(
        ILanguageModel model, BpeVocabulary vocabulary, PromptEncoder encoder, Problem[] group, CancellationToken cancellation)
    {
        string[] written = [.. Enumerable.Repeat("", group.Length * settings.SamplesPerProblem)];
        int[] open = [.. Enumerable.Range(0, written.Length)];
        TextRequest[] requests = [.. group.SelectMany(problem => Requests(model.Config, encoder, problem))];
        for (int turn = 0; open.Length > 0; turn++)
        {
            Dictionary<TextRequest, string> texts = new(ReferenceEqualityComparer.Instance);
            foreach (GeneratedText text in TextBatch.Generate(model, vocabulary, requests, settings.Batch, cancellation))
            {
                texts[text.Request] = set.EndTurn is { } end ? end(WithStopString(text, vocabulary)) : text.Text;
            }

            foreach ((int place, TextRequest request) in open.Zip(requests))
            {
                written[place] += texts[request];
            }

            // A group's problems go on as one batch until the last of them has no further turn.
            open = [.. open.Where(place => turn < ProblemOf(place).Turns.Count)];
            foreach (int place in open)
            {
                written[place] += ProblemOf(place).Turns[turn];
            }

            requests = [.. open.Select(place => NextTurn(place, turn + 1))];
        }

        return written.Select((text, place) => new Sample(ProblemOf(place).Id, text));

        Problem ProblemOf(int place) => group[place / settings.SamplesPerProblem];

        TextRequest NextTurn(int place, int turn)
        {
            Problem problem = ProblemOf(place);
            string name = string.Create(CultureInfo.InvariantCulture, $"{problem.Id}/turn {turn}");
            ulong seed = SeedOf(settings.Seed, name, place % settings.SamplesPerProblem);
            return new TextRequest(encoder.Encode(problem.Prompt + written[place]), Options(problem, null, seed));
        }
    }

    // The set's own way to end a turn may depend on the string that it stopped at.
    private static string WithStopString(GeneratedText text, BpeVocabulary vocabulary) =>
        Encoding.UTF8.GetString(vocabulary.Decode([.. text.Tokens.Select(token => (ushort)token)], skipSpecial: true));

    private IEnumerable<TextRequest> Requests(GptNeoConfig config, PromptEncoder encoder, Problem problem)
    {
        int most = config.MaxPositionEmbeddings - settings.MaxNewTokens;
        int[] prompt;
        int? stop = null;
        if (problem.Suffix is { } suffix)
        {
            InfillingPrompt gap = encoder.Encode(problem.Prompt, suffix, Enum.Parse<InfillingForm>(settings.Infilling!), most);
            (prompt, stop) = (gap.Prompt, gap.StopToken);
        }
        else
        {
            prompt = encoder.Encode(problem.Prompt);
        }

        for (int i = 0; i < settings.SamplesPerProblem; i++)
        {
            yield return new TextRequest(prompt, Options(problem, stop, SeedOf(settings.Seed, problem.Id, i)));
        }
    }

    private GenerationOptions Options(Problem problem, int? stop, ulong seed) => new()
    {
        MaxNewTokens = Math.Min(settings.MaxNewTokens, problem.MostNewTokens ?? int.MaxValue),
        Temperature = settings.Temperature,
        TopP = settings.TopP,
        TopK = settings.TopK,
        RepetitionPenalty = settings.RepetitionPenalty,
        StopStrings = set.StopStrings,
        StopToken = stop,
        Seed = seed,
    };

    private void RequireSameSettings(string path)
    {
        if (!File.Exists(path))
        {
            CanonicalJson.WriteFile(path, settings);
        }
        else if (CanonicalJson.Read<GenerationSettings>(path) != settings)
        {
            throw DataForgeException.Usage(
                $"{Path.GetDirectoryName(path)} has samples of another model, set or other settings ({EvaluationFiles.Settings}): "
                + "name another folder with --out.");
        }
    }
}
