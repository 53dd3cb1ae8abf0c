namespace DataForge.Cleaner.Licenses;

/// <summary>The part of a README that is about the project's licence.</summary>
internal static class ReadmeLicense
{
    // A section about the licence is a notice, or the text of a short licence.
    private const int MaxSection = 16 << 10;
    private const int MaxBefore = 64 << 10;

    /// <summary>What a README says before its section about the licence, in lower case; empty where it has no letters.</summary>
    /// <param name="text">The README.</param>
    /// <param name="section">Its section, a part of the text.</param>
    public static string WordsBefore(ReadOnlySpan<byte> text, ReadOnlySpan<byte> section)
    {
        int start = section.IsEmpty || !text.Overlaps(section, out int at) ? 0 : at;
        string before = System.Text.Encoding.Latin1.GetString(text[..Math.Min(start, MaxBefore)]).ToLowerInvariant();
        return before.AsSpan().ContainsAnyInRange('a', 'z') ? before : "";
    }

    /// <summary>
    /// From the last line that begins with "License", "Copyright" or the like (after heading marks) on; empty where no line does. What
    /// a README says about licences elsewhere is often about other software.
    /// </summary>
    public static ReadOnlySpan<byte> SectionOf(ReadOnlySpan<byte> text)
    {
        int found = -1;
        for (int at = 0; at < text.Length;)
        {
            int length = text[at..].IndexOf((byte)'\n');
            int end = length < 0 ? text.Length : at + length;
            ReadOnlySpan<byte> line = text[at..end].TrimStart(" \t#=*-_:>.0123456789"u8);
            if (CopyrightLine.StartsWithIgnoreCase(line, "licen"u8) || CopyrightLine.StartsWithIgnoreCase(line, "copying"u8)
                || CopyrightLine.StartsWithIgnoreCase(line, "copyright"u8) || CopyrightLine.StartsWithIgnoreCase(line, "legal"u8))
            {
                found = at;
            }

            at = end + 1;
        }

        return found < 0 ? default : text[found..Math.Min(text.Length, found + MaxSection)];
    }
}
