using System.Globalization;
using System.Text.RegularExpressions;
using DataForge.Cleaner.Survey;

namespace DataForge.Orchestrator.Licensing;

/// <summary>Writes reports on licences for people: lines of at most 80 columns, but for paths that are longer.</summary>
/// <param name="output">Receives the lines.</param>
internal sealed partial class SurveyText(TextWriter output)
{
    private const int Width = 80;
    private const int MaxItems = 10;

    /// <summary>Writes a report.</summary>
    public void Write(SurveyReport report)
    {
        WriteLine("", $"{report.Name}: {Licence(report.Expression, report.Class)}");
        if (report.Files > 1)
        {
            WriteLine("  ", Invariant($"{report.Files:N0} Python files"));
        }

        WriteAll(report.Evidence.Where(item => item.Decides), Write);
        SurveyedEvidence[] others = [.. report.Evidence.Where(item => !item.Decides && item.Expression.Length > 0)];
        if (others.Length > 0)
        {
            WriteLine("  ", "not decisive:");
            WriteAll(others, item => WriteLine("    ", $"{item.Path}: {Licence(item.Expression, item.Class)}{ScopeOf(item.Scope)}"));
        }

        foreach (SurveyedFiles group in report.Differing)
        {
            Write(group);
        }

        if (report.Unread.Count > 0)
        {
            WriteLine("  ", $"{Count(report.Unread.Count)} not read:");
            WriteAll(report.Unread, file => WriteLine("    ", $"{file.Path} ({file.Rule})"));
        }
    }

    private void Write(SurveyedEvidence evidence)
    {
        WriteLine("  ", $"{evidence.Path}: {Licence(evidence.Expression, evidence.Class)}{ScopeOf(evidence.Scope)}");
        WriteAll(evidence.Passages, passage => WriteLine("    ", $"{Lines(passage.FirstLine, passage.LastLine)}: {Stated(passage)}"));
        WriteAll(evidence.Paths, part => WriteLine("    ", $"for {string.Join(", ", part.Patterns.Take(MaxItems))}: {part.License}"));
        WriteAll(evidence.Unexplained, left => WriteLine("    ", $"{Lines(left.FirstLine, left.LastLine)}, unexplained: {left.Text}"));
    }

    private void Write(SurveyedFiles group)
    {
        WriteLine("  ", $"{Licence(group.Expression, group.Class)} for {Count(group.Files.Count)}{ScopeOf(group.Scope)}");
        if (group.Evidence.Length > 0)
        {
            WriteLine("    ", $"by {BlobId().Replace(group.Evidence, "")}:");
        }

        WriteAll(group.Files, file => WriteLine("    ", file));
        WriteAll(
            group.Passages, passage => WriteLine("    ", $"{Lines(passage.FirstLine, passage.LastLine)} of the first: {Stated(passage)}"));
    }

    private void WriteAll<T>(IEnumerable<T> items, Action<T> write)
    {
        int count = 0;
        foreach (T item in items)
        {
            if (count++ < MaxItems)
            {
                write(item);
            }
        }

        if (count > MaxItems)
        {
            WriteLine("    ", Invariant($"and {count - MaxItems:N0} more (--json has them)"));
        }
    }

    private static string Count(int files) => files == 1 ? "1 file" : Invariant($"{files:N0} files");

    private static string Licence(string expression, string value) =>
        expression.Length == 0 ? "no licence found" : $"{expression} ({value})";

    private static string Lines(int first, int last) => first == last ? Invariant($"line {first}") : Invariant($"lines {first}-{last}");

    private static string Stated(LicensePassage passage) => passage.Kind switch
    {
        PassageKind.Text => $"text of {passage.License}",
        PassageKind.Tag => $"tag {passage.License}",
        _ => $"names {passage.License}",
    };

    private static string ScopeOf(string folder) => folder == "." ? "" : $", in {folder}";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // Control characters of a file's text must not reach a terminal.
    private void WriteLine(string indent, string text)
    {
        string rest = string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
        string start = indent;
        while (start.Length + rest.Length > Width && rest.LastIndexOf(' ', Width - start.Length) is > 0 and int space)
        {
            output.WriteLine(start + rest[..space]);
            rest = rest[(space + 1)..];
            start = indent + "  ";
        }

        output.WriteLine(start + rest);
    }

    [GeneratedRegex("@[0-9a-f]{40}")]
    private static partial Regex BlobId();
}
