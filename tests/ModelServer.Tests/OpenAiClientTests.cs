using System.Diagnostics;
using System.Text.Json;
using DataForge.Testing;

namespace DataForge.ModelServer.Tests;

public sealed class OpenAiClientTests
{
    private static readonly string Module = Path.Combine(SharedFiles.ProjectRoot, "artifacts", "npm", "node_modules", "openai");

    [Fact]
    public async Task Calls_ofTheOfficialClient_areAnswered()
    {
        Assert.SkipWhen(!Directory.Exists(Module), "npm's openai is not in artifacts/npm");
        await using ServerFixture server = await ServerFixture.StartAsync();
        Dictionary<string, JsonElement> found = await RunAsync($"{server.Server.Address}v1");
        Assert.Equal("""["def","yza"]""", found["texts"].GetRawText());
        Assert.Equal("""["length","length"]""", found["reasons"].GetRawText());
        Assert.Equal("""["d","e","f"]""", found["tokens"].GetRawText());
        Assert.Equal("12", found["usage"].GetRawText());
        Assert.Equal("""{"text":"defgh","several":true,"usage":5}""", found["stream"].GetRawText());
        Assert.Equal("""["alphabet"]""", found["models"].GetRawText());
        Assert.Equal("\"alphabet\"", found["model"].GetRawText());
        AssertError(found["too long"], "BadRequestError", 400, "context_length_exceeded", "prompt", "maximum context length is 256 tokens");
        AssertError(found["no model"], "NotFoundError", 404, "model_not_found", "model", "'other' does not exist");
        AssertError(found["wrong value"], "BadRequestError", 400, null, "temperature", "from 0 to 2");
        Assert.True(found.ContainsKey("left"));
        await server.WaitForLoadAsync(0, 0);
        Assert.Empty(server.Log);
    }

    private static void AssertError(JsonElement error, string kind, int status, string? code, string parameter, string message)
    {
        Assert.Equal(kind, error.GetProperty("kind").GetString());
        Assert.Equal(status, error.GetProperty("status").GetInt32());
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(parameter, error.GetProperty("param").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString());
    }

    private static async Task<Dictionary<string, JsonElement>> RunAsync(string address)
    {
        string script = Path.Combine(SharedFiles.ProjectRoot, "tests", "ModelServer.Tests", "js", "openai-client.mjs");
        Process? started = null;
        try
        {
            started = Process.Start(new ProcessStartInfo("node", [script, Module, address]) { RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("node is not installed");
        }

        using Process node = started!;
        Task<string> errors = node.StandardError.ReadToEndAsync();
        string output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, await errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(line => line.GetProperty("check").GetString()!, line => line.GetProperty("value"));
    }
}
