using System.CommandLine;
using DataForge.Corpus;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Torch;

namespace DataForge.Orchestrator.Commands;

/// <summary><c>generate</c>: continues a prompt with an exported model.</summary>
internal static class GenerateCommand
{
    private static readonly Option<string?> ModelOption = new("--model")
    {
        Description = "A folder as Hugging Face lays it out. Default: the run's 5-model/export.", HelpName = "DIR",
    };

    private static readonly Option<string> PromptOption = new("--prompt")
    {
        Description = "What to go on from; '-' reads it from standard input.", Required = true, HelpName = "TEXT",
    };

    private static readonly Option<int> TokensOption = new("--max-new-tokens")
    {
        Description = "The most tokens to write.", DefaultValueFactory = _ => 128, HelpName = "N",
    };

    private static readonly Option<double> TemperatureOption = new("--temperature")
    {
        Description = "0 takes the likeliest token each time; higher values vary more.", DefaultValueFactory = _ => 0, HelpName = "T",
    };

    private static readonly Option<double> TopPOption = new("--top-p")
    {
        Description = "Draws from the likeliest tokens that hold this share of the probability.", DefaultValueFactory = _ => 0.95, HelpName = "P",
    };

    private static readonly Option<ulong> SeedOption = new("--seed")
    {
        Description = "The same seed draws the same tokens.", DefaultValueFactory = _ => 1, HelpName = "N",
    };

    public static Command Create(Option<string> workspace, Option<string> run)
    {
        var command = new Command("generate", "Continues a prompt with an exported model.")
        {
            workspace, run, ModelOption, PromptOption, TokensOption, TemperatureOption, TopPOption, SeedOption,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string folder = parsed.GetValue(ModelOption) ?? ExportOf(parsed.GetValue(workspace)!, parsed.GetValue(run)!);
            string prompt = parsed.GetValue(PromptOption)!;
            if (prompt == "-")
            {
                prompt = await Console.In.ReadToEndAsync(cancellation).ConfigureAwait(false);
            }

            var options = new GenerationOptions
            {
                MaxNewTokens = parsed.GetValue(TokensOption),
                Temperature = parsed.GetValue(TemperatureOption),
                TopP = parsed.GetValue(TopPOption),
                Seed = parsed.GetValue(SeedOption),
            };
            Console.WriteLine(prompt + Generate(folder, prompt, options, cancellation));
            return 0;
        });
        return command;
    }

    private static string ExportOf(string workspace, string run)
    {
        Inspection.InspectedRun.RequireFolder(workspace, run);
        string folder = Path.Combine(workspace, "runs", run, "5-model", "export");
        return Directory.Exists(folder)
            ? folder
            : throw DataForgeException.Usage($"The run '{run}' in {workspace} has no model yet: build one, or name a folder with --model.");
    }

    private static string Generate(string folder, string prompt, GenerationOptions options, CancellationToken cancellation)
    {
        if (options.Faults() is { Count: > 0 } faults)
        {
            throw DataForgeException.Usage(string.Join(" ", faults));
        }

        if (!File.Exists(Path.Combine(folder, "config.json")))
        {
            throw DataForgeException.Usage($"{folder} holds no model (no config.json): give a GPT-Neo folder as Hugging Face lays it out.");
        }

        try
        {
            using GptNeoForCausalLM model = GptNeoWeights.LoadFolder(folder);
            return Completion.Of(model, TokenizerReader.ReadFolder(folder), prompt, options, cancellation);
        }
        catch (Exception e) when (e is TokenizerFormatException or InvalidDataException or TorchException or ArgumentException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw DataForgeException.Usage($"The model in {folder} cannot be used: {e.Message}", e);
        }
    }
}
