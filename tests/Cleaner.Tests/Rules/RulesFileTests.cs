using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Rules.All;
using DataForge.Corpus.Runs;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Rules;

public sealed class RulesFileTests
{
    [Theory]
    [InlineData(CleanPreset.PyCodeGpt)]
    [InlineData(CleanPreset.CodeParrot)]
    [InlineData(CleanPreset.StarCoder)]
    [InlineData(CleanPreset.SantaCoder)]
    [InlineData(CleanPreset.Codex)]
    [InlineData(CleanPreset.None)]
    public void Read_anyPreset_givesWhatWasWritten(CleanPreset preset)
    {
        using TemporaryFolder folder = new();
        var changed = new CleanOptions
        {
            Preset = preset,
            Redact = false,
            Rules = { [LinesMaxRule.MaxLines] = 7, [DigitsRule.MaxDigits] = 0.9, [Python2Rule.KeepPython2] = true, [StarsRule.MinStars] = 3 },
        };
        foreach (CleanOptions options in new[] { new CleanOptions { Preset = preset }, changed })
        {
            RulesFile written = RulesFile.Of(options, null);
            File.WriteAllBytes(folder["rules.json"], CanonicalJson.Write(written));
            RulesFile read = RulesFile.Read(folder["rules.json"]);
            Assert.Equal(written.Rules, read.Rules);
            Assert.Equal(written.Redact, read.Redact);
            Assert.Equal(CanonicalJson.Write(written), CanonicalJson.Write(read));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"rules\":[],\"thresholds\":{},\"redact\":1}")]
    public void Read_damagedFile_saysSo(string text)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["rules.json"], text);
        Assert.Contains(
            "cannot be read", Assert.Throws<Corpus.DataForgeException>(() => RulesFile.Read(folder["rules.json"])).Message,
            StringComparison.Ordinal);
    }
}
