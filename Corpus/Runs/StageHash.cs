using System.Security.Cryptography;
using System.Text;

namespace DataForge.Corpus.Runs;

/// <summary>SHA-256 hashes, in lower-case hexadecimal, that tell whether a part has to be computed again.</summary>
public static class StageHash
{
    /// <summary>
    /// The hash of a stage's options (those marked <see cref="NotHashedAttribute"/> left out) and of the version of its code.
    /// Raise the version whenever the stage would write other rows for the same input.
    /// </summary>
    public static string OfOptions(string stage, int codeVersion, object options) =>
        Of($"{stage} v{codeVersion}\n" + Encoding.UTF8.GetString(OptionsJson.Hashed(options).Span));

    /// <summary>The hash of several hashes or other texts, in order.</summary>
    public static string Combine(params IEnumerable<string> parts) => Of(string.Join('\n', parts));

    /// <summary>The hash of a text.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The hash of a file's bytes.</summary>
    public static string OfFile(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
