using DataForge.Crawler.GitHub.Limits;

namespace DataForge.Crawler.Tests.GitHub;

public sealed class LimitTests
{
    private static readonly DateTimeOffset Start = new(2024, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void PrimaryBudget_until_an_answer_came_sends_one_request()
    {
        var budget = new PrimaryBudget();
        PrimaryBudget.Charge first = budget.Acquire(Start);
        Assert.Null(budget.Earliest(Start));
        budget.Complete(first, new RateLimitHeaders(30, 3, Start.AddSeconds(40)), isFree: false, isGood: true);
        Assert.Equal(Start, budget.Earliest(Start));
        Assert.Equal(3, budget.Remaining);
    }

    [Fact]
    public void PrimaryBudget_used_up_waits_for_the_window_and_then_asks_again()
    {
        PrimaryBudget budget = Known(remaining: 1, reset: 40);
        budget.Acquire(Start);
        Assert.Equal(Start.AddSeconds(41), budget.Earliest(Start));
        DateTimeOffset later = Start.AddSeconds(41);
        Assert.Equal(later, budget.Earliest(later));
        budget.Acquire(later);
        Assert.Null(budget.Earliest(later));
    }

    [Fact]
    public void PrimaryBudget_answers_out_of_order_never_give_more_than_there_is()
    {
        PrimaryBudget budget = Known(remaining: 10, reset: 40);
        PrimaryBudget.Charge a = budget.Acquire(Start);
        PrimaryBudget.Charge b = budget.Acquire(Start);
        budget.Complete(b, new RateLimitHeaders(30, 8, Start.AddSeconds(40)), false, true);
        budget.Complete(a, new RateLimitHeaders(30, 9, Start.AddSeconds(40)), false, true);
        Assert.Equal(8, budget.Remaining);
    }

    [Fact]
    public void PrimaryBudget_others_spend_it_too_counts_them()
    {
        PrimaryBudget budget = Known(remaining: 10, reset: 40);
        PrimaryBudget.Charge a = budget.Acquire(Start);
        PrimaryBudget.Charge b = budget.Acquire(Start);
        budget.Complete(a, new RateLimitHeaders(30, 5, Start.AddSeconds(40)), false, true);
        Assert.Equal(4, budget.Remaining); // The other request may not be counted in the five yet.
        budget.Complete(b, new RateLimitHeaders(30, 5, Start.AddSeconds(40)), false, true);
        Assert.Equal(4, budget.Remaining);
    }

    [Fact]
    public void PrimaryBudget_a_free_answer_gives_its_charge_back()
    {
        PrimaryBudget budget = Known(remaining: 10, reset: 40);
        PrimaryBudget.Charge a = budget.Acquire(Start);
        budget.Acquire(Start);
        budget.Complete(a, new RateLimitHeaders(30, 9, Start.AddSeconds(40)), isFree: true, isGood: true);
        Assert.Equal(9, budget.Remaining);
    }

    [Fact]
    public void PrimaryBudget_a_clock_that_runs_ahead_learns_so()
    {
        var budget = new PrimaryBudget();
        DateTimeOffset ahead = Start.AddMinutes(5);
        budget.Complete(budget.Acquire(ahead), new RateLimitHeaders(30, 0, Start.AddSeconds(50)), false, false);
        DateTimeOffset? earliest = budget.Earliest(ahead);
        Assert.True(earliest > ahead);
    }

    [Fact]
    public void PrimaryBudget_a_server_without_limits_sets_none()
    {
        var budget = new PrimaryBudget();
        budget.Complete(budget.Acquire(Start), null, false, isGood: true);
        budget.Acquire(Start);
        Assert.Equal(Start, budget.Earliest(Start));
    }

    [Fact]
    public void PrimaryBudget_a_request_that_was_not_sent_costs_nothing()
    {
        PrimaryBudget budget = Known(remaining: 10, reset: 40);
        budget.Cancel(budget.Acquire(Start));
        Assert.Equal(10, budget.Remaining);
        var unknown = new PrimaryBudget();
        unknown.Cancel(unknown.Acquire(Start));
        Assert.Equal(Start, unknown.Earliest(Start));
    }

    [Fact]
    public void UserBudget_points_of_a_minute_count_until_a_minute_after_the_answer()
    {
        var user = new UserBudget([], maxConcurrency: 3, pointsPerMinute: 2);
        user.Acquire();
        user.Acquire();
        Assert.Null(user.Earliest(null, Start));
        user.Complete(Start.AddSeconds(5), wasSent: true);
        user.Complete(Start.AddSeconds(9), wasSent: true);
        Assert.InRange(user.Earliest(null, Start.AddSeconds(10))!.Value, Start.AddSeconds(65), Start.AddSeconds(66));
        Assert.Equal(Start.AddSeconds(66), user.Earliest(null, Start.AddSeconds(66)));
    }

    [Fact]
    public void UserBudget_no_more_than_allowed_run_at_a_time()
    {
        var user = new UserBudget([], maxConcurrency: 1, pointsPerMinute: 100);
        user.Acquire();
        Assert.Null(user.Earliest(null, Start));
        user.Complete(Start, wasSent: false);
        Assert.Equal(Start, user.Earliest(null, Start));
    }

    /// <summary>Budgets counted by a server of its own: nothing is refused, and what is allowed is used.</summary>
    [Theory]
    [InlineData("Fixed", 30, 900, 0)]
    [InlineData("Fixed", 30, 900, 13)]
    [InlineData("Fixed", 97, 50, 0)]
    [InlineData("Fixed", 10, 900, 10)]
    [InlineData("Sliding", 30, 900, 0)]
    [InlineData("Sliding", 30, 25, 0)]
    public async Task RunAsync_any_limits_are_kept_and_used(string kind, int search, int points, int spent)
    {
        using var test = new TestSession();
        test.Server.Limits.Kind = Enum.Parse<WindowKind>(kind);
        test.Server.Limits.Search = search;
        test.Server.Limits.PointsPerMinute = points;
        test.Options = test.Options with { PointsPerMinute = points };
        test.Server.Limits.Spend("one", "search", spent);
        test.Server.Repositories = FakeRepository.Crowd(search <= 10 ? 1100 : 5000, seed: 31);
        Assert.Equal(test.Server.Repositories.Count, (await test.DiscoverAsync()).Count);
        Assert.Equal(0, test.Server.Limits.Refusals);
        if (spent == 0)
        {
            DiscoveryTests.AssertBudgetUsed(test.Server.Limits, Math.Min(search, points));
        }
    }

    private static PrimaryBudget Known(long remaining, int reset)
    {
        var budget = new PrimaryBudget();
        budget.Complete(budget.Acquire(Start), new RateLimitHeaders(30, remaining, Start.AddSeconds(reset)), false, true);
        return budget;
    }
}
