using System.Globalization;
using DataForge.Corpus;
using DataForge.Service.Scheduling;

namespace DataForge.Service.Tests.Scheduling;

public sealed class CronScheduleTests
{
    // Each time follows the one on its left; 2026-01-01 is a Thursday.
    [Theory]
    [InlineData("30 3 * * *", "2026-01-01 00:00:00", "2026-01-01 03:30:00", "2026-01-02 03:30:00")]
    [InlineData("*/20 * * * *", "2026-01-01 00:00:01", "2026-01-01 00:20:00", "2026-01-01 00:40:00")]
    [InlineData("0 0 * * 0", "2026-01-01 00:00:00", "2026-01-04 00:00:00", "2026-01-11 00:00:00")]
    [InlineData("0 0 * * 7", "2026-01-01 00:00:00", "2026-01-04 00:00:00", "2026-01-11 00:00:00")]
    [InlineData("0 0 * * 6-7", "2026-01-01 00:00:00", "2026-01-03 00:00:00", "2026-01-04 00:00:00")]
    [InlineData("0 0 * * 3-7/4", "2026-01-01 00:00:00", "2026-01-04 00:00:00", "2026-01-07 00:00:00")]
    [InlineData("15 12 * * 1-5", "2026-01-02 13:00:00", "2026-01-05 12:15:00", "2026-01-06 12:15:00")]
    [InlineData("15 12 * * mon,WED", "2026-01-01 00:00:00", "2026-01-05 12:15:00", "2026-01-07 12:15:00")]
    [InlineData("0 6 31 * *", "2026-01-31 06:00:00", "2026-03-31 06:00:00", "2026-05-31 06:00:00")]
    [InlineData("0 6 1 1,7 *", "2026-01-31 06:00:00", "2026-07-01 06:00:00", "2027-01-01 06:00:00")]
    [InlineData("*/2 * * * * *", "2026-01-01 00:00:01", "2026-01-01 00:00:02", "2026-01-01 00:00:04")]
    public void Next_anyNotation_isTheTimeThatCronRuns(string text, string after, string first, string second)
    {
        CronSchedule schedule = CronSchedule.Parse(text, TimeZoneInfo.Utc);

        DateTimeOffset? next = schedule.Next(Utc(after));
        Assert.Equal(Utc(first), next);
        Assert.Equal(Utc(second), schedule.Next(next!.Value));
    }

    [Fact]
    public void Next_timesAreLocalToTheZone()
    {
        TimeZoneInfo zone = TimeZoneInfo.CreateCustomTimeZone("plus two", TimeSpan.FromHours(2), null, null);

        Assert.Equal(Utc("2026-01-01 01:30:00"), CronSchedule.Parse("30 3 * * *", zone).Next(Utc("2026-01-01 00:00:00")));
    }

    // Europe/Berlin: 2026-03-29 has no 02:30, 2026-10-25 has it twice.
    [Theory]
    [InlineData("2026-03-28 12:00:00", "2026-03-29 01:30:00", "2026-03-30 00:30:00")]
    [InlineData("2026-10-24 12:00:00", "2026-10-25 01:30:00", "2026-10-26 01:30:00")]
    public void Next_clocksChange_comesOnceADay(string after, string first, string second)
    {
        CronSchedule schedule = CronSchedule.Parse("30 2 * * *", TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

        DateTimeOffset? next = schedule.Next(Utc(after));
        Assert.Equal(Utc(first), next);
        Assert.Equal(Utc(second), schedule.Next(next!.Value));
    }

    // Every 20 minutes through the night of the change: 00:40Z is 01:40 or 02:40 in Berlin.
    [Theory]
    [InlineData("2026-03-29 00:40:00", "2026-03-29 01:00:00", "2026-03-29 01:20:00")]
    [InlineData("2026-10-25 00:20:00", "2026-10-25 00:40:00", "2026-10-25 01:00:00")]
    [InlineData("2026-10-25 00:59:00", "2026-10-25 01:00:00", "2026-10-25 01:20:00")]
    [InlineData("2026-10-25 01:40:00", "2026-10-25 02:00:00", "2026-10-25 02:20:00")]
    public void Next_everyHourAndClocksChange_followsRealTime(string after, string first, string second)
    {
        CronSchedule schedule = CronSchedule.Parse("*/20 * * * *", TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

        DateTimeOffset? next = schedule.Next(Utc(after));
        Assert.Equal(Utc(first), next);
        Assert.Equal(Utc(second), schedule.Next(next!.Value));
    }

    // Lord Howe changes its clocks by half an hour.
    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")]
    public void Next_everyTenMinutes_comesEveryTenMinutesOfRealTime(string zone)
    {
        CronSchedule schedule = CronSchedule.Parse("*/10 * * * *", TimeZoneInfo.FindSystemTimeZoneById(zone));
        DateTimeOffset at = Utc("2026-01-01 00:00:00");
        while (at.Year == 2026)
        {
            DateTimeOffset next = schedule.Next(at)!.Value;
            if (next != at.AddMinutes(10))
            {
                Assert.Fail($"{next:O} follows {at:O}");
            }

            at = next;
        }
    }

    [Fact]
    public void Next_dayThatNeverComes_isNull() =>
        Assert.Null(CronSchedule.Parse("0 0 30 2 *", TimeZoneInfo.Utc).Next(Utc("2026-01-01 00:00:00")));

    [Theory]
    [InlineData("")]
    [InlineData("daily")]
    [InlineData("* * * *")]
    [InlineData("61 * * * *")]
    [InlineData("0 25 * * *")]
    [InlineData("0 0 * * 8")]
    [InlineData("0 0 1 * 1")]
    [InlineData("0 0 * * * * *")]
    [InlineData("a b c d e")]
    public void Parse_notASchedule_saysSo(string text)
    {
        var e = Assert.Throws<DataForgeException>(() => CronSchedule.Parse(text, TimeZoneInfo.Utc));

        Assert.Equal(DataForgeException.WrongUse, e.ExitCode);
        Assert.StartsWith($"--schedule '{text}': ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("61 * * * *", "the minute '61' is wrong; it can be 0 to 59")]
    [InlineData("0 25 * * *", "the hour '25' is wrong; it can be 0 to 23")]
    [InlineData("0 22-5 * * *", "the hour '22-5' is wrong")]
    [InlineData("0 0 32 * *", "the day of month '32' is wrong; it can be 1 to 31")]
    [InlineData("0 0 * juli *", "the month 'juli' is wrong; it can be 1 to 12")]
    [InlineData("0 0 * * 8", "the day of week '8' is wrong; it can be 0 to 7")]
    [InlineData("60 0 0 * * *", "the second '60' is wrong; it can be 0 to 59")]
    [InlineData("* * * *", "it has 4 fields, not five or six")]
    public void Parse_wrongField_isNamed(string text, string message)
    {
        var e = Assert.Throws<DataForgeException>(() => CronSchedule.Parse(text, TimeZoneInfo.Utc));

        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text + "Z", CultureInfo.InvariantCulture);
}
