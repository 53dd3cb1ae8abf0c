using System.Globalization;
using System.Text;
using System.Text.Json;
using DataForge.Forge.Git;
using DataForge.Forge.Repositories;
using Microsoft.AspNetCore.Http;

namespace DataForge.Forge.Rest;

/// <summary>What the API reads from a repository: its commits and its licence.</summary>
internal sealed class GitData(Uri address)
{
    private const char Field = '\x1f';
    private const char Record = '\x1e';
    private readonly RepositoryJson _json = new(address);
    private readonly string _root = address.ToString().TrimEnd('/');

    /// <summary>The commits of a branch, newest first.</summary>
    public async Task<Answer> CommitsAsync(ForgeRepository repository, IQueryCollection query, CancellationToken cancellation)
    {
        if (repository.GitFolder is null)
        {
            return Answer.Error(409, "Git Repository is empty.", "/commits/commits#list-commits");
        }

        (int page, int size) = Pages.Of(query);
        string from = query["sha"].ToString() is { Length: > 0 } sha ? sha : repository.DefaultBranch;
        List<string> arguments =
        [
            "log", $"--skip={(page - 1) * size}", $"--max-count={size + 1}",
            "--format=%H%x1f%T%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%cn%x1f%ce%x1f%cI%x1f%B%x1e",
        ];
        arguments.AddRange(new[] { "since", "until" }.Where(name => query[name].Count > 0).Select(name => $"--{name}={query[name]}"));
        byte[]? log = await GitProgram.ReadAsync(repository.GitFolder, [.. arguments, "--end-of-options", from, "--"], cancellation)
            .ConfigureAwait(false);
        if (log is null)
        {
            return Answer.Error(404, "Not Found", "/commits/commits#list-commits");
        }

        string[] commits = Encoding.UTF8.GetString(log)
            .Split(Record, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Answer answer = Answer.Cacheable(writer =>
        {
            writer.WriteStartArray();
            foreach (string commit in commits.Take(size))
            {
                WriteCommit(writer, repository, commit.Split(Field));
            }

            writer.WriteEndArray();
        });
        Pages.Link(answer, _json.AddressById(repository) + "/commits", query, page, commits.Length > size ? 0 : page);
        return answer;
    }

    /// <summary>The licence text at the top of the default branch.</summary>
    public async Task<Answer> LicenseAsync(ForgeRepository repository, CancellationToken cancellation)
    {
        byte[]? text = repository.GitFolder is null || repository.License is null
            ? null
            : await GitProgram.ReadAsync(repository.GitFolder, ["cat-file", "blob", "HEAD:LICENSE"], cancellation).ConfigureAwait(false);
        byte[]? id = text is null
            ? null
            : await GitProgram.ReadAsync(repository.GitFolder!, ["rev-parse", "HEAD:LICENSE"], cancellation).ConfigureAwait(false);
        if (text is null || id is null)
        {
            return Answer.Error(404, "Not Found", "/licenses/licenses#get-the-license-for-a-repository");
        }

        string sha = Encoding.ASCII.GetString(id).Trim();
        string url = $"{_json.Address(repository)}/contents/LICENSE?ref={repository.DefaultBranch}";
        string git = $"{_json.Address(repository)}/git/blobs/{sha}";
        string html = $"{_root}/{repository.FullName}/blob/{repository.DefaultBranch}/LICENSE";
        return Answer.Cacheable(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("name", "LICENSE");
            writer.WriteString("path", "LICENSE");
            writer.WriteString("sha", sha);
            writer.WriteNumber("size", text.Length);
            writer.WriteString("url", url);
            writer.WriteString("html_url", html);
            writer.WriteString("git_url", git);
            writer.WriteString("download_url", $"{_root}/{repository.FullName}/raw/{repository.DefaultBranch}/LICENSE");
            writer.WriteString("type", "file");
            writer.WriteString("content", Base64Lines(text));
            writer.WriteString("encoding", "base64");
            writer.WriteStartObject("_links");
            writer.WriteString("self", url);
            writer.WriteString("git", git);
            writer.WriteString("html", html);
            writer.WriteEndObject();
            RepositoryJson.WriteLicense(writer, repository.License);
            writer.WriteEndObject();
        });
    }

    private void WriteCommit(Utf8JsonWriter writer, ForgeRepository repository, string[] fields)
    {
        string url = $"{_json.Address(repository)}/commits/{fields[0]}";
        writer.WriteStartObject();
        writer.WriteString("sha", fields[0]);
        writer.WriteString("node_id", RepositoryJson.Node("Commit", repository.Id));
        writer.WriteStartObject("commit");
        WritePerson(writer, "author", fields[3], fields[4], fields[5]);
        WritePerson(writer, "committer", fields[6], fields[7], fields[8]);
        writer.WriteString("message", fields[9].TrimEnd('\n'));
        writer.WriteStartObject("tree");
        writer.WriteString("sha", fields[1]);
        writer.WriteString("url", $"{_json.Address(repository)}/git/trees/{fields[1]}");
        writer.WriteEndObject();
        writer.WriteString("url", $"{_json.Address(repository)}/git/commits/{fields[0]}");
        writer.WriteNumber("comment_count", 0);
        writer.WriteStartObject("verification");
        writer.WriteBoolean("verified", false);
        writer.WriteString("reason", "unsigned");
        writer.WriteNull("signature");
        writer.WriteNull("payload");
        writer.WriteNull("verified_at");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteString("url", url);
        writer.WriteString("html_url", $"{_root}/{repository.FullName}/commit/{fields[0]}");
        writer.WriteString("comments_url", url + "/comments");
        writer.WriteNull("author");
        writer.WriteNull("committer");
        writer.WriteStartArray("parents");
        foreach (string parent in fields[2].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            writer.WriteStartObject();
            writer.WriteString("sha", parent);
            writer.WriteString("url", $"{_json.Address(repository)}/commits/{parent}");
            writer.WriteString("html_url", $"{_root}/{repository.FullName}/commit/{parent}");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WritePerson(Utf8JsonWriter writer, string field, string name, string email, string time)
    {
        writer.WriteStartObject(field);
        writer.WriteString("name", name);
        writer.WriteString("email", email);
        writer.WriteString("date", DateTimeOffset.Parse(time, CultureInfo.InvariantCulture).UtcDateTime
            .ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        writer.WriteEndObject();
    }

    // GitHub breaks the line after every 60 characters.
    private static string Base64Lines(byte[] bytes) =>
        string.Concat(Convert.ToBase64String(bytes).Chunk(60).Select(line => new string(line) + "\n"));
}
