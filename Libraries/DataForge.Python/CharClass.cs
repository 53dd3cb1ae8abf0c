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

    /// <summary>An ASCII letter or underscore. It may begin a string's prefix.</summary>
    public const byte Letter = 4;

    /// <summary>A decimal digit.</summary>
    public const byte Digit = 5;

    /// <summary>A single or double quote.</summary>
    public const byte Quote = 6;

    /// <summary>The begin of a comment.</summary>
    public const byte Hash = 7;

    /// <summary>A backslash, which joins lines.</summary>
    public const byte Backslash = 8;

    /// <summary>A dot, which can begin a number.</summary>
    public const byte Dot = 9;

    /// <summary>An opening bracket.</summary>
    public const byte Open = 10;

    /// <summary>A closing bracket.</summary>
    public const byte Close = 11;

    /// <summary>Any other operator or delimiter.</summary>
    public const byte Operator = 12;

    /// <summary>A byte of a character outside ASCII.</summary>
    public const byte High = 13;

    /// <summary>The class of a byte that begins a token.</summary>
    public static ReadOnlySpan<byte> Of =>
    [
        // 00: controls; tab 1, line feed 2, form feed 1, carriage return 3
        0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 1, 3, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        // 20: space ! " # $ % & ' ( ) * + , - . /
        1, 12, 6, 7, 0, 12, 12, 6, 10, 11, 12, 12, 12, 12, 9, 12,
        // 30: 0-9 : ; < = > ?
        5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 12, 12, 12, 12, 12, 0,
        // 40: @ A-O
        12, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
        // 50: P-Z; [ \ ] ^ _
        4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 10, 8, 11, 12, 4,
        // 60: ` a-o
        12, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
        // 70: p-z { | } ~
        4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 10, 12, 11, 12, 0,
        13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13,
        13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13,
        13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13,
        13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13,
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
