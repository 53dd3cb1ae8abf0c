using System.Buffers;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Data;

/// <summary>
/// Encodes a document into the tokens it is trained on: bos, the document in one of the forms of <see cref="DocumentObjective"/>, eos. A
/// document is split between characters, and its parts are encoded separately, as StarCoder does: at inference the model is given parts
/// that were encoded this way. Use one encoder per thread.
/// </summary>
/// <remarks>
/// FIM: Bavarian et al. 2022 (<see href="https://arxiv.org/abs/2207.14255"/>), in the variants that StarCoder trained on
/// (<see href="https://github.com/bigcode-project/Megatron-LM/blob/multi-query-attention/megatron/data/gpt_dataset.py"/>, <c>permute</c>).
/// Infill: CodeGen2 (<see href="https://arxiv.org/abs/2305.02309"/>):
/// <c>a&lt;mask_1&gt;b&lt;|endoftext|&gt;&lt;sep&gt;&lt;mask_1&gt;span&lt;eom&gt;</c>.
/// </remarks>
public sealed class DocumentEncoder
{
    private readonly BpeEncoder _encoder;
    private readonly DocumentObjective _objective;
    private readonly ushort _endOfText;
    private readonly ushort _fimPrefix, _fimMiddle, _fimSuffix, _separator, _endOfMask;
    private readonly ushort[] _masks = [];

    /// <summary>An encoder for one objective.</summary>
    /// <exception cref="TokenizerFormatException">The vocabulary lacks a special token that the objective needs.</exception>
    public DocumentEncoder(BpeEncoder encoder, DocumentObjective objective)
    {
        if (objective.Problem() is string problem)
        {
            throw new ArgumentException(problem, nameof(objective));
        }

        _encoder = encoder;
        _objective = objective;
        _endOfText = encoder.Vocabulary.EndOfText;
        if (objective.FimRate > 0)
        {
            _fimPrefix = encoder.Vocabulary.SpecialId(SpecialTokens.FimPrefix);
            _fimMiddle = encoder.Vocabulary.SpecialId(SpecialTokens.FimMiddle);
            _fimSuffix = encoder.Vocabulary.SpecialId(SpecialTokens.FimSuffix);
        }

        if (objective.InfillRate > 0)
        {
            _separator = encoder.Vocabulary.SpecialId(SpecialTokens.Separator);
            _endOfMask = encoder.Vocabulary.SpecialId(SpecialTokens.EndOfMask);
            _masks = [.. Enumerable.Range(1, objective.MaxSpans)
                .Select(number => encoder.Vocabulary.SpecialId(SpecialTokens.Mask(number)))];
        }
    }

    /// <summary>Encodes a document.</summary>
    /// <param name="document">UTF-8.</param>
    /// <param name="key">Identifies the document, such as its content id; with the seed it decides the form.</param>
    /// <param name="tokens">Receives bos, the document in its form, eos.</param>
    /// <returns>The form chosen.</returns>
    public DocumentForm Encode(ReadOnlySpan<byte> document, string key, IBufferWriter<ushort> tokens)
    {
        tokens.Write([_endOfText]);
        DocumentForm form = DocumentForm.Causal;
        if (_objective.FimRate > 0 || _objective.InfillRate > 0)
        {
            RandomStream draws = new(SeededHash.Of(_objective.Seed, key));
            form = Choose(ref draws, document);
            switch (form)
            {
                case DocumentForm.Psm or DocumentForm.Spm:
                    EncodeFim(document, form, ref draws, tokens);
                    break;
                case DocumentForm.Infill:
                    EncodeInfill(document, ref draws, tokens);
                    break;
            }
        }

        if (form == DocumentForm.Causal)
        {
            _encoder.Encode(document, tokens);
        }

        tokens.Write([_endOfText]);
        return form;
    }

    private DocumentForm Choose(ref RandomStream draws, ReadOnlySpan<byte> document)
    {
        double form = draws.NextUnit(), variant = draws.NextUnit();
        if (document.IsEmpty || form >= _objective.FimRate + _objective.InfillRate)
        {
            return DocumentForm.Causal;
        }

        return form >= _objective.FimRate ? DocumentForm.Infill : variant < _objective.SpmShare ? DocumentForm.Spm : DocumentForm.Psm;
    }

    private void EncodeFim(ReadOnlySpan<byte> document, DocumentForm form, ref RandomStream draws, IBufferWriter<ushort> tokens)
    {
        Span<int> cuts = stackalloc int[2];
        DrawCuts(document, cuts, ref draws);
        ReadOnlySpan<byte> prefix = document[..cuts[0]], middle = document[cuts[0]..cuts[1]], suffix = document[cuts[1]..];
        tokens.Write([_fimPrefix]);
        if (form == DocumentForm.Psm)
        {
            _encoder.Encode(prefix, tokens);
        }

        tokens.Write([_fimSuffix]);
        _encoder.Encode(suffix, tokens);
        tokens.Write([_fimMiddle]);
        if (form == DocumentForm.Spm)
        {
            _encoder.Encode(prefix, tokens);
        }

        _encoder.Encode(middle, tokens);
    }

    private void EncodeInfill(ReadOnlySpan<byte> document, ref RandomStream draws, IBufferWriter<ushort> tokens)
    {
        int spans = 1 + (int)draws.Next((ulong)_masks.Length);
        Span<int> cuts = stackalloc int[2 * spans];
        DrawCuts(document, cuts, ref draws);
        int start = 0;
        for (int i = 0; i < spans; i++)
        {
            _encoder.Encode(document[start..cuts[2 * i]], tokens);
            tokens.Write([_masks[i]]);
            start = cuts[(2 * i) + 1];
        }

        _encoder.Encode(document[start..], tokens);
        tokens.Write([_endOfText, _separator]);
        for (int i = 0; i < spans; i++)
        {
            tokens.Write([_masks[i]]);
            _encoder.Encode(document[cuts[2 * i]..cuts[(2 * i) + 1]], tokens);
            tokens.Write([_endOfMask]);
        }
    }

    /// <summary>Draws sorted positions between characters, both ends included, with equal probability; in bytes.</summary>
    private static void DrawCuts(ReadOnlySpan<byte> document, Span<int> cuts, ref RandomStream draws)
    {
        long characters = 0;
        foreach (byte value in document)
        {
            characters += IsContinuation(value) ? 0 : 1;
        }

        for (int i = 0; i < cuts.Length; i++)
        {
            cuts[i] = (int)draws.Next((ulong)characters + 1);
        }

        cuts.Sort();
        int character = 0, next = 0;
        for (int at = 0; at < document.Length && next < cuts.Length; at++)
        {
            if (IsContinuation(document[at]))
            {
                continue;
            }

            while (next < cuts.Length && cuts[next] == character)
            {
                cuts[next++] = at;
            }

            character++;
        }

        cuts[next..].Fill(document.Length);
    }

    private static bool IsContinuation(byte value) => (value & 0xC0) == 0x80;

    /// <summary>A stream of random numbers: SplitMix64 (https://prng.di.unimi.it/splitmix64.c).</summary>
    private struct RandomStream(ulong state)
    {
        /// <summary>Uniform in [0, 1), in steps of 2^-53.</summary>
        public double NextUnit() => (Next() >> 11) * (1.0 / (1ul << 53));

        /// <summary>Uniform from 0 to bound - 1; the bias of the multiplication is below bound / 2^64.</summary>
        public ulong Next(ulong bound) => Math.BigMul(Next(), bound, out _);

        private ulong Next()
        {
            ulong drawn = SeededHash.Mix(state);
            state += 0x9E3779B97F4A7C15; // SplitMix64's increment, 2^64 / φ
            return drawn;
        }
    }
}
