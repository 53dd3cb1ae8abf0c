using System.Globalization;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// IP addresses of the public internet. Private, loopback, link-local, documentation and other special ranges
/// (https://www.iana.org/assignments/iana-ipv4-special-registry/, https://www.iana.org/assignments/iana-ipv6-special-registry/) are left
/// alone, and so are public name servers, which documentation everywhere names, and version numbers.
/// </summary>
internal static class AddressPattern
{
    // Google, Cloudflare, Alternate DNS, Quad9, OpenDNS, Comodo, AdGuard, Level 3, 114DNS.
    private static readonly HashSet<uint> NameServers =
    [
        .. new[]
        {
            "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "76.76.19.19", "76.223.122.150", "9.9.9.9", "149.112.112.112", "208.67.222.222",
            "208.67.220.220", "8.26.56.26", "8.20.247.20", "94.140.14.14", "94.140.15.15", "4.2.2.1", "4.2.2.2", "114.114.114.114",
        }.Select(text => text.Split('.').Aggregate(0u, (value, part) => (value << 8) | uint.Parse(part, CultureInfo.InvariantCulture))),
    ];

    // The IPv4 registry of IANA, and multicast (224.0.0.0/4).
    private static readonly (uint Network, int Bits)[] Special =
    [
        (0x00000000, 8), (0x0A000000, 8), (0x64400000, 10), (0x7F000000, 8), (0xA9FE0000, 16), (0xAC100000, 12), (0xC0000000, 24),
        (0xC0000200, 24), (0xC0586300, 24), (0xC0A80000, 16), (0xC6120000, 15), (0xC6336400, 24), (0xCB007100, 24), (0xE0000000, 4),
        (0xF0000000, 4),
    ];

    // Words that precede a version number, and words that precede an address.
    private static readonly byte[][] VersionWords = Words(
        "version", "release", "revision", "build", "firmware", "==", ">=", "<=", "~=", "!=", "section", "chapter", "oid",
        "objectidentifier", "object", "ver.", "__ver", "python", "changelog", "since", "upgrade");
    private static readonly byte[][] AddressWords = Words(
        "ip", "host", "addr", "server", "dns", "://", "gateway", "ping", "listen", "bind", "connect", "remote", "peer", "client", "proxy",
        "node", "cidr", "subnet", "network", "ssh");

    /// <summary>The IPv4 address whose first dot is this one; null where there is none.</summary>
    public static Secret? V4At(ReadOnlySpan<byte> text, int dot)
    {
        int start = dot;
        while (start > 0 && dot - start < 4 && char.IsAsciiDigit((char)text[start - 1]))
        {
            start--;
        }

        int escaped = Escapes.LengthAt(text, start, dot);
        start += escaped;
        bool isInWord = start > 0
            && (char.IsAsciiLetterOrDigit((char)text[start - 1]) || text[start - 1] is (byte)'.' or (byte)'_' or (byte)'-' or (byte)'+');
        if (start == dot || (escaped == 0 && isInWord))
        {
            return null;
        }

        uint value = 0;
        int at = start;
        int largest = 0;
        for (int octet = 0; octet < 4; octet++)
        {
            if (octet > 0 && (at >= text.Length || text[at++] != '.'))
            {
                return null;
            }

            int number = 0;
            int digits = 0;
            while (at < text.Length && char.IsAsciiDigit((char)text[at]) && digits < 4)
            {
                number = (number * 10) + text[at++] - '0';
                digits++;
            }

            if (digits == 0 || number > 255 || (digits > 1 && text[at - digits] == '0'))
            {
                return null;
            }

            largest = Math.Max(largest, number);
            value = (value << 8) | (uint)number;
        }

        bool goesOn = at < text.Length && (char.IsAsciiLetterOrDigit((char)text[at]) || text[at] is (byte)'_'
            || (text[at] is (byte)'.' or (byte)'-' or (byte)'+' && at + 1 < text.Length && char.IsAsciiLetterOrDigit((char)text[at + 1])));
        return goesOn || IsSpecial(value) || IsVersion(text, start, at, largest) ? null : new Secret(start, at, SecretKind.IpAddress);
    }

    /// <summary>
    /// The IPv6 address around a colon; null where there is none. Only global unicast addresses (2000::/3) are looked for.
    /// </summary>
    public static Secret? V6At(ReadOnlySpan<byte> text, int colon)
    {
        int start = colon;
        while (start > 0 && colon - start < 4 && char.IsAsciiHexDigit((char)text[start - 1]))
        {
            start--;
        }

        start += Escapes.LengthAt(text, start, colon);
        bool isInWord = start > 0
            && (char.IsAsciiLetterOrDigit((char)text[start - 1]) || text[start - 1] is (byte)':' or (byte)'.' or (byte)'-' or (byte)'_');
        if (colon - start != 4 || text[start] is not ((byte)'2' or (byte)'3') || isInWord)
        {
            return null;
        }

        int at = start;
        int groups = 0;
        bool hasGap = false;
        while (true)
        {
            int digits = 0;
            while (at < text.Length && digits < 5 && char.IsAsciiHexDigit((char)text[at]))
            {
                at++;
                digits++;
            }

            if (digits == 0 && groups > 0 && hasGap && text[at - 1] == ':' && text[at - 2] == ':')
            {
                break;
            }

            if (digits is 0 or > 4)
            {
                return null;
            }

            groups++;
            if (at + 1 >= text.Length || text[at] != ':')
            {
                break;
            }

            at++;
            if (text[at] == ':')
            {
                if (hasGap)
                {
                    return null;
                }

                hasGap = true;
                at++;
            }
            else if (!char.IsAsciiHexDigit((char)text[at]))
            {
                at--;
                break;
            }
        }

        bool isWhole = hasGap ? groups is >= 2 and <= 7 : groups == 8;
        bool goesOn = at < text.Length && (char.IsAsciiLetterOrDigit((char)text[at]) || text[at] is (byte)'_' or (byte)':');
        bool isDocumentation = CopyrightLine.StartsWithIgnoreCase(text[start..], "2001:db8:"u8)
            || CopyrightLine.StartsWithIgnoreCase(text[start..], "2001:0db8:"u8)
            || CopyrightLine.StartsWithIgnoreCase(text[start..], "3fff:"u8)
            || CopyrightLine.StartsWithIgnoreCase(text[start..], "2002:"u8)
            || IsProtocol(text[start..at]);
        bool isNameServer = CopyrightLine.StartsWithIgnoreCase(text[start..], "2001:4860:4860::"u8)
            || CopyrightLine.StartsWithIgnoreCase(text[start..], "2606:4700:4700::"u8);
        return isWhole && !goesOn && !isDocumentation && !isNameServer ? new Secret(start, at, SecretKind.IpAddress) : null;
    }

    // 2001::/23, set aside for protocols (RFC 2928): the second group is at most 1ff.
    private static bool IsProtocol(ReadOnlySpan<byte> address)
    {
        if (!address.StartsWith("2001:"u8))
        {
            return false;
        }

        int length = address[5..].IndexOf((byte)':');
        return length == 0
            || (length > 0
                && int.TryParse(address.Slice(5, length), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int group)
                && group <= 0x1FF);
    }

    private static bool IsSpecial(uint address)
    {
        foreach ((uint network, int bits) in Special)
        {
            if ((address ^ network) >> (32 - bits) == 0)
            {
                return true;
            }
        }

        return NameServers.Contains(address) || (address & 0xFF) == 0 && (address & 0xFF00) == 0;
    }

    private static bool IsVersion(ReadOnlySpan<byte> text, int start, int end, int largest)
    {
        if (start >= 2 && text[start - 1] == '/' && char.IsAsciiLetter((char)text[start - 2]))
        {
            // "Chrome/4.0.249.0"; in "http://1.2.3.4" another slash stands before.
            return true;
        }

        ReadOnlySpan<byte> before = text[Math.Max(0, start - 32)..start];
        before = before[(before.LastIndexOf((byte)'\n') + 1)..];
        if (ContainsAny(before, VersionWords))
        {
            return true;
        }

        bool hasPort = end + 1 < text.Length && text[end] is (byte)':' or (byte)'/' && char.IsAsciiDigit((char)text[end + 1]);

        // Numbers of sections and object identifiers (which begin with 0, 1 or 2) are small; few addresses are.
        bool isSmall = largest < 64 || text[start] is (byte)'0' or (byte)'1' or (byte)'2' && text[start + 1] == '.';
        return isSmall && !hasPort && !ContainsAny(before, AddressWords);
    }

    private static bool ContainsAny(ReadOnlySpan<byte> text, byte[][] words)
    {
        foreach (byte[] word in words)
        {
            if (CopyrightLine.IndexOfIgnoreCase(text, word) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    private static byte[][] Words(params string[] words) => [.. words.Select(System.Text.Encoding.ASCII.GetBytes)];
}
