using System.Text;
using System.Text.Json;
using DataForge.Forge.Content;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.OptOut;

/// <summary>
/// Rows of many repositories: real Python, and planted ones that ask to be left out, with what makes that hard: copies and near copies elsewhere, better
/// and worse licences elsewhere, licence texts that others have too, files found twice.
/// </summary>
internal sealed class OptOutCorpus
{
    /// <summary>Stands in contents that only the removed repositories have.</summary>
    public const string Marker = "zqxmarker";

    /// <summary>Stands in contents that others have too.</summary>
    public const string Shared = "zqxshared";

    /// <summary>The names that must be gone; the list names the first in full and the second by its owner.</summary>
    public static readonly string[] Gone = ["acme/gone", "solo/one", "solo/two", "zqxlonely"];

    /// <summary>The list, as its users write it.</summary>
    public const string List = "# who asked\nacme/gone   # by mail\nsolo\n\nzqxlonely\nnobody/nothing\n";

    private readonly List<(string Repository, string Path, string Content, int Stars, string License)> _rows = [];

    public OptOutCorpus(string library, int bytes)
    {
        string mit = Mit("Somebody");
        const string bsd = "BSD 3-Clause License\n";

        // Of the best known repository, so it speaks for every content it has.
        Add("acme/gone", "LICENSE", mit + "\nCopyright (c) 2019 Zqxmarker Inc.\n", 900);
        Add("acme/gone", "NOTICE", $"Copyright (c) 2018 {Marker} authors\n", 900);
        for (int i = 0; i < 3; i++)
        {
            Add("acme/gone", $"src/own{i}.py", Code($"{Marker}_own{i}", i), 900);
        }

        Add("acme/gone", "src/tiny.py", $"# {Marker}\n", 900);
        Add("acme/gone", "src/broken.py", $"def {Marker}(:\n  pass\n", 900);
        Add("acme/gone", "src/binary.py", Code($"{Marker}_binary", 42) + "\0", 900);
        Add("acme/gone", "setup.py", Code($"{Marker}_setup", 40), 900);
        Add("acme/gone", "src/twice.py", Code($"{Marker}_twice", 41), 900);
        Add("acme/gone", "src/again.py", Code($"{Marker}_twice", 41), 900);
        Add("acme/gone", "src/shared.py", Code($"{Shared}_kept", 50), 900);
        Add("acme/gone", "src/secret.py", Code($"{Marker}_secret", 51) + "\nPASSWORD = 'hunter2hunter2'\nMAIL = 'someone.of@zqxcompany.com'\n", 900);
        Add("acme/gone", "src/gpl.py", Code($"{Shared}_gpl", 52), 900);
        Add("acme/gone", "src/conflict.py", Code($"{Shared}_conflict", 53), 900);
        Add("acme/gone", "src/near.py", Code($"{Marker}_near", 54, 40), 900);
        Add("acme/gone", "src/mine_is_worse.py", Code($"{Shared}_solo", 55), 900);
        Add("acme/gone", "src/short_shared.py", $"# {Shared}_short\n", 900);

        Add("solo/one", "LICENSE", mit, 3);
        Add("solo/one", "a.py", Code($"{Marker}_solo", 60), 3);
        Add("solo/two", "LICENSE", mit, 3);
        Add("solo/two", "a.py", Code($"{Marker}_solo", 60), 3);
        Add("solo/two", "b.py", Code($"{Shared}_solo", 55), 3);

        Add("other/keep", "LICENSE", mit, 10);
        Add("other/keep", "lib/copy_of_shared.py", Code($"{Shared}_kept", 50), 10);
        Add("other/keep", "lib/second_copy.py", Code($"{Shared}_kept", 50), 10);
        Add("other/keep", "lib/nearly.py", Code("zqxother_near", 54, 40) + "\n\nEXTRA = 1\n", 10);
        Add("other/keep", "lib/own.py", Code("zqxother_own", 61), 10);
        Add("other/keep", "lib/short_shared.py", $"# {Shared}_short\n", 10);
        Add("fine/keep", "LICENSE", mit, 2000);
        Add("fine/keep", "better.py", Code($"{Shared}_solo", 55), 2000);
        Add("gpl/only", "copy.py", Code($"{Shared}_gpl", 52), 10, "gpl-3.0");
        Add("bsd/keep", "LICENSE", bsd, 10, "bsd-3-clause");
        Add("bsd/keep", "conflicting.py", Code($"{Shared}_conflict", 53), 10, "bsd-3-clause");
        Fill(library, bytes, mit);
    }

    /// <summary>Adds what a second crawl finds: changes in a removed repository and in another.</summary>
    public void Change()
    {
        Add("acme/gone", "src/later.py", Code($"{Marker}_later", 70), 900);
        Add("other/keep", "lib/later.py", Code("zqxother_later", 71), 10);
    }

    /// <summary>Writes the rows, of all repositories or only of those that stay.</summary>
    public string Write(string path, bool onlyKept = false)
    {
        File.WriteAllLines(path, _rows.Where(row => !onlyKept || !Gone.Contains(row.Repository)).Select(row => JsonSerializer.Serialize(
            new { repo = row.Repository, path = row.Path, content = row.Content, license = row.License, stars = row.Stars })));
        return "jsonl:" + path;
    }

    /// <summary>Writes a folder that is one repository, of the last name on the list.</summary>
    public static string WriteFolder(TemporaryFolder folder)
    {
        folder.Write("in/zqxlonely/LICENSE", Mit("Somebody else"));
        folder.Write("in/zqxlonely/__init__.py", Code($"{Marker}_lonely", 80));
        folder.Write("in/zqxlonely/part.py", Code($"{Marker}_lonely_part", 81));
        return "dir:" + folder["in/zqxlonely"];
    }

    private void Add(string repository, string path, string content, int stars, string license = "mit") => _rows.Add((repository, path, content, stars, license));

    // Enough real files for several raw parts and several shards.
    private void Fill(string library, int bytes, string mit)
    {
        int repository = 0;
        long sum = 0;
        foreach (string file in Directory.EnumerateFiles(library, "*.py", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length < 24_000).Order(StringComparer.Ordinal))
        {
            string content;
            try
            {
                content = new UTF8Encoding(false, true).GetString(File.ReadAllBytes(file));
            }
            catch (DecoderFallbackException)
            {
                continue;
            }

            if (sum > bytes)
            {
                return;
            }

            sum += content.Length;
            string name = $"fill/r{repository++ / 3}";
            Add(name, Path.GetRelativePath(library, file), content, repository % 7);
            if (repository % 3 == 1)
            {
                Add(name, "LICENSE", mit, repository % 7);
            }
        }
    }

    private static string Mit(string holder) => Encoding.UTF8.GetString(LicenseTexts.Of("mit", holder)!);

    /// <summary>A module of its own: names, numbers and statements drawn from a seed.</summary>
    public static string Code(string name, int seed, int functions = 8)
    {
        var random = new Random(seed);
        var text = new StringBuilder($"\"\"\"Module {name}.\"\"\"\nimport os\nimport sys\n\n\n");
        for (int i = 0; i < functions; i++)
        {
            text.Append($"def step_{random.Next(1_000_000)}(value, limit):\n    total = {random.Next(1_000_000)}\n    for index in range(limit):\n        if index % {random.Next(2, 90)} == value:\n            total += index * {random.Next(1_000_000)}\n        else:\n            total -= {random.Next(1_000_000)}\n    return total\n\n\n");
        }

        return text.ToString();
    }
}
