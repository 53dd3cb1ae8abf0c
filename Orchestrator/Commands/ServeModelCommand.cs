using System.CommandLine;
using System.Net;
using DataForge.Corpus;
using DataForge.ModelServer;
using DataForge.Orchestrator.Evaluating;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Terminal;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Orchestrator.Commands;

/// <summary>What <c>serve-model</c> is asked for.</summary>
/// <param name="ModelFolder">The model's folder.</param>
/// <param name="Settings">How it is served.</param>
internal sealed record ServeModelRequest(string ModelFolder, ServerSettings Settings);

/// <summary><c>serve-model</c>: answers OpenAI's <c>/v1/completions</c> with a model, until it is stopped.</summary>
internal sealed class ServeModelCommand(CommandTerminal terminal, TimeProvider time) : ICommandHandler<ServeModelRequest>
{
    private const int MostTexts = 1024, MostWaiting = 100_000;

    private static readonly Argument<string> FolderArgument = new("DIR")
    {
        Description = "A model folder in Hugging Face's layout, such as 5-model/export of a run.",
    };

    private static readonly Option<string?> NameOption = new("--name")
    {
        Description = "The name that clients ask for. Default: the folder's name.", HelpName = "NAME",
    };

    private static readonly Option<string> ListenOption = new("--listen")
    {
        Description = "The address to listen on. With any address other than the loopback, other machines can use the model.",
        DefaultValueFactory = _ => "127.0.0.1", HelpName = "ADDRESS",
    };

    private static readonly Option<int> PortOption = new("--port")
    {
        Description = "The port; 0: any free port.", DefaultValueFactory = _ => 8000, HelpName = "N",
    };

    private static readonly Option<string[]> HostNameOption = new("--host-name")
    {
        Description = "Another host name of the server; repeatable. Requests for other names are refused.",
        HelpName = "NAME",
    };

    private static readonly Option<int> BatchOption = new("--batch")
    {
        Description = "How many texts are generated at the same time.", DefaultValueFactory = _ => 16, HelpName = "N",
    };

    private static readonly Option<int> QueueOption = new("--queue")
    {
        Description = "How many texts may wait; further requests get status 429.", DefaultValueFactory = _ => 256, HelpName = "N",
    };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host) => host.Bind<ServeModelCommand, ServeModelRequest>(
        new Command("serve-model", "Serves a model over HTTP with OpenAI's /v1/completions.")
        {
            FolderArgument, NameOption, ListenOption, PortOption, HostNameOption, BatchOption, QueueOption, SampleOptions.Infill,
        },
        Request);

    /// <inheritdoc/>
    public Task RunAsync(ServeModelRequest request, CancellationToken cancellation)
    {
        if (!IPAddress.IsLoopback(request.Settings.Address))
        {
            terminal.Error.WriteLine(
                $"dataforge: everyone who can reach {request.Settings.Address} can use the model; there is no password.");
        }

        ModelFolder.Use(request.ModelFolder, terminal.Error.WriteLine, cancellation, (model, vocabulary) =>
        {
            ServeAsync(model, vocabulary, request.Settings, cancellation).GetAwaiter().GetResult();
            return 0;
        });
        return Task.CompletedTask;
    }

    private async Task ServeAsync(
        ILanguageModel model, BpeVocabulary vocabulary, ServerSettings settings, CancellationToken cancellation)
    {
        CompletionServer server = await CompletionServer.StartAsync(
            model, vocabulary, settings, line => terminal.Error.WriteLine("dataforge: " + line), time, cancellation).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            terminal.Output.WriteLine($"serving {settings.ModelName} at {server.Address}v1; Ctrl+C stops it");
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static ServeModelRequest Request(ParseResult parsed)
    {
        string folder = HomePath.Expand(parsed.GetValue(FolderArgument)!).TrimEnd('/');
        int port = parsed.GetValue(PortOption), batch = parsed.GetValue(BatchOption), queue = parsed.GetValue(QueueOption);
        if (!IPAddress.TryParse(parsed.GetValue(ListenOption), out IPAddress? address))
        {
            throw DataForgeException.Usage("--listen takes an address such as 127.0.0.1, or 0.0.0.0 for all of this machine's.");
        }

        if (port is < 0 or > IPEndPoint.MaxPort || batch is < 1 or > MostTexts || queue is < 1 or > MostWaiting)
        {
            throw DataForgeException.Usage(
                $"--port takes a number from 0 to {IPEndPoint.MaxPort}, --batch one from 1 to {MostTexts}, --queue one from 1 to "
                + $"{MostWaiting}.");
        }

        return new ServeModelRequest(folder, new ServerSettings(parsed.GetValue(NameOption) ?? Path.GetFileName(folder))
        {
            Address = address,
            Port = port,
            HostNames = parsed.GetValue(HostNameOption) ?? [],
            Batch = batch,
            Queue = queue,
            Infilling = parsed.GetValue(SampleOptions.Infill) ?? InfillingForm.Fim,
        });
    }
}
