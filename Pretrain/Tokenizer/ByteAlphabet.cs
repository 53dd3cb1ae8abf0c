namespace DataForge.Pretrain.Tokenizer;

/// <summary>
/// GPT-2's printable alphabet for bytes: each of the 256 bytes is written as one visible character, so that a token, which need not be
/// valid UTF-8, can be written to a JSON or text file (<c>bytes_to_unicode</c> of <see
/// href="https://github.com/openai/gpt-2/blob/master/src/encoder.py"/>).
/// </summary>
internal static class ByteAlphabet
{
    /// <summary>The character of each byte: itself where it is visible in Latin-1, else the next of U+0100, U+0101, …</summary>
    public static ReadOnlySpan<char> Characters => CharacterOfByte;

    /// <summary>The bytes in the order of their characters, which is the order of their ids in GPT-2's vocabulary.</summary>
    public static ReadOnlySpan<byte> Order => ByteOrder;

    private static readonly char[] CharacterOfByte = MakeCharacters();
    private static readonly byte[] ByteOrder = MakeOrder();
    private static readonly short[] ByteOfCharacter = MakeBytes();

    /// <summary>Writes bytes in the alphabet.</summary>
    public static string Write(ReadOnlySpan<byte> bytes) => string.Create(bytes.Length, bytes, static (text, source) =>
    {
        for (int i = 0; i < source.Length; i++)
        {
            text[i] = CharacterOfByte[source[i]];
        }
    });

    /// <summary>Reads bytes written in the alphabet; null if a character is not in it.</summary>
    public static byte[]? Read(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] >= ByteOfCharacter.Length || ByteOfCharacter[text[i]] < 0)
            {
                return null;
            }

            bytes[i] = (byte)ByteOfCharacter[text[i]];
        }

        return bytes;
    }

    private static char[] MakeCharacters()
    {
        char[] characters = new char[256];
        char invisible = (char)0x100;
        for (int value = 0; value < 256; value++)
        {
            bool visible = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = visible ? (char)value : invisible++;
        }

        return characters;
    }

    private static byte[] MakeOrder()
    {
        byte[] order = new byte[256];
        for (int value = 0; value < 256; value++)
        {
            order[value] = (byte)value;
        }

        Array.Sort((char[])CharacterOfByte.Clone(), order);
        return order;
    }

    private static short[] MakeBytes()
    {
        short[] bytes = new short[0x100 + 256];
        Array.Fill(bytes, (short)-1);
        for (int value = 0; value < 256; value++)
        {
            bytes[CharacterOfByte[value]] = (short)value;
        }

        return bytes;
    }
}
