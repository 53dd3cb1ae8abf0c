using System.Buffers;
using System.Text;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;
using DataForge.Python;

namespace DataForge.Pretrain.Generation;

/// <summary>
/// A small model's completion of the beginning of a function. A small model often writes invalid code, so it is sampled line by line: a
/// line that is not valid Python at its place, that is not a new statement (a comment, or a statement already there) or that ends the
/// function too early is drawn again; if that happens often, the line before it too. The text is cut at the function's end.
/// </summary>
public sealed class FunctionSample
{
    /// <summary>The most tokens drawn for one prompt, those of lines that were drawn again included.</summary>
    public const int MostDrawnTokens = 800;

    /// <summary>The least number of different statements of a function that is complete.</summary>
    public const int LeastStatements = 3;

    private const int MostTokens = 120, MostLineTokens = 40; // of the function and of a line: some twelve lines of code
    private const int MostRefused = 6; // lines in a row, before the line that they follow is taken back
    private const double Temperature = 0.7, TopP = 0.9, RepetitionPenalty = 1.1;

    private readonly BpeVocabulary _vocabulary;
    private readonly Generator _generator;
    private readonly List<int> _tokens;
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly int _promptTokens, _promptBytes, _mostTokens;

    // The ends of the lines that were kept, that of the prompt first.
    private readonly Stack<LineEnd> _kept = new();

    private FunctionSample(Generator generator, BpeVocabulary vocabulary, string prompt, int mostTokens)
    {
        _generator = generator;
        _vocabulary = vocabulary;
        _tokens = [.. new PromptEncoder(vocabulary).Encode(prompt)];
        _text.Write(Encoding.UTF8.GetBytes(prompt));
        _promptTokens = _tokens.Count;
        _promptBytes = _text.WrittenCount;
        _mostTokens = mostTokens;
        FunctionText? function = FunctionText.Read([.. _text.WrittenSpan, (byte)'\n'], isWhole: true);
        _kept.Push(new LineEnd(_promptTokens, _promptBytes, function?.Statements ?? 0));
    }

    /// <summary>
    /// The default prompts: beginnings of functions that are common in Python code. They end within a line, because the
    /// tokens of a text join a line break with the indentation after it.
    /// </summary>
    public static IReadOnlyList<string> Prompts { get; } =
    [
        "def read_lines(path):\n    \"\"\"Return the lines of a file.\"\"\"\n    lines = []",
        "def find(self, name):\n    for item in self.items:",
        "def get(self, key, default=None):\n    if key not in self.data:",
    ];

    /// <summary>
    /// The text after the prompt, up to the function's end. If no complete function of at least <see cref="LeastStatements"/> different
    /// statements was drawn in <see cref="MostDrawnTokens"/> tokens, it is the kept lines, or else the last line drawn. The same seed,
    /// prompt and model give the same text.
    /// </summary>
    public static string Of(
        ILanguageModel model, BpeVocabulary vocabulary, string prompt, ulong seed, CancellationToken cancellation = default)
    {
        using Generator generator = new(model);
        int mostTokens = Math.Min(MostTokens, model.Config.MaxPositionEmbeddings / 2);
        FunctionSample sample = new(generator, vocabulary, prompt, mostTokens);
        return IsBeginning(prompt) ? sample.Draw(seed, cancellation) : sample.DrawText(seed, cancellation);
    }

    /// <summary>Whether a text is the beginning of a function, or of another statement with a body, up to some line's end.</summary>
    public static bool IsBeginning(string prompt)
    {
        byte[] lines = [.. Encoding.UTF8.GetBytes(prompt), (byte)'\n'];
        return IsFunction(lines) || IsFunction(WithBody(lines));
    }

    /// <summary>Whether a text is one whole function of at least <see cref="LeastStatements"/> different statements.</summary>
    public static bool IsComplete(string text) => IsComplete(Encoding.UTF8.GetBytes(text.TrimEnd('\n')));

    // What follows a prompt that begins no function.
    private string DrawText(ulong seed, CancellationToken cancellation)
    {
        int[] tokens = _generator.Generate(_tokens.ToArray(), Options(seed, 0), cancellation);
        return Encoding.UTF8.GetString(_vocabulary.Decode(Array.ConvertAll(tokens, token => checked((ushort)token)), skipSpecial: true));
    }

    // After more refused lines at a place, less likely lines are tried.
    private GenerationOptions Options(ulong seed, int refused) => new()
    {
        MaxNewTokens = _mostTokens,
        Temperature = Temperature + (0.1 * refused),
        TopP = TopP,
        RepetitionPenalty = RepetitionPenalty,
        Seed = seed,
    };

    private string Draw(ulong seed, CancellationToken cancellation)
    {
        int drawn = 0, refused = 0;
        string last = "";
        for (ulong attempt = 0; drawn < MostDrawnTokens; attempt++)
        {
            if (refused == MostRefused)
            {
                refused = 0; // also if only the prompt is kept: at an ever higher temperature, hardly any line would be valid
                if (_kept.Count > 1)
                {
                    _kept.Pop(); // nothing that can stay follows this line
                }
            }

            BackToKeptLines();
            int lines = _kept.Count;
            GenerationOptions options = Options(unchecked((seed * MostDrawnTokens) + attempt), refused);
            bool hasEnded = true; // by the model's own end of the text
            foreach (int token in _generator.Stream([.. _tokens], options, cancellation))
            {
                drawn++;
                byte[] bytes = _vocabulary.Decode([checked((ushort)token)], skipSpecial: true);
                Line line = bytes.Contains((byte)'\n') ? LineBefore(bytes)
                    : bytes.AsSpan().StartsWith((byte)' ') ? LineOutside() // a word may go on until then
                    : Line.Unfinished;
                if (line == Line.EndsFunction || (line == Line.Kept && IsLongEnough()))
                {
                    return Kept();
                }

                if (line == Line.Refused || _tokens.Count - _kept.Peek().Tokens >= MostLineTokens || drawn >= MostDrawnTokens)
                {
                    hasEnded = false;
                    break;
                }

                _tokens.Add(token);
                _text.Write(bytes);
            }

            refused = _kept.Count > lines ? 1 : refused + 1;
            last = Encoding.UTF8.GetString(_text.WrittenSpan[_promptBytes..]);
            if (hasEnded && LineBefore("\n"u8) is Line.EndsFunction or Line.Kept && IsComplete(KeptText))
            {
                return Kept();
            }
        }

        return _kept.Peek().Bytes > _promptBytes ? Kept() : last;
    }

    private ReadOnlySpan<byte> KeptText => _text.WrittenSpan[.._kept.Peek().Bytes];

    private string Kept() => Encoding.UTF8.GetString(KeptText[_promptBytes..]) + "\n";

    private bool IsLongEnough() => _kept.Peek().Tokens - _promptTokens >= _mostTokens && IsComplete(KeptText);

    // Saves the rest of a line before which the function has ended.
    private Line LineOutside()
    {
        if (FunctionText.Read(_text.WrittenSpan, isWhole: false) is null)
        {
            return Line.Unfinished;
        }

        return IsComplete(KeptText) ? Line.EndsFunction : Line.Refused;
    }

    // Judges the line that a line break ends. Inside brackets and strings a line break does not end a line.
    private Line LineBefore(ReadOnlySpan<byte> next)
    {
        byte[] text = [.. _text.WrittenSpan, .. next[..next.IndexOf((byte)'\n')], (byte)'\n'];
        if (text.AsSpan(_kept.Peek().Bytes).Trim(" \n"u8).IsEmpty)
        {
            return Line.Unfinished; // an empty line
        }

        if (FunctionText.Read(text, isWhole: false) is not null) // this line is no longer in the function
        {
            return IsComplete(KeptText) ? Line.EndsFunction : Line.Refused;
        }

        if (FunctionText.Read(text, isWhole: true) is not { } function)
        {
            return Line.Unfinished; // a text or a bracket is open
        }

        bool hasMore = function.Statements > _kept.Peek().Statements || text[_kept.Peek().Bytes] is not ((byte)'\n' or (byte)'\r');
        bool isNew = hasMore && function.Distinct == function.Statements;
        if (!isNew || !(IsValid(text) || IsValid(WithBody(text))))
        {
            return Line.Refused;
        }

        _kept.Push(new LineEnd(_tokens.Count, _text.WrittenCount, function.Statements));
        return Line.Kept;
    }

    private void BackToKeptLines()
    {
        LineEnd end = _kept.Peek();
        _tokens.RemoveRange(end.Tokens, _tokens.Count - end.Tokens);
        byte[] kept = KeptText.ToArray();
        _text.ResetWrittenCount();
        _text.Write(kept);
    }

    private static bool IsComplete(ReadOnlySpan<byte> text)
    {
        byte[] whole = [.. text, (byte)'\n'];
        return IsValid(whole) && FunctionText.Read(whole, isWhole: true) is { Distinct: >= LeastStatements };
    }

    private static bool IsFunction(ReadOnlySpan<byte> text) => IsValid(text) && FunctionText.Read(text, isWhole: true) is not null;

    private static bool IsValid(ReadOnlySpan<byte> text) => PythonParser.Check(text).Outcome == ParseOutcome.Valid;

    // The text with a body for a statement that needs one, such as "if".
    private static byte[] WithBody(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> line = text[..^1];
        line = line[(line.LastIndexOf((byte)'\n') + 1)..];
        int indentation = line.IndexOfAnyExcept((byte)' ');
        return [.. text, .. line[..Math.Max(indentation, 0)], .. "    pass\n"u8];
    }

    private readonly record struct LineEnd(int Tokens, int Bytes, int Statements);

    private enum Line
    {
        Unfinished,
        Kept,
        Refused,
        EndsFunction,
    }
}
