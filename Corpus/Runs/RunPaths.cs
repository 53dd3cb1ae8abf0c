namespace DataForge.Corpus.Runs;

/// <summary>
/// The folders and well-known files of a run: paths relative to the run's folder, parts separated by '/'. They are spelled nowhere else.
/// </summary>
public static class RunPaths
{
    /// <summary>What the cleaner passed on.</summary>
    public const string Clean = "2-clean";

    /// <summary>What the names of the cleaner's shards begin with: <c>2-clean/part-NNNNN.parquet</c>.</summary>
    public const string CleanShards = Clean + "/part-";

    /// <summary>The cleaner's rules as they applied (<see cref="AppliedRules"/>).</summary>
    public const string Rules = Clean + "/rules.json";

    /// <summary>The dataset, with its card and its intermediate files.</summary>
    public const string Dataset = "3-dataset";

    /// <summary>The dataset's shards.</summary>
    public const string DatasetShards = Dataset + "/data";

    /// <summary>The dataset's card.</summary>
    public const string DatasetCard = Dataset + "/README.md";

    /// <summary>Licences and copyright lines by repository.</summary>
    public const string DatasetNotice = Dataset + "/NOTICE";

    /// <summary>Dropped occurrences and contents, one folder per stage.</summary>
    public const string Dropped = "dropped";

    /// <summary>What the cleaner dropped.</summary>
    public const string DroppedByClean = Dropped + "/" + Clean;

    /// <summary>What the removal of duplicates dropped.</summary>
    public const string DroppedByDedup = Dropped + "/" + Dataset;

    /// <summary>The logs of events, one for each process.</summary>
    public const string Events = "events";

    /// <summary>The version of the run's files.</summary>
    public const string Version = "version";

    /// <summary>The manifest: an entry for each finished part, one folder per stage.</summary>
    public const string Manifest = "manifest";

    /// <summary>The manifest's entry of a part.</summary>
    public static string ManifestEntry(string stage, string part) => $"{Manifest}/{stage}/{part}.json";

    /// <summary>The tokenizer's files and the token shards.</summary>
    public const string Tokens = "4-tokens";

    /// <summary>Text that was tokenized unfiltered, in place of the dataset.</summary>
    public const string GivenText = Tokens + "/text";

    /// <summary>The model.</summary>
    public const string Model = "5-model";

    /// <summary>The checkpoints that a training is resumed from.</summary>
    public const string Checkpoints = Model + "/checkpoints";

    /// <summary>The model as <c>from_pretrained</c> opens it.</summary>
    public const string ModelExport = Model + "/export";

    /// <summary>The exports of the earlier trainings of several, a folder each.</summary>
    public const string EarlierModels = Model + "/stages";

    /// <summary>Event files for TensorBoard, a folder for each training.</summary>
    public const string TensorBoard = Model + "/tensorboard";

    /// <summary>The opt-outs that a model was trained under (<see cref="OptOuts.ModelOptOuts"/>).</summary>
    public const string ModelOptOuts = Model + "/opt-outs.json";

    /// <summary>The report.</summary>
    public const string Report = "6-report";

    /// <summary>The report's page.</summary>
    public const string ReportPage = Report + "/index.html";

    /// <summary>What the cleaner computed ahead for the removal of duplicates; no part of the result.</summary>
    public const string Shingles = "shingles";

    /// <summary>What <c>explain</c> copied from the rest; no part of the result.</summary>
    public const string Index = "index";
}
