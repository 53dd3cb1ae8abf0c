using System.Buffers;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// Values without quotes behind the name of a secret: <c>password: value</c> in a line of its own, or <c>password=value</c> anywhere, in
/// text inside a string. The lexer decides whether it is in a string.
/// </summary>
internal static class UnquotedValue
{
    private const int MaxValue = 512;
    private const int MinValue = 8;

    // Of a value that has a line to itself.
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create(" \t\n\"'`()[]{}<>,;|\\"u8);

    /// <summary>What a value ends at.</summary>
    public static SearchValues<byte> Ends { get; } = SearchValues.Create(" \t\n\"'`()[]{}<>,;|\\&"u8);

    /// <summary>The value; null where there is none that looks generated.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Where the name begins.</param>
    /// <param name="sign">Where '=' or ':' is.</param>
    /// <param name="takesUuid">Whether a UUID is a secret.</param>
    public static Secret? At(ReadOnlySpan<byte> text, int name, int sign, bool takesUuid)
    {
        int value = LiteralReader.Blanks(text, sign + 1);
        ReadOnlySpan<byte> rest = text[value..Math.Min(text.Length, value + MaxValue)];
        ReadOnlySpan<byte> before = text[..name].TrimEnd(" \t-"u8);
        bool beginsLine = before.EndsWith("\n"u8) || before.EndsWith("\\n"u8) || before.EndsWith("\nexport"u8);
        int length = beginsLine ? rest.IndexOfAny(LineEnds) : rest.IndexOfAny(Ends);
        length = length < 0 ? rest.Length : length;
        if (length < MinValue)
        {
            return null;
        }

        bool isTight = text[sign] == '=' && value == sign + 1 && char.IsAsciiLetterOrDigit((char)text[sign - 1]);
        bool endsLine = length == rest.Length || rest[length] is (byte)'\n' or (byte)'\\' or (byte)'"' or (byte)'\'';
        bool isCode = length < rest.Length && rest[length] is (byte)'(' or (byte)'[' or (byte)'{' or (byte)'<';
        bool isValue = (isTight || (beginsLine && endsLine)) && !isCode && RandomValue.IsGenerated(rest[..length], takesUuid);
        return isValue ? new Secret(value, value + length, SecretKind.Password) : null;
    }
}
