using System.Globalization;
using DataForge.Forge.Faults;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;
using Microsoft.AspNetCore.Http;

namespace DataForge.Forge.Rest;

/// <summary>GitHub's REST API around its routes: tokens, rate limits, faults, entity tags, headers.</summary>
internal sealed class RestInterface(ForgeServer server, ForgeOptions options)
{
    private const string SecondaryLimit =
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

    private readonly RestRoutes _routes = new(server);
    private int _requests;

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(Exchange exchange)
    {
        HttpRequest request = exchange.Context.Request;
        string? resource = exchange.Path == "/rate_limit" ? null
            : exchange.Path.StartsWith("/search/", StringComparison.Ordinal) ? "search" : "core";
        exchange.Resource = resource ?? "free";
        ForgeOwner? user = server.UserOf(request);
        exchange.User = user?.Login ?? "";
        if (user is null)
        {
            await SendAsync(exchange, Answer.Error(401, "Bad credentials"), null).ConfigureAwait(false);
            return;
        }

        if (request.Headers.UserAgent.Count == 0)
        {
            const string noAgent =
                "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.";
            await SendAsync(exchange, Answer.Error(403, noAgent), null).ConfigureAwait(false);
            return;
        }

        Admission admission = server.Limits.Enter(exchange.User, resource);
        if (admission != Admission.Passed)
        {
            // The fault that was drawn for this request is not used.
            exchange.Fault = null;
            await SendAsync(exchange, Refusal(exchange, user, admission), resource).ConfigureAwait(false);
            return;
        }

        exchange.IsCharged = resource is not null;
        try
        {
            await AnswerAdmittedAsync(exchange, user, resource).ConfigureAwait(false);
        }
        finally
        {
            server.Limits.Leave(exchange.User);
        }
    }

    private async Task AnswerAdmittedAsync(Exchange exchange, ForgeOwner user, string? resource)
    {
        switch (exchange.Fault)
        {
            case { Kind: FaultKind.Reset }:
                exchange.Reset();
                return;
            case { Kind: FaultKind.Hang }:
                await exchange.WaitAsync(Timeout.InfiniteTimeSpan).ConfigureAwait(false);
                return;
            case { Kind: FaultKind.NotJson }:
                await SendAsync(exchange, Answer.Html(200), resource).ConfigureAwait(false);
                return;
            case { Kind: FaultKind.Status } fault:
                Answer answer = fault.Status is 403 or 429 ? Answer.Error(fault.Status, SecondaryLimit) : Answer.Html(fault.Status);
                if (fault.RetryAfter is { } wait)
                {
                    answer.Headers["Retry-After"] = wait;
                }

                await SendAsync(exchange, answer, resource).ConfigureAwait(false);
                return;
        }

        HttpRequest request = exchange.Context.Request;
        Answer made = await _routes.AnswerAsync(exchange.Path, request.Query, user, exchange.Aborted).ConfigureAwait(false);
        if (made.Headers.TryGetValue("ETag", out string? tag) && request.Headers.IfNoneMatch.Any(known => Same(known, tag)))
        {
            made = made.NotModified();
            if (resource is not null && exchange.User.Length > 0)
            {
                server.Limits.Refund(exchange.User, resource);
                exchange.IsCharged = false;
            }
        }

        await SendAsync(exchange, made, resource).ConfigureAwait(false);
    }

    private Answer Refusal(Exchange exchange, ForgeOwner user, Admission admission)
    {
        const string page = "/using-the-rest-api/rate-limits-for-the-rest-api";
        if (admission == Admission.Primary)
        {
            string who = exchange.User.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $"user ID {user.Id}") : "127.0.0.1";
            return Answer.Error(403, $"API rate limit exceeded for {who}.", page);
        }

        Answer answer = Answer.Error(403, SecondaryLimit, page + "#about-secondary-rate-limits");
        if (server.Limits.Sizes.SecondaryRetryAfter is { } seconds)
        {
            answer.Headers["Retry-After"] = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return answer;
    }

    private async Task SendAsync(Exchange exchange, Answer answer, string? resource)
    {
        HttpResponse response = exchange.Context.Response;
        exchange.Status = response.StatusCode = answer.Status;
        IHeaderDictionary headers = response.Headers;
        headers.Date = options.Clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        headers.ContentType = "application/json; charset=utf-8";
        headers.Vary = "Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With";
        headers["X-GitHub-Media-Type"] = "github.v3; format=json";
        headers["X-GitHub-Api-Version-Selected"] = "2022-11-28";
        int number = Interlocked.Increment(ref _requests);
        headers["X-GitHub-Request-Id"] = string.Create(CultureInfo.InvariantCulture, $"F0F0:{number:X}");
        if (answer.Status != 401)
        {
            WriteBudget(headers, exchange, resource ?? "core");
        }

        foreach ((string name, string value) in answer.Headers)
        {
            headers[name] = value;
        }

        if (answer.Status == 304)
        {
            headers.ContentType = default;
            return;
        }

        await exchange.SendAsync(answer.Body).ConfigureAwait(false);
    }

    private void WriteBudget(IHeaderDictionary headers, Exchange exchange, string resource)
    {
        Budget budget = server.Limits.Budget(exchange.User, resource);
        bool exhausted = exchange.Fault is { ClaimsExhausted: true };
        headers["X-RateLimit-Limit"] = budget.Limit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = (exhausted ? 0 : budget.Remaining).ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Used"] = (exhausted ? budget.Limit : budget.Used).ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = budget.Reset.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Resource"] = resource;
    }

    // Weak comparison (RFC 9110, section 8.8.3.2); one header may hold a list of tags.
    private static bool Same(string? known, string tag) =>
        known is not null && known.Split(',').Any(one => Strip(one.Trim()) == Strip(tag));

    private static string Strip(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
}
