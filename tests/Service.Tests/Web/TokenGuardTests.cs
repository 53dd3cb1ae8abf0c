using System.Diagnostics;
using System.Net;
using DataForge.Service.Web;
using Microsoft.AspNetCore.Http;

namespace DataForge.Service.Tests.Web;

public sealed class TokenGuardTests
{
    private const string Token = "a token of twenty-six chars";

    [Fact]
    public void Refusal_wrongTokensOfOneNetwork_areCountedTogetherAndApartFromOthers()
    {
        using var guard = new TokenGuard(Token);
        for (int i = 1; i <= 10; i++)
        {
            Assert.Equal(401, Status($"2001:db8::{i}", "wrong"));
            Assert.Equal(401, Status("::ffff:192.0.2.1", "wrong"));
        }

        Assert.Equal(429, Status("2001:db8::99", Token));
        Assert.Equal(429, Status("192.0.2.1", Token));
        Assert.Null(Status("2001:db8:0:1::1", Token));
        Assert.Null(Status("192.0.2.2", Token));
        Assert.Null(Status("::ffff:192.0.2.2", Token));

        int? Status(string address, string token)
        {
            var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };
            context.Request.Headers.Authorization = "Bearer " + token;
            return guard.Refusal(context)?.Status;
        }
    }

    [Theory]
    [InlineData(Token, true)]
    [InlineData("a token of twenty-six char", false)]
    [InlineData("a token of twenty-six chars ", false)]
    [InlineData("A token of twenty-six chars", false)]
    [InlineData("", false)]
    public void IsRight_token_isTrueForTheTokenAlone(string token, bool expected)
    {
        using var guard = new TokenGuard(Token);
        Assert.Equal(expected, guard.IsRight(token));
    }

    /// <summary>
    /// With a comparison that ends at the first difference, one that is wrong at its end would take a hundred times as long: the token is
    /// long here, so that it would be seen.
    /// </summary>
    [Fact]
    public void IsRight_wrongToken_takesAsLongWhereverItDiffers()
    {
        string token = new('x', 1 << 15);
        using var guard = new TokenGuard(token);
        string atBegin = "y" + token[1..];
        string atEnd = token[..^1] + "y";
        List<double> begin = [];
        List<double> end = [];
        for (int i = 0; i < 400; i++)
        {
            begin.Add(Time(atBegin));
            end.Add(Time(atEnd));
        }

        Assert.InRange(Median(end) / Median(begin), 0.7, 1.4);

        double Time(string text)
        {
            long start = Stopwatch.GetTimestamp();
            Assert.False(guard.IsRight(text));
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
    }
}
