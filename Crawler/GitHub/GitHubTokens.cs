using DataForge.Corpus;

namespace DataForge.Crawler.GitHub;

/// <summary>
/// Loads the tokens. Several may be given. GitHub counts requests per user, so the tokens of one user share one budget. Its terms of
/// service (https://docs.github.com/site-policy/github-terms/github-terms-of-service, section H) forbid sharing tokens to exceed the
/// limits: use another user's token only with that user's permission and for that user's own work.
/// </summary>
public static class GitHubTokens
{
    private static readonly string[] Variables = ["DATAFORGE_GITHUB_TOKENS", "GITHUB_TOKEN", "GH_TOKEN"];
    private const int MaxFileBytes = 1 << 20; // Some ten thousand tokens: a larger file is another file by mistake.
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>
    /// The tokens of the file, one per line ('#' begins a comment), and of DATAFORGE_GITHUB_TOKENS (separated by commas or spaces),
    /// GITHUB_TOKEN and GH_TOKEN; each once, in that order. Without any, requests are anonymous, with about a hundredth of the budget.
    /// </summary>
    /// <param name="file">The file, or null.</param>
    /// <param name="environment">Reads an environment variable; null or "" where it is not set.</param>
    /// <exception cref="DataForgeException">The file is missing or readable by others, or a token is not valid.</exception>
    public static IReadOnlyList<GitHubToken> Load(string? file, Func<string, string?> environment)
    {
        List<GitHubToken> tokens = [];
        if (!string.IsNullOrEmpty(file))
        {
            ReadFile(file, tokens);
        }

        foreach (string variable in Variables)
        {
            string text = environment(variable) ?? "";
            foreach (string word in text.Split([',', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
            {
                Add(tokens, word, variable);
            }
        }

        return tokens;
    }

    private static void ReadFile(string file, List<GitHubToken> tokens)
    {
        string name = Path.GetFileName(file);
        if (!File.Exists(file))
        {
            throw DataForgeException.Usage($"the token file {file} does not exist; name one that does, or set GITHUB_TOKEN.");
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != 0)
        {
            throw DataForgeException.Usage($"others may read the token file {file}; run chmod 600 on it.");
        }

        if (new FileInfo(file).Length > MaxFileBytes)
        {
            throw DataForgeException.Usage($"the token file {file} has more than {MaxFileBytes} bytes; it should have one token per line.");
        }

        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            string word = line.Split('#')[0].Trim();
            if (word.Length > 0)
            {
                Add(tokens, word, $"line {number} of {name}");
            }
        }
    }

    private static void Add(List<GitHubToken> tokens, string word, string origin)
    {
        GitHubToken token = GitHubToken.Parse(word, origin)
            ?? throw DataForgeException.Usage($"{origin} has no token: a token is printable ASCII without spaces.");
        if (!tokens.Exists(token.IsSame))
        {
            tokens.Add(token);
        }
    }
}
