namespace DataForge.Python;

/// <summary>
/// Which targets an expression can be. The parser reads a target as an expression first, and then decides by these flags.
/// </summary>
[Flags]
internal enum TargetKinds : byte
{
    /// <summary>Not a target.</summary>
    None = 0,

    /// <summary>A name without parentheses: allowed before <c>:=</c>.</summary>
    Name = 1,

    /// <summary>A name, attribute or subscript, with or without parentheses: allowed before <c>+=</c> or an annotation.</summary>
    Single = 2,

    /// <summary>A single target, or a tuple or list of targets: allowed before <c>=</c> and between <c>for</c> and <c>in</c>.</summary>
    Target = 4,

    /// <summary>As a target, without stars: allowed after <c>del</c>.</summary>
    Delete = 8,

    /// <summary>A star before a target.</summary>
    StarredTarget = 16,

    /// <summary>The flags of a name.</summary>
    OfName = Name | Single | Target | Delete,

    /// <summary>The flags of an attribute or subscript.</summary>
    OfReference = Single | Target | Delete,

    /// <summary>The flags of a tuple or list of targets.</summary>
    OfSequence = Target | Delete,
}
