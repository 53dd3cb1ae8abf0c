using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Git;

/// <summary><c>git:PATH-or-URL</c>: the tree of HEAD, read from the object database without a checkout. One repository.</summary>
internal sealed class GitSource(string text, GitLocation location) : ISource, ILocatedSource
{
    public const string KindName = "git";

    public string Kind => KindName;

    public string Text => text;

    public string Location => location.Location;

    public IReadOnlyList<string> NameParts => location.NameParts;

    public int LeastNameParts => location.LeastNameParts;

    public string Name { get; set; } = "";

    public (string Key, string Signature)? WholeSignature(CrawlOptions options) => null;

    public ValueTask<SourceScan> ScanAsync(ScanContext context, CancellationToken cancellation)
    {
        LibGit2.Load();
        var command = new GitCommand(context.ScratchFolder, TimeSpan.FromSeconds(context.Options.GitTimeoutSeconds));
        GitMirror? mirror = location.IsAddress ? new GitMirror(text, location.Location, context.MirrorFolder, command) : null;
        return new(new SourceScan([new Repository(this, mirror, context)], -1));
    }

    private sealed class Repository(GitSource source, GitMirror? mirror, ScanContext context) : ISourceRepository
    {
        public long Id { get; } = RepositoryIds.Of(KindName, source.Name);

        public string Name => source.Name;

        public async ValueTask<IOpenRepository> OpenAsync(CancellationToken cancellation)
        {
            string folder = mirror is null ? source.Location : await mirror.UpdateAsync(cancellation).ConfigureAwait(false);
            var facts = new RepositoryFacts { Id = Id, Name = source.Name, Source = KindName };
            return OpenGit.Open(source.Text, folder, facts, mirror, context);
        }
    }
}
