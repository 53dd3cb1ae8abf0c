using System.Buffers;
using System.Text;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// E-mail addresses as people write them: a local part of atoms and dots (RFC 5322), '@', a domain of at least two labels (RFC 1035)
/// whose last is a word. Names that RFC 2606 and RFC 6762 reserve, and text that only looks like an address (<c>icon@2x.png</c>,
/// <c>git@host.tld:path</c>), are left alone.
/// </summary>
internal static class EmailPattern
{
    // RFC 5321, section 4.5.3.1; RFC 1035, section 2.3.4.
    private const int MaxLocal = 64;
    private const int MaxDomain = 253;

    // Latin, Greek, Cyrillic and Armenian end here; their letters have two bytes in UTF-8.
    private const int EndOfSpacedAlphabets = 0x590;
    private static readonly SearchValues<byte> Local = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-"u8);
    private static readonly SearchValues<byte> Domain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"u8);

    // Top labels that are reserved or private, or are endings of file names.
    private static readonly HashSet<string> NoTop = new(StringComparer.OrdinalIgnoreCase)
    {
        "example", "test", "invalid", "localhost", "local", "localdomain", "internal", "lan", "home", "corp", "intranet", "png", "jpg",
        "jpeg", "gif", "svg", "webp", "ico", "py", "pyc", "js", "ts", "json", "html", "htm", "css", "txt", "xml", "yml", "yaml", "cfg",
        "ini", "service", "socket", "target", "timer", "mount", "whl", "exe", "dll", "so", "tgz", "gz", "md", "rst", "log", "sql", "csv",
        "conf",
    };

    /// <summary>The address around an '@'; null where there is none.</summary>
    public static Secret? At(ReadOnlySpan<byte> text, int at)
    {
        int start = StartOfLocal(text, at);
        start += Escapes.LengthAt(text, start, at);
        if (IsUserOfUrl(text, start) || IsFilledIn(text, start, at))
        {
            return null;
        }

        while (start < at && text[start] is (byte)'.' or (byte)'-' or (byte)'+' or (byte)'%')
        {
            start++;
        }

        ReadOnlySpan<byte> rest = text[(at + 1)..Math.Min(text.Length, at + 1 + MaxDomain)];
        int length = rest.IndexOfAnyExcept(Domain);
        length = length < 0 ? rest.Length : length;
        ReadOnlySpan<byte> domain = rest[..length].TrimEnd(".-"u8);
        if (!IsDomain(domain) && length < rest.Length && rest[length] >= 0x80)
        {
            domain = InternationalDomain(rest);
        }

        if (start >= at || text[at - 1] == '.' || !IsDomain(domain))
        {
            return null;
        }

        int end = at + 1 + domain.Length;
        bool isRemotePath = end < text.Length
            && text[end] == ':'
            && end + 1 < text.Length
            && (Domain.Contains(text[end + 1]) || text[end + 1] is (byte)'/' or (byte)'~' or (byte)'{');
        bool isPassword = start > 0 && text[start - 1] == ':';
        return isRemotePath || IsRepositoryUser(text[start..at]) || (isPassword && IsUrlUser(text, start)) || IsReserved(domain)
            ? null
            : new Secret(start, end, SecretKind.Email);
    }

    // A local part may have letters beyond ASCII (RFC 6531), of alphabets that put spaces between words: in other scripts the words before
    // the address would be taken for a part of it.
    private static int StartOfLocal(ReadOnlySpan<byte> text, int at)
    {
        int least = Math.Max(0, at - MaxLocal);
        int start = at;
        while (start > least)
        {
            start = text[least..start].LastIndexOfAnyExcept(Local) + 1 + least;
            bool isLetter = start > least
                && Rune.DecodeLastFromUtf8(text[least..start], out Rune rune, out _) == OperationStatus.Done
                && rune.Value is >= 0x80 and < EndOfSpacedAlphabets
                && Rune.IsLetter(rune);
            if (!isLetter)
            {
                break;
            }

            start -= 2;
        }

        return start;
    }

    // Labels may have letters of any script (RFC 5890); the last one is taken only if it is ASCII.
    private static ReadOnlySpan<byte> InternationalDomain(ReadOnlySpan<byte> rest)
    {
        int length = 0;
        while (length < rest.Length)
        {
            if (Domain.Contains(rest[length]))
            {
                length++;
            }
            else if (rest[length] >= 0x80
                && Rune.DecodeFromUtf8(rest[length..], out Rune rune, out int width) == OperationStatus.Done
                && Rune.IsLetterOrDigit(rune))
            {
                length += width;
            }
            else
            {
                break;
            }
        }

        return rest[..length].TrimEnd(".-"u8);
    }

    private static bool IsDomain(ReadOnlySpan<byte> domain)
    {
        if (domain.IsEmpty)
        {
            return false;
        }

        int dot = domain.LastIndexOf((byte)'.');
        ReadOnlySpan<byte> top = domain[(dot + 1)..];
        if (dot <= 0 || domain[0] is (byte)'.' or (byte)'-' || top.Length is < 2 or > 24 || domain.IndexOf(".."u8) >= 0)
        {
            return false;
        }

        foreach (byte b in top)
        {
            if (!char.IsAsciiLetter((char)b))
            {
                return false;
            }
        }

        return !NoTop.GetAlternateLookup<ReadOnlySpan<char>>().Contains(Encoding.ASCII.GetString(top));
    }

    // example.com, example.org and example.net, and what lies below them (RFC 2606).
    private static bool IsReserved(ReadOnlySpan<byte> domain)
    {
        int dot = domain.LastIndexOf((byte)'.');
        ReadOnlySpan<byte> name = domain[..dot];
        return (name.Length == 7 || (name.Length > 7 && name[^8] == '.')) && CopyrightLine.StartsWithIgnoreCase(name[^7..], "example"u8);
    }

    // "scheme://user@host": an account at a server, such as "git+ssh://git@host/path".
    private static bool IsUserOfUrl(ReadOnlySpan<byte> text, int start) => start >= 3 && text[(start - 3)..start].SequenceEqual("://"u8);

    // The accounts that hosts of repositories give to everyone.
    private static bool IsRepositoryUser(ReadOnlySpan<byte> local) =>
        local.SequenceEqual("git"u8) || local.SequenceEqual("hg"u8) || local.SequenceEqual("svn"u8) || local.SequenceEqual("bzr"u8);

    // "%s@host", "%(user)s@host", "$user@host": the program fills the user in. "%20ada@host" is an address after an encoded space.
    private static bool IsFilledIn(ReadOnlySpan<byte> text, int start, int at)
    {
        ReadOnlySpan<byte> local = text[start..at];
        int percent = local.LastIndexOf((byte)'%');
        if (percent >= 0)
        {
            bool isEncoded = local.Length > percent + 4
                && char.IsAsciiHexDigit((char)local[percent + 1])
                && char.IsAsciiHexDigit((char)local[percent + 2]);
            return !isEncoded;
        }

        bool isNamed = start > 0
            && text[start - 1] == ')'
            && text[Math.Max(0, start - MaxLocal)..start].LastIndexOf("%("u8) >= 0;
        return isNamed || (start > 0 && text[start - 1] == '$');
    }

    // "://user:" before the password: the address is part of a URL, which has its own pattern.
    private static bool IsUrlUser(ReadOnlySpan<byte> text, int start) => text[Math.Max(0, start - 80)..start].LastIndexOf("://"u8) >= 0;
}

/// <summary>Backslash escapes of Python's strings: a placeholder must not cut one in two.</summary>
internal static class Escapes
{
    /// <summary>
    /// How many bytes at <paramref name="start"/> belong to an escape that a backslash before it begins: "\n" before "user@…" makes the
    /// 'n' one, "\x41" three. 0 where there is none.
    /// </summary>
    public static int LengthAt(ReadOnlySpan<byte> text, int start, int end)
    {
        int slashes = 0;
        while (start - slashes > 0 && text[start - slashes - 1] == '\\')
        {
            slashes++;
        }

        if (slashes % 2 == 0 || start >= end)
        {
            return 0;
        }

        int length = text[start] switch
        {
            (byte)'x' => 3,
            (byte)'u' => 5,
            (byte)'U' => 9,
            >= (byte)'0' and <= (byte)'7' => OctalDigits(text[start..end]),
            _ => 1,
        };
        return Math.Min(length, end - start);
    }

    private static int OctalDigits(ReadOnlySpan<byte> text)
    {
        int count = 0;
        while (count < Math.Min(3, text.Length) && text[count] is >= (byte)'0' and <= (byte)'7')
        {
            count++;
        }

        return count;
    }
}
