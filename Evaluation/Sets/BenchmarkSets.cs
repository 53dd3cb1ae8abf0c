using DataForge.Corpus;

namespace DataForge.Evaluation.Sets;

/// <summary>All sets.</summary>
public static class BenchmarkSets
{
    /// <summary>Each set once.</summary>
    public static IReadOnlyList<IBenchmarkSet> All { get; } =
    [
        new HumanEvalSet("humaneval", infilling: false),
        new HumanEvalSet("humaneval-single-line", infilling: true),
        new HumanEvalSet("humaneval-multi-line", infilling: true),
        new HumanEvalSet("humaneval-random-span", infilling: true),
        new HumanEvalSet("humaneval-random-span-light", infilling: true),
        new MbppSet("mbpp"),
        new MbppSet("mbpp-sanitized"),
        new CruxEvalSet("cruxeval-output", askForInput: false),
        new CruxEvalSet("cruxeval-input", askForInput: true),
        new AppsSet(),
        new MtpbSet(),
    ];

    /// <summary>The set of a name.</summary>
    /// <exception cref="DataForgeException">There is none.</exception>
    public static IBenchmarkSet Find(string name) => All.FirstOrDefault(set => set.Name == name)
        ?? throw DataForgeException.Usage($"There is no set '{name}'; the sets are {string.Join(", ", All.Select(set => set.Name))}.");
}
