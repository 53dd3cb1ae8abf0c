namespace DataForge.Python;

/// <summary>What a byte can begin: one table look-up per byte.</summary>
internal static class CharClass
{
    /// <summary>A byte that begins no token.</summary>
    public const byte Invalid = 0;

    /// <summary>Space, tab or form feed.</summary>
    public const byte Space = 1;

    /// <summary>Line feed.</summary>
    public const byte LineFeed = 2;

    /// <summary>Carriage return.</summary>
    public const byte CarriageReturn = 3;

    /// <summary>An ASCII letter or underscore that cannot begin a string's prefix.</summary>
    public const byte Letter = 4;

    /// <summary>A letter that can begin a string's prefix: b, f, r, t or u.</summary>
    public const byte PrefixLetter = 5;

    /// <summary>A decimal digit.</summary>
    public const byte Digit = 6;

    /// <summary>A single or double quote.</summary>
    public const byte Quote = 7;

    /// <summary>The begin of a comment.</summary>
    public const byte Hash = 8;

    /// <summary>A backslash, which joins lines.</summary>
    public const byte Backslash = 9;

    /// <summary>A dot, which can begin a number.</summary>
    public const byte Dot = 10;

    /// <summary>An opening bracket.</summary>
    public const byte Open = 11;

    /// <summary>A closing bracket.</summary>
    public const byte Close = 12;

    /// <summary>Any other operator or delimiter.</summary>
    public const byte Operator = 13;

    /// <summary>A byte of a character outside ASCII.</summary>
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
