using System.CommandLine;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Inspection;
using DataForge.Orchestrator.Evaluating;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Terminal;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Orchestrator.Commands;

/// <summary>What <c>generate</c> is asked for.</summary>
/// <param name="ModelFolder">The model's folder, or null for the run's own.</param>
/// <param name="Run">The run.</param>
/// <param name="Prompt">The prompt; <c>-</c> for standard input.</param>
/// <param name="Suffix">The text after the gap to fill; null if the prompt is continued.</param>
/// <param name="Form">The marks around the gap.</param>
/// <param name="Options">How to generate.</param>
/// <param name="IsFunction">Whether the text is sampled line by line, up to the function's end (<see cref="FunctionSample"/>).</param>
internal sealed record GenerateRequest(
    string? ModelFolder, RunReference Run, string Prompt, string? Suffix, InfillingForm Form, GenerationOptions Options, bool IsFunction);

/// <summary><c>generate</c>: continues a prompt, or fills a gap, with an exported model.</summary>
internal sealed class GenerateCommand(CommandTerminal terminal) : ICommandHandler<GenerateRequest>
{
    private const ulong MostFunctionSeeds = 5;

    private static readonly Option<string?> ModelOption = new("--model")
    {
        Description = "A model folder in Hugging Face's layout. Default: the run's 5-model/export.", HelpName = "DIR",
    };

    private static readonly Option<string> PromptOption = new("--prompt")
    {
        Description = "The text to continue; '-' reads it from standard input.", Required = true, HelpName = "TEXT",
    };

    private static readonly Option<string?> SuffixOption = new("--suffix")
    {
        Description = "The text after a gap: the model fills the gap between the prompt and this text.", HelpName = "TEXT",
    };

    private static readonly Option<string[]> StopOption = new("--stop")
    {
        Description = "Generation ends before this string; repeatable.", HelpName = "TEXT",
    };

    private static readonly Option<int> TokensOption = new("--max-new-tokens")
    {
        Description = "Most tokens to generate.", DefaultValueFactory = _ => 128, HelpName = "N",
    };

    private static readonly Option<double> TemperatureOption = new("--temperature")
    {
        Description = "0 always takes the most likely token; higher values vary more.", DefaultValueFactory = _ => 0, HelpName = "T",
    };

    private static readonly Option<bool> FunctionOption = new("--function")
    {
        Description = "Completes the beginning of a function line by line, as quickstart's samples: for small models.",
    };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host) => host.Bind<GenerateCommand, GenerateRequest>(
        new Command("generate", "Continues a prompt, or fills a gap, with an exported model.")
        {
            CommonOptions.Workspace, CommonOptions.Run, ModelOption, PromptOption, FunctionOption, SuffixOption, StopOption,
            TokensOption, TemperatureOption, SampleOptions.TopP, SampleOptions.TopK, SampleOptions.RepetitionPenalty, SampleOptions.Infill,
            SampleOptions.Seed,
        },
        parsed => new(
            parsed.GetValue(ModelOption), RunReference.Of(parsed), parsed.GetValue(PromptOption)!, parsed.GetValue(SuffixOption),
            parsed.GetValue(SampleOptions.Infill) ?? InfillingForm.Fim, new GenerationOptions
            {
                MaxNewTokens = parsed.GetValue(TokensOption),
                Temperature = parsed.GetValue(TemperatureOption),
                TopP = parsed.GetValue(SampleOptions.TopP),
                TopK = parsed.GetValue(SampleOptions.TopK),
                RepetitionPenalty = parsed.GetValue(SampleOptions.RepetitionPenalty),
                StopStrings = parsed.GetValue(StopOption) ?? [],
                Seed = parsed.GetValue(SampleOptions.Seed),
            },
            IsFunction(parsed)));

    /// <inheritdoc/>
    public async Task RunAsync(GenerateRequest request, CancellationToken cancellation)
    {
        string folder = request.ModelFolder is { } named ? HomePath.Expand(named) : ExportOf(request.Run);
        if (request.Options.Faults() is { Count: > 0 } faults)
        {
            throw DataForgeException.Usage(string.Join(" ", faults));
        }

        if (request.Prompt == "-")
        {
            using var input = new StreamReader(terminal.OpenInput(), Console.InputEncoding);
            request = request with { Prompt = await input.ReadToEndAsync(cancellation).ConfigureAwait(false) };
        }

        if (request.IsFunction && !FunctionSample.IsBeginning(request.Prompt))
        {
            throw DataForgeException.Usage("--function needs a prompt that begins a function, such as 'def main():'.");
        }

        int cut = ModelFolder.Use(
            folder, terminal.Error.WriteLine, cancellation, (model, vocabulary) => Generate(model, vocabulary, request, cancellation));
        if (cut > 0)
        {
            terminal.Error.WriteLine(request.Suffix is null
                ? $"dataforge: the prompt is too long for the model: its first {cut} tokens were left out."
                : $"dataforge: prompt and suffix are too long for the model: {cut} tokens farthest from the gap were left out.");
        }
    }

    // A function is sampled by rules of its own.
    private static bool IsFunction(ParseResult parsed)
    {
        Option[] others =
        [
            SuffixOption, StopOption, TokensOption, TemperatureOption, SampleOptions.TopP, SampleOptions.TopK,
            SampleOptions.RepetitionPenalty, SampleOptions.Infill,
        ];
        string[] given = [.. others.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
        bool isFunction = parsed.GetValue(FunctionOption);
        return isFunction && given.Length > 0
            ? throw DataForgeException.Usage($"--function chooses how to sample: leave out {string.Join(", ", given)}.")
            : isFunction;
    }

    // Returns how many tokens of the prompt were left out.
    private int Generate(ILanguageModel model, BpeVocabulary vocabulary, GenerateRequest request, CancellationToken cancellation)
    {
        GenerationOptions options = request.Options;
        if (request.IsFunction)
        {
            terminal.Output.WriteLine(FunctionOf(model, vocabulary, request.Prompt, options.Seed, cancellation).TrimEnd('\n'));
            return 0;
        }

        PromptEncoder encoder = new(vocabulary);
        int[] prompt;
        int cut = 0;
        if (request.Suffix is { } suffix)
        {
            InfillingPrompt gap = encoder.Encode(
                request.Prompt, suffix, request.Form, model.Config.MaxPositionEmbeddings - options.MaxNewTokens);
            (prompt, cut) = (gap.Prompt, gap.CutTokens);
            options = options with { StopToken = gap.StopToken };
        }
        else
        {
            prompt = encoder.Encode(request.Prompt);
        }

        terminal.Output.Write(request.Prompt);
        GeneratedText text = Completion.Of(model, vocabulary, new TextRequest(prompt, options, Show), cancellation);
        terminal.Output.WriteLine(request.Suffix);
        return cut + text.CutTokens;

        void Show(TextPiece piece)
        {
            terminal.Output.Write(piece.Text);
            terminal.Output.Flush();
        }
    }

    // A small model does not always complete a function; then other seeds are tried after the given one.
    private static string FunctionOf(
        ILanguageModel model, BpeVocabulary vocabulary, string prompt, ulong seed, CancellationToken cancellation)
    {
        string? first = null;
        for (ulong i = 0; i < MostFunctionSeeds; i++)
        {
            string text = prompt + FunctionSample.Of(model, vocabulary, prompt, unchecked(seed + (i << 32)), cancellation);
            if (FunctionSample.IsComplete(text))
            {
                return text;
            }

            first ??= text;
        }

        return first!;
    }

    private static string ExportOf(RunReference run)
    {
        InspectedRun.RequireFolder(run.WorkspaceFolder, run.RunName);
        string folder = Path.Combine(Workspace.RunFolderOf(run.WorkspaceFolder, run.RunName), RunPaths.ModelExport);
        return Directory.Exists(folder)
            ? folder
            : throw DataForgeException.Usage(
                $"The run '{run.RunName}' in {run.WorkspaceFolder} has no model yet: build one, or name a folder with --model.");
    }
}
