using System.Reflection;

namespace DataForge.Evaluation.Sandbox;

/// <summary>The Python sources that this assembly contains.</summary>
internal static class PythonScript
{
    /// <summary>The text of one.</summary>
    /// <param name="name">Its file name.</param>
    public static string Read(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
