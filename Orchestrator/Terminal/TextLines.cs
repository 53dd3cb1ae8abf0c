namespace DataForge.Orchestrator.Terminal;

/// <summary>Lines on a terminal, of which the last may be rewritten in place, or in a file.</summary>
/// <param name="output">Receives the lines.</param>
/// <param name="canRewrite">Whether <paramref name="output"/> is a terminal.</param>
/// <param name="columns">The terminal's width, asked for each line, since windows are resized.</param>
internal sealed class TextLines(TextWriter output, bool canRewrite, Func<int> columns) : IDisposable
{
    /// <summary>Characters of the first column, the stage's name.</summary>
    public const int Indent = 9;

    private const int WidthOfFile = 80;
    private const int LeastWidth = 20;
    private bool _lineIsOpen;

    /// <summary>Whether a line can be rewritten.</summary>
    public bool CanRewrite => canRewrite;

    /// <summary>The most characters of a line. One column stays free, since a full line wraps on some terminals.</summary>
    public int Width => Math.Max(LeastWidth, canRewrite ? columns() : WidthOfFile) - 1;

    /// <summary>Writes a line, in place of one that is being rewritten. A terminal gets it wrapped at spaces.</summary>
    public void Write(string line)
    {
        if (_lineIsOpen)
        {
            output.Write('\r' + Fit("") + '\r');
            _lineIsOpen = false;
        }

        foreach (string row in canRewrite ? Wrap(line) : [line])
        {
            output.WriteLine(row);
        }
    }

    /// <summary>Shows a line that the next one replaces.</summary>
    public void Rewrite(string line)
    {
        output.Write('\r' + Fit(line));
        _lineIsOpen = true;
    }

    /// <summary>Ends a line that is being rewritten.</summary>
    public void Dispose()
    {
        if (_lineIsOpen)
        {
            output.WriteLine();
            _lineIsOpen = false;
        }
    }

    // A line that is rewritten must not wrap: where it is too long, its last figures are omitted, each as a whole.
    private string Fit(string line)
    {
        int width = Width;
        while (line.Length > width && line.LastIndexOf("  ", StringComparison.Ordinal) is > Indent and int gap)
        {
            line = line[..gap].TrimEnd();
        }

        return line.Length > width ? line[..width] : line.PadRight(width);
    }

    // Rows after the first are indented to the text, past the stage's name.
    private IEnumerable<string> Wrap(string line)
    {
        int width = Width;
        string indent = "";
        while (indent.Length + line.Length > width && line.LastIndexOf(' ', width - indent.Length) is > Indent and int space)
        {
            yield return indent + line[..space];
            line = line[(space + 1)..];
            indent = new string(' ', Indent + 1);
        }

        yield return indent + line;
    }
}
