using System.Buffers;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;
using DataForge.Python;

namespace DataForge.Pretrain.Generation;

/// <summary>
/// What a small model makes of the beginning of a function: sampled at a moderate temperature and cut at the function's end. A small model
/// often loses its way, so several samples are drawn, and the first that is a complete function is kept.
/// </summary>
public static class FunctionSample
{
    /// <summary>The most samples drawn for one prompt.</summary>
    public const int MostDraws = 32;

    /// <summary>The least number of different statements of a function that is kept.</summary>
    public const int LeastStatements = 3;

    private const int MostTokens = 120; // some twelve lines of code
    private const double Temperature = 0.8, TopP = 0.9;

    /// <summary>
    /// Prompts for a model whose user gives none: beginnings of functions as most Python code has them. They end within a line, since the
    /// tokens of a text join a line break with the indentation after it.
    /// </summary>
    public static IReadOnlyList<string> Prompts { get; } =
    [
        "def read_lines(path):\n    \"\"\"Return the lines of a file.\"\"\"\n    lines = []",
        "def __init__(self, name, items=None):\n    self.name = name",
        "def update(self, data):\n    self.data = data",
    ];

    /// <summary>
    /// The text after the prompt, up to the function's end: of the first sample that is a valid function of at least
    /// <see cref="LeastStatements"/> different statements; where none is, of the valid one with the most, or else the first. The same
    /// seed, prompt and model give the same text.
    /// </summary>
    public static string Of(
        ILanguageModel model, BpeVocabulary vocabulary, string prompt, ulong seed, CancellationToken cancellation = default)
    {
        int[] tokens = new PromptEncoder(vocabulary).Encode(prompt);
        using Generator generator = new(model);
        Draw best = default;
        for (int i = 0; i < MostDraws; i++)
        {
            GenerationOptions options = new()
            {
                MaxNewTokens = Math.Min(MostTokens, model.Config.MaxPositionEmbeddings / 2),
                Temperature = Temperature,
                TopP = TopP,
                Seed = checked((seed * MostDraws) + (ulong)i),
            };
            Draw draw = Sample(generator.Stream(tokens, options, cancellation), vocabulary, prompt, options.MaxNewTokens);
            if (draw.IsComplete)
            {
                return draw.Text;
            }

            best = best.Text is null || draw.Statements > best.Statements ? draw : best;
        }

        return best.Text;
    }

    private static Draw Sample(IEnumerable<int> generated, BpeVocabulary vocabulary, string prompt, int mostTokens)
    {
        byte[] start = System.Text.Encoding.UTF8.GetBytes(prompt);
        ArrayBufferWriter<byte> text = new();
        text.Write(start);
        int tokens = 0;
        foreach (int token in generated)
        {
            tokens++;
            text.Write(vocabulary.Decode([checked((ushort)token)], skipSpecial: true));
            if (FunctionText.Read(text.WrittenSpan, isWhole: false) is { } function)
            {
                return Cut(text.WrittenSpan, start.Length, function);
            }
        }

        return tokens < mostTokens && FunctionText.Read(text.WrittenSpan, isWhole: true) is { } last
            ? Cut(text.WrittenSpan, start.Length, last)
            : new Draw(Decode(text.WrittenSpan[start.Length..]), 0, false);
    }

    private static Draw Cut(ReadOnlySpan<byte> text, int promptLength, FunctionText function)
    {
        if (function.Length < promptLength) // the function ended within the prompt
        {
            return new Draw(Decode(text[promptLength..]), 0, false);
        }

        bool isValid = PythonParser.Check(text[..function.Length]).Outcome == ParseOutcome.Valid;
        bool isComplete = isValid && function.Distinct >= LeastStatements;
        return new Draw(Decode(text[promptLength..function.Length]), isValid ? function.Distinct : 0, isComplete);
    }

    private static string Decode(ReadOnlySpan<byte> text) => System.Text.Encoding.UTF8.GetString(text);

    /// <summary>
    /// A sample: its text after the prompt, its different statements (0 where it is no valid function), and whether it is kept at once.
    /// </summary>
    private readonly record struct Draw(string Text, int Statements, bool IsComplete);
}
