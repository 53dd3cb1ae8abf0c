using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Python;

namespace DataForge.Cleaner.Steps;

/// <summary>Takes what <see cref="ContentJudge"/> decides about one content after another.</summary>
internal interface IJudgeOutput
{
    /// <summary>Takes a content that passes.</summary>
    /// <param name="file">Its row.</param>
    /// <param name="text">The text that ships; valid during the call.</param>
    /// <param name="tokens">The text's tokens, if it was parsed; valid during the call.</param>
    void Keep(CorpusFile file, ReadOnlySpan<byte> text, PythonTokens? tokens);

    /// <summary>Takes what is dropped.</summary>
    /// <param name="row">The row for <c>dropped/</c>.</param>
    void Drop(DroppedFile row);

    /// <summary>Adds to a count.</summary>
    void Add(CountName name, long value);

    /// <summary>Reports a source that is no text.</summary>
    /// <param name="file">The repository and the path.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="detail">What was found.</param>
    void Report(string file, string rule, string detail);
}
