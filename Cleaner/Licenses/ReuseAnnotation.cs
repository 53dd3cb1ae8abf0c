namespace DataForge.Cleaner.Licenses;

/// <summary>How a statement of a REUSE.toml relates to what a file says itself.</summary>
public enum ReusePrecedence
{
    /// <summary>It holds where the file says nothing.</summary>
    Closest,

    /// <summary>It holds together with what the file says.</summary>
    Aggregate,

    /// <summary>It holds, and what the file says does not.</summary>
    Override,
}

/// <summary>One statement of a REUSE.toml or of a <c>.reuse/dep5</c>.</summary>
/// <param name="Paths">The paths it speaks of, as patterns (<see cref="ReusePattern"/>).</param>
/// <param name="License">The licence as an SPDX expression; empty where it only names holders of copyright.</param>
/// <param name="Precedence">How it relates to what a file says itself.</param>
/// <param name="Copyright">Its copyright lines.</param>
public sealed record ReuseAnnotation(
    IReadOnlyList<string> Paths, string License, ReusePrecedence Precedence, IReadOnlyList<string> Copyright);
