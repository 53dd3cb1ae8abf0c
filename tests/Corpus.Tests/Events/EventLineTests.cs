using System.Text;
using DataForge.Corpus.Events;

namespace DataForge.Corpus.Tests.Events;

public sealed class EventLineTests
{
    private const string Part = "{\"type\":\"part.done\",\"time\":\"2026-01-01T00:00:00+00:00\",\"stage\":\"clean\",\"part\":\"part-1\",\"reused\":true}";

    [Theory]
    [InlineData(Part, "part.done", true)]
    [InlineData(Part, "part.don", false)]
    [InlineData(Part, "part.done2", false)]
    [InlineData("{\"type\":\"part.done\",\"stage\":\"cl", "part.done", false)]
    [InlineData("{\"type\":\"part.done", "part.done", false)]
    [InlineData("{\"type\":\"", "part.done", false)]
    [InlineData("", "part.done", false)]
    public void Is_line_tellsTheTypeOfAWholeEvent(string line, string type, bool expected) =>
        Assert.Equal(expected, new EventLine(Bytes(line)).Is(Bytes(type)));

    [Theory]
    [InlineData("stage", "clean")]
    [InlineData("part", "part-1")]
    [InlineData("none", "")]
    [InlineData("reused", "")]
    public void Text_field_isItsValue(string name, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(new EventLine(Bytes(Part)).Text(Bytes($"\"{name}\":"))));

    [Fact]
    public void Text_fieldNameWithinAText_isNoField()
    {
        EventLine line = new(Bytes("{\"type\":\"note\",\"text\":\"\\\"stage\\\":\\\"dedup\\\"\",\"stage\":\"clean\"}"));
        Assert.Equal("clean", Encoding.UTF8.GetString(line.Text("\"stage\":"u8)));
        Assert.True(line.Text("\"text\":"u8).IsEmpty);
        Assert.True(new EventLine(Bytes("{\"stage\":\"cl")).Text("\"stage\":"u8).IsEmpty);
    }

    [Fact]
    public void Number_andTruth_areTheValuesOfTheirFields()
    {
        EventLine line = new(Bytes("{\"step\":12345,\"steps\":7,\"reused\":false,\"text\":\"x\"}"));
        Assert.Equal((12345L, 7L), (line.Number("\"step\":"u8), line.Number("\"steps\":"u8)));
        Assert.False(line.Truth("\"reused\":"u8));
        Assert.Equal((null, null), (line.Number("\"text\":"u8), line.Truth("\"none\":"u8)));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
