using DataForge.Testing;

namespace DataForge.Evaluation.Tests.Sets;

/// <summary>The sets' own files, which lie beside the project.</summary>
internal static class SetFiles
{
    /// <summary>The file of a set, or null where it is absent.</summary>
    public static string? Find(string set) => set switch
    {
        "humaneval" => SharedFiles.Find("eval", "humaneval", "HumanEval.jsonl.gz"),
        "humaneval-single-line" => Infilling("SingleLineInfilling"),
        "humaneval-multi-line" => Infilling("MultiLineInfilling"),
        "humaneval-random-span" => Infilling("RandomSpanInfilling"),
        "humaneval-random-span-light" => Infilling("RandomSpanInfillingLight"),
        "mbpp" => SharedFiles.Find("eval", "mbpp", "mbpp.jsonl"),
        "mbpp-sanitized" => SharedFiles.Find("eval", "mbpp", "sanitized-mbpp.compact.json"),
        "mtpb" => SharedFiles.Find("eval", "mtpb", "mtpb.jsonl"),
        _ => Environment.GetEnvironmentVariable("DATAFORGE_TEST_CRUXEVAL") ?? SharedFiles.Find("eval", "cruxeval", "cruxeval.jsonl"),
    };

    private static string? Infilling(string kind) => SharedFiles.Find("eval", "humaneval-infilling", $"HumanEval-{kind}.jsonl.gz");
}
