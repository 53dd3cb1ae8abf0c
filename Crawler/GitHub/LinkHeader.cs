namespace DataForge.Crawler.GitHub;

/// <summary>Parses the <c>Link</c> header (RFC 8288) as far as pagination needs it.</summary>
internal static class LinkHeader
{
    /// <summary>The address of the link with <c>rel="next"</c>; null if there is none.</summary>
    public static string? Next(IEnumerable<string> values)
    {
        foreach (string value in values)
        {
            ReadOnlySpan<char> rest = value;
            while (rest.IndexOf('<') is >= 0 and int open)
            {
                rest = rest[(open + 1)..];
                int close = rest.IndexOf('>');
                if (close < 0)
                {
                    break;
                }

                ReadOnlySpan<char> address = rest[..close];
                rest = rest[(close + 1)..];
                int next = rest.IndexOf('<');
                ReadOnlySpan<char> parameters = next < 0 ? rest : rest[..next];
                if (IsNext(parameters))
                {
                    return address.ToString();
                }
            }
        }

        return null;
    }

    private static bool IsNext(ReadOnlySpan<char> parameters)
    {
        foreach (Range range in parameters.Split(';'))
        {
            ReadOnlySpan<char> parameter = parameters[range].Trim().TrimEnd(',').TrimEnd();
            if (parameter.StartsWith("rel=", StringComparison.OrdinalIgnoreCase)
                && parameter[4..].Trim('"').Equals("next", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
