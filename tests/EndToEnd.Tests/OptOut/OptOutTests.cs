using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.OptOut;

public sealed class OptOutTests(OptOutBuild built) : IClassFixture<OptOutBuild>
{
    private static readonly string[] Runs = ["one", "two", "three"];

    /// <summary>The search finds what is there, and nothing of it afterwards.</summary>
    [Fact]
    public void OptOut_contentAndNames_areGoneFromEveryFile()
    {
        Assert.SkipWhen(OptOutBuild.Missing is not null, OptOutBuild.Missing ?? "");
        string[] words = [OptOutCorpus.Marker, .. OptOutCorpus.Gone];
        List<string> before = Traces.Of(built.Before, words);
        foreach (string place in new[] { "raw/files-", "raw/blobs-", "/2-clean/part-", "/2-clean/occurrences/", "/dropped/2-clean/", "/3-dataset/data/", "/3-dataset/NOTICE", "/4-tokens/train-", "/4-tokens/val.bin", "catalog.db", "1-input.json", "index/", "config.json", "events/" })
        {
            Assert.True(before.Any(trace => trace.Contains(place, StringComparison.Ordinal)), $"the search is blind for {place}");
        }

        Assert.Empty(Traces.Of(built.After, words));
    }

    [Fact]
    public void OptOut_allRuns_verifyBeforeAndAfter()
    {
        Assert.SkipWhen(OptOutBuild.Missing is not null, OptOutBuild.Missing ?? "");
        OptOutBuild.Verify(built.Before, Runs);
        OptOutBuild.Verify(built.After, Runs);
    }
}
