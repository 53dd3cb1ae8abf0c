using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>
/// A GitHub in the process: search over a list with its 1,000-result cap, budgets that refuse, entity tags, and whatever a test plants.
/// </summary>
internal sealed class FakeGitHub(TestTime time) : HttpMessageHandler
{
    public const string Host = "https://api.github.test/";
    private readonly Lock _lock = new();

    public FakeLimits Limits { get; } = new(time);

    public List<FakeRepository> Repositories { get; set; } = [];

    /// <summary>Users by token; a token that is not here is refused. Without a token the user is "".</summary>
    public Dictionary<string, (long Id, string Login)> Users { get; } = new() { ["secret-token-1"] = (1, "one") };

    /// <summary>Answers in place of the ordinary one, by the request's number from 1; null answers as ever.</summary>
    public Func<int, HttpRequestMessage, CancellationToken, Task<HttpResponseMessage?>>? Plant { get; set; }

    /// <summary>The same for requests for what is left.</summary>
    public Func<int, Task<HttpResponseMessage?>>? PlantOverview { get; set; }

    /// <summary>Reorders the results of a search.</summary>
    public Func<int, List<FakeRepository>, List<FakeRepository>>? Shuffle { get; set; }

    /// <summary>Whether a search's answer is incomplete: its results are cut to the number returned, −1 for no cut.</summary>
    public Func<int, int>? Incomplete { get; set; }

    /// <summary>Whether answers have entity tags; GitHub's searches have none.</summary>
    public bool SendsTags { get; set; } = true;

    /// <summary>All requests but those for what is left.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Requests for what is left, which cost nothing.</summary>
    public int Overviews { get; private set; }

    public List<string> Authorizations { get; } = [];

    public HttpRequestMessage? Last { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        time.Begin();
        try
        {
            var held = new HeldResponse(await AnswerAsync(request, cancellation), time);
            time.Begin();
            return held;
        }
        finally
        {
            time.End();
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        await Task.Yield();
        int number;
        bool isOverview;
        lock (_lock)
        {
            isOverview = request.RequestUri!.AbsolutePath.EndsWith("/rate_limit", StringComparison.Ordinal);
            number = isOverview ? ++Overviews : 0;
        }

        if (isOverview)
        {
            return (PlantOverview is null ? null : await PlantOverview(number)) ?? Reply(200, Limits.Overview(Login(request)));
        }

        lock (_lock)
        {
            Requests.Add(request.RequestUri!.PathAndQuery);
            Authorizations.Add(request.Headers.Authorization?.Parameter ?? "");
            Last = request;
            number = Requests.Count;
        }

        if (Plant is not null && await Plant(number, request, cancellation) is { } planted)
        {
            return planted;
        }

        lock (_lock)
        {
            return Answer(number, request);
        }
    }

    public static HttpResponseMessage Reply(int status, string body = "{}", params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach ((string name, string value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    // The clock stands until the answer is read.
    private sealed class HeldResponse : HttpResponseMessage
    {
        private TestTime? _time;

        public HeldResponse(HttpResponseMessage response, TestTime time)
            : base(response.StatusCode)
        {
            (_time, Content) = (time, response.Content);
            foreach ((string name, IEnumerable<string> values) in response.Headers)
            {
                Headers.TryAddWithoutValidation(name, values);
            }
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            Interlocked.Exchange(ref _time, null)?.End();
        }
    }

    private HttpResponseMessage Answer(int number, HttpRequestMessage request)
    {
        string token = request.Headers.Authorization?.Parameter ?? "";
        if (token.Length > 0 && !Users.ContainsKey(token))
        {
            return Reply(401, """{"message":"Bad credentials"}""");
        }

        string user = Login(request);
        string path = request.RequestUri!.AbsolutePath;
        string resource = path == "/search/repositories" ? "search" : "core";
        Dictionary<string, string> headers = [];
        if (!Limits.Enter(user, resource, headers))
        {
            return Reply(403, """{"message":"API rate limit exceeded"}""", Pairs(headers));
        }

        (int status, string body) = path switch
        {
            "/search/repositories" => Search(number, request.RequestUri, headers),
            "/user" => (200, new JsonObject { ["id"] = Users[token].Id, ["login"] = user }.ToJsonString()),
            _ => Repository(path),
        };
        string etag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)).AsSpan(0, 8))}\"";
        if (SendsTags)
        {
            headers["ETag"] = etag;
        }

        if (request.Headers.IfNoneMatch.ToString() == etag)
        {
            Limits.Refund(user, resource, headers);
            return Reply(304, "", Pairs(headers));
        }

        return Reply(status, body, Pairs(headers));
    }

    private string Login(HttpRequestMessage request) =>
        request.Headers.Authorization?.Parameter is { } token && Users.TryGetValue(token, out (long Id, string Login) user)
            ? user.Login
            : "";

    private (int Status, string Body) Repository(string path)
    {
        FakeRepository? repository = Repositories.Find(repository => path == $"/repos/{repository.Name}");
        return repository is null ? (404, """{"message":"Not Found"}""") : (200, repository.Json().ToJsonString());
    }

    private (int Status, string Body) Search(int number, Uri address, Dictionary<string, string> headers)
    {
        System.Collections.Specialized.NameValueCollection query = HttpUtility.ParseQueryString(address.Query);
        int page = int.Parse(query["page"]!, CultureInfo.InvariantCulture);
        List<FakeRepository> found = [.. Repositories.Where(Condition(query["q"]!))];
        int total = found.Count;
        Func<FakeRepository, long> key = query["sort"] switch
        {
            "stars" => repository => repository.Stars,
            "forks" => repository => repository.Forks,
            "updated" => repository => repository.Updated,
            _ => repository => repository.Id * 7919 % 104729,
        };
        found = query["order"] == "asc"
            ? [.. found.OrderBy(key).ThenBy(repository => repository.Id)]
            : [.. found.OrderByDescending(key).ThenBy(repository => repository.Id)];
        found = Shuffle?.Invoke(number, found) ?? found;
        int cut = Incomplete?.Invoke(number) ?? -1;
        total = cut >= 0 ? Math.Min(cut, total) : total;
        found = [.. found.Take(Math.Min(1000, total))];
        if (found.Count > page * 100)
        {
            string next = address.AbsoluteUri.Replace($"&page={page}", $"&page={page + 1}");
            headers["Link"] = $"<{address.AbsoluteUri}>; rel=\"first\", <{next}>; rel=\"next\"";
        }

        var body = new JsonObject
        {
            ["total_count"] = total,
            ["incomplete_results"] = cut >= 0,
            ["items"] = new JsonArray([.. found.Skip((page - 1) * 100).Take(100).Select(repository => repository.Json())]),
        };
        return (200, body.ToJsonString());
    }

    private static Func<FakeRepository, bool> Condition(string query)
    {
        (long Low, long High)[] ranges = [.. ((string[])["created:", "pushed:", "stars:"]).Select(name => query.Split(' ')
            .Where(word => word.StartsWith(name, StringComparison.Ordinal))
            .Select(word => Range(word[name.Length..]))
            .LastOrDefault((long.MinValue, long.MaxValue)))];
        return repository => Holds(ranges[0], repository.Created) && Holds(ranges[1], repository.Pushed) && Holds(ranges[2], repository.Stars);
    }

    private static bool Holds((long Low, long High) range, long value) => range.Low <= value && value <= range.High;

    private static (long Low, long High) Range(string text)
    {
        if (text.StartsWith(">=", StringComparison.Ordinal))
        {
            return (Value(text[2..]), long.MaxValue);
        }

        string[] ends = text.Split("..");
        return (Value(ends[0]), Value(ends[^1]));
    }

    private static long Value(string text) => long.TryParse(text, out long number)
        ? number
        : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUnixTimeSeconds();

    private static (string, string)[] Pairs(Dictionary<string, string> headers) => [.. headers.Select(pair => (pair.Key, pair.Value))];
}
