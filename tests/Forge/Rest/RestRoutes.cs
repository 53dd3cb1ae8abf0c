using System.Globalization;
using System.Text.Json;
using DataForge.Forge.Git;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;
using DataForge.Forge.Search;
using Microsoft.AspNetCore.Http;

namespace DataForge.Forge.Rest;

/// <summary>The routes that a crawler uses, in GitHub's shapes and with its status codes.</summary>
internal sealed class RestRoutes(ForgeServer server)
{
    private readonly RepositoryJson _json = new(server.Address);
    private readonly GitData _data = new(server.Address);

    /// <summary>The response to a request.</summary>
    public async Task<Answer> AnswerAsync(string path, IQueryCollection query, ForgeOwner user, CancellationToken cancellation)
    {
        string[] parts = path[1..].Split('/');
        switch (parts)
        {
            case ["search", "repositories"]:
                return Find(query);
            case ["rate_limit"]:
                return RateLimit(user);
            case ["user"]:
                return user.Login.Length == 0
                    ? Answer.Error(401, "Requires authentication", "/users/users#get-the-authenticated-user")
                    : User(user);
            case ["repositories", string id, .. string[] rest]:
                ForgeRepository? byId = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                    ? server.Repositories.Find(number) : null;
                return await AnswerAsync(byId, rest, query, cancellation).ConfigureAwait(false);
            case ["repos", string owner, string name, .. string[] rest]:
                ForgeRepository? found = server.Repositories.Find(owner, name);
                if (found is { State: RepositoryState.Public }
                    && !found.FullName.Equals($"{owner}/{name}", StringComparison.OrdinalIgnoreCase))
                {
                    return Moved(found, rest);
                }

                return await AnswerAsync(found, rest, query, cancellation).ConfigureAwait(false);
            default:
                return Answer.Error(404, "Not Found");
        }
    }

    private async Task<Answer> AnswerAsync(
        ForgeRepository? repository, string[] rest, IQueryCollection query, CancellationToken cancellation)
    {
        switch (repository?.State)
        {
            case null or RepositoryState.Private or RepositoryState.Vanished:
                return Answer.Error(404, "Not Found", "/repos/repos#get-a-repository");
            case RepositoryState.Blocked:
                return Blocked();
        }

        switch (rest)
        {
            case []:
                Answer whole = Answer.Cacheable(writer => _json.WriteFull(writer, repository));
                whole.Headers["Last-Modified"] =
                    DateTimeOffset.FromUnixTimeSeconds(repository.UpdatedAt).ToString("R", CultureInfo.InvariantCulture);
                return whole;
            case ["license"]:
                return await _data.LicenseAsync(repository, cancellation).ConfigureAwait(false);
            case ["commits"]:
                return await _data.CommitsAsync(repository, query, cancellation).ConfigureAwait(false);
            case ["tarball", .. string[] reference]:
                string named = reference.Length > 0 && reference[0].Length > 0 ? string.Join('/', reference) : repository.DefaultBranch;
                return Answer.Redirect(302, server.Address.ToString().TrimEnd('/') + GitInterface.ArchivePath(repository, named), []);
            default:
                return Answer.Error(404, "Not Found");
        }
    }

    private Answer Moved(ForgeRepository repository, string[] rest)
    {
        string location = _json.AddressById(repository) + (rest.Length > 0 ? "/" + string.Join('/', rest) : "");
        byte[] body = Answer.Json(301, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("message", "Moved Permanently");
            writer.WriteString("url", location);
            writer.WriteString(
                "documentation_url", "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects");
            writer.WriteEndObject();
        }).Body;
        return Answer.Redirect(301, location, body);
    }

    private static Answer Blocked() => Answer.Json(451, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("message", "Repository access blocked");
        writer.WriteStartObject("block");
        writer.WriteString("reason", "dmca");
        writer.WriteString("created_at", "2020-01-01T00:00:00Z");
        writer.WriteString("html_url", "https://github.com/github/dmca/blob/master/2020/01/2020-01-01-example.md");
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    private Answer User(ForgeOwner user) => Answer.Cacheable(writer =>
    {
        writer.WriteStartObject();
        _json.WriteOwnerFields(writer, user);
        foreach (string field in (string[])["name", "company", "blog", "location", "email", "hireable", "bio"])
        {
            writer.WriteNull(field);
        }

        foreach (string field in (string[])["public_repos", "public_gists", "followers", "following"])
        {
            writer.WriteNumber(field, 0);
        }

        writer.WriteString("created_at", "2010-01-01T00:00:00Z");
        writer.WriteString("updated_at", "2010-01-01T00:00:00Z");
        writer.WriteEndObject();
    });

    private Answer RateLimit(ForgeOwner user) => Answer.Json(200, writer =>
    {
        Budget core = server.Limits.Budget(user.Login, "core");
        writer.WriteStartObject();
        writer.WriteStartObject("resources");
        Write(writer, "core", core);
        Write(writer, "search", server.Limits.Budget(user.Login, "search"));
        writer.WriteEndObject();
        Write(writer, "rate", core);
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, string name, Budget budget)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("limit", budget.Limit);
        writer.WriteNumber("used", budget.Used);
        writer.WriteNumber("remaining", budget.Remaining);
        writer.WriteNumber("reset", budget.Reset);
        writer.WriteEndObject();
    }

    private Answer Find(IQueryCollection query)
    {
        (int page, int size) = Pages.Of(query);
        SearchPage found;
        try
        {
            found = server.Search.Find(query["q"], query["sort"], query["order"] == "asc", page, size);
        }
        catch (SearchException e)
        {
            return Refused(e);
        }

        Answer answer = Answer.Json(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("total_count", found.Total);
            writer.WriteBoolean("incomplete_results", found.IsIncomplete);
            writer.WriteStartArray("items");
            foreach (ForgeRepository repository in found.Items)
            {
                _json.WriteFound(writer, repository);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
        answer.Headers["Cache-Control"] = "no-cache";
        int last = (Math.Min(found.Total, RepositorySearch.MaxResults) + size - 1) / size;
        Pages.Link(answer, server.Address + "search/repositories", query, page, last);
        return answer;
    }

    private static Answer Refused(SearchException e) => Answer.Json(422, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("message", e.Message.StartsWith("Only the first", StringComparison.Ordinal) ? e.Message : "Validation Failed");
        if (!e.Message.StartsWith("Only the first", StringComparison.Ordinal))
        {
            writer.WriteStartArray("errors");
            writer.WriteStartObject();
            writer.WriteString("message", e.Message);
            writer.WriteString("resource", "Search");
            writer.WriteString("field", "q");
            writer.WriteString("code", e.Code);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }

        writer.WriteString("documentation_url", "https://docs.github.com/v3/search/");
        writer.WriteString("status", "422");
        writer.WriteEndObject();
    });
}
