using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Git;

/// <summary>
/// <c>git:PATH-or-URL[#REVISION]</c>: one repository; the tree of HEAD, or of an address's commit, branch or tag, read from the object
/// database without a checkout.
/// </summary>
internal sealed class GitSource(string text, GitLocation location) : ISource, ILocatedSource
{
    /// <summary>The kind of this source.</summary>
    public const string KindName = "git";

    /// <inheritdoc/>
    public string Kind => KindName;

    /// <inheritdoc/>
    public string Text => text;

    /// <inheritdoc/>
    public string Location => location.Location;

    /// <inheritdoc/>
    public IReadOnlyList<string> NameParts => location.NameParts;

    /// <inheritdoc/>
    public int LeastNameParts => location.LeastNameParts;

    /// <inheritdoc/>
    public string Name { get; set; } = "";

    /// <inheritdoc/>
    public (string Key, string Signature)? WholeSignature(CrawlOptions options) => null;

    /// <inheritdoc/>
    public ValueTask<SourceScan> ScanAsync(ScanContext context, CancellationToken cancellation)
    {
        LibGit2.Load();
        var command = new GitCommand(context.ScratchFolder, TimeSpan.FromSeconds(context.Options.GitTimeoutSeconds));
        GitMirror? mirror = location.IsAddress ? new GitMirror(text, location, context.MirrorFolder, command) : null;
        return new(new SourceScan([new Repository(this, mirror, context)], -1));
    }

    private sealed class Repository(GitSource source, GitMirror? mirror, ScanContext context) : ISourceRepository
    {
        /// <inheritdoc/>
        public long Id { get; } = RepositoryIds.Of(KindName, source.Name);

        /// <inheritdoc/>
        public string Name => source.Name;

        /// <inheritdoc/>
        public async ValueTask<IOpenRepository> OpenAsync(CancellationToken cancellation)
        {
            string folder = mirror is null ? source.Location : await mirror.UpdateAsync(cancellation).ConfigureAwait(false);
            var facts = new RepositoryFacts { Id = Id, Name = source.Name, Source = KindName };
            return OpenGitRepository.Open(source.Text, folder, facts, mirror, context);
        }
    }
}
