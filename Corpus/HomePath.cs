namespace DataForge.Corpus;

/// <summary>
/// Paths that begin with <c>~</c>. A shell expands them only at the start of a word, so <c>--source dir:~/src</c> and
/// <c>--workspace=~/x</c> arrive as they were written.
/// </summary>
public static class HomePath
{
    /// <summary>The path with a leading <c>~</c> or <c>~/</c> replaced by the user's home folder; any other path as it is.</summary>
    /// <exception cref="DataForgeException">It names another user's home, or there is no home folder. Exit code 2.</exception>
    public static string Expand(string path)
    {
        if (!path.StartsWith('~'))
        {
            return path;
        }

        if (path.Length > 1 && path[1] != '/')
        {
            throw DataForgeException.Usage(
                $"{path}: another user's home is not looked up; write the whole path (or ./{path} for a folder of that name).");
        }

        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0
            ? Path.Join(home, path[1..])
            : throw DataForgeException.Usage($"{path}: there is no home folder; write the whole path.");
    }
}
