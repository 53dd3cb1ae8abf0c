using System.Diagnostics;
using System.Text.Json;

namespace DataForge.Testing;

/// <summary>What a reader of other people's making found in a Parquet file.</summary>
/// <param name="File">The path as it was given.</param>
/// <param name="Columns">
/// SHA-256, in lower-case hexadecimal, over each column's values (see js/column-hash.mjs and <see cref="ColumnHash"/>).
/// </param>
public sealed record NodeTable(string File, long Rows, IReadOnlyDictionary<string, string> Columns);

/// <summary>
/// Runs the independent Parquet readers from npm (DuckDB, parquet-wasm over Rust's parquet, hyparquet in JavaScript) on files.
/// Tests skip where <see cref="Missing"/> says that they are not installed.
/// </summary>
public static class NodeReaders
{
    /// <summary>The readers that <see cref="Read"/> knows.</summary>
    public static readonly IReadOnlyList<string> Names = ["duckdb", "wasm", "hyparquet"];

    private static readonly string[] Packages = ["@duckdb/node-api", "parquet-wasm", "hyparquet", "hyparquet-compressors"];

    /// <summary>Why the readers cannot run, or null where they can.</summary>
    public static string? Missing { get; } = MissingOf(Packages);

    /// <summary>Rows and column hashes of each file, in the order given.</summary>
    /// <exception cref="InvalidOperationException">The reader refused a file; the message is its own.</exception>
    public static IReadOnlyList<NodeTable> Read(string reader, params IReadOnlyList<string> files) =>
        [.. Run("read-parquet.mjs", [reader, .. files]).Select(ToTable)];

    /// <summary>
    /// Every value that DuckDB reads, in the form js/dump-parquet.mjs describes: an object with <c>columns</c> or <c>error</c> per file.
    /// </summary>
    public static IReadOnlyList<JsonElement> Dump(params IReadOnlyList<string> files) =>
        [.. Run("dump-parquet.mjs", files).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Runs a script of tests/Testing/js and returns the lines it prints.</summary>
    /// <exception cref="InvalidOperationException">The script ended with another code than 0; the message is what it said.</exception>
    public static IReadOnlyList<string> Run(string script, IEnumerable<string> arguments)
    {
        string path = Path.Combine(SharedFiles.ProjectRoot, "tests", "Testing", "js", script);
        ProcessStartInfo start = new("node", ["--max-old-space-size=4096", path, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        List<string> lines = [];
        while (process.StandardOutput.ReadLine() is { } line)
        {
            lines.Add(line);
        }

        process.WaitForExit();
        return process.ExitCode == 0 ? lines : throw new InvalidOperationException($"{script}: {errors.Result}");
    }

    /// <summary>Why a script that uses these packages cannot run, or null where it can.</summary>
    public static string? MissingOf(params IReadOnlyList<string> packages)
    {
        string modules = Path.Combine(SharedFiles.ProjectRoot, "artifacts", "npm", "node_modules");
        foreach (string package in packages)
        {
            if (!Directory.Exists(Path.Combine(modules, package)))
            {
                return $"npm package {package} is not installed in artifacts/npm";
            }
        }

        bool hasNode = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "node.exe" : "node")));
        return hasNode ? null : "node is not installed";
    }

    private static NodeTable ToTable(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        Dictionary<string, string> columns = root.GetProperty("columns").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
        return new(root.GetProperty("file").GetString()!, root.GetProperty("rows").GetInt64(), columns);
    }
}
