using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DataForge.Forge.Git;

/// <summary>A file to be committed.</summary>
/// <param name="Path">Its path, with slashes.</param>
/// <param name="Content">Its bytes; null deletes the file.</param>
/// <param name="Mode"><c>100644</c>, <c>100755</c> or <c>120000</c>.</param>
public sealed record ForgeFile(string Path, byte[]? Content, string Mode = "100644");

/// <summary>Bare repositories, filled by <c>git fast-import</c>.</summary>
public static class BareRepository
{
    /// <summary>Creates an empty bare repository whose HEAD names a branch.</summary>
    public static void Create(string folder, string branch = "main")
    {
        foreach (string part in (string[])["objects/info", "objects/pack", "refs/heads", "refs/tags"])
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }

        File.WriteAllText(Path.Combine(folder, "HEAD"), $"ref: refs/heads/{branch}\n");
        File.WriteAllText(Path.Combine(folder, "config"), "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n");
    }

    /// <summary>Commits files to a branch and returns the commit's id.</summary>
    /// <param name="folder">The bare repository.</param>
    /// <param name="files">Files to set or delete; the others stay.</param>
    /// <param name="seconds">The time of the commit, seconds since 1970.</param>
    /// <param name="branch">The branch.</param>
    /// <param name="cancellation">Stops git.</param>
    /// <exception cref="InvalidOperationException">git failed; the message is its own.</exception>
    public static async Task<string> CommitAsync(
        string folder, IEnumerable<ForgeFile> files, long seconds, string branch = "main", CancellationToken cancellation = default)
    {
        bool exists = await GitProgram.ReadAsync(folder, ["rev-parse", "--verify", "-q", $"refs/heads/{branch}"], cancellation)
            .ConfigureAwait(false) is not null;
        using Process git = Process.Start(GitProgram.Start(folder, "fast-import", "--quiet", "--done"))!;
        Task<string> errors = git.StandardError.ReadToEndAsync(cancellation);
        Task<string> output = git.StandardOutput.ReadToEndAsync(cancellation);
        await using (Stream input = git.StandardInput.BaseStream)
        {
            string who = string.Create(CultureInfo.InvariantCulture, $"Forge <forge@example.org> {seconds} +0000");
            string from = exists ? $"from refs/heads/{branch}^0\n" : "";
            string commit = $"commit refs/heads/{branch}\nauthor {who}\ncommitter {who}\ndata 6\nstate\n{from}";
            await WriteAsync(input, commit).ConfigureAwait(false);
            foreach (ForgeFile file in files)
            {
                if (file.Content is null)
                {
                    await WriteAsync(input, $"D {Quote(file.Path)}\n").ConfigureAwait(false);
                    continue;
                }

                await WriteAsync(input, $"M {file.Mode} inline {Quote(file.Path)}\ndata {file.Content.Length}\n").ConfigureAwait(false);
                await input.WriteAsync(file.Content, cancellation).ConfigureAwait(false);
                await WriteAsync(input, "\n").ConfigureAwait(false);
            }

            await WriteAsync(input, "done\n").ConfigureAwait(false);
        }

        await git.WaitForExitAsync(cancellation).ConfigureAwait(false);
        await output.ConfigureAwait(false);
        if (git.ExitCode != 0)
        {
            throw new InvalidOperationException(await errors.ConfigureAwait(false));
        }

        byte[]? head = await GitProgram.ReadAsync(folder, ["rev-parse", $"refs/heads/{branch}"], cancellation).ConfigureAwait(false);
        return Encoding.ASCII.GetString(head ?? throw new InvalidOperationException("the commit is gone")).Trim();
    }

    private static async Task WriteAsync(Stream stream, string text) =>
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text)).ConfigureAwait(false);

    private static string Quote(string path) =>
        "\"" + path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
}
