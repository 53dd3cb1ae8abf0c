using DataForge.Crawler.GitHub;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>The core budget and the secondary limits, by the test forge's count.</summary>
[Collection(SimulatedTime.Name)]
public sealed class ForgeLimitTests
{
    [Fact]
    public async Task Get_many_repositories_uses_the_core_budget_and_passes_no_limit()
    {
        var limits = new LimitSizes { Core = 300, PointsPerMinute = 90, Concurrent = 20 };
        await using ForgeSession test = await ForgeSession.OpenAsync(
            new GeneratorOptions { Count = 1000 },
            ["alice-1", "alice-2"],
            limits,
            new GitHubClientOptions { PointsPerMinute = limits.PointsPerMinute, MaxConcurrency = limits.Concurrent / 2 });

        await Parallel.ForEachAsync(
            test.Forge.Repositories.All,
            new ParallelOptions { MaxDegreeOfParallelism = 40 },
            async (repository, cancellation) =>
            {
                ApiResponse<Repository> answer = await test.Session.Client.GetRepositoryAsync(repository.FullName, cancellation);
                Assert.Equal(repository.Id, answer.Value!.Id);
            });

        await test.Forge.WaitForRequestsAsync();
        Assert.Empty(test.Forge.Log.Refused);
        double share = test.Forge.Log.UsedShare("alice", "core", limits.Core, limits.CoreWindow);
        Assert.True(share >= 0.95, $"{share:P1} of the budget used");
        Assert.InRange(test.Forge.Limits.MaxInFlight("alice"), 2, limits.Concurrent);
    }

    [Fact]
    public async Task Get_points_of_a_minute_are_used_up_and_not_passed()
    {
        var limits = new LimitSizes { PointsPerMinute = 100 };
        await using ForgeSession test = await ForgeSession.OpenAsync(
            new GeneratorOptions { Count = 700 }, ["alice-1"], limits, new GitHubClientOptions { PointsPerMinute = limits.PointsPerMinute });

        await Parallel.ForEachAsync(
            test.Forge.Repositories.All,
            new ParallelOptions { MaxDegreeOfParallelism = 20 },
            async (repository, cancellation) => await test.Session.Client.GetRepositoryAsync(repository.FullName, cancellation));

        await test.Forge.WaitForRequestsAsync();
        Assert.Empty(test.Forge.Log.Refused);
        double share = test.Forge.Log.UsedShare("alice", "core", limits.PointsPerMinute, TimeSpan.FromMinutes(1));
        Assert.True(share >= 0.95, $"{share:P1} of the minute's points used");
    }

    [Fact]
    public async Task Get_a_budget_used_up_for_an_hour_is_told_once()
    {
        List<string> told = [];
        await using ForgeSession test = await ForgeSession.OpenAsync(
            new GeneratorOptions { Count = 30 }, ["alice-1"], new LimitSizes { Core = 20 }, new GitHubClientOptions { OnWaiting = told.Add });
        await Parallel.ForEachAsync(
            test.Forge.Repositories.All,
            new ParallelOptions { MaxDegreeOfParallelism = 10 },
            async (repository, cancellation) => await test.Session.Client.GetRepositoryAsync(repository.FullName, cancellation));
        Assert.Matches("^127.0.0.1:[0-9]+: the limit of requests is reached; going on in [56][0-9] min", Assert.Single(told));
    }
}
