using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;
using DataForge.Inspection.Settings;
using DataForge.Pretrain;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Inspection.Verification;

/// <summary>
/// Compares the input hashes that entries state with the files that the parts were computed from: of tokens with the dataset's shards, of
/// models with their tokens and the weights that training began with. What is outside the run may have changed since; that is a remark, not
/// a fault.
/// </summary>
internal sealed class InputHashCheck(Run run, StageEntries stages)
{
    private const string RewrittenByOptOut =
        "An opt-out has rewritten files of this run: that its parts were computed from each other is not checked until the next build.";

    private static readonly string[] WeightFiles = ["config.json", GptNeoWeights.FileName, TokenizerFiles.TokenizerJson];

    private readonly PretrainOptions _options = RunOptions.Of(run).Pretrain;
    private readonly WorkspaceOptOuts _optOuts = WorkspaceOptOuts.Read(run.Workspace);
    private readonly List<string> _remarks = [];
    private readonly HashSet<string> _otherRuns = new(StringComparer.Ordinal);

    /// <summary>Checks tokens, models and the report.</summary>
    /// <returns>Remarks for the reader, one per line.</returns>
    /// <exception cref="DataForgeException">A part of the run was computed from other files than the run has.</exception>
    public IReadOnlyList<string> Check()
    {
        if (stages.IsOfText)
        {
            long documents = stages.Of(StageNames.Tokenize).Sum(entry => entry.Count(CountName.DocumentsUnfiltered));
            _remarks.Add(FormattableString.Invariant($"Its tokens are of {documents:N0} documents of text given as it is: ")
                + "no rule, licence or redaction was applied to them.");
        }

        CheckTokens();
        CheckModels();
        if (stages.Of(StageNames.Report).FirstOrDefault() is { } report && report.InputHash != ReportStage.InputHash(run))
        {
            _remarks.Add("Its report shows an earlier state: dataforge report makes it again.");
        }

        return _remarks;
    }

    private void CheckTokens()
    {
        IReadOnlyList<ManifestEntry> tokens = stages.Of(StageNames.Tokenize);
        List<ManifestOutput> shards = [.. stages.IsOfText ? TextShards(tokens) : DatasetShards.In(stages.Of(StageNames.Dedup))];
        IEnumerable<string> hashes = shards.Select(shard => shard.Path + " " + shard.Sha256);

        // A tokenizer that was trained in this run counted pre-tokens; one that was given was copied, so that the copy has its hash.
        if (tokens.FirstOrDefault(entry => entry.Part == "tokenizer") is { } tokenizer
            && !tokenizer.Counts.Contains(CountName.PretokensDistinct))
        {
            IEnumerable<string> files = TokenizerFiles.Names.Select(name => run.PathOf($"{RunPaths.Tokens}/{name}")).Where(File.Exists);
            hashes = hashes.Append(StageHash.Combine(files.Select(StageHash.OfFile)));
        }

        string dataset = StageHash.Combine(hashes);
        foreach (ManifestEntry entry in tokens.Where(entry => entry.Part != "text"))
        {
            string expected = ShardOf(entry) is { } shard
                ? shard < shards.Count ? StageHash.Combine(dataset, shards[shard].Sha256) : ""
                : dataset;
            string source = stages.IsOfText ? RunPaths.GivenText : RunPaths.Dataset;
            Require(entry, expected, $"was made from other text than {source} holds: run dataforge tokenize");
        }
    }

    private static IEnumerable<ManifestOutput> TextShards(IReadOnlyList<ManifestEntry> tokens) => tokens
        .Where(entry => entry.Part == "text")
        .SelectMany(entry => entry.Outputs)
        .Where(output => output.Path.StartsWith(RunPaths.GivenText + "/", StringComparison.Ordinal))
        .OrderBy(output => output.Path, StringComparer.Ordinal);

    // The number of the dataset shard that a part of the tokens is made from; null if it is made from all. No shard has the number
    // int.MaxValue.
    private static int? ShardOf(ManifestEntry entry) => !entry.Part.StartsWith("train-", StringComparison.Ordinal) ? null
        : int.TryParse(entry.Part.AsSpan("train-".Length), out int shard) ? shard : int.MaxValue;

    private void CheckModels()
    {
        string optOuts = run.PathOf(ModelOptOuts.File);
        if (File.Exists(optOuts) && CanonicalJson.Read<ModelOptOuts>(optOuts).AppliedSince.Count is > 0 and int lists)
        {
            _remarks.Add($"Opt-outs ({lists} {(lists == 1 ? "list" : "lists")}) took files from this run after its model was trained; "
                + "it still knows them until it is trained again.");
        }

        List<StagedOptions?> trainings = _options.Stages.Count == 0 ? [null] : [.. _options.Stages];
        string? weights = _options.From;
        for (int i = 0; i < trainings.Count; i++)
        {
            string part = i == trainings.Count - 1 ? "model" : "stage-" + trainings[i]!.Name;
            if (stages.Of(StageNames.Pretrain).FirstOrDefault(entry => entry.Part == part) is { } entry)
            {
                CheckModel(entry, trainings[i], weights, isFirst: i == 0);
            }

            weights = run.PathOf($"{RunPaths.EarlierModels}/{trainings[i]?.Name}");
        }

        if (_otherRuns.Count > 0)
        {
            string names = string.Join(", ", _otherRuns);
            _remarks.Add($"It was trained on tokens of other runs, which have their own check: {names}.");
        }
    }

    // The weights are those that the training began with: the folder that the options name, or the model of the training before.
    private void CheckModel(ManifestEntry entry, StagedOptions? training, string? weights, bool isFirst)
    {
        string what = training is null ? "model" : $"stage '{training.Name}'";
        string[] files = weights is null ? [] : [.. WeightFiles.Select(name => Path.Combine(weights, name))];
        bool isFromOutside = weights is not null && isFirst;
        if (isFromOutside && !File.Exists(Path.Combine(weights!, GptNeoWeights.FileName)))
        {
            _remarks.Add($"The {what} began with the weights in {weights}, which are not there (seen from here): "
                + "what it was trained from is not checked.");
            return;
        }

        if (TrainingDataHash(training, what) is not { } data)
        {
            return;
        }

        List<string> hashes = [data, .. files.Select(file => File.Exists(file) ? StageHash.OfFile(file) : "")];
        string expected = hashes.Count == 1 ? data : StageHash.Combine(hashes);
        if (_options.Problems is null && training is not { Run.Length: > 0 } && !isFromOutside)
        {
            Require(entry, expected, $"was trained on other tokens than {RunPaths.Tokens} holds: run dataforge pretrain");
        }
        else if (entry.InputHash != expected)
        {
            string relation = _options.Problems is null ? "on" : "from";
            _remarks.Add($"The {what} was trained {relation} what has changed since: {Outside(training, isFromOutside ? weights : null)}.");
        }
    }

    // The hash of the data that a training reads; null, and a remark, where it can no longer be computed.
    private string? TrainingDataHash(StagedOptions? training, string what)
    {
        if (_options.Problems is { } problems)
        {
            if (!Directory.Exists(problems))
            {
                _remarks.Add($"The {what} was fine-tuned on the problems in {problems}, which are not there (seen from here): "
                    + "what it was trained on is not checked.");
                return null;
            }

            return StageHash.Combine(AppsProblems.Read(problems, out _)
                .SelectMany(problem => problem.Answers.Prepend(problem.Prompt).Prepend(problem.Name)).Select(StageHash.Of));
        }

        string name = training is { Run.Length: > 0 } ? training.Run : run.Name;
        if (name == run.Name)
        {
            return stages.Has(StageNames.Tokenize)
                ? run.Manifest.OutputHash(StageNames.Tokenize)
                : throw VerificationFault.Of(
                    run.PathOf($"{RunPaths.Manifest}/{StageNames.Tokenize}"), $"is missing, from which the {what} was trained");
        }

        if (!run.Workspace.RunNames().Contains(name))
        {
            _remarks.Add($"The {what} was trained on the tokens of the run '{name}', which is gone.");
            return null;
        }

        _otherRuns.Add(name);
        return Run.Open(run.Workspace, name).Manifest.OutputHash(StageNames.Tokenize);
    }

    private string Outside(StagedOptions? training, string? weights)
    {
        string data = _options.Problems is { } problems ? $"the problems in {problems}"
            : training is { Run.Length: > 0 } ? $"the tokens of the run '{training.Run}'" : "its tokens";
        return weights is null ? data : $"{data} or the weights in {weights}";
    }

    // An opt-out rewrites files and marks their entries, so that the next build computes them again; until then hashes may differ.
    private void Require(ManifestEntry entry, string expected, string fault)
    {
        if (entry.InputHash == expected)
        {
            return;
        }

        if (_optOuts.Entries.Count == 0)
        {
            throw VerificationFault.Of(run.Manifest.EntryFile(entry.Stage, entry.Part), fault);
        }

        if (!_remarks.Contains(RewrittenByOptOut))
        {
            _remarks.Add(RewrittenByOptOut);
        }
    }
}
