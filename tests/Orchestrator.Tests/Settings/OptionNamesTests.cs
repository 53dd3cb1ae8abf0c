using DataForge.Inspection.Settings;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Settings;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Settings;

public sealed class OptionNamesTests
{
    [Theory]
    [InlineData("clean.preset=zz", "clean.preset cannot be 'zz': it is one of PyCodeGpt, ")]
    [InlineData("clean.presets=none", "There is no option clean.presets; did you mean 'clean.preset'?")]
    [InlineData("cleen.preset=none", "There is no option cleen.preset; did you mean 'clean'?")]
    [InlineData("nothing=1", "There is no option nothing.")]
    [InlineData("dedup.threshold=much", "dedup.threshold cannot be 'much': it is a number.")]
    [InlineData("tokenize.vocabularysize=1.5", "tokenize.vocabularysize cannot be '1.5': it is a whole number.")]
    [InlineData("tokenize.vocabularysize=99999999999", "tokenize.vocabularysize cannot be '99999999999': it is a whole number.")]
    [InlineData("clean.keepvendored=perhaps", "clean.keepvendored cannot be 'perhaps': it is true or false.")]
    [InlineData("crawl.sources=dir:x", "crawl.sources is a list: write crawl.sources.0=dir:x.")]
    [InlineData(
        "clean.licensepolicy=permissive, weak-copyleft",
        "clean.licensepolicy is a list: write clean.licensepolicy.0=permissive and clean.licensepolicy.1=weak-copyleft.")]
    [InlineData("clean.licensepolicy.first=x", "There is no option clean.licensepolicy.first: clean.licensepolicy is a list")]
    [InlineData("pretrain.stages.0.nme=x", "There is no option pretrain.stages.0.nme; did you mean 'pretrain.stages.0.name'?")]
    [InlineData("clean=1", "clean is a section: name one of its options.")]
    public void Load_wrongOption_saysSoInTheUsersWords(string set, string expected)
    {
        DataForgeException e = Assert.Throws<DataForgeException>(() =>
            OptionsLoader.Load(null, null, [OptionsLoader.ParseSet(set)]));
        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
        Assert.Equal(DataForgeException.WrongUse, e.ExitCode);
    }

    /// <summary>Long checks set such variables, and run the program in the same process or in one that inherits them.</summary>
    [Fact]
    public void Load_variableOfTests_isNoOption()
    {
        Environment.SetEnvironmentVariable("DATAFORGE_TEST_OF_OPTIONS", "1");
        Assert.NotNull(OptionsLoader.Load(null, null, []));
    }

    [Fact]
    public void Load_severalWrongOptions_namesThemAllAtOnce()
    {
        DataForgeException e = Assert.Throws<DataForgeException>(() =>
            OptionsLoader.Load(null, null, [OptionsLoader.ParseSet("clean.preset=zz"), OptionsLoader.ParseSet("dedup.nosuch=1")]));
        Assert.Contains("clean.preset cannot be", e.Message, StringComparison.Ordinal);
        Assert.Contains("dedup.nosuch", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auto", "cuda", "Native")]
    [InlineData("torchsharp", "auto", "TorchSharp")]
    public void Load_optionsOfARun_nameTheEngineThatAutoCameTo(string engine, string device, string expected)
    {
        using TemporaryFolder folder = new();
        Run run = Run.Open(Workspace.Open(folder.Path), "r");
        string[] sets = [$"pretrain.engine={engine}", $"pretrain.device={device}"];
        DataForgeOptions options = OptionsLoader.Load(run, null, sets.Select(OptionsLoader.ParseSet)).Options;
        Assert.Equal(expected, options.Pretrain.Engine.ToString());
        RunOptions.Save(run, options);
        Assert.Equal(expected, OptionsLoader.Load(run, null, [OptionsLoader.ParseSet("pretrain.device=cpu")]).Options.Pretrain.Engine.ToString());
    }

    /// <summary>All that the program itself writes into config.json it takes back.</summary>
    [Fact]
    public void Load_whatSaveWrites_isTaken()
    {
        string file = Path.GetTempFileName();
        try
        {
            var options = new DataForgeOptions();
            options.Clean.LicensePolicy.Clear();
            options.Clean.LicensePolicy.Add("permissive");
            options.Pretrain.Stages = [new Pretrain.StagedOptions { Name = "nl", Steps = 3 }];
            File.WriteAllBytes(file, RunOptions.Json(options));
            RunConfiguration read = OptionsLoader.Load(null, file, []);
            Assert.Equal(RunOptions.Json(options), RunOptions.Json(read.Options));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
