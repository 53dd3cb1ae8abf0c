using System.CommandLine;
using System.Globalization;
using DataForge.Forge.Content;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;

namespace DataForge.Forge.Commands;

/// <summary><c>serve</c>: runs the forge from the command line until Ctrl-C.</summary>
internal static class ServeCommand
{
    private static readonly Option<int> Repositories = new("--repositories")
    {
        DefaultValueFactory = _ => 1000, Description = "Repositories in all.",
    };

    private static readonly Option<string[]> Content = new("--content")
    {
        Description = "Folders with Python code for repositories with real content.", AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int> WithContent = new("--with-content")
    {
        DefaultValueFactory = _ => 300, Description = "How many repositories get real content.",
    };

    private static readonly Option<int> SharedSecond = new("--shared-second")
    {
        Description = "Repositories created in one second with equal stars.",
    };

    private static readonly Option<ulong> Seed = new("--seed")
    {
        DefaultValueFactory = _ => 1, Description = "Seed of everything that is generated.",
    };

    private static readonly Option<int> Port = new("--port") { Description = "Port on 127.0.0.1; 0 takes a free one." };

    private static readonly Option<string> Cache = new("--cache")
    {
        DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "dataforge-forge"),
        Description = "Folder for the bare repositories; it is kept.",
    };

    private static readonly Option<string[]> Tokens = new("--token")
    {
        Description = "TOKEN or TOKEN=LOGIN; several may belong to one user.", AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> NoLimits = new("--no-limits") { Description = "Switches the rate limits off." };

    private static readonly Option<bool> Unstable = new("--unstable")
    {
        Description = "Results with equal ranks change places from page to page, as they do on GitHub.",
    };

    /// <summary>Runs the command line.</summary>
    public static async Task<int> InvokeAsync(string[] arguments)
    {
        var serve = new Command("serve", "Serves generated repositories, some with real content, until Ctrl-C.")
        {
            Repositories, Content, WithContent, SharedSecond, Seed, Port, Cache, Tokens, NoLimits, Unstable,
        };
        serve.SetAction(RunAsync);
        var root = new RootCommand("A server like GitHub, on loopback: REST API, git over HTTP, archives.") { serve };
        return await root.Parse(arguments).InvokeAsync().ConfigureAwait(false);
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var catalog = new ForgeCatalog();
        RepositoryGenerator.AddTo(catalog, new GeneratorOptions
        {
            Count = parsed.GetValue(Repositories), Seed = parsed.GetValue(Seed), SharedSecond = parsed.GetValue(SharedSecond),
        });
        string[] folders = parsed.GetValue(Content) ?? [];
        int filled = 0;
        if (folders.Length > 0)
        {
            filled = (await ContentLibrary.FillAsync(catalog, folders, parsed.GetValue(WithContent), parsed.GetValue(Cache)!, cancellation)
                .ConfigureAwait(false)).Count;
        }

        var options = new ForgeOptions
        {
            Port = parsed.GetValue(Port),
            Limits = parsed.GetValue(NoLimits) ? LimitSizes.None : LimitSizes.GitHub,
            Tokens = Users(parsed.GetValue(Tokens) ?? []),
        };
        await using ForgeServer server = await ForgeServer.StartAsync(catalog, options, cancellation).ConfigureAwait(false);
        server.Search.IsUnstable = parsed.GetValue(Unstable);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{server.Address} serves {catalog.All.Count} repositories, {filled} with content."));
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C ends the program.
        }

        return 0;
    }

    private static Dictionary<string, ForgeOwner> Users(string[] tokens)
    {
        Dictionary<string, ForgeOwner> users = [];
        Dictionary<string, ForgeOwner> byLogin = [];
        foreach (string text in tokens)
        {
            int equals = text.IndexOf('=');
            string login = equals < 0 ? "crawler" : text[(equals + 1)..];
            if (!byLogin.TryGetValue(login, out ForgeOwner? user))
            {
                byLogin[login] = user = new ForgeOwner(9000 + byLogin.Count, login);
            }

            users[equals < 0 ? text : text[..equals]] = user;
        }

        return users;
    }
}
