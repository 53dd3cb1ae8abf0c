namespace DataForge.Python;

/// <summary>
/// What an expression could be besides an expression. The parser reads a target as an expression first, and judges by this.
/// </summary>
[Flags]
internal enum Shape : byte
{
    /// <summary>An expression and nothing else.</summary>
    None = 0,

    /// <summary>A name without parentheses: before <c>:=</c>.</summary>
    Name = 1,

    /// <summary>A name, attribute or subscript, in parentheses or not: before <c>+=</c> or an annotation.</summary>
    Single = 2,

    /// <summary>A single target, or a tuple or list of targets: before <c>=</c>, between <c>for</c> and <c>in</c>.</summary>
    Target = 4,

    /// <summary>As a target, without stars: behind <c>del</c>.</summary>
    Delete = 8,

    /// <summary>A star before a target.</summary>
    StarredTarget = 16,

    /// <summary>What a name is.</summary>
    OfName = Name | Single | Target | Delete,

    /// <summary>What an attribute or subscript is.</summary>
    OfReference = Single | Target | Delete,

    /// <summary>What a tuple or list of targets is.</summary>
    OfSequence = Target | Delete,
}
