using System.Buffers;

namespace DataForge.Pretrain.Tokenizer;

/// <summary>
/// Encodes UTF-8 text into token ids. It caches the pre-tokens it has encoded, so most of a text costs one look-up per word. Use one
/// encoder per thread; the vocabulary is shared. Any bytes can be encoded, and decoding restores them.
/// </summary>
public sealed class BpeEncoder
{
    private const int CacheEntries = 1 << 18; // then the cache is emptied: about 20 MB per encoder at most
    private const int LongestCached = 64;     // bytes; longer pre-tokens rarely repeat

    private readonly PreTokenScanner _scanner;
    private readonly BpeMerger _merger;
    private readonly ushort[] _idOfByte = new ushort[256];
    private readonly ByteStringTable _cache = new(1 << 14);
    private readonly CachedIds _cached = new(1 << 14);
    private readonly (byte[] Name, ushort Id)[] _specials;

    /// <summary>An encoder of a vocabulary, with an empty cache.</summary>
    public BpeEncoder(BpeVocabulary vocabulary)
    {
        Vocabulary = vocabulary;
        _scanner = new PreTokenScanner(vocabulary.Form);
        _merger = new BpeMerger(new MergeRanks(vocabulary.Merges));
        for (int value = 0; value < 256; value++)
        {
            _idOfByte[value] = vocabulary.IdOfByte((byte)value);
        }

        // The longest first: where one name starts with another, the longer one matches.
        _specials = [.. vocabulary.Specials.Values.Select(id => (vocabulary.BytesOf(id).ToArray(), id))
            .OrderByDescending(special => special.Item1.Length).ThenBy(special => special.id)];
    }

    /// <summary>The vocabulary that defines the ids.</summary>
    public BpeVocabulary Vocabulary { get; }

    /// <summary>Encodes a document. The result holds no special token, whatever the text is.</summary>
    /// <param name="text">UTF-8, or any bytes.</param>
    /// <param name="ids">Receives the ids; at least as long as the text, since no token is shorter than a byte.</param>
    /// <returns>The number of ids.</returns>
    public int Encode(ReadOnlySpan<byte> text, Span<ushort> ids)
    {
        if (ids.Length < text.Length)
        {
            throw new ArgumentException($"{ids.Length} ids may not be enough for {text.Length} bytes.", nameof(ids));
        }

        int written = 0;
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = _scanner.End(text, start);
            written += EncodePreToken(text[start..end], ids[written..]);
        }

        return written;
    }

    /// <summary>Encodes a document. The result holds no special token, whatever the text is.</summary>
    /// <returns>The number of ids.</returns>
    public int Encode(ReadOnlySpan<byte> text, IBufferWriter<ushort> ids)
    {
        if (text.IsEmpty)
        {
            return 0;
        }

        int written = Encode(text, ids.GetSpan(text.Length));
        ids.Advance(written);
        return written;
    }

    /// <summary>
    /// Encodes a prompt, in which names of special tokens are encoded as those tokens, as in Hugging Face's tokenizers. Not for documents.
    /// </summary>
    /// <returns>The number of ids.</returns>
    public int EncodePrompt(ReadOnlySpan<byte> prompt, IBufferWriter<ushort> ids)
    {
        int written = 0, start = 0;
        for (int at = 0; at < prompt.Length;)
        {
            if (SpecialAt(prompt[at..]) is not (byte[] name, ushort id))
            {
                at++;
                continue;
            }

            written += Encode(prompt[start..at], ids) + 1;
            ids.Write([id]);
            start = at += name.Length;
        }

        return written + Encode(prompt[start..], ids);
    }

    private (byte[] Name, ushort Id)? SpecialAt(ReadOnlySpan<byte> text)
    {
        foreach ((byte[] Name, ushort Id) special in _specials)
        {
            if (text[0] == special.Name[0] && text.StartsWith(special.Name))
            {
                return special;
            }
        }

        return null;
    }

    private int EncodePreToken(ReadOnlySpan<byte> preToken, Span<ushort> ids)
    {
        if (preToken.Length == 1)
        {
            ids[0] = _idOfByte[preToken[0]];
            return 1;
        }

        if (preToken.Length > LongestCached)
        {
            return Merge(preToken, ids);
        }

        int index = _cache.GetOrAdd(preToken, out bool added);
        if (!added)
        {
            return _cached.CopyTo(index, ids);
        }

        int written = Merge(preToken, ids);
        _cached.Add(ids[..written]);
        if (_cache.Count == CacheEntries)
        {
            _cache.Clear();
            _cached.Clear();
        }

        return written;
    }

    private int Merge(ReadOnlySpan<byte> preToken, Span<ushort> ids)
    {
        for (int i = 0; i < preToken.Length; i++)
        {
            ids[i] = _idOfByte[preToken[i]];
        }

        return _merger.Merge(ids[..preToken.Length]);
    }

    /// <summary>The ids of the cached pre-tokens, in the order of their numbers.</summary>
    private sealed class CachedIds(int capacity)
    {
        private int[] _starts = new int[capacity]; // _starts[i + 1] is where the ids of number i end
        private ushort[] _ids = new ushort[capacity * 2];
        private int _count;

        /// <summary>Adds the ids of the next number.</summary>
        public void Add(ReadOnlySpan<ushort> added)
        {
            if (_count + 1 == _starts.Length)
            {
                Array.Resize(ref _starts, _starts.Length * 2);
            }

            int end = _starts[_count] + added.Length;
            if (end > _ids.Length)
            {
                Array.Resize(ref _ids, Math.Max(end, _ids.Length * 2));
            }

            added.CopyTo(_ids.AsSpan(_starts[_count]));
            _starts[++_count] = end;
        }

        /// <summary>Copies the ids of a number; returns how many.</summary>
        public int CopyTo(int index, Span<ushort> destination)
        {
            int start = _starts[index], length = _starts[index + 1] - start;
            if (length == 1)
            {
                destination[0] = _ids[start];
                return 1;
            }

            _ids.AsSpan(start, length).CopyTo(destination);
            return length;
        }

        /// <summary>Removes all.</summary>
        public void Clear() => _count = 0;
    }
}
