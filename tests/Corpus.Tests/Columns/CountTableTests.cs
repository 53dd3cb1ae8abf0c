using System.Text.Json;
using DataForge.Corpus.Counts;

namespace DataForge.Corpus.Tests.Columns;

public sealed class CountTableTests
{
    [Fact]
    public void ToJson_counts_areInOrdinalOrderAndReadBack()
    {
        var counts = new CountTable { [CountName.ContentsIn] = 3, [CountName.BytesOut] = 4 };
        counts.Add(CountName.Dropped.Of("line_max"), 2);
        counts.Add(CountName.Dropped.Of("line_max"), 5);
        counts.Add(CountName.LicenseOf(""), 1);
        const string json = """{"bytes.out":4,"contents.in":3,"dropped.line_max":7,"license.none":1}""";
        Assert.Equal(json, counts.ToJson());
        Assert.Equal(json, JsonSerializer.Serialize(CountTable.FromJson(json)));
        Assert.Equal(7, CountTable.FromJson(json)[CountName.Dropped.Of("line_max")]);
        Assert.Equal(0, counts[CountName.BytesIn]);
        Assert.False(counts.Contains(CountName.BytesIn));
    }

    [Fact]
    public void Of_family_givesItsMembers()
    {
        CountTable counts = CountTable.FromJson("""{"dropped.a":1,"dropped.b":2,"dropped_contents.a":4,"dropper":8}""");
        Assert.Equal([("a", 1L), ("b", 2L)], counts.Of(CountName.Dropped));
        Assert.Equal((3, 4), (counts.Sum(CountName.Dropped), counts.Sum(CountName.DroppedContents)));
        var sum = new CountTable(counts);
        sum.Add(counts);
        Assert.Equal((6, 3), (sum.Sum(CountName.Dropped), counts.Sum(CountName.Dropped)));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"a":"b"}""")]
    [InlineData("""{"a":1.5}""")]
    public void FromJson_noCounts_isAFault(string json) => Assert.ThrowsAny<Exception>(() => CountTable.FromJson(json));

    [Fact]
    public void Names_made_areAsFilesHaveThem()
    {
        Assert.Equal("size.0001024", CountName.SizeOf(1024).Name);
        Assert.Equal("size.larger", CountName.SizeOf(0).Name);
        Assert.Equal("occurrences.python", CountName.OccurrencesOf(FileKind.Python).Name);
        Assert.Equal("bytes.metadata", CountName.BytesOf(FileKind.Metadata).Name);
        Assert.Equal("license_class.public-domain", CountName.LicenseClassOf(LicenseClass.PublicDomain).Name);
        Assert.Equal("pretext.steps", CountName.Steps.OfTraining("pretext").Name);
        Assert.Equal("line_max", CountName.Dropped.MemberOf(CountName.Dropped.Of("line_max")));
    }
}
