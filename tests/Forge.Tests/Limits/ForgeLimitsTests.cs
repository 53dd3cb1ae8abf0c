using DataForge.Forge.Limits;

namespace DataForge.Forge.Tests.Limits;

public sealed class ForgeLimitsTests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, 500, TimeSpan.Zero);
    private readonly ManualClock _clock = new(Start);

    [Fact]
    public void Enter_window_used_up_refuses_until_reset()
    {
        var limits = new ForgeLimits(new LimitSizes { Search = 3 }, _clock);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Admission.Passed, Pass(limits, "alice", "search"));
        }

        Budget budget = limits.Budget("alice", "search");

        Assert.Equal((3, 3, 0), (budget.Limit, budget.Used, budget.Remaining));
        Assert.Equal(Start.AddMilliseconds(-500).AddMinutes(1).ToUnixTimeSeconds(), budget.Reset);
        Assert.Equal(Admission.Primary, Pass(limits, "alice", "search"));
        Assert.Equal(Admission.Passed, Pass(limits, "bob", "search"));
        Assert.Equal(Admission.Passed, Pass(limits, "alice", "core"));
        _clock.Now = DateTimeOffset.FromUnixTimeSeconds(budget.Reset);
        Assert.Equal(Admission.Passed, Pass(limits, "alice", "search"));
    }

    [Fact]
    public void Enter_points_of_any_minute_refuses()
    {
        var limits = new ForgeLimits(new LimitSizes { PointsPerMinute = 10 }, _clock);
        for (int i = 0; i < 10; i++)
        {
            _clock.Now += TimeSpan.FromSeconds(5);
            Assert.Equal(Admission.Passed, Pass(limits, "alice", "core"));
        }

        Assert.Equal(Admission.Secondary, Pass(limits, "alice", "core"));
        Assert.Equal(10, limits.Budget("alice", "core").Used);
        _clock.Now += TimeSpan.FromSeconds(15);
        Assert.Equal(Admission.Passed, Pass(limits, "alice", "core"));
    }

    [Fact]
    public void Enter_too_many_under_way_refuses()
    {
        var limits = new ForgeLimits(new LimitSizes { Concurrent = 2 }, _clock);
        limits.Enter("alice", "core");
        limits.Enter("alice", "core");

        Assert.Equal(Admission.Secondary, limits.Enter("alice", "core"));
        limits.Leave("alice");
        Assert.Equal(Admission.Passed, limits.Enter("alice", "core"));
        Assert.Equal(2, limits.MaxInFlight("alice"));
    }

    [Fact]
    public void Refund_gives_the_charge_back()
    {
        var limits = new ForgeLimits(LimitSizes.GitHub, _clock);
        Pass(limits, "alice", "core");
        limits.Refund("alice", "core");
        Assert.Equal(0, limits.Budget("alice", "core").Used);
    }

    private static Admission Pass(ForgeLimits limits, string user, string resource)
    {
        Admission admission = limits.Enter(user, resource);
        if (admission == Admission.Passed)
        {
            limits.Leave(user);
        }

        return admission;
    }
}
