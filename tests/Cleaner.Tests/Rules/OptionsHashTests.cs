using DataForge.Cleaner.Rules.All;
using DataForge.Corpus.Runs;

namespace DataForge.Cleaner.Tests.Rules;

/// <summary>
/// The options hash stays what earlier versions computed, so that parts of their workspaces are found again. The hashes here were
/// computed when the options of rules were properties of <see cref="CleanOptions"/>.
/// </summary>
public class OptionsHashTests
{
    [Theory]
    [InlineData(
        CleanPreset.PyCodeGpt, "3cacb3e65b915084cbc08216bf1c9e528eea0a59080f6054528b3e3bcc49e291",
        "7a5dcf7d22ed1306404b9b0834886701ea7fd7e325580a815a1a664709b68b82")]
    [InlineData(
        CleanPreset.CodeParrot, "2a9f9baae579473818bbc4b62d2b7198ed3c8077483855e51990e71b04368a26",
        "eea15c067cb5c5652337495eef35510c1bf60778c5ce18ed51105e4c38f30184")]
    [InlineData(
        CleanPreset.StarCoder, "491d7e470b7821ffe491253372fbb19e63f669915f2f75a70b53adaa82dd7795",
        "3b8ada96a9e3c6ffdb434bf1162720791179c4070656eeb15c4fe0b7facc42d2")]
    [InlineData(
        CleanPreset.SantaCoder, "6e504f342bdb11cd6ff7f93750900e247dd214f7ed3bee2782d85c32a09db4ae",
        "b43e245940c13fefadd5c72fb74534da52f6454c1fc5bb11af58c4c01a2c80fc")]
    [InlineData(
        CleanPreset.Codex, "c40b51fe89bf517294fcfe0681870172f3b5748bad17243b0a565fde4aef1121",
        "8e450614b9f60024a562d11471c6df8dd5cf0da9e6d615ae925dc63e19485470")]
    [InlineData(
        CleanPreset.None, "a2a02f744a561fedefc3fcad21caf651a00ef4d11fe9dd08e9f19eced6e1b8b0",
        "51c099828905c57572d35382d4d94a2c20965c4967488457f4cb18ce20a277d9")]
    public void OfOptions_anyPreset_isThatOfEarlierVersions(CleanPreset preset, string plain, string changed)
    {
        Assert.Equal(plain, StageHash.OfOptions("clean", 2, new CleanOptions { Preset = preset }));
        Assert.Equal(changed, StageHash.OfOptions("clean", 2, new CleanOptions
        {
            Preset = preset,
            Redact = false,
            Rules =
            {
                [SizeRule.MaxBytes] = 500_000, [LinesMaxRule.MaxLines] = 7, [DigitsRule.MaxDigits] = 0.9, [Python2Rule.KeepPython2] = true,
                [StarsRule.MinStars] = 3, [SyntaxRule.MustParse] = false, [CharactersPerTokenRule.MinCharactersPerToken] = 2.25,
            },
        }));
    }
}
