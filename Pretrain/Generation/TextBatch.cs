using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Generation;

/// <summary>
/// Texts that are generated together, one token per step, so that the weights are read once for all. A text can be started when there is
/// room (continuous batching). The other texts of a batch change a text's logits only by rounding. Not safe from several threads.
/// </summary>
public sealed class TextBatch : IDisposable
{
    private readonly ILanguageModel _model;
    private readonly BpeVocabulary _vocabulary;
    private readonly int _capacity;
    private readonly List<Growing> _texts = [];
    private readonly Stack<ITextState> _free = new();
    private readonly float[] _logits; // [room, vocabulary]
    private readonly ITextState _prompt;
    private readonly float[] _promptLogits;
    private int[]? _lastPrompt;

    /// <summary>An empty batch.</summary>
    /// <param name="model">The model, which stays the caller's.</param>
    /// <param name="vocabulary">Its tokenizer's vocabulary.</param>
    /// <param name="room">The most texts at a time.</param>
    /// <param name="capacity">The most tokens of a text with its prompt, which decides the memory; null for the model's positions.</param>
    public TextBatch(ILanguageModel model, BpeVocabulary vocabulary, int room, int? capacity = null)
    {
        _model = model;
        _vocabulary = vocabulary;
        Room = room;
        _capacity = Math.Min(capacity ?? int.MaxValue, model.Config.MaxPositionEmbeddings);
        _logits = new float[(long)room * model.Config.VocabSize];
        _promptLogits = new float[model.Config.VocabSize];
        _prompt = model.NewText(_capacity);
    }

    /// <summary>The most texts at a time.</summary>
    public int Room { get; }

    /// <summary>The texts that grow now.</summary>
    public int Count => _texts.Count;

    /// <summary>Generates all texts; each is returned when it ends.</summary>
    /// <exception cref="ArgumentException">A request cannot be met; the message says why.</exception>
    public static IEnumerable<GeneratedText> Generate(
        ILanguageModel model, BpeVocabulary vocabulary, IReadOnlyList<TextRequest> requests, int room,
        CancellationToken cancellation = default)
    {
        int longest = requests.Count == 0 ? 1 : requests.Max(request => request.Prompt.Length + request.Options.MaxNewTokens);
        using TextBatch batch = new(model, vocabulary, Math.Max(1, Math.Min(room, requests.Count)), longest);
        int next = 0;
        while (next < requests.Count || batch.Count > 0)
        {
            while (next < requests.Count && batch.Count < batch.Room)
            {
                batch.Start(requests[next++]);
            }

            foreach (GeneratedText ended in batch.Step(cancellation))
            {
                yield return ended;
            }
        }
    }

    /// <summary>
    /// Starts a text. If prompt and new tokens exceed the capacity, the beginning of the prompt is left out.
    /// </summary>
    /// <exception cref="ArgumentException">The request cannot be met; the message says why.</exception>
    public void Start(TextRequest request)
    {
        if (_texts.Count == Room)
        {
            throw new InvalidOperationException($"the batch has room for {Room} texts");
        }

        PromptCheck.Require(request.Prompt, request.Options, _capacity, _model.Config.VocabSize);
        int cut = Math.Max(0, request.Prompt.Length + request.Options.MaxNewTokens - _capacity);
        if (!ReferenceEquals(_lastPrompt, request.Prompt) || _prompt.Length != request.Prompt.Length - cut)
        {
            _lastPrompt = null;
            _prompt.Reset();
            _prompt.Append(request.Prompt.AsSpan(cut), _promptLogits);
            _lastPrompt = request.Prompt;
        }

        ITextState state = _free.Count > 0 ? _free.Pop() : _model.NewText(_capacity);
        state.CopyFrom(_prompt);
        _texts.Add(new Growing(request, state, cut, _promptLogits, _vocabulary, _model.Config));
    }

    /// <summary>Ends a text before its time, as when nobody waits for it any more; does nothing if it has ended.</summary>
    public void Stop(TextRequest request)
    {
        int at = _texts.FindIndex(text => ReferenceEquals(text.Request, request));
        if (at >= 0)
        {
            Remove(at);
        }
    }

    /// <summary>Adds a token to each text; returns those that ended.</summary>
    public IReadOnlyList<GeneratedText> Step(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        List<GeneratedText> ended = [];
        for (int i = _texts.Count - 1; i >= 0; i--)
        {
            if (_texts[i].Grow() is { } text)
            {
                ended.Add(text);
                Remove(i);
            }
        }

        if (_texts.Count > 0)
        {
            int size = _model.Config.VocabSize;
            Span<float> logits = _logits.AsSpan(0, _texts.Count * size);
            _model.AppendToEach([.. _texts.Select(text => text.State)], [.. _texts.Select(text => text.Last)], logits);
            for (int i = 0; i < _texts.Count; i++)
            {
                logits.Slice(i * size, size).CopyTo(_texts[i].Logits);
            }
        }

        return ended;
    }

    /// <summary>Releases the memory of all texts; the model is the caller's.</summary>
    public void Dispose()
    {
        foreach (ITextState state in _free.Concat(_texts.Select(text => text.State)).Append(_prompt))
        {
            state.Dispose();
        }
    }

    private void Remove(int index)
    {
        _free.Push(_texts[index].State);
        _texts.RemoveAt(index);
    }

    private sealed class Growing
    {
        private readonly TokenSampler _sampler;
        private readonly DecodedText _decoded;
        private readonly List<int> _tokens = [];
        private readonly List<(ChosenToken Token, int Start, int End)> _chosen = []; // where in the text's bytes
        private readonly int _cut;
        private readonly int _stop;
        private int _sent; // of the chosen tokens

        internal Growing(
            TextRequest request, ITextState state, int cut, ReadOnlySpan<float> logits, BpeVocabulary vocabulary, GptNeoConfig config)
        {
            Request = request;
            State = state;
            Logits = logits.ToArray();
            _cut = cut;
            _stop = request.Options.StopToken ?? config.EosTokenId;
            _sampler = new TokenSampler(request.Options, config.VocabSize);
            _sampler.Record(request.Prompt.AsSpan(cut));
            _decoded = new DecodedText(vocabulary, request.Options.StopStrings);
        }

        internal TextRequest Request { get; }

        internal ITextState State { get; }

        internal float[] Logits { get; }

        internal int Last => _tokens[^1];

        /// <summary>Samples the next token; the text where it ends with it.</summary>
        internal GeneratedText? Grow()
        {
            int token = _sampler.Choose(Logits, _tokens.Count);
            if (token == _stop)
            {
                return Ended(EndReason.StopToken);
            }

            _tokens.Add(token);
            _sampler.Record(token);
            if (!Append(token))
            {
                return Ended(EndReason.StopString);
            }

            if (_tokens.Count == Request.Options.MaxNewTokens)
            {
                return Ended(EndReason.Length);
            }

            Send(atEnd: false);
            return null;
        }

        private GeneratedText Ended(EndReason reason)
        {
            _chosen.RemoveAll(chosen => chosen.Start >= _decoded.Length); // what follows a stop string is not part of the text
            Send(atEnd: true);
            return new GeneratedText(
                Request, _decoded.Text, _tokens, reason, _cut, [.. _chosen.Select(chosen => chosen.Token)]);
        }

        private bool Append(int token)
        {
            if (Request.Alternatives is not { } alternatives)
            {
                return _decoded.Append(token);
            }

            int start = _decoded.Written;
            var chosen = ChosenToken.Of(Logits, token, _decoded.Characters, alternatives);
            bool goesOn = _decoded.Append(token);
            _chosen.Add((chosen, start, _decoded.Written));
            return goesOn;
        }

        private void Send(bool atEnd)
        {
            if (Request.Received is { } received && _decoded.Take(atEnd) is { Length: > 0 } text)
            {
                List<ChosenToken> tokens = [];
                while (_sent < _chosen.Count && (atEnd || _chosen[_sent].End <= _decoded.Taken))
                {
                    tokens.Add(_chosen[_sent++].Token);
                }

                received(new TextPiece(text, tokens));
            }
        }
    }
}
