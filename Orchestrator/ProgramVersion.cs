using System.Reflection;

namespace DataForge.Orchestrator;

/// <summary>The program's version.</summary>
internal static class ProgramVersion
{
    /// <summary>The version as the project file has it, such as <c>0.1.0</c>; <c>0</c> where the assembly has none.</summary>
    public static string Text { get; } = typeof(ProgramVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
