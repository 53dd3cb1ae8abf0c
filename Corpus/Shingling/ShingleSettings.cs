namespace DataForge.Corpus.Shingling;

/// <summary>
/// What determines a text's shingles and the hash of its folded text. Sets made under different settings cannot be compared.
/// </summary>
/// <param name="Length">Tokens in a shingle, at least 1.</param>
/// <param name="Kind">What counts as a token.</param>
/// <param name="Classes">Which tokens of code count.</param>
/// <param name="Seed">Seeds the hashes.</param>
public sealed record ShingleSettings(int Length, ShingleKind Kind, TokenClasses Classes, ulong Seed)
{
    // To be raised whenever the same text would get another set or another hash.
    private const ulong Version = 1;

    /// <summary>A hash of the settings and of the code's version, to tell stored sets apart.</summary>
    public ulong Key =>
        Hashing.Mix(Hashing.Mix(Hashing.Mix(Seed) + (ulong)Length) + ((ulong)Kind << 32) + (ulong)Classes + (Version << 40));
}
