namespace DataForge.Crawler.Tests.GitHub;

/// <summary>Tests by a simulated clock run alone: others at work beside them would be taken for activity, or starve theirs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SimulatedTime
{
    public const string Name = "simulated time";
}
