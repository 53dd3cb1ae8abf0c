using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using DataForge.Forge.Git;

namespace DataForge.Crawler.Tests.Fetch;

/// <summary>A bare repository written object by object, with everything that git's own commands refuse to write.</summary>
internal sealed class RawRepository
{
    public const string File = "100644";
    public const string Folder = "40000";
    public const string Link = "120000";
    public const string Module = "160000";

    public RawRepository(string folder)
    {
        Path = folder;
        BareRepository.Create(folder);
    }

    public string Path { get; }

    public string Blob(string text) => Write("blob", Encoding.UTF8.GetBytes(text));

    public string Tree(params (string Mode, string Name, string Id)[] entries) =>
        TreeOfBytes([.. entries.Select(entry => (entry.Mode, Encoding.UTF8.GetBytes(entry.Name), entry.Id))]);

    public string TreeOfBytes(params (string Mode, byte[] Name, string Id)[] entries) => Write("tree", TreeContent(entries));

    public string Commit(string tree, string extra = "") => Write("commit", CommitContent(tree, extra));

    public static byte[] CommitContent(string tree, string extra = "") => Encoding.UTF8.GetBytes(
        $"tree {tree}\nauthor A <a@example.org> 1600000000 +0000\ncommitter A <a@example.org> 1600000000 +0000\n{extra}\nstate\n");

    public static byte[] TreeContent(params (string Mode, byte[] Name, string Id)[] entries)
    {
        using var content = new MemoryStream();
        foreach ((string mode, byte[] name, string id) in entries)
        {
            content.Write(Encoding.ASCII.GetBytes(mode + " "));
            content.Write(name);
            content.WriteByte(0);
            content.Write(Convert.FromHexString(id));
        }

        return content.ToArray();
    }

    /// <summary>Makes an object what the main branch names.</summary>
    public RawRepository Head(string id)
    {
        System.IO.File.WriteAllText(System.IO.Path.Combine(Path, "refs", "heads", "main"), id + "\n");
        return this;
    }

    public RawRepository HeadOfTree(params (string Mode, string Name, string Id)[] entries) => Head(Commit(Tree(entries)));

    /// <summary>Writes an object as git stores it loose, and returns its id.</summary>
    public string Write(string type, byte[] content)
    {
        string id = Id(type, content);
        string file = ObjectFile(id);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        using var zlib = new ZLibStream(System.IO.File.Create(file), CompressionLevel.Fastest);
        zlib.Write(Head(type, content.Length));
        zlib.Write(content);
        return id;
    }

    /// <summary>Where a loose object lies.</summary>
    public string ObjectFile(string id) => System.IO.Path.Combine(Path, "objects", id[..2], id[2..]);

    public static string Id(string type, byte[] content) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Head(type, content.Length), .. content]));

    private static byte[] Head(string type, long length) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{type} {length}\0"));
}
