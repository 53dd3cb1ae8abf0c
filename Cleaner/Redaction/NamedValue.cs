using System.Buffers;
using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// Values that do not stand right behind the name of a secret: in brackets, in a tuple, behind <c>or</c>, as the default of a call
/// (<c>getenv("PASSWORD", "…")</c>), and in text inside a string: lines of YAML, ini and environment files, JSON, connection strings,
/// headers of requests.
/// </summary>
internal static class NamedValue
{
    private const int MaxName = 64;
    private const int MaxValue = 512;
    private const int MinValue = 8;
    private const int MaxSteps = 16;

    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"u8);

    private static readonly SearchValues<byte> TargetBytes = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_,.) "u8);

    // Calls that give one of their arguments back.
    private static readonly byte[][] Calls = Words(
        "getenv", "get", "pop", "setdefault", "getattr", "config", "env", "environ", "field", "Field", "str", "bytes", "SecretStr",
        "Secret", "default", "Option", "Argument", "Setting");
    private static readonly byte[][] Defaults = Words("default", "value", "const", "initial", "fallback", "default_factory");
    private static readonly byte[][] Schemes = Words("bearer ", "basic ", "token ", "apikey ");

    /// <summary>Adds the values that belong to names of secrets in a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="words">Where the letters of <see cref="SecretWords"/> begin, a bit for each byte.</param>
    /// <param name="found">Where they are added.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Find(ReadOnlySpan<byte> text, ReadOnlySpan<ulong> words, List<Secret> found)
    {
        int done = 0;
        for (int block = 0; block < words.Length; block++)
        {
            for (ulong places = words[block]; places != 0; places &= places - 1)
            {
                int at = (block * CandidateMasks.Block) + BitOperations.TrailingZeroCount(places);
                if (at < done)
                {
                    continue;
                }

                int end = at + 3;
                while (end < text.Length && (char.IsAsciiLetterOrDigit((char)text[end]) || text[end] is (byte)'_' or (byte)'-'))
                {
                    end++;
                }

                done = end;
                if (IsGiven(text, end))
                {
                    AddAround(text, at, end, found);
                }
            }
        }
    }

    // Whether a sign or a word may follow that gives the name a value; most names are followed by other things.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsGiven(ReadOnlySpan<byte> text, int at)
    {
        bool isEnd = at < text.Length
            && text[at] is (byte)'"' or (byte)'\'' or (byte)'=' or (byte)':' or (byte)' ' or (byte)'\\' or (byte)'!' or (byte)',';
        if (!isEnd)
        {
            return false;
        }

        while (at < text.Length && text[at] is (byte)'"' or (byte)'\'' or (byte)'\\' or (byte)']' or (byte)')' or (byte)' ' or (byte)'\t')
        {
            at++;
        }

        return at < text.Length && text[at] is (byte)'=' or (byte)':' or (byte)',' or (byte)'!' or (byte)'o';
    }

    private static void AddAround(ReadOnlySpan<byte> text, int at, int end, List<Secret> found)
    {
        int start = text[Math.Max(0, at - MaxName)..at].LastIndexOfAnyExcept(NameBytes) + 1 + Math.Max(0, at - MaxName);
        start += Escapes.LengthAt(text, start, at);

        // "AWS::IAM::AccessKey" names a type.
        if (end - start <= MaxName && !text[..start].EndsWith("::"u8))
        {
            AddBehind(text, start, end, found);
        }
    }

    private static void AddBehind(ReadOnlySpan<byte> text, int start, int end, List<Secret> found)
    {
        int at = end;
        int quote = LiteralReader.QuoteAt(text, at);
        at += quote;
        bool isClosed = at < text.Length && text[at] is (byte)']' or (byte)')';
        at = LiteralReader.Blanks(text, isClosed ? at + 1 : at);
        if (at >= text.Length)
        {
            return;
        }

        bool isOr = isClosed && text[at..].StartsWith("or "u8);
        bool isArgument = quote > 0 && text[at] == ',';
        int target = quote == 0 && !isClosed && text[at] == ',' ? SignOfTuple(text, start, at) : -1;
        at = target >= 0 ? target : at;
        bool isAssignment = text[at] is (byte)'=' or (byte)':' || text[at..].StartsWith("!="u8);
        if (!isOr && !isArgument && !isAssignment)
        {
            return;
        }

        bool isHeader = CopyrightLine.StartsWithIgnoreCase(text[start..end].TrimStart("-"u8), "authorization"u8);
        if (!isHeader && !SecretName.Is(text[start..end].TrimStart("-"u8)))
        {
            return;
        }

        int sign = at;
        at += isOr ? 3 : text[at..].StartsWith("=="u8) || text[at..].StartsWith("!="u8) || text[at..].StartsWith(":="u8) ? 2 : 1;
        if (isHeader)
        {
            AddCredentials(text, at, found);
            return;
        }

        bool takesUuid = SecretName.TakesUuid(text[start..end]);
        if (isAssignment && quote == 0 && target < 0 && UnquotedValue.At(text, start, sign, takesUuid) is { } value)
        {
            found.Add(value);
            return;
        }

        if (text[sign] == ':' && at == sign + 1)
        {
            at = BehindAnnotation(text, at);
        }

        bool isCompared = at == sign + 2;
        AddQuoted(text, at, isArgument, isCompared, takesUuid, found);
    }

    // The '=' of "(name, other) = (…)" or "name, other = …"; −1 where the name is no target of such an assignment.
    private static int SignOfTuple(ReadOnlySpan<byte> text, int start, int comma)
    {
        ReadOnlySpan<byte> before = text[Math.Max(0, start - MaxName)..start];
        before = before[(before.LastIndexOf((byte)'\n') + 1)..].TrimStart(" \t("u8).TrimEnd(" \t"u8);
        ReadOnlySpan<byte> rest = text[comma..Math.Min(text.Length, comma + MaxName)];
        int length = rest.IndexOfAnyExcept(TargetBytes);
        bool isFirst = before.IsEmpty || (before[^1] == ',' && before.IndexOfAnyExcept(TargetBytes) < 0);
        bool isSign = isFirst && length > 0 && length + 1 < rest.Length && rest[length] == '=' && rest[length + 1] != '=';
        return isSign ? comma + length : -1;
    }

    // The literals behind a name, through brackets, calls that give an argument back, commas and "or".
    private static void AddQuoted(
        ReadOnlySpan<byte> text, int at, bool isArgument, bool isCompared, bool takesUuid, List<Secret> found)
    {
        int from = at;
        bool isInCall = isArgument;
        for (int step = 0; step < MaxSteps; step++)
        {
            at = LiteralReader.Openers(text, at);
            int quote = LiteralReader.QuoteAt(text, at);
            if (quote == 0)
            {
                int word = LiteralReader.CallLength(text, at);
                ReadOnlySpan<byte> name = text.Slice(at, word);
                int behind = LiteralReader.Blanks(text, at + word);
                bool isCall = behind < text.Length && text[behind] == '(' && IsOneOf(name[(name.LastIndexOf((byte)'.') + 1)..], Calls);
                bool isDefault = behind < text.Length && text[behind] == '=' && isInCall && IsOneOf(name, Defaults);
                if (word > 0 && text[behind..].StartsWith("or "u8))
                {
                    // name = name or "…", None or "…"
                    at = behind + 3;
                    continue;
                }

                if (word == 0 || (!isCall && !isDefault))
                {
                    return;
                }

                isInCall = true;
                at = behind + 1;
                at += text[LiteralReader.Blanks(text, at)..].StartsWith("lambda:"u8) ? LiteralReader.Blanks(text, at) - at + 7 : 0;
                continue;
            }

            if (isArgument && step == 0 && text[from..at].Contains((byte)'\n'))
            {
                // A list with a word in each line.
                return;
            }

            ReadOnlySpan<byte> delimiter = text.Slice(at, quote);
            int start = at + quote;
            ReadOnlySpan<byte> rest = text[start..Math.Min(text.Length, start + MaxValue)];
            int length = rest.IndexOf(delimiter);
            int next = length < 0 ? text.Length : LiteralReader.Lines(text, start + length + quote);
            if (next >= text.Length && length < 0)
            {
                return;
            }

            ReadOnlySpan<byte> value = rest[..length];
            bool isKey = next < text.Length && text[next] == ':' && !isCompared;
            bool isStrict = isArgument || isInCall;
            if (!isKey && value.Length >= MinValue
                && (isStrict ? RandomValue.IsGenerated(value, takesUuid) : RandomValue.IsSecret(value, takesUuid)))
            {
                found.Add(new Secret(start, start + length, SecretKind.Password));
            }

            while (next < text.Length && text[next] is (byte)')' or (byte)']')
            {
                next = LiteralReader.Lines(text, next + 1);
            }

            bool goesOn = next < text.Length && text[next] == ',';
            bool isOr = next < text.Length && text[next..].StartsWith("or "u8);
            bool isSecondArgument = isArgument && step == 0;
            if (isKey || isCompared || isSecondArgument || (!goesOn && !isOr))
            {
                return;
            }

            at = next + (isOr ? 3 : 1);
        }
    }

    // "Authorization": "Bearer value", or the same in one string.
    private static void AddCredentials(ReadOnlySpan<byte> text, int at, List<Secret> found)
    {
        at = LiteralReader.Openers(text, at);
        at += LiteralReader.QuoteAt(text, at);
        foreach (byte[] scheme in Schemes)
        {
            if (CopyrightLine.StartsWithIgnoreCase(text[at..], scheme))
            {
                int start = at + scheme.Length;
                ReadOnlySpan<byte> rest = text[start..Math.Min(text.Length, start + MaxValue)];
                int length = rest.IndexOfAny(UnquotedValue.Ends);
                length = length < 0 ? rest.Length : length;
                if (length >= MinValue && RandomValue.IsRandom(rest[..length]) && !IsNameAlone(rest[..length]))
                {
                    found.Add(new Secret(start, start + length, SecretKind.Password));
                }

                return;
            }
        }
    }

    // Base64 of plain text in which no password follows a name: "dXNlcg==" is "user" (https://datatracker.ietf.org/doc/html/rfc7617).
    private static bool IsNameAlone(ReadOnlySpan<byte> value)
    {
        Span<byte> decoded = stackalloc byte[MaxValue];
        return Base64.DecodeFromUtf8(value, decoded, out _, out int length) == OperationStatus.Done
            && decoded[..length].IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 && !decoded[..length].Contains((byte)':');
    }

    // ": str =", ": Optional[str] =".
    private static int BehindAnnotation(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> rest = text[at..Math.Min(text.Length, at + MaxName)];
        int sign = rest.IndexOfAny("=\"'\n(){},"u8);
        return sign >= 0 && rest[sign] == '=' ? at + sign + 1 : at;
    }

    private static bool IsOneOf(ReadOnlySpan<byte> word, byte[][] list)
    {
        foreach (byte[] other in list)
        {
            if (word.SequenceEqual(other))
            {
                return true;
            }
        }

        return false;
    }

    private static byte[][] Words(params string[] words) => [.. words.Select(System.Text.Encoding.ASCII.GetBytes)];
}
