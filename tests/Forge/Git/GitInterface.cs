using System.Diagnostics;
using System.Text;
using DataForge.Forge.Faults;
using DataForge.Forge.Repositories;
using Microsoft.AspNetCore.Http;

namespace DataForge.Forge.Git;

/// <summary>
/// git's smart HTTP, served by <c>git http-backend</c> (CGI) over the bare repositories, and archives, by <c>git archive</c>. For a
/// repository without commits the responses are those of git, without starting it.
/// </summary>
internal sealed class GitInterface(ForgeServer server, ForgeOptions options)
{
    private const string ArchivePrefix = "/_codeload/";

    /// <summary>Whether a path is git's or an archive's.</summary>
    public static bool Serves(string path) =>
        path.StartsWith(ArchivePrefix, StringComparison.Ordinal)
        || path.EndsWith("/info/refs", StringComparison.Ordinal) || path.EndsWith("/git-upload-pack", StringComparison.Ordinal);

    /// <summary>The path of a repository's archive.</summary>
    public static string ArchivePath(ForgeRepository repository, string reference) =>
        $"{ArchivePrefix}{repository.FullName}/legacy.tar.gz/{reference}";

    /// <summary>Answers a request for git or an archive.</summary>
    public async Task AnswerAsync(Exchange exchange)
    {
        bool isArchive = exchange.Path.StartsWith(ArchivePrefix, StringComparison.Ordinal);
        exchange.Resource = isArchive ? "codeload" : "git";
        ForgeOwner? user = server.UserOf(exchange.Context.Request);
        exchange.User = user?.Login ?? "";
        switch (exchange.Fault?.Kind)
        {
            case FaultKind.Status:
                if (exchange.Fault.RetryAfter is { } wait)
                {
                    exchange.Context.Response.Headers.RetryAfter = wait;
                }

                await RefuseAsync(exchange, exchange.Fault.Status, "planted").ConfigureAwait(false);
                return;
            case FaultKind.Reset:
                exchange.Reset();
                return;
            case FaultKind.Hang:
                await exchange.WaitAsync(Timeout.InfiniteTimeSpan).ConfigureAwait(false);
                return;
        }

        string[] parts = (isArchive ? exchange.Path[ArchivePrefix.Length..] : exchange.Path[1..]).Split('/');
        string name = parts.Length > 2 ? parts[1] : "";
        bool hasSuffix = name.EndsWith(".git", StringComparison.Ordinal);
        ForgeRepository? repository = server.Repositories.Find(parts[0], hasSuffix ? name[..^4] : name);
        bool needsToken = options.GitNeedsToken || repository is null or { State: not RepositoryState.Public };
        if (user is null || (user.Login.Length == 0 && needsToken))
        {
            // Like GitHub, it asks for a password instead of saying that there is no such repository.
            exchange.Context.Response.Headers.WWWAuthenticate = "Basic realm=\"GitHub\"";
            await RefuseAsync(exchange, 401, "No anonymous write access.").ConfigureAwait(false);
            return;
        }

        if (repository is null or { State: RepositoryState.Private or RepositoryState.Vanished })
        {
            await RefuseAsync(exchange, 404, "Repository not found.").ConfigureAwait(false);
        }
        else if (repository.State == RepositoryState.Blocked)
        {
            await RefuseAsync(exchange, 451, "Repository unavailable due to DMCA takedown.").ConfigureAwait(false);
        }
        else if (isArchive)
        {
            await SendArchiveAsync(exchange, repository, string.Join('/', parts.Skip(3))).ConfigureAwait(false);
        }
        else if (!repository.FullName.Equals($"{parts[0]}/{(hasSuffix ? name[..^4] : name)}", StringComparison.OrdinalIgnoreCase))
        {
            string rest = string.Join('/', parts.Skip(2)) + exchange.Context.Request.QueryString;
            exchange.Context.Response.Headers.Location = $"{server.Address}{repository.FullName}.git/{rest}";
            await RefuseAsync(exchange, 301, "").ConfigureAwait(false);
        }
        else
        {
            await ServeAsync(exchange, repository, "/" + string.Join('/', parts.Skip(2))).ConfigureAwait(false);
        }
    }

    private static async Task RefuseAsync(Exchange exchange, int status, string text)
    {
        exchange.Status = exchange.Context.Response.StatusCode = status;
        exchange.Context.Response.ContentType = "text/plain; charset=utf-8";
        byte[] body = Encoding.UTF8.GetBytes(text);
        exchange.Context.Response.ContentLength = body.Length;
        await exchange.WriteAsync(body).ConfigureAwait(false);
    }

    private async Task ServeAsync(Exchange exchange, ForgeRepository repository, string rest)
    {
        HttpRequest request = exchange.Context.Request;
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, exchange.Aborted).ConfigureAwait(false);
        byte[] body = buffer.ToArray();
        bool isFetch = rest == "/git-upload-pack" && (request.Headers.ContentEncoding == "gzip"
            || body.AsSpan(0, Math.Min(body.Length, 64)).IndexOf("command=ls-refs"u8) < 0);
        try
        {
            if (repository.GitFolder is null)
            {
                await EmptyRepository.AnswerAsync(exchange, rest).ConfigureAwait(false);
            }
            else
            {
                await RunBackendAsync(exchange, repository.GitFolder, repository.LacksFilters, rest, body).ConfigureAwait(false);
            }
        }
        finally
        {
            server.Traffic.Add(repository.Id, isFetch, exchange.Bytes, body.Length);
        }
    }

    // RFC 3875: the request in the environment and on standard input, the answer's headers and body on standard output.
    private static async Task RunBackendAsync(Exchange exchange, string folder, bool knowsNoFilters, string rest, byte[] body)
    {
        HttpRequest request = exchange.Context.Request;
        ProcessStartInfo start = GitProgram.Start(folder, "http-backend");
        if (knowsNoFilters)
        {
            GitProgram.DenyFilters(start);
        }

        start.Environment["GIT_PROJECT_ROOT"] = folder;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["PATH_INFO"] = rest;
        start.Environment["REQUEST_METHOD"] = request.Method;
        start.Environment["QUERY_STRING"] = request.QueryString.Value?.TrimStart('?') ?? "";
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        start.Environment["CONTENT_LENGTH"] = body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers.ContentEncoding.ToString();
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"].ToString();
        start.Environment["REMOTE_ADDR"] = "127.0.0.1";
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(exchange.Aborted);
            Task feed = FeedAsync(process, body, exchange.Aborted);
            await CgiAnswer.CopyAsync(exchange, process.StandardOutput.BaseStream).ConfigureAwait(false);
            await feed.ConfigureAwait(false);
            await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(exchange.Aborted).ConfigureAwait(false);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static async Task FeedAsync(Process process, byte[] body, CancellationToken cancellation)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(body, cancellation).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The backend needs no more; its answer says why.
        }
    }

    private async Task SendArchiveAsync(Exchange exchange, ForgeRepository repository, string reference)
    {
        if (repository.GitFolder is null || reference.StartsWith('-'))
        {
            await RefuseAsync(exchange, 404, "404: Not Found").ConfigureAwait(false);
            return;
        }

        string named = reference.Length == 0 ? "HEAD" : reference;
        string[] parse = ["rev-parse", "--verify", "-q", named + "^{commit}"];
        byte[]? id = await GitProgram.ReadAsync(repository.GitFolder, parse, exchange.Aborted)
            .ConfigureAwait(false);
        if (id is null)
        {
            await RefuseAsync(exchange, 404, "404: Not Found").ConfigureAwait(false);
            return;
        }

        string commit = Encoding.ASCII.GetString(id).Trim();
        string prefix = $"{repository.Owner.Login}-{repository.Name}-{commit[..7]}";
        ProcessStartInfo start = GitProgram.Start(repository.GitFolder, "archive", "--format=tar.gz", $"--prefix={prefix}/", commit);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(exchange.Aborted);
            HttpResponse response = exchange.Context.Response;
            exchange.Status = response.StatusCode = 200;
            response.ContentType = "application/x-gzip";
            response.Headers.ContentDisposition = $"attachment; filename={prefix}.tar.gz";
            response.Headers.ETag = $"\"{commit}\"";
            await CgiAnswer.CopyBodyAsync(exchange, process.StandardOutput.BaseStream).ConfigureAwait(false);
            await errors.ConfigureAwait(false);
        }
        finally
        {
            server.Traffic.Add(repository.Id, isFetch: true, exchange.Bytes, 0);
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
