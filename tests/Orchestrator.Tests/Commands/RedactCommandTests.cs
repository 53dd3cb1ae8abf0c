using System.Text;
using System.Text.Json;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Tests.Hosting;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Commands;

public sealed class RedactCommandTests : IDisposable
{
    private const string Password = "x7Gh2kQp9";
    private const string Secrets = "# by ada@lovelace.org\nx = 1\nPASSWORD = '" + Password + "'\n";

    private readonly TemporaryFolder _folder = new();
    private readonly TestTerminal _terminal = new();

    [Fact]
    public async Task Redact_folder_copiesPythonFilesWithoutSecrets()
    {
        _folder.Write("in/a.py", Secrets);
        _folder.Write("in/sub/plain.py", "x = 1\r\n");
        _folder.Write("in/notes.txt", Secrets);
        File.CreateSymbolicLink(_folder["in", "link.py"], _folder["in", "a.py"]);
        Assert.Equal(0, await RunAsync(_folder["in"], "--output", _folder["out"]));
        Assert.Equal("# by <EMAIL>\nx = 1\nPASSWORD = '<PASSWORD>'\n", File.ReadAllText(_folder["out", "a.py"]));
        Assert.Equal("x = 1\r\n", File.ReadAllText(_folder["out", "sub", "plain.py"]));
        Assert.Equal(2, Directory.GetFiles(_folder["out"], "*", SearchOption.AllDirectories).Length);
        Assert.Equal(
            $"{_folder["in", "a.py"]}:1: email, 16 bytes\n{_folder["in", "a.py"]}:3: password, 9 bytes\n"
            + "2 files, 2 secrets (email 1, password 1) in 1 of them; 0 cannot be redacted; 2 others passed over\n",
            _terminal.Output.ToString());
        Assert.DoesNotContain(Password, _terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redact_severalPaths_haveFoldersOfTheirOwn()
    {
        _folder.Write("one/a.py", "x = 1\n");
        string script = _folder.Write("script", "x = 2\n");
        Assert.Equal(0, await RunAsync(_folder["one"], script, "--output", _folder["out"]));
        Assert.True(File.Exists(_folder["out", "one", "a.py"]));
        Assert.True(File.Exists(_folder["out", "script"]));
    }

    [Fact]
    public async Task Redact_check_writesNothingAndFailsWhereThereAreSecrets()
    {
        string plain = _folder.Write("plain.py", "x = 1\n");
        string secrets = _folder.Write("secrets.py", Secrets);
        Assert.Equal(0, await RunAsync(plain, "--check"));
        Assert.Equal(1, await RunAsync(secrets, "--check"));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.Path).Length);
        Assert.Contains("1 of 1 files have secrets", _terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redact_json_holdsPlacesAndNoSecret()
    {
        await RunAsync(_folder.Write("secrets.py", Secrets), "--check", "--json");
        string json = Encoding.UTF8.GetString(_terminal.Bytes);
        Assert.DoesNotContain(Password, json, StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(json);
        JsonElement file = report.RootElement.GetProperty("findings")[0];
        Assert.Equal(_folder["secrets.py"], file.GetProperty("path").GetString());
        JsonElement secret = file.GetProperty("secrets")[1];
        Assert.Equal(
            (3, "password", 9),
            (secret.GetProperty("line").GetInt32(), secret.GetProperty("kind").GetString(), secret.GetProperty("length").GetInt32()));
        Assert.Equal(1, report.RootElement.GetProperty("kinds").GetProperty("email").GetInt32());
    }

    [Fact]
    public async Task Redact_fileThatIsNoText_hasNoCopyAndFails()
    {
        Directory.CreateDirectory(_folder["in"]);
        File.WriteAllBytes(_folder["in", "bad.py"], [(byte)'x', 0xFF, (byte)'\n']);
        _folder.Write("in/good.py", "x = 1\n");
        Assert.Equal(1, await RunAsync(_folder["in"], "--output", _folder["out"]));
        Assert.Equal("good.py", Path.GetFileName(Assert.Single(Directory.GetFiles(_folder["out"]))));
        Assert.Contains("bad.py: cannot be redacted (encoding: ", _terminal.Output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("in")]
    [InlineData("in", "--check", "--output", "new")]
    [InlineData("absent", "--check")]
    [InlineData("in", "--output", "in/new")]
    [InlineData("in", "--output", "full")]
    [InlineData("in", "other/in", "--output", "new")]
    public async Task Redact_wrongUse_isRefusedInOneLine(params string[] arguments)
    {
        _folder.Write("in/a.py", Secrets);
        _folder.Write("other/in/a.py", "x = 1\n");
        _folder.Write("full/a.py", "x = 1\n");
        Assert.Equal(2, await RunAsync([.. arguments.Select(argument => argument.StartsWith('-') ? argument : _folder[argument])]));
        Assert.Single(_terminal.ErrorLines);
        Assert.False(Directory.Exists(_folder["new"]));
    }

    public void Dispose() => _folder.Dispose();

    private Task<int> RunAsync(params string[] arguments) =>
        DataForgeHost.InvokeAsync(["redact", .. arguments], _terminal.Terminal, TestContext.Current.CancellationToken);
}
