namespace DataForge.Corpus.Events;

/// <summary>Receives each event as it is written: the terminal, the log, a test.</summary>
public interface IEventSink
{
    /// <summary>Receives an event. Called in order, under the event log's lock; must return quickly.</summary>
    void Write(Event written);
}
