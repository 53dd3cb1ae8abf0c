using System.IO.Compression;
using System.Text;
using DataForge.Corpus;

namespace DataForge.Cleaner.Licenses;

/// <summary>A licence text to compare with: its words, and which of them every copy must have.</summary>
internal sealed class LicenseTemplate
{
    /// <summary>The SPDX id that is reported for this text.</summary>
    public required string Id { get; init; }

    /// <summary>Every SPDX id with this text, such as GPL-2.0-only and GPL-2.0-or-later.</summary>
    public required string[] Ids { get; init; }

    /// <summary>The class of <see cref="Id"/>.</summary>
    public required LicenseClass Class { get; init; }

    /// <summary>The words' hashes (<see cref="LicenseWords"/>).</summary>
    public required uint[] Words { get; init; }

    /// <summary>Where the body begins: the words before it are the title, which a copy may leave out or change.</summary>
    public required int BodyStart { get; init; }

    /// <summary>Where the body ends: the words after it say how to apply the licence.</summary>
    public required int BodyEnd { get; init; }

    /// <summary>
    /// Whether it is the text without its disclaimer, to be found only in licence files, where all that is left is read.
    /// </summary>
    public required bool IsPart { get; init; }

    /// <summary>Words in the body.</summary>
    public int BodyLength => BodyEnd - BodyStart;

    /// <summary>Whether a word belongs to the body.</summary>
    /// <param name="word">The word's number.</param>
    public bool IsInBody(int word) => word >= BodyStart && word < BodyEnd;
}

/// <summary>Reads the licence texts built into the assembly.</summary>
internal static class LicenseTemplates
{
    private static readonly uint[] EndOfTerms = Phrase("end of terms and conditions");
    private static readonly uint[] GplTitle = Phrase("gnu general public license version 3");

    /// <summary>All templates, in the order of the data file, with a few variants after them.</summary>
    public static LicenseTemplate[] Load()
    {
        var templates = new List<LicenseTemplate>();
        var words = new LicenseWords();
        foreach ((string[] ids, byte[] text) in ReadTexts())
        {
            templates.Add(Make(ids, text, words));
            foreach (byte[] variant in LicenseVariants.Of(ids[0], text))
            {
                templates.Add(Make(ids, variant, words));
            }

            foreach (byte[] part in LicenseVariants.WithoutDisclaimer(ids[0], text))
            {
                templates.Add(Make(ids, part, words, isPart: true));
            }
        }

        return [.. templates];
    }

    /// <summary>Every distinct SPDX text with its ids, as built in.</summary>
    public static IEnumerable<(string[] Ids, byte[] Text)> ReadTexts()
    {
        using Stream resource = typeof(LicenseTemplates).Assembly.GetManifestResourceStream("spdx-texts.br")!;
        using var brotli = new BrotliStream(resource, CompressionMode.Decompress);
        using var buffer = new MemoryStream();
        brotli.CopyTo(buffer);
        byte[] packed = buffer.ToArray();
        int at = 0;
        while (at < packed.Length)
        {
            string ids = ReadLine(packed, ref at);
            int length = int.Parse(ReadLine(packed, ref at), System.Globalization.CultureInfo.InvariantCulture);
            yield return (ids.Split(' '), packed[at..(at + length)]);
            at += length + 1;
        }
    }

    /// <summary>The hashes of a phrase's words.</summary>
    public static uint[] Phrase(string phrase) =>
        [.. phrase.Split(' ').Select(word => LicenseWords.Hash(Encoding.UTF8.GetBytes(word)))];

    private static LicenseTemplate Make(string[] ids, byte[] text, LicenseWords words, bool isPart = false)
    {
        words.Read(text);
        uint[] hashes = words.Hashes.ToArray();
        if (ids[0] == "LGPL-3.0-only" && hashes.AsSpan(100).IndexOf(GplTitle) is > 0 and int cut)
        {
            // SPDX's text has the GPL after it; COPYING.LESSER ends before it.
            hashes = hashes[..(100 + cut)];
        }

        int start = words.Starts.BinarySearch(TitleEnd(text));
        start = Math.Min(start < 0 ? ~start : start, hashes.Length);
        int end = hashes.AsSpan().IndexOf(EndOfTerms);
        end = end < 0 ? hashes.Length : end;
        return new LicenseTemplate
        {
            Id = Current(ids),
            Ids = ids,
            Class = SpdxLicenses.ClassOf(Current(ids)),
            Words = hashes,
            BodyStart = end - start >= 15 ? start : 0,
            BodyEnd = end,
            IsPart = isPart,
        };
    }

    // SPDX retired "GPL-3.0+" and "GPL-3.0" in favour of "-only" and "-or-later".
    private static string Current(string[] ids) =>
        Array.Find(ids, id => id.EndsWith("-only", StringComparison.Ordinal)) ?? SpdxLicenses.Find(ids[0].TrimEnd('+') + "-only") ?? ids[0];

    /// <summary>Where the title ends: short paragraphs at the beginning, and a short first line that names a licence.</summary>
    private static int TitleEnd(ReadOnlySpan<byte> text)
    {
        int end = 0;
        for (int paragraph = 0; paragraph < 3; paragraph++)
        {
            int length = text[end..].IndexOf("\n\n"u8);
            if (length < 0)
            {
                return end;
            }

            ReadOnlySpan<byte> block = text.Slice(end, length);
            if (CountWords(block) > 16)
            {
                break;
            }

            end += length + 2;
        }

        int lineLength = text[end..].IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = lineLength < 0 ? default : text.Slice(end, lineLength).TrimEnd((byte)' ');
        bool isTitle = !line.IsEmpty && CountWords(line) <= 10 && line[^1] is not ((byte)'.' or (byte)',')
            && CopyrightLine.IndexOfIgnoreCase(line, "licen"u8) >= 0;
        return isTitle ? end + lineLength + 1 : end;
    }

    private static int CountWords(ReadOnlySpan<byte> text)
    {
        int count = 0;
        bool inWord = false;
        foreach (byte b in text)
        {
            bool isSpace = b is (byte)' ' or (byte)'\n' or (byte)'\t';
            count += !isSpace && !inWord ? 1 : 0;
            inWord = !isSpace;
        }

        return count;
    }

    private static string ReadLine(byte[] packed, ref int at)
    {
        int length = packed.AsSpan(at).IndexOf((byte)'\n');
        string line = Encoding.ASCII.GetString(packed, at, length);
        at += length + 1;
        return line;
    }
}
