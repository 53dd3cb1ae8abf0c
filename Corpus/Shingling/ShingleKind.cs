namespace DataForge.Corpus.Shingling;

/// <summary>What counts as a token of a shingle.</summary>
public enum ShingleKind
{
    /// <summary>The tokens of Python's grammar; comments, line breaks and indentation are left out.</summary>
    Code,

    /// <summary>Words: runs of <c>[A-Za-z_0-9]</c>, in comments and strings too, as CodeParrot and BigCode count them.</summary>
    Words,
}

/// <summary>Classes of code tokens.</summary>
[Flags]
public enum TokenClasses
{
    /// <summary>No class: every file is too short for a shingle, and only files with the same folded text are duplicates.</summary>
    None = 0,

    /// <summary>Identifiers.</summary>
    Names = 1,

    /// <summary>Reserved words.</summary>
    Keywords = 2,

    /// <summary>Numbers.</summary>
    Numbers = 4,

    /// <summary>Strings, f-strings as a whole; white space inside them counts.</summary>
    Strings = 8,

    /// <summary>Operators, brackets and delimiters, and bytes that are not a token.</summary>
    Operators = 16,

    /// <summary>All of them.</summary>
    All = Names | Keywords | Numbers | Strings | Operators,
}
