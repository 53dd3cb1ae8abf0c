using DataForge.Corpus;
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
/// Holds what entries state they were computed from (their input hashes) against what is there: tokens against the shards they are of, models against their
/// tokens and the weights they began with. What lies outside the run may have changed since, which is a remark, not a fault.
/// </summary>
internal sealed class Lineage(Run run, RunParts parts)
{
    private readonly PretrainOptions _options = RunOptions.Of(run).Pretrain;
    private readonly WorkspaceOptOuts _optOuts = WorkspaceOptOuts.Read(run.Workspace);
    private readonly List<string> _remarks = [];
    private readonly HashSet<string> _others = new(StringComparer.Ordinal);

    /// <summary>What a reader should know, a line each.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    /// <exception cref="DataForgeException">A part of the run was computed from other files than the run holds.</exception>
    public void Check()
    {
        if (parts.IsOfText)
        {
            _remarks.Add(FormattableString.Invariant(
                $"Its tokens are of {parts.Of("tokenize").Sum(entry => entry.Count("documents.unfiltered")):N0} documents of text given as it is: no rule, licence or redaction was applied to them."));
        }

        CheckTokens();
        CheckModels();
        if (parts.Of("report").FirstOrDefault() is { } report
            && report.InputHash != ReportStage.InputHash(run))
        {
            _remarks.Add("Its report shows an earlier state: dataforge report draws it anew.");
        }
    }

    private void CheckTokens()
    {
        List<ManifestOutput> shards = [.. (parts.IsOfText ? parts.Of("tokenize").Where(entry => entry.Part == "text") : parts.Of("dedup"))
            .SelectMany(entry => entry.Outputs)
            .Where(output => output.Path.StartsWith(parts.IsOfText ? "4-tokens/text/" : "3-dataset/data/", StringComparison.Ordinal))
            .OrderBy(output => output.Path, StringComparer.Ordinal)];
        IEnumerable<string> hashes = shards.Select(shard => shard.Path + " " + shard.Sha256);

        // A tokenizer that was trained here has counted words; one that was given was copied, so the copy has its hash.
        if (parts.Of("tokenize").FirstOrDefault(entry => entry.Part == "tokenizer") is { } tokenizer && !tokenizer.Counts.ContainsKey("pretokens.distinct"))
        {
            hashes = hashes.Append(StageHash.Combine(
                TokenizerFiles.Names.Select(name => run.PathOf("4-tokens/" + name)).Where(File.Exists).Select(StageHash.OfFile)));
        }

        string dataset = StageHash.Combine(hashes);
        foreach (ManifestEntry entry in parts.Of("tokenize").Where(entry => entry.Part != "text"))
        {
            string expected = entry.Part.StartsWith("train-", StringComparison.Ordinal)
                ? int.TryParse(entry.Part.AsSpan("train-".Length), out int shard) && shard < shards.Count ? StageHash.Combine(dataset, shards[shard].Sha256) : ""
                : dataset;
            Hold(entry, expected, $"was made from other text than {(parts.IsOfText ? "4-tokens/text" : "3-dataset")} holds: run dataforge tokenize");
        }
    }

    private void CheckModels()
    {
        if (File.Exists(run.PathOf(ModelOptOuts.File)) && CanonicalJson.Read<ModelOptOuts>(run.PathOf(ModelOptOuts.File)).AppliedSince.Count is > 0 and int lists)
        {
            _remarks.Add($"Opt-outs ({lists} {(lists == 1 ? "list" : "lists")}) took files from this run after its model was trained; it still knows them until it is trained anew.");
        }

        List<StagedOptions?> stages = _options.Stages.Count == 0 ? [null] : [.. _options.Stages];
        string? from = _options.From;
        for (int i = 0; i < stages.Count; i++)
        {
            string part = i == stages.Count - 1 ? "model" : "stage-" + stages[i]!.Name;
            if (parts.Of("pretrain").FirstOrDefault(entry => entry.Part == part) is { } entry)
            {
                CheckModel(entry, stages[i], from, isFirst: i == 0);
            }

            from = run.PathOf($"5-model/stages/{stages[i]?.Name}");
        }

        if (_others.Count > 0)
        {
            _remarks.Add($"It was trained on tokens of other runs, which have their own check: {string.Join(", ", _others)}.");
        }
    }

    private void CheckModel(ManifestEntry entry, StagedOptions? stage, string? from, bool isFirst)
    {
        string what = stage is null ? "model" : $"stage '{stage.Name}'";
        string[] files = from is null ? [] : [.. new[] { "config.json", GptNeoWeights.FileName, TokenizerFiles.TokenizerJson }.Select(name => Path.Combine(from, name))];
        bool isBegun = from is not null && isFirst;
        if (isBegun && !File.Exists(files[1]))
        {
            _remarks.Add($"The {what} began with the weights in {from}, which are not there (seen from here): what it was trained from is not checked.");
            return;
        }

        string? source = SourceOf(stage, what);
        if (source is null)
        {
            return;
        }

        List<string> hashes = [source, .. files.Select(file => File.Exists(file) ? StageHash.OfFile(file) : "")];
        string expected = hashes.Count == 1 ? source : StageHash.Combine(hashes);
        if (_options.Problems is null && stage is not { Run.Length: > 0 } && !isBegun)
        {
            Hold(entry, expected, "was trained on other tokens than 4-tokens holds: run dataforge pretrain");
        }
        else if (entry.InputHash != expected)
        {
            _remarks.Add($"The {what} was trained {(_options.Problems is null ? "on" : "from")} what has changed since: {Outside(stage, isBegun ? from : null)}.");
        }
    }

    // The hash of what a training reads; null where that cannot be told any more.
    private string? SourceOf(StagedOptions? stage, string what)
    {
        if (_options.Problems is { } problems)
        {
            if (!Directory.Exists(problems))
            {
                _remarks.Add($"The {what} was fine-tuned on the problems in {problems}, which are not there (seen from here): what it was trained on is not checked.");
                return null;
            }

            return StageHash.Combine(
                AppsProblems.Read(problems, out _).SelectMany(problem => problem.Answers.Prepend(problem.Prompt).Prepend(problem.Name)).Select(StageHash.Of));
        }

        string name = stage is { Run.Length: > 0 } ? stage.Run : run.Name;
        if (name == run.Name)
        {
            return parts.Has("tokenize") ? run.Manifest.OutputHash("tokenize") : throw FirstFault.Of(run.PathOf("manifest/tokenize"), $"is missing, from which the {what} was trained");
        }

        if (!run.Workspace.RunNames().Contains(name))
        {
            _remarks.Add($"The {what} was trained on the tokens of the run '{name}', which is gone.");
            return null;
        }

        _others.Add(name);
        return Run.Open(run.Workspace, name).Manifest.OutputHash("tokenize");
    }

    private string Outside(StagedOptions? stage, string? from) => string.Join(" or ", new[]
    {
        _options.Problems is { } problems ? $"the problems in {problems}" : stage is { Run.Length: > 0 } ? $"the tokens of the run '{stage.Run}'" : "its tokens",
        from is null ? null : $"the weights in {from}",
    }.OfType<string>());

    // An opt-out rewrites files and marks their entries; the next build computes them anew.
    private void Hold(ManifestEntry entry, string expected, string fault)
    {
        if (entry.InputHash == expected)
        {
            return;
        }

        const string Rewritten = "An opt-out has rewritten files of this run: that its parts were computed from each other is not checked until the next build.";
        if (_optOuts.Entries.Count == 0)
        {
            throw FirstFault.Of(run.Manifest.EntryFile(entry.Stage, entry.Part), fault);
        }

        if (!_remarks.Contains(Rewritten))
        {
            _remarks.Add(Rewritten);
        }
    }
}
