using DataForge.Testing;
using System.Globalization;
using System.Text;

namespace DataForge.EndToEnd.Tests.GitHub;

/// <summary>The command lines of a process and its children, and the children's environments, while it runs.</summary>
internal sealed class ProcessList
{
    private readonly HashSet<string> _lines = [];
    private readonly HashSet<string> _environments = [];

    /// <summary>The number of different command lines.</summary>
    public int Count => _lines.Count;

    public string CommandLines => string.Join('\n', _lines);

    public string ChildEnvironments => string.Join('\n', _environments);

    /// <summary>Reads them every few milliseconds until the process ends.</summary>
    public static async Task<ProcessList> WatchAsync(DataForgeProcess process)
    {
        var list = new ProcessList();
        while (!process.HasExited)
        {
            list.Look(process.Id);
            await Task.Delay(3);
        }

        return list;
    }

    private void Look(int root)
    {
        Dictionary<int, int> parents = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && Read(Path.Combine(folder, "stat")) is { Length: > 0 } stat)
            {
                // The name before it may contain spaces and brackets.
                string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                parents[id] = int.Parse(fields[1], CultureInfo.InvariantCulture);
            }
        }

        string ofRoot = Read($"/proc/{root}/cmdline");
        foreach (int id in parents.Keys.Where(id => IsBelow(id, root, parents)))
        {
            string line = Read($"/proc/{id}/cmdline");
            _lines.Add(line);

            // Between fork and exec a child still has the environment of its parent; then its command line changes.
            if (id != root && line.Length > 0 && line != ofRoot)
            {
                _environments.Add(Read($"/proc/{id}/environ"));
            }
        }
    }

    private static bool IsBelow(int id, int root, Dictionary<int, int> parents)
    {
        while (id != root)
        {
            if (!parents.TryGetValue(id, out id))
            {
                return false;
            }
        }

        return true;
    }

    private static string Read(string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process has ended.
            return "";
        }
    }
}
