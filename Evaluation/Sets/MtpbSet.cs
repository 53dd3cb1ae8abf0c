using System.Text.Json;
using System.Text.RegularExpressions;
using DataForge.Corpus;
using DataForge.Evaluation.Sandbox;

namespace DataForge.Evaluation.Sets;

/// <summary>
/// MTPB (https://github.com/salesforce/CodeGen/tree/main/codegen1/benchmark): a program is asked for in several turns, each a comment that
/// the model continues. Each problem has five cases, whose inputs stand in the comments; a case passes if the last value that the program
/// prints is the expected one.
/// </summary>
public sealed partial class MtpbSet : IBenchmarkSet
{
    private const string Prefix = "# Import libraries.\n\nimport numpy as np\n\n";

    private const string TurnEnd = "\n\n";

    // Of a turn where the problem does not say how many.
    private const int MostNewTokens = 256;

    private static readonly string Comparison = PythonScript.Read("mtpb.py");

    private static readonly string[] LastPrinted = [ProgramJob.LastPrinted];

    /// <inheritdoc/>
    public string Name => "mtpb";

    /// <inheritdoc/>
    public string HubName => "mtpb";

    /// <inheritdoc/>
    public double CpuLimit => 20;

    /// <summary>Some cases expect True, 0 or an empty list.</summary>
    public bool TrivialAnswersMayPass => true;

    /// <inheritdoc/>
    public bool HasSolutions => false;

    /// <inheritdoc/>
    public IReadOnlyList<string> Modules { get; } = ["numpy"];

    /// <summary>What follows a turn.</summary>
    public IReadOnlyList<string> StopStrings { get; } = ["\n#", "\n'''", "\n\"\"\"", "\n\n\n"];

    /// <inheritdoc/>
    public Func<string, string> EndTurn { get; } = CutTurn;

    /// <inheritdoc/>
    public IReadOnlyList<Problem> Read(string path) => [.. JsonLines.Read(path).SelectMany(line => Of(line.Value, path, line.Line))];

    /// <summary>
    /// Reads samples as the set's script writes them: the whole program, and its parts by turns, which tell the case. Lines with
    /// <c>task_id</c> and <c>completion</c> are read too.
    /// </summary>
    public IReadOnlyList<Sample> ReadSamples(string path, IReadOnlyList<Problem> problems)
    {
        // Two cases of one problem are the same; their samples are given to them in turn.
        var cases = problems.GroupBy(problem => Key(problem.CaseOf!, problem.Prompt, problem.Turns), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => new Queue<Problem>(group), StringComparer.Ordinal);
        return [.. JsonLines.Read(path).Select(line => OfLine(line.Value, path, line.Line, cases))];
    }

    private static Sample OfLine(JsonElement value, string path, int line, Dictionary<string, Queue<Problem>> cases)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("completions", out _))
        {
            return SampleFile.Of(value, path, line);
        }

        string program = JsonLines.Text(value, "completions", path, line);
        IReadOnlyList<string> parts = JsonLines.Texts(value, "prompts_completions");
        string[] turns = [.. parts.Skip(1).Where((_, index) => index % 2 == 0)];
        string key = turns.Length == 0 ? "" : Key(JsonLines.Text(value, "id", path, line), parts[0] + turns[0], turns.Skip(1));
        if (!cases.TryGetValue(key, out Queue<Problem>? same) || !program.StartsWith(same.Peek().Prompt, StringComparison.Ordinal))
        {
            throw DataForgeException.Usage($"{path}, line {line}: its prompts are those of no case of the set; give samples of this set.");
        }

        Problem problem = same.Dequeue();
        same.Enqueue(problem);
        return new Sample(problem.Id, program[problem.Prompt.Length..]);
    }

    private static string Key(string id, string prompt, IEnumerable<string> turns) => string.Join('\0', [id, prompt, .. turns]);

    // One problem has an output too many, which the set's script leaves out as well.
    private static IEnumerable<Problem> Of(JsonElement value, string path, int line)
    {
        string id = JsonLines.Text(value, "id", path, line);
        IReadOnlyList<string> prompts = JsonLines.Texts(value, "prompts");
        if (prompts.Count == 0 || !IsList(value, "inputs", out JsonElement inputs) || !IsList(value, "outputs", out JsonElement outputs))
        {
            throw DataForgeException.Usage($"{path}, line {line} has no prompts, inputs or outputs; is it a file of another set?");
        }

        int? most = value.TryGetProperty("max_gen_length", out JsonElement stated) ? stated.GetInt32() : MostNewTokens;
        return inputs.EnumerateArray().Zip(outputs.EnumerateArray(), (input, output) => (input, output))
            .Select((pair, index) =>
            {
                string[] filled = [.. prompts.Select(prompt => Filled(prompt, pair.input, path, line))];
                return Case($"{id}/{index}", filled, pair.output) with { MostNewTokens = most, CaseOf = id };
            });
    }

    private static bool IsList(JsonElement value, string name, out JsonElement list) =>
        value.TryGetProperty(name, out list) && list.ValueKind == JsonValueKind.Array;

    private static Problem Case(string id, string[] prompts, JsonElement output)
    {
        string prompt = Prefix + prompts[0];
        string test = $"assert is_expected({ProgramJob.LastPrinted}(), {PythonText.JsonLiteral(output)})";
        return new Problem(
            id, $"print({PythonText.Repr(output)})\n",
            completion => [new ProgramJob(prompt + completion, Comparison, test, LastPrinted) { IsScript = true }],
            (top, expression) => $"{top}\nprint({expression})\n")
        {
            Prompt = prompt,
            Turns = prompts[1..],
            IsSolvable = output.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object),
        };
    }

    // A comment with the case's values in it, as str.format writes them.
    private static string Filled(string prompt, JsonElement input, string path, int line)
    {
        return $"# {Field().Replace(prompt, Value)}\n";

        string Value(Match field)
        {
            if (field.Value is "{{" or "}}")
            {
                return field.Value[..1];
            }

            string name = field.Groups[1].Value;
            return input.ValueKind == JsonValueKind.Object && input.TryGetProperty(name, out JsonElement value)
                ? PythonText.Str(value)
                : throw DataForgeException.Usage($"{path}, line {line}: an input lacks \"{name}\", which a prompt names.");
        }
    }

    // What the set's script keeps of a turn: one function, one print at the top level, and nothing from the next comment or text on.
    private static string CutTurn(string text)
    {
        int[] ends =
        [
            .. Print().Matches(text).Skip(1).Take(1).Select(match => match.Index),
            .. Definition().Matches(text).Skip(1).Take(1).Select(match => match.Index),
            .. Terminal().Matches(text).Take(1).Select(match => match.Index),
            text.Length,
        ];
        return text[..ends.Min()] + TurnEnd;
    }

    [GeneratedRegex(@"\{\{|\}\}|\{(\w+)\}")]
    private static partial Regex Field();

    [GeneratedRegex("^print", RegexOptions.Multiline)]
    private static partial Regex Print();

    [GeneratedRegex("^def", RegexOptions.Multiline)]
    private static partial Regex Definition();

    [GeneratedRegex("^#|<\\|endoftext\\|>|^'''|^\"\"\"|\n\n\n", RegexOptions.Multiline)]
    private static partial Regex Terminal();
}
