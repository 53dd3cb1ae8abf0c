using System.Text;
using DataForge.Corpus.Events;
using DataForge.Testing;

namespace DataForge.Corpus.Tests.Events;

public sealed class EventCursorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _read = [];

    [Fact]
    public void Read_logThatGrows_givesEachEventOnce()
    {
        EventCursor cursor = new(_folder.Path);
        Read(cursor);
        Append("a.jsonl", Line("one") + Line("two") + Line("three")[..20]);
        Read(cursor);
        Assert.Equal(["one", "two"], _read);
        Append("a.jsonl", Line("three")[20..]);
        Append("b.jsonl", Line("four") + "no event\n");
        Read(cursor);
        Read(cursor);
        Assert.Equal(["one", "two", "three", "four"], _read);
    }

    [Theory]
    [InlineData("one two")]
    [InlineData("one x three four five six seven")]
    [InlineData("")]
    public void Read_logThatWasRewritten_beginsAgain(string words)
    {
        EventCursor cursor = new(_folder.Path);
        Append("a.jsonl", Line("one") + Line("two") + Line("three"));
        Read(cursor);
        string[] expected = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        File.Delete(_folder["a.jsonl"]);
        if (expected.Length > 0)
        {
            Append("a.jsonl", string.Concat(expected.Select(Line)));
        }

        Read(cursor);
        Assert.Equal(expected, _read);
    }

    [Fact]
    public void Read_lineLongerThanTheBuffer_isRead()
    {
        string text = new('x', 300_000);
        Append("a.jsonl", Line("one") + Line(text) + Line("two"));
        Read(new EventCursor(_folder.Path));
        Assert.Equal(["one", text, "two"], _read);
    }

    [Fact]
    public void Ends_longLog_areItsFirstAndLastEvents()
    {
        Append("a.jsonl", string.Concat(Enumerable.Range(0, 5000).Select(i => Line($"event {i}"))) + "{\"type\":\"no");
        EventLogEnds ends = EventLogEnds.Read(_folder["a.jsonl"]);
        Assert.Equal("event 0", Assert.IsType<Note>(ends.First).Text);
        Assert.Equal("event 4999", Assert.IsType<Note>(ends.Last[^1]).Text);
        Assert.InRange(ends.Last.Count, 2, 200);
    }

    [Fact]
    public void Ends_logWithoutEvents_areNone()
    {
        Append("a.jsonl", "nothing");
        EventLogEnds ends = EventLogEnds.Read(_folder["a.jsonl"]);
        Assert.Null(ends.First);
        Assert.Empty(ends.Last);
    }

    public void Dispose() => _folder.Dispose();

    private static string Line(string text) =>
        $"{{\"type\":\"note\",\"time\":\"2026-01-01T00:00:00+00:00\",\"level\":\"information\",\"text\":\"{text}\"}}\n";

    private void Append(string name, string text) => File.AppendAllText(_folder[name], text, new UTF8Encoding(false));

    private void Read(EventCursor cursor) => cursor.Read(entry => _read.Add(((Note)entry).Text), _read.Clear);
}
