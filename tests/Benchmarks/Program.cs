using DataForge.Benchmarks;
using DataForge.Benchmarks.Packages;

// One benchmark a name; each prints what it measured. The rest of the arguments are its own.
var benchmarks = new SortedDictionary<string, Action<string[]>>(StringComparer.Ordinal)
{
    ["parquet"] = args => ParquetBenchmarks.Run(args),
    ["python"] = args => PythonBenchmarks.Run(args),
    ["tokenizer"] = args => TokenizerBenchmarks.Run(args),
    ["explain"] = args => ExplainBenchmarks.Run(args),
    ["start"] = args => StartBenchmarks.Run(args),
    ["clean"] = args => CleanBenchmarks.Run(args),
    ["licenses"] = args => LicenseBenchmarks.Run(args),
    ["dedup"] = args => DedupBenchmarks.Run(args),
    ["pipeline"] = args => PipelineBenchmarks.Run(args),
    ["dedup-base"] = args => DedupBaseBenchmarks.Run(args),
    ["fetch"] = args => FetchBenchmarks.Speed(args),
    ["fetch-bytes"] = args => FetchBenchmarks.Bytes(args),
    ["dedup-scale"] = args => DedupScaleBenchmarks.Run(args),
    ["engines"] = args => EngineBenchmarks.Run(args),
    ["precision"] = args => PrecisionBenchmarks.Run(args),
    ["packages"] = args => PackageBenchmarks.Run(args),
    ["server"] = args => ServerBenchmarks.Run(args),
    ["generation"] = args => GenerationBenchmarks.Run(args),
    ["scorer"] = args => ScorerBenchmarks.Run(args),
    ["catalog"] = args => CatalogBenchmarks.Run(args),
    ["telemetry"] = args => TelemetryBenchmarks.Run(args),
};
if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out Action<string[]>? run))
{
    if (args is ["gpu", ..])
    {
        return GpuBenchmarks.Run(args[1..]);
    }

    Console.Error.WriteLine($"dataforge: name a benchmark: {string.Join(", ", benchmarks.Keys.Append("gpu"))}.");
    return 2;
}

run(args[1..]);
return 0;
