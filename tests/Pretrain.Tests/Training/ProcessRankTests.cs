using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Tests.Training;

public class ProcessRankTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    public void From_oneProcess_isNull(string? size) => Assert.Null(From(("WORLD_SIZE", size), ("RANK", "nonsense")));

    [Fact]
    public void From_torchrunsEnvironment_isRead()
    {
        ProcessRank place = From(
            ("WORLD_SIZE", "4"), ("RANK", "3"), ("LOCAL_RANK", "1"), ("LOCAL_WORLD_SIZE", "2"), ("MASTER_ADDR", "node1"), ("MASTER_PORT", "29500"),
            ("TORCHELASTIC_USE_AGENT_STORE", "True"), ("TORCHELASTIC_RESTART_COUNT", "2"))!;
        Assert.Equal(new ProcessRank(3, 4, 1, 2, "node1", 29500, true, "2"), place);
    }

    [Fact]
    public void From_missingAndWrong_everyFaultInOneLine()
    {
        string message = Assert.Throws<TrainingException>(() => From(("WORLD_SIZE", "2"), ("RANK", "2"), ("MASTER_PORT", "x"))).Message;
        Assert.Equal(
            "WORLD_SIZE asks for several processes, but RANK is '2', not a number from 0 to 1; MASTER_PORT is 'x', not a number from 1 to 65535; MASTER_ADDR is missing",
            message);
    }

    [Theory]
    [InlineData(4, 1, 2, 2, 2)]
    [InlineData(16, 30, 8, 15, 32)]
    [InlineData(16, 30, 2, 16, 30)]
    [InlineData(3, 2, 3, 2, 3)]
    public void SplitAcross_anyNumber_keepsTheBlocksOfAStep(int batch, int accumulation, int processes, int sharedBatch, int sharedAccumulation)
    {
        TrainingOptions whole = new() { BatchSize = batch, AccumulationSteps = accumulation };
        TrainingOptions shared = whole.SplitAcross(processes);
        Assert.Equal((sharedBatch, sharedAccumulation), (shared.BatchSize, shared.AccumulationSteps));
        Assert.Equal(whole.TokensPerStep, shared.TokensPerStep);
        Assert.Equal(whole.Fingerprint(), shared.Fingerprint());
    }

    [Fact]
    public void SplitAcross_unevenly_isRefused() => Assert.Contains(
        "a step has 4 blocks", Assert.Throws<TrainingException>(() => new TrainingOptions { BatchSize = 4 }.SplitAcross(3)).Message, StringComparison.Ordinal);

    private static ProcessRank? From(params (string Name, string? Value)[] variables) =>
        ProcessRank.From(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
