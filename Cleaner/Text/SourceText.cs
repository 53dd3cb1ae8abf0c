using System.Buffers;
using System.Text;
using System.Text.Unicode;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Rules.All;

namespace DataForge.Cleaner.Text;

/// <summary>
/// Turns source bytes into the text that rules judge: UTF-8 without a byte order mark, lines ended by LF. Holds one text at a time, in
/// memory that is reused for the next one. Not safe from several threads.
/// </summary>
internal sealed class SourceText
{
    private byte[] _buffer = new byte[1 << 16];
    private byte[] _other = [];

    /// <summary>The text; valid until the next call.</summary>
    public ReadOnlySpan<byte> Text => _buffer.AsSpan(0, Length);

    /// <summary>The text as memory; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    /// <summary>Its length in bytes.</summary>
    public int Length { get; private set; }

    /// <summary>The encoding of the source, by Python's name for it.</summary>
    public string Encoding { get; private set; } = "utf-8";

    /// <summary>Whether the text differs from the source.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Why the source is no text (rule <c>binary</c> or <c>encoding</c>); null if it is.</summary>
    public Finding? Fault { get; private set; }

    /// <summary>Decodes a source; false if it is no text (<see cref="Fault"/>).</summary>
    public bool Decode(ReadOnlySpan<byte> source)
    {
        Fault = null;
        IsChanged = false;
        Length = 0;
        Encoding = "utf-8";
        bool hasMark = source is [0xEF, 0xBB, 0xBF, ..];
        if (hasMark)
        {
            source = source[3..];
            IsChanged = true;
            Encoding = "utf-8-sig";
        }
        else if (source is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            bool isLittle = source[0] == 0xFF;
            return StoreDecoded(DecodeUtf16(source[2..], isLittle), isLittle ? "utf-16-le" : "utf-16-be") && CheckNul();
        }

        int nul = source.IndexOf((byte)0);
        if (nul >= 0)
        {
            Fault = BinaryRule.InSource(nul);
            return false;
        }

        // Python uses the declared encoding, even if the bytes are valid UTF-8; with a byte order mark, no other encoding is allowed.
        bool isAscii = Ascii.IsValid(source);
        string? declared = EncodingCookie.Find(source);
        if (declared is not null && (hasMark || !EncodingCookie.IsUtf8(declared)))
        {
            if (hasMark && !PythonCodecs.AgreesWithMark(declared))
            {
                Fault = EncodingRule.AgainstMark(declared);
                return false;
            }

            PythonCodec? codec = PythonCodecs.Find(declared);
            if (codec is null)
            {
                Fault = EncodingRule.NotKnown(declared);
                return false;
            }

            if (!codec.IsUtf8 && !(isAscii && codec.KeepsAscii))
            {
                return StoreDecoded(codec.Decode(source), declared) && CheckNul();
            }
        }

        if (!isAscii && !Utf8.IsValid(source))
        {
            Fault = declared is null ? EncodingRule.NotUtf8 : EncodingRule.NotValid(declared);
            return false;
        }

        Store(source);
        return true;
    }

    /// <summary>Removes a range from the text.</summary>
    /// <param name="start">Its first byte.</param>
    /// <param name="end">The byte after its last one.</param>
    public void Remove(int start, int end)
    {
        _buffer.AsSpan(end, Length - end).CopyTo(_buffer.AsSpan(start));
        Length -= end - start;
        IsChanged = true;
    }

    /// <summary>Replaces ranges by other texts.</summary>
    /// <param name="ranges">The ranges and what replaces them, in order; they must not overlap.</param>
    public void Replace(List<(int Start, int End, byte[] With)> ranges)
    {
        int length = Length;
        foreach ((int start, int end, byte[] with) in ranges)
        {
            length += with.Length - (end - start);
        }

        if (_other.Length < length)
        {
            _other = new byte[Math.Max(length, _buffer.Length)];
        }

        int from = 0;
        int to = 0;
        foreach ((int start, int end, byte[] with) in ranges)
        {
            _buffer.AsSpan(from..start).CopyTo(_other.AsSpan(to));
            to += start - from;
            with.CopyTo(_other, to);
            to += with.Length;
            from = end;
        }

        _buffer.AsSpan(from..Length).CopyTo(_other.AsSpan(to));
        (_buffer, _other) = (_other, _buffer);
        Length = length;
        IsChanged = true;
    }

    private bool CheckNul()
    {
        int nul = Text.IndexOf((byte)0);
        if (nul >= 0)
        {
            Fault = BinaryRule.InText(nul);
        }

        return nul < 0;
    }

    private static string? DecodeUtf16(ReadOnlySpan<byte> source, bool isLittle)
    {
        try
        {
            return new UnicodeEncoding(!isLittle, byteOrderMark: false, throwOnInvalidBytes: true).GetString(source);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private bool StoreDecoded(string? text, string name)
    {
        byte[]? bytes = null;
        try
        {
            bytes = text is null ? null : ArrayPool<byte>.Shared.Rent(System.Text.Encoding.UTF8.GetMaxByteCount(text.Length));
            if (bytes is null)
            {
                Fault = EncodingRule.NotValid(name);
                return false;
            }

            Store(bytes.AsSpan(0, Strict.GetBytes(text, bytes)));
        }
        catch (EncoderFallbackException)
        {
            // Half of a surrogate pair, which is not text.
            Fault = EncodingRule.NotValid(name);
            return false;
        }
        finally
        {
            if (bytes is not null)
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }
        }

        Encoding = EncodingCookie.Normalize(name);
        IsChanged = true;
        (int start, int end) = EncodingCookie.NameIn(Text);
        if (end > start)
        {
            // The text is UTF-8 now and must declare it, or Python would decode it wrongly.
            Replace([(start, end, Utf8Name)]);
        }

        return true;
    }

    private void Store(ReadOnlySpan<byte> text)
    {
        Reserve(text.Length);
        int carriage = text.IndexOf((byte)'\r');
        if (carriage < 0)
        {
            text.CopyTo(_buffer);
            Length = text.Length;
            return;
        }

        IsChanged = true;
        int to = 0;
        while (carriage >= 0)
        {
            text[..carriage].CopyTo(_buffer.AsSpan(to));
            to += carriage;
            _buffer[to++] = (byte)'\n';
            text = text[(carriage + 1 < text.Length && text[carriage + 1] == '\n' ? carriage + 2 : carriage + 1)..];
            carriage = text.IndexOf((byte)'\r');
        }

        text.CopyTo(_buffer.AsSpan(to));
        Length = to + text.Length;
    }

    private void Reserve(int length)
    {
        if (_buffer.Length < length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(length, 2L * _buffer.Length)));
        }
    }

    private static readonly byte[] Utf8Name = "utf-8"u8.ToArray();
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
}
