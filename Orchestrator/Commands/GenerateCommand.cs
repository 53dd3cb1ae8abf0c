using System.CommandLine;
using DataForge.Corpus;
using DataForge.Inspection;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Terminal;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Torch;

namespace DataForge.Orchestrator.Commands;

/// <summary>What <c>generate</c> is asked for.</summary>
/// <param name="ModelFolder">The model's folder, or null for the run's own.</param>
/// <param name="Run">The run.</param>
/// <param name="Prompt">The prompt; <c>-</c> for standard input.</param>
/// <param name="Options">How to generate.</param>
internal sealed record GenerateRequest(string? ModelFolder, RunReference Run, string Prompt, GenerationOptions Options);

/// <summary><c>generate</c>: continues a prompt with an exported model.</summary>
internal sealed class GenerateCommand(CommandTerminal terminal) : ICommandHandler<GenerateRequest>
{
    private static readonly Option<string?> ModelOption = new("--model")
    {
        Description = "A folder as Hugging Face lays it out. Default: the run's 5-model/export.", HelpName = "DIR",
    };

    private static readonly Option<string> PromptOption = new("--prompt")
    {
        Description = "The text to continue; '-' reads it from standard input.", Required = true, HelpName = "TEXT",
    };

    private static readonly Option<int> TokensOption = new("--max-new-tokens")
    {
        Description = "The most tokens to write.", DefaultValueFactory = _ => 128, HelpName = "N",
    };

    private static readonly Option<double> TemperatureOption = new("--temperature")
    {
        Description = "0 takes the most likely token each time; higher values vary more.", DefaultValueFactory = _ => 0, HelpName = "T",
    };

    private static readonly Option<double> TopPOption = new("--top-p")
    {
        Description = "Samples from the most likely tokens that hold this share of the probability.",
        DefaultValueFactory = _ => 0.95, HelpName = "P",
    };

    private static readonly Option<ulong> SeedOption = new("--seed")
    {
        Description = "The same seed samples the same tokens.", DefaultValueFactory = _ => 1, HelpName = "N",
    };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host) => host.Bind<GenerateCommand, GenerateRequest>(
        new Command("generate", "Continues a prompt with an exported model.")
        {
            CommonOptions.Workspace, CommonOptions.Run, ModelOption, PromptOption, TokensOption, TemperatureOption, TopPOption, SeedOption,
        },
        parsed => new(parsed.GetValue(ModelOption), RunReference.Of(parsed), parsed.GetValue(PromptOption)!, new GenerationOptions
        {
            MaxNewTokens = parsed.GetValue(TokensOption),
            Temperature = parsed.GetValue(TemperatureOption),
            TopP = parsed.GetValue(TopPOption),
            Seed = parsed.GetValue(SeedOption),
        }));

    /// <inheritdoc/>
    public async Task RunAsync(GenerateRequest request, CancellationToken cancellation)
    {
        string folder = request.ModelFolder ?? ExportOf(request.Run);
        string prompt = request.Prompt;
        if (prompt == "-")
        {
            using var input = new StreamReader(terminal.OpenInput(), Console.InputEncoding);
            prompt = await input.ReadToEndAsync(cancellation).ConfigureAwait(false);
        }

        terminal.Output.WriteLine(prompt + Generate(folder, prompt, request.Options, cancellation));
    }

    private static string ExportOf(RunReference run)
    {
        InspectedRun.RequireFolder(run.WorkspaceFolder, run.RunName);
        string folder = Path.Combine(run.WorkspaceFolder, "runs", run.RunName, "5-model", "export");
        return Directory.Exists(folder)
            ? folder
            : throw DataForgeException.Usage(
                $"The run '{run.RunName}' in {run.WorkspaceFolder} has no model yet: build one, or name a folder with --model.");
    }

    private string Generate(string folder, string prompt, GenerationOptions options, CancellationToken cancellation)
    {
        if (options.Faults() is { Count: > 0 } faults)
        {
            throw DataForgeException.Usage(string.Join(" ", faults));
        }

        if (!File.Exists(Path.Combine(folder, "config.json")))
        {
            throw DataForgeException.Usage(
                $"{folder} holds no model (no config.json): give a GPT-Neo folder as Hugging Face lays it out.");
        }

        try
        {
            using ILanguageModel model = LanguageModels.Open(folder, terminal.Error.WriteLine, cancellation);
            return Completion.Of(model, TokenizerReader.ReadFolder(folder), prompt, options, cancellation);
        }
        catch (Exception e) when (e is TokenizerFormatException or InvalidDataException or TorchException or ArgumentException
            or FileNotFoundException or DirectoryNotFoundException)
        {
            throw DataForgeException.Usage($"The model in {folder} cannot be used: {e.Message}", e);
        }
    }
}
