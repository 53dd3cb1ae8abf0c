using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.ModelServer;

/// <summary>
/// Generates the texts of all requests in one batch (continuous batching): its own thread adds a token to each text. Between two tokens
/// it takes texts from the queue and removes those that ended or whose client has left.
/// </summary>
internal sealed class CompletionScheduler : IDisposable
{
    private readonly ILanguageModel _model;
    private readonly BpeVocabulary _vocabulary;
    private readonly int _room;
    private readonly int _queue;
    private readonly Action<Exception> _onFault;
    private readonly Thread _thread;
    private readonly object _lock = new();

    // The lock protects these fields.
    private readonly LinkedList<ScheduledText> _waiting = new();
    private readonly Dictionary<TextRequest, ScheduledText> _running = new(ReferenceEqualityComparer.Instance);
    private bool _stopping;

    /// <summary>Starts the thread.</summary>
    /// <param name="model">The model, which this thread alone uses from now on.</param>
    /// <param name="vocabulary">Its tokenizer's vocabulary.</param>
    /// <param name="room">Texts that grow at a time.</param>
    /// <param name="queue">Texts that may wait.</param>
    /// <param name="onFault">Is called with an unexpected exception; the texts that were being generated are lost.</param>
    public CompletionScheduler(ILanguageModel model, BpeVocabulary vocabulary, int room, int queue, Action<Exception> onFault)
    {
        (_model, _vocabulary, _room, _queue, _onFault) = (model, vocabulary, room, queue, onFault);
        _thread = new Thread(Work) { IsBackground = true, Name = "completions" };
        _thread.Start();
    }

    /// <summary>Texts that grow, and texts that wait.</summary>
    public (int Running, int Waiting) Load
    {
        get
        {
            lock (_lock)
            {
                return (_running.Count, _waiting.Count);
            }
        }
    }

    /// <summary>Takes all texts of a request into the queue, or none.</summary>
    /// <exception cref="ApiException">There is no place for them.</exception>
    public void Add(IReadOnlyList<ScheduledText> texts)
    {
        if (texts.Count > _queue)
        {
            throw ApiException.Invalid($"The request asks for {texts.Count} texts; this server takes at most {_queue} at a time.", "n");
        }

        lock (_lock)
        {
            if (_stopping)
            {
                throw Stopping();
            }

            if (_waiting.Count + texts.Count > _queue)
            {
                throw ApiException.Busy($"{_waiting.Count} texts are waiting already, and at most {_queue} may; try again later.");
            }

            foreach (ScheduledText text in texts)
            {
                _waiting.AddLast(text);
            }

            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Lets go of texts that nobody waits for any more; those that ended are left as they are.</summary>
    public void Cancel(IReadOnlyList<ScheduledText> texts)
    {
        lock (_lock)
        {
            foreach (ScheduledText text in texts)
            {
                text.IsCancelled = true;
                _waiting.Remove(text);
            }
        }
    }

    /// <summary>Stops after the current token; all texts that have not ended fail.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopping = true;
            Monitor.Pulse(_lock);
        }

        _thread.Join();
    }

    private static ApiException Stopping() => ApiException.Fault("The server is stopping.", status: 503);

    private void Work()
    {
        TextBatch? batch = null;
        try
        {
            while (Next(out List<ScheduledText> started, out List<ScheduledText> cancelled))
            {
                try
                {
                    batch ??= new TextBatch(_model, _vocabulary, _room);
                    Grow(batch, started, cancelled);
                }
                catch (Exception e)
                {
                    _onFault(e);
                    FailAll(ApiException.Fault("The model failed; the server's log says why."), waitingToo: false);
                    batch?.Dispose();
                    batch = null;
                }
            }
        }
        finally
        {
            FailAll(Stopping(), waitingToo: true);
            batch?.Dispose();
        }
    }

    // Waits until there is something to do; false when the server stops.
    private bool Next(out List<ScheduledText> started, out List<ScheduledText> cancelled)
    {
        (started, cancelled) = ([], []);
        lock (_lock)
        {
            while (!_stopping && _waiting.Count == 0 && _running.Count == 0)
            {
                Monitor.Wait(_lock);
            }

            cancelled.AddRange(_running.Values.Where(text => text.IsCancelled));
            foreach (ScheduledText text in cancelled)
            {
                _running.Remove(text.Request);
            }

            while (_waiting.First is { } first && _running.Count < _room)
            {
                _waiting.RemoveFirst();
                _running.Add(first.Value.Request, first.Value);
                started.Add(first.Value);
            }

            return !_stopping;
        }
    }

    private void Grow(TextBatch batch, List<ScheduledText> started, List<ScheduledText> cancelled)
    {
        foreach (ScheduledText text in cancelled)
        {
            batch.Stop(text.Request);
        }

        foreach (ScheduledText text in started)
        {
            batch.Start(text.Request);
        }

        foreach (GeneratedText ended in batch.Step())
        {
            ScheduledText text;
            lock (_lock)
            {
                _running.Remove(ended.Request, out text!);
            }

            text.End(ended);
        }
    }

    private void FailAll(ApiException fault, bool waitingToo)
    {
        ScheduledText[] lost;
        lock (_lock)
        {
            lost = [.. _running.Values, .. waitingToo ? _waiting : []];
            _running.Clear();
            if (waitingToo)
            {
                _waiting.Clear();
            }
        }

        foreach (ScheduledText text in lost)
        {
            text.Fail(fault);
        }
    }
}
