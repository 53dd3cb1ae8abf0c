using System.Globalization;
using System.Text;
using DataForge.Forge.Git;
using DataForge.Forge.Repositories;

namespace DataForge.Forge.Content;

/// <summary>
/// Gives repositories of a catalog real content: bare repositories made of local Python code, with licence, metadata, and data and
/// documents that a partial fetch leaves out. Every tenth is a fork of the one before, with one file changed and one added. They are kept
/// in a cache folder, so that the next start is quick.
/// </summary>
public static class ContentLibrary
{
    private const int ForkEvery = 10;

    /// <summary>Creates content for repositories spread evenly over the catalog; returns these repositories, in order.</summary>
    /// <param name="catalog">The repositories.</param>
    /// <param name="folders">Folders with Python code; where there are not enough pieces, they are used again with other licences.</param>
    /// <param name="count">How many repositories get content.</param>
    /// <param name="cache">The folder of the bare repositories; those from the same folders and catalog are used again.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ArgumentException">The folders hold no Python code.</exception>
    public static async Task<IReadOnlyList<ForgeRepository>> FillAsync(
        ForgeCatalog catalog, IReadOnlyList<string> folders, int count, string cache, CancellationToken cancellation = default)
    {
        ForgeRepository[] chosen = Spread(catalog.All, count);
        ContentUnit[] units = [.. ContentUnits.Of(folders).Take(count)];
        if (units.Length == 0 && count > 0)
        {
            throw new ArgumentException("no Python code in " + string.Join(", ", folders));
        }

        for (int i = 0; i < chosen.Length; i++)
        {
            bool isFork = i % ForkEvery == ForkEvery - 1;
            int origin = isFork ? i - 1 : i;
            if (isFork)
            {
                chosen[i].Parent = chosen[origin];
                chosen[i].License = chosen[origin].License;
            }
            else if (chosen[i].License is not null)
            {
                chosen[i].License = i % 3 == 0 ? "isc" : "mit";
            }
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellation };
        await Parallel.ForAsync(0, chosen.Length, parallel, async (i, token) =>
        {
            bool isFork = chosen[i].Parent is not null;
            int origin = isFork ? i - 1 : i;
            ContentUnit unit = units[origin % units.Length];
            string folder = Path.Combine(cache, string.Create(CultureInfo.InvariantCulture, $"{chosen[i].Id}.git"));
            await CreateAsync(folder, chosen[origin], chosen[i], unit, origin / units.Length, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return chosen;
    }

    /// <summary>Commits files to a repository's default branch, as a push does; returns the commit's id.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="files">Files to set or delete; the others stay.</param>
    /// <param name="seconds">The time of the push, seconds since 1970.</param>
    /// <param name="cancellation">Stops git.</param>
    public static async Task<string> PushAsync(
        ForgeRepository repository, IEnumerable<ForgeFile> files, long seconds, CancellationToken cancellation = default)
    {
        string commit = await BareRepository.CommitAsync(
            repository.GitFolder ?? throw new ArgumentException($"{repository.FullName} has no content"),
            files, seconds, repository.DefaultBranch, cancellation).ConfigureAwait(false);
        repository.PushedAt = seconds;
        repository.UpdatedAt = seconds;
        return commit;
    }

    // Repositories that share a second get no content: it would give them different times of push.
    private static ForgeRepository[] Spread(IReadOnlyList<ForgeRepository> all, int count)
    {
        ForgeRepository[] free = [.. all.Where(repository => repository.GitFolder is null && repository.PushedAt != repository.CreatedAt)];
        int taken = Math.Min(count, free.Length);
        return [.. Enumerable.Range(0, taken).Select(i => free[(int)((long)i * free.Length / taken)])];
    }

    private static async Task CreateAsync(
        string folder, ForgeRepository origin, ForgeRepository repository, ContentUnit unit, int round, CancellationToken cancellation)
    {
        string stamp = folder + ".stamp";
        string wanted = string.Join(
            '\n', unit.Root, unit.Name, round, repository.FullName, repository.License, repository.PushedAt, unit.Paths.Count);
        if (!File.Exists(stamp) || await File.ReadAllTextAsync(stamp, cancellation).ConfigureAwait(false) != wanted)
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            BareRepository.Create(folder, repository.DefaultBranch);
            IEnumerable<ForgeFile> files = Files(origin, unit, round);
            await BareRepository.CommitAsync(folder, files, origin.PushedAt, repository.DefaultBranch, cancellation).ConfigureAwait(false);
            if (repository != origin)
            {
                await BareRepository.CommitAsync(
                    folder, Changes(repository, unit), repository.PushedAt, repository.DefaultBranch, cancellation).ConfigureAwait(false);
            }

            await File.WriteAllTextAsync(stamp, wanted, cancellation).ConfigureAwait(false);
        }

        repository.GitFolder = folder;
    }

    private static IEnumerable<ForgeFile> Files(ForgeRepository repository, ContentUnit unit, int round)
    {
        foreach (string path in unit.Paths)
        {
            byte[] content = File.ReadAllBytes(Path.Combine(unit.Root, path));
            if (round > 0 && path.EndsWith(".py", StringComparison.Ordinal))
            {
                content = [.. content, .. Encoding.UTF8.GetBytes($"\n# Variant {round}.\n")];
            }

            yield return new ForgeFile($"src/{unit.Name}/{path}", content);
        }

        if (LicenseTexts.Of(repository.License, repository.Owner.Login) is { } license)
        {
            yield return new ForgeFile("LICENSE", license);
        }

        yield return Text("README.md", $"# {repository.Name}\n\nPart of {unit.Name}.\n");
        yield return Text(
            "setup.py",
            $"from setuptools import setup\n\nsetup(name=\"{repository.Name}\", version=\"1.0\", license=\"{repository.License}\")\n");
        yield return Text("pyproject.toml", $"[project]\nname = \"{repository.Name}\"\nversion = \"1.0\"\n");
        yield return new ForgeFile("docs/figure.bin", Noise(repository.Id, 60_000));
        yield return new ForgeFile("tests/data/table.csv", Table(repository.Id, 1500));
    }

    private static IEnumerable<ForgeFile> Changes(ForgeRepository fork, ContentUnit unit)
    {
        string first = unit.Paths.First(path => path.EndsWith(".py", StringComparison.Ordinal));
        byte[] content = File.ReadAllBytes(Path.Combine(unit.Root, first));
        byte[] change = Encoding.UTF8.GetBytes($"\nFORKED_BY = \"{fork.Owner.Login}\"\n");
        yield return new ForgeFile($"src/{unit.Name}/{first}", [.. content, .. change]);
        yield return Text("fork.py", $"NAME = \"{fork.FullName}\"\n");
    }

    private static ForgeFile Text(string path, string text) => new(path, Encoding.UTF8.GetBytes(text));

    // Bytes that do not compress, like those of pictures.
    private static byte[] Noise(long seed, int length)
    {
        var draw = new SeededDraw((ulong)seed);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)draw.Below(256);
        }

        return bytes;
    }

    private static byte[] Table(long seed, int rows)
    {
        var draw = new SeededDraw((ulong)seed ^ 0x5555UL);
        var text = new StringBuilder("id,x,y\n");
        for (int i = 0; i < rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i},{draw.Unit():F6},{draw.Unit():F6}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
