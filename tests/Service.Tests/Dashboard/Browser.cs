using System.Diagnostics;
using System.Text.Json;
using DataForge.Testing;

namespace DataForge.Service.Tests.Dashboard;

/// <summary>Chromium without a window, driven by npm's playwright-core (js/browser.mjs).</summary>
internal sealed class Browser : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";
    private static readonly string Module = Path.Combine(SharedFiles.ProjectRoot, "artifacts", "npm", "node_modules", "playwright-core");
    private readonly Process _node;
    private readonly Task<string> _errors;

    private Browser(Process node) => (_node, _errors) = (node, node.StandardError.ReadToEndAsync());

    /// <summary>Why there is none; null where there is one.</summary>
    public static string? Missing => !File.Exists(Chromium) ? $"there is no {Chromium} (Debian's package chromium)"
        : !Directory.Exists(Module) ? "npm's playwright-core is not in artifacts/npm"
        : null;

    public static Browser Start()
    {
        string script = Path.Combine(SharedFiles.ProjectRoot, "tests", "Service.Tests", "js", "browser.mjs");
        return new Browser(Process.Start(new ProcessStartInfo("node", [script, Module, Chromium])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!);
    }

    /// <summary>Does something, and returns what the browser tells of it.</summary>
    public async Task<JsonElement> DoAsync(string action, object? arguments = null)
    {
        var request = new Dictionary<string, object?> { ["do"] = action };
        foreach (JsonProperty argument in JsonSerializer.SerializeToElement(arguments ?? new { }).EnumerateObject())
        {
            request[argument.Name] = argument.Value;
        }

        await _node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request));
        await _node.StandardInput.FlushAsync();
        string? line = await _node.StandardOutput.ReadLineAsync();
        Assert.True(line is not null, line is null ? await _errors : "");
        using JsonDocument answer = JsonDocument.Parse(line!);
        Assert.False(answer.RootElement.TryGetProperty("error", out JsonElement error), $"{action}: {error}");
        return answer.RootElement.GetProperty("value").Clone();
    }

    /// <summary>Opens an address, which must be answered.</summary>
    public async Task<TimeSpan> OpenAsync(Uri address)
    {
        JsonElement opened = await DoAsync("open", new { address });
        Assert.Equal(200, opened.GetProperty("status").GetInt32());
        return TimeSpan.FromMilliseconds(opened.GetProperty("milliseconds").GetDouble());
    }

    /// <summary>What the page shows.</summary>
    public async Task<ShownPage> ReadAsync() =>
        (await DoAsync("read")).Deserialize<ShownPage>(JsonSerializerOptions.Web)!;

    public async ValueTask DisposeAsync()
    {
        _node.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await _node.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _node.Kill(entireProcessTree: true);
        }

        _node.Dispose();
    }
}

/// <summary>A page as its reader sees it.</summary>
/// <param name="Parts">What is kept up to date, by name.</param>
/// <param name="Rows">The cells of all tables, row by row.</param>
/// <param name="Title">The title.</param>
/// <param name="Text">All of its text.</param>
/// <param name="Images">Elements that load a picture.</param>
/// <param name="IsSame">Whether it was not loaded again since it was opened.</param>
internal sealed record ShownPage(
    IReadOnlyDictionary<string, ShownPart> Parts, IReadOnlyList<IReadOnlyList<string>> Rows, string Title, string Text, int Images, bool IsSame);

/// <summary>A part of a page.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Bars">Names and values of its bars.</param>
/// <param name="Labels">What its charts are to a screen reader.</param>
internal sealed record ShownPart(string Text, IReadOnlyList<IReadOnlyList<string>> Bars, IReadOnlyList<string> Labels);
