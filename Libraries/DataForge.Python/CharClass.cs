namespace DataForge.Python;

/// <summary>What a byte can begin, one table look-up a byte.</summary>
internal static class CharClass
{
    public const byte Invalid = 0;
    public const byte Space = 1;
    public const byte LineFeed = 2;
    public const byte CarriageReturn = 3;
    public const byte Letter = 4;
    public const byte PrefixLetter = 5;
    public const byte Digit = 6;
    public const byte Quote = 7;
    public const byte Hash = 8;
    public const byte Backslash = 9;
    public const byte Dot = 10;
    public const byte Open = 11;
    public const byte Close = 12;
    public const byte Operator = 13;
    public const byte High = 14;

    /// <summary>The class of a byte that begins a token.</summary>
    public static ReadOnlySpan<byte> Of =>
    [
        // 00: controls; tab 1, line feed 2, form feed 1, carriage return 3
        0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 1, 3, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        // 20: space ! " # $ % & ' ( ) * + , - . /
        1, 13, 7, 8, 0, 13, 13, 7, 11, 12, 13, 13, 13, 13, 10, 13,
        // 30: 0-9 : ; < = > ?
        6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 13, 13, 13, 13, 13, 0,
        // 40: @ A-O, the string prefixes B and F
        13, 4, 5, 4, 4, 4, 5, 4, 4, 4, 4, 4, 4, 4, 4, 4,
        // 50: P-Z, the string prefixes R, T and U; [ \ ] ^ _
        4, 4, 5, 4, 5, 5, 4, 4, 4, 4, 4, 11, 9, 12, 13, 4,
        // 60: ` a-o
        13, 4, 5, 4, 4, 4, 5, 4, 4, 4, 4, 4, 4, 4, 4, 4,
        // 70: p-z { | } ~
        4, 4, 5, 4, 5, 5, 4, 4, 4, 4, 4, 11, 13, 12, 13, 0,
        14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14,
        14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14,
        14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14,
        14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14,
    ];

    /// <summary>1 for an ASCII letter, digit or underscore, 2 for a byte of a character outside ASCII, else 0.</summary>
    public static ReadOnlySpan<byte> Identifier =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
        2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
        2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
        2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
        2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    ];
}
