using System.Buffers;
using System.Text;

namespace DataForge.Pretrain.Tokenizer;

/// <summary>
/// Two tokens that byte-pair encoding merges, and the result. Its position in the list of merges is its rank: lower goes first.
/// </summary>
public readonly record struct BpeMerge(ushort Left, ushort Right, ushort Result);

/// <summary>
/// A byte-level BPE vocabulary: the bytes of each token, the merges by rank, the special tokens, and how text is split before merging.
/// Immutable; any number of encoders can share it.
/// </summary>
public sealed class BpeVocabulary
{
    /// <summary>The most tokens: ids are stored in 16 bits.</summary>
    public const int MaxCount = 1 << 16;

    private readonly byte[][] _tokens;
    private readonly bool[] _special;
    private readonly BpeMerge[] _merges;
    private readonly ushort[] _idOfByte = new ushort[256];
    private readonly Dictionary<string, ushort> _idOfSpecial = new(StringComparer.Ordinal);

    /// <summary>A vocabulary from its parts, which are validated.</summary>
    /// <param name="form">How text is split.</param>
    /// <param name="tokens">The bytes of each token, by id; for a special token the UTF-8 of its name.</param>
    /// <param name="merges">The merges by rank.</param>
    /// <param name="specialIds">The ids of the special tokens.</param>
    /// <exception cref="TokenizerFormatException">A byte has no token, a token occurs twice, or a merge does not give its
    /// token.</exception>
    public BpeVocabulary(PreTokenization form, byte[][] tokens, BpeMerge[] merges, IEnumerable<int> specialIds)
    {
        if (tokens.Length > MaxCount)
        {
            throw new TokenizerFormatException($"The vocabulary has {tokens.Length} tokens; ids of 16 bits allow {MaxCount}.");
        }

        Form = form;
        _tokens = tokens;
        _merges = merges;
        _special = new bool[tokens.Length];
        foreach (int id in specialIds)
        {
            _special[id] = true;
            if (!_idOfSpecial.TryAdd(Encoding.UTF8.GetString(tokens[id]), (ushort)id))
            {
                throw new TokenizerFormatException($"The special token {Encoding.UTF8.GetString(tokens[id])} is there twice.");
            }
        }

        MapBytes();
        CheckMerges();
    }

    /// <summary>How text is split.</summary>
    public PreTokenization Form { get; }

    /// <summary>The number of tokens, special ones included; ids are 0 to this - 1.</summary>
    public int Count => _tokens.Length;

    /// <summary>The merges by rank.</summary>
    public IReadOnlyList<BpeMerge> Merges => _merges;

    /// <summary>The special tokens' names and ids.</summary>
    public IReadOnlyDictionary<string, ushort> Specials => _idOfSpecial;

    /// <summary>The id of <c>&lt;|endoftext|&gt;</c>, which begins and ends a document.</summary>
    /// <exception cref="TokenizerFormatException">The vocabulary has none.</exception>
    public ushort EndOfText => SpecialId(SpecialTokens.EndOfText);

    /// <summary>The id of a special token.</summary>
    /// <exception cref="TokenizerFormatException">The vocabulary has no such special token.</exception>
    public ushort SpecialId(string name) => _idOfSpecial.TryGetValue(name, out ushort id)
        ? id
        : throw new TokenizerFormatException(
            $"The vocabulary has no special token {name}. Train a tokenizer here, or use an objective that needs none.");

    /// <summary>Whether an id is a special token's.</summary>
    public bool IsSpecial(int id) => _special[id];

    /// <summary>The bytes of a token; for a special token the UTF-8 of its name.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => _tokens[id];

    /// <summary>The token of one byte.</summary>
    public ushort IdOfByte(byte value) => _idOfByte[value];

    /// <summary>Decodes tokens into bytes.</summary>
    /// <param name="ids">Tokens.</param>
    /// <param name="output">Receives the bytes: UTF-8 where the tokens are a whole encoded text.</param>
    /// <param name="skipSpecial">Whether special tokens are skipped; otherwise their names are written.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public void Decode(ReadOnlySpan<ushort> ids, IBufferWriter<byte> output, bool skipSpecial = false)
    {
        foreach (ushort id in ids)
        {
            if (id >= _tokens.Length)
            {
                throw new ArgumentOutOfRangeException(nameof(ids), $"Token {id} is not in the vocabulary of {_tokens.Length}.");
            }

            if (!(skipSpecial && _special[id]))
            {
                output.Write(_tokens[id]);
            }
        }
    }

    /// <summary>Decodes tokens into bytes.</summary>
    /// <inheritdoc cref="Decode(ReadOnlySpan{ushort}, IBufferWriter{byte}, bool)"/>
    public byte[] Decode(ReadOnlySpan<ushort> ids, bool skipSpecial = false)
    {
        ArrayBufferWriter<byte> output = new(Math.Max(16, ids.Length * 4));
        Decode(ids, output, skipSpecial);
        return output.WrittenSpan.ToArray();
    }

    private void MapBytes()
    {
        bool[] seen = new bool[256];
        HashSet<string> distinct = new(_tokens.Length, StringComparer.Ordinal);
        for (int id = 0; id < _tokens.Length; id++)
        {
            if (_special[id])
            {
                continue;
            }

            if (_tokens[id].Length == 0 || !distinct.Add(ByteAlphabet.Write(_tokens[id])))
            {
                throw new TokenizerFormatException($"Token {id} is empty or occurs in the vocabulary twice.");
            }

            if (_tokens[id].Length == 1)
            {
                seen[_tokens[id][0]] = true;
                _idOfByte[_tokens[id][0]] = (ushort)id;
            }
        }

        int missing = Array.IndexOf(seen, false);
        if (missing >= 0)
        {
            throw new TokenizerFormatException($"The byte 0x{missing:X2} has no token; this is not a byte-level vocabulary.");
        }
    }

    private void CheckMerges()
    {
        for (int rank = 0; rank < _merges.Length; rank++)
        {
            (ushort left, ushort right, ushort result) = _merges[rank];
            bool isKnown = left < Count && right < Count && result < Count && !_special[left] && !_special[right] && !_special[result];
            if (!isKnown || !IsConcatenation(_tokens[result], _tokens[left], _tokens[right]))
            {
                throw new TokenizerFormatException($"Merge {rank} joins tokens {left} and {right} to something other than token {result}.");
            }
        }
    }

    private static bool IsConcatenation(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        whole.StartsWith(left) && whole[left.Length..].SequenceEqual(right);
}
