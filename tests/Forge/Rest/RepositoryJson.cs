using System.Globalization;
using System.Text;
using System.Text.Json;
using DataForge.Forge.Repositories;

namespace DataForge.Forge.Rest;

/// <summary>
/// Repositories and owners in GitHub's shape: the schemas <c>full-repository</c>, <c>repo-search-result-item</c> and <c>simple-user</c> of
/// GitHub's OpenAPI description.
/// </summary>
internal sealed class RepositoryJson(Uri address)
{
    private static readonly (string Field, string Suffix)[] OwnerLinks =
    [
        ("followers_url", "/followers"), ("following_url", "/following{/other_user}"), ("gists_url", "/gists{/gist_id}"),
        ("starred_url", "/starred{/owner}{/repo}"), ("subscriptions_url", "/subscriptions"), ("organizations_url", "/orgs"),
        ("repos_url", "/repos"), ("events_url", "/events{/privacy}"), ("received_events_url", "/received_events"),
    ];

    private static readonly (string Field, string Suffix)[] RepositoryLinks =
    [
        ("forks_url", "/forks"), ("keys_url", "/keys{/key_id}"), ("collaborators_url", "/collaborators{/collaborator}"),
        ("teams_url", "/teams"), ("hooks_url", "/hooks"), ("issue_events_url", "/issues/events{/number}"), ("events_url", "/events"),
        ("assignees_url", "/assignees{/user}"), ("branches_url", "/branches{/branch}"), ("tags_url", "/tags"),
        ("blobs_url", "/git/blobs{/sha}"), ("git_tags_url", "/git/tags{/sha}"), ("git_refs_url", "/git/refs{/sha}"),
        ("trees_url", "/git/trees{/sha}"), ("statuses_url", "/statuses/{sha}"), ("languages_url", "/languages"),
        ("stargazers_url", "/stargazers"), ("contributors_url", "/contributors"), ("subscribers_url", "/subscribers"),
        ("subscription_url", "/subscription"), ("commits_url", "/commits{/sha}"), ("git_commits_url", "/git/commits{/sha}"),
        ("comments_url", "/comments{/number}"), ("issue_comment_url", "/issues/comments{/number}"),
        ("contents_url", "/contents/{+path}"), ("compare_url", "/compare/{base}...{head}"), ("merges_url", "/merges"),
        ("archive_url", "/{archive_format}{/ref}"), ("downloads_url", "/downloads"), ("issues_url", "/issues{/number}"),
        ("pulls_url", "/pulls{/number}"), ("milestones_url", "/milestones{/number}"),
        ("notifications_url", "/notifications{?since,all,participating}"), ("labels_url", "/labels{/name}"),
        ("releases_url", "/releases{/id}"), ("deployments_url", "/deployments"),
    ];

    private readonly string _root = address.ToString().TrimEnd('/');

    /// <summary>A time as GitHub writes it.</summary>
    public static string Time(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>The older form of GitHub's node ids.</summary>
    public static string Node(string kind, long id) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"0{kind.Length:00}:{kind}{id}")));

    /// <summary>The address of a repository in the API.</summary>
    public string Address(ForgeRepository repository) => $"{_root}/repos/{repository.FullName}";

    /// <summary>The address by number, which redirects use.</summary>
    public string AddressById(ForgeRepository repository) =>
        string.Create(CultureInfo.InvariantCulture, $"{_root}/repositories/{repository.Id}");

    /// <summary>The whole repository.</summary>
    public void WriteFull(Utf8JsonWriter writer, ForgeRepository repository)
    {
        writer.WriteStartObject();
        WriteFields(writer, repository);
        writer.WriteNull("temp_clone_token");
        if (repository.Owner.Type == "Organization")
        {
            writer.WritePropertyName("organization");
            WriteOwner(writer, repository.Owner);
        }

        if (repository.Parent is { } parent)
        {
            WriteNested(writer, "parent", parent);
            WriteNested(writer, "source", parent.Parent ?? parent);
        }

        writer.WriteNumber("network_count", (repository.Parent ?? repository).Forks);
        writer.WriteNumber("subscribers_count", repository.Stars / 10);
        writer.WriteEndObject();
    }

    /// <summary>The repository as a search lists it.</summary>
    public void WriteFound(Utf8JsonWriter writer, ForgeRepository repository)
    {
        writer.WriteStartObject();
        WriteFields(writer, repository);
        writer.WriteNumber("score", 1.0);
        writer.WriteEndObject();
    }

    /// <summary>An owner.</summary>
    public void WriteOwner(Utf8JsonWriter writer, ForgeOwner owner)
    {
        writer.WriteStartObject();
        WriteOwnerFields(writer, owner);
        writer.WriteEndObject();
    }

    /// <summary>An owner's fields.</summary>
    public void WriteOwnerFields(Utf8JsonWriter writer, ForgeOwner owner)
    {
        string url = $"{_root}/users/{owner.Login}";
        writer.WriteString("login", owner.Login);
        writer.WriteNumber("id", owner.Id);
        writer.WriteString("node_id", Node(owner.Type, owner.Id));
        writer.WriteString("avatar_url", string.Create(CultureInfo.InvariantCulture, $"{_root}/u/{owner.Id}?v=4"));
        writer.WriteString("gravatar_id", "");
        writer.WriteString("url", url);
        writer.WriteString("html_url", $"{_root}/{owner.Login}");
        foreach ((string field, string suffix) in OwnerLinks)
        {
            writer.WriteString(field, url + suffix);
        }

        writer.WriteString("type", owner.Type);
        writer.WriteString("user_view_type", "public");
        writer.WriteBoolean("site_admin", false);
    }

    /// <summary>A licence as repositories name it.</summary>
    public static void WriteLicense(Utf8JsonWriter writer, string? key)
    {
        writer.WritePropertyName("license");
        if (key is null)
        {
            writer.WriteNullValue();
            return;
        }

        LicenseName name = LicenseName.Of(key);
        writer.WriteStartObject();
        writer.WriteString("key", name.Key);
        writer.WriteString("name", name.Name);
        writer.WriteString("spdx_id", name.SpdxId);
        writer.WriteString("url", name.Key == "other" ? null : $"https://api.github.com/licenses/{name.Key}");
        writer.WriteString("node_id", Convert.ToBase64String(Encoding.ASCII.GetBytes("07:License" + name.Key)));
        writer.WriteEndObject();
    }

    private void WriteNested(Utf8JsonWriter writer, string field, ForgeRepository repository)
    {
        writer.WritePropertyName(field);
        writer.WriteStartObject();
        WriteFields(writer, repository);
        writer.WriteEndObject();
    }

    private void WriteFields(Utf8JsonWriter writer, ForgeRepository repository)
    {
        string url = Address(repository);
        string html = $"{_root}/{repository.FullName}";
        writer.WriteNumber("id", repository.Id);
        writer.WriteString("node_id", Node("Repository", repository.Id));
        writer.WriteString("name", repository.Name);
        writer.WriteString("full_name", repository.FullName);
        writer.WriteBoolean("private", repository.State == RepositoryState.Private);
        writer.WritePropertyName("owner");
        WriteOwner(writer, repository.Owner);
        writer.WriteString("html_url", html);
        writer.WriteString("description", repository.GitFolder is null ? null : "Code of the test forge");
        writer.WriteBoolean("fork", repository.Parent is not null);
        writer.WriteString("url", url);
        foreach ((string field, string suffix) in RepositoryLinks)
        {
            writer.WriteString(field, url + suffix);
        }

        writer.WriteString("created_at", Time(repository.CreatedAt));
        writer.WriteString("updated_at", Time(repository.UpdatedAt));
        writer.WriteString("pushed_at", Time(repository.PushedAt));
        writer.WriteString("git_url", html.Replace("http:", "git:", StringComparison.Ordinal) + ".git");
        writer.WriteString("ssh_url", $"git@{address.Host}:{repository.FullName}.git");
        writer.WriteString("clone_url", html + ".git");
        writer.WriteString("svn_url", html);
        writer.WriteNull("homepage");
        WriteFacts(writer, repository);
    }

    private static void WriteFacts(Utf8JsonWriter writer, ForgeRepository repository)
    {
        writer.WriteNumber("size", repository.Size);
        writer.WriteNumber("stargazers_count", repository.Stars);
        writer.WriteNumber("watchers_count", repository.Stars);
        writer.WriteString("language", repository.Language);
        writer.WriteBoolean("has_issues", true);
        writer.WriteBoolean("has_projects", true);
        writer.WriteBoolean("has_downloads", true);
        writer.WriteBoolean("has_wiki", true);
        writer.WriteBoolean("has_pages", false);
        writer.WriteBoolean("has_discussions", false);
        writer.WriteNumber("forks_count", repository.Forks);
        writer.WriteNull("mirror_url");
        writer.WriteBoolean("archived", repository.IsArchived);
        writer.WriteBoolean("disabled", false);
        writer.WriteNumber("open_issues_count", repository.Stars / 7);
        WriteLicense(writer, repository.License);
        writer.WriteBoolean("allow_forking", true);
        writer.WriteBoolean("is_template", false);
        writer.WriteBoolean("web_commit_signoff_required", false);
        writer.WriteStartArray("topics");
        writer.WriteEndArray();
        writer.WriteString("visibility", repository.State == RepositoryState.Private ? "private" : "public");
        writer.WriteNumber("forks", repository.Forks);
        writer.WriteNumber("open_issues", repository.Stars / 7);
        writer.WriteNumber("watchers", repository.Stars);
        writer.WriteString("default_branch", repository.DefaultBranch);
        writer.WriteStartObject("permissions");
        writer.WriteBoolean("admin", false);
        writer.WriteBoolean("maintain", false);
        writer.WriteBoolean("push", false);
        writer.WriteBoolean("triage", false);
        writer.WriteBoolean("pull", true);
        writer.WriteEndObject();
    }
}
