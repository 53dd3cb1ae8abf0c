using System.Diagnostics;
using DataForge.Testing;

namespace DataForge.Forge.Tests.Rest;

/// <summary>The answers against GitHub's own OpenAPI description.</summary>
public sealed class ShapeTests
{
    private static readonly string Modules = Path.Combine(SharedFiles.ProjectRoot, "artifacts", "npm", "node_modules");

    [Fact]
    public async Task Answers_validate_against_GitHubs_description()
    {
        foreach (string package in (string[])["@octokit/openapi", "ajv", "ajv-formats"])
        {
            Assert.SkipWhen(!Directory.Exists(Path.Combine(Modules, package)), $"npm package {package} is not installed in artifacts/npm");
        }

        await using TestForge forge = await TestForge.StartAsync(content: true);
        string name = forge.Filled[0].FullName;
        string[] requests =
        [
            "200 /search/repositories /search/repositories?q=language:python&per_page=100",
            "422 /search/repositories /search/repositories?q=created:soon",
            $"200 /repos/{{owner}}/{{repo}} /repos/{name}",
            $"200 /repos/{{owner}}/{{repo}} /repos/{forge.Filled[9].FullName}",
            "404 /repos/{owner}/{repo} /repos/no/body",
            $"200 /repos/{{owner}}/{{repo}}/license /repos/{forge.Filled.First(one => one.License is not null).FullName}/license",
            $"200 /repos/{{owner}}/{{repo}}/commits /repos/{name}/commits",
            $"409 /repos/{{owner}}/{{repo}}/commits /repos/{forge.Server.Repositories.All.First(one => one.GitFolder is null).FullName}/commits",
            "200 /rate_limit /rate_limit",
            "200 /user /user",
        ];
        Assert.NotNull(forge.Filled[9].Parent);

        string script = Path.Combine(SharedFiles.ProjectRoot, "tests", "Forge.Tests", "js", "validate-answers.mjs");
        var start = new ProcessStartInfo("node", [script, Modules, forge.Server.Address.ToString().TrimEnd('/'), "alice-1"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process node = Process.Start(start)!;
        Task<string> errors = node.StandardError.ReadToEndAsync();
        await node.StandardInput.WriteAsync(string.Join('\n', requests));
        node.StandardInput.Close();
        string output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();

        Assert.True(node.ExitCode == 0, await errors);
        Assert.Equal(requests.Select(request => "ok " + request.Split(' ')[2]), output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
