using System.Text.RegularExpressions;

namespace DataForge.Evaluation.Sets;

/// <summary>The functions and classes that Python code defines at its top level.</summary>
internal static partial class DefinedNames
{
    /// <summary>Their names, each once, in the order of the code.</summary>
    public static IEnumerable<string> Of(string code) => Definition().Matches(code).Select(match => match.Groups[1].Value).Distinct();

    [GeneratedRegex(@"^(?:async\s+)?(?:def|class)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex Definition();
}
