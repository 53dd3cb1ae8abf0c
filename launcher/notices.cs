// Writes the notices of the packages that the program consists of, from their own nuspec files and licence texts.
//   dotnet run launcher/notices.cs -- PROJECT_FOLDER OUTPUT [FOLDER_OF_.NET]
// With the folder of .NET its own licence and notices are added, for what carries the runtime.
// Exit code 1 where a package has no licence that is known.
#:property RestorePackagesWithLockFile=false
#:property RunAnalyzers=false
#:property GenerateDocumentationFile=false
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

// Packages that name their licence by an address only.
Dictionary<string, string> licencesByAddress = new()
{
    ["https://github.com/MiloszKrajewski/K4os.Compression.LZ4/blob/master/LICENSE?raw=true"] = "MIT",
};
using JsonDocument assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(args[0], "artifacts/obj/Orchestrator/project.assets.json")));
JsonElement root = assets.RootElement;
string[] folders = [.. root.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];

StringBuilder notices = new("Third-party notices\n\nDataForge is distributed with these packages, each under its own licence.\n");
Dictionary<string, string> printed = [];
List<string> unknown = [];
SortedSet<string> withoutText = new(StringComparer.Ordinal); // licences of which a package has the name alone
string section = "";
IEnumerable<JsonProperty> libraries = root.GetProperty("libraries").EnumerateObject();
foreach (JsonProperty library in libraries.OrderBy(library => library.Name, StringComparer.OrdinalIgnoreCase))
{
    if (library.Value.GetProperty("type").GetString() == "package")
    {
        string path = library.Value.GetProperty("path").GetString()!;
        Add(folders.Select(folder => Path.Combine(folder, path)).First(Directory.Exists));
    }
}

if (args.Length > 2)
{
    Heading(".NET");
    AddText(Path.Combine(args[2], "LICENSE.txt"));
    AddText(Path.Combine(args[2], "ThirdPartyNotices.txt"));
}

foreach (string licence in withoutText)
{
    Heading(licence);
    notices.Append(StandardText(licence));
}

if (unknown.Count > 0)
{
    Console.Error.WriteLine(
        $"dataforge: no licence is known of {string.Join(", ", unknown)}; look it up and add it to launcher/notices.cs.");
    return 1;
}

File.WriteAllText(args[1], notices.ToString());
return 0;

void Add(string folder)
{
    XElement package = XDocument.Load(Directory.GetFiles(folder, "*.nuspec").Single()).Root!;
    XElement metadata = package.Elements().First(element => element.Name.LocalName == "metadata");
    XElement? licence = metadata.Elements().FirstOrDefault(element => element.Name.LocalName == "license");
    string? file = licence?.Attribute("type")?.Value == "file" ? licence.Value.Trim().Replace('\\', '/') : null;
    string[] texts = [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Where(IsLicence).Append(file).OfType<string>()
        .Distinct().Order(StringComparer.Ordinal)];
    string? expression = file is not null ? null
        : licence?.Value.Trim() ?? licencesByAddress.GetValueOrDefault(Field("licenseUrl") ?? "");
    if (texts.Length == 0 && expression is null)
    {
        unknown.Add($"{Field("id")} {Field("version")}");
    }
    else if (texts.Length == 0)
    {
        withoutText.Add(expression!);
    }

    Heading($"{Field("id")} {Field("version")}");
    Line("Licence", expression ?? "the text below");
    Line("Copyright", Field("copyright"));
    Line("Authors", Field("authors"));
    Line("Project", Field("projectUrl"));
    foreach (string text in texts)
    {
        AddText(Path.Combine(folder, text));
    }

    string? Field(string field) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == field)?.Value.Trim();
}

static bool IsLicence(string file) =>
    new[] { "licen", "notice", "copying" }.Any(word => file.Contains(word, StringComparison.OrdinalIgnoreCase));

// SPDX's text, of the file that Cleaner/Licenses/tool/build-index.mjs writes: a line of ids, a line with the length in bytes, the text.
string StandardText(string licence)
{
    using MemoryStream texts = new();
    using (FileStream file = File.OpenRead(Path.Combine(args[0], "Cleaner/Licenses/Data/spdx-texts.br")))
    using (BrotliStream decompressed = new(file, CompressionMode.Decompress))
    {
        decompressed.CopyTo(texts);
    }

    ReadOnlySpan<byte> rest = texts.ToArray();
    while (rest.Length > 0)
    {
        int ids = rest.IndexOf((byte)'\n'), length = rest[(ids + 1)..].IndexOf((byte)'\n') + ids + 1;
        int size = int.Parse(rest[(ids + 1)..length]);
        if (Encoding.UTF8.GetString(rest[..ids]).Split(' ').Contains(licence))
        {
            return Encoding.UTF8.GetString(rest.Slice(length + 1, size)) + "\n";
        }

        rest = rest[(length + size + 2)..];
    }

    throw new InvalidDataException($"SPDX has no text of {licence}; name the text in launcher/notices.cs");
}

void Heading(string title)
{
    section = title;
    notices.Append('\n').Append('-', 80).Append('\n').Append(title).Append("\n\n");
}

void Line(string name, string? value)
{
    if (!string.IsNullOrEmpty(value))
    {
        notices.Append($"{name}: {value.ReplaceLineEndings(" ")}\n");
    }
}

// Many packages contain the same text; it is printed once.
void AddText(string path)
{
    string text = File.ReadAllText(path).ReplaceLineEndings("\n").TrimEnd() + "\n";
    bool isNew = printed.TryAdd(text, section);
    notices.Append('\n').Append(isNew ? text : $"{Path.GetFileName(path)}: the text is printed under {printed[text]}.\n");
}
