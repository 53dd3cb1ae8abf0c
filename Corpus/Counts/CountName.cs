namespace DataForge.Corpus.Counts;

/// <summary>
/// The name of a count in a manifest entry. The declared names and families are the static members of this type; there is no other way to
/// make one, except to read it from a file.
/// </summary>
public readonly partial struct CountName : IEquatable<CountName>, IComparable<CountName>
{
    private readonly string? _name;

    internal CountName(string name) => _name = name;

    /// <summary>The name as files have it, such as <c>contents.in</c>.</summary>
    public string Name => _name ?? "";

    /// <inheritdoc/>
    public bool Equals(CountName other) => string.Equals(Name, other.Name, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CountName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <summary>Compares the names in ordinal order.</summary>
    public int CompareTo(CountName other) => string.CompareOrdinal(Name, other.Name);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Whether both are the same count.</summary>
    public static bool operator ==(CountName left, CountName right) => left.Equals(right);

    /// <summary>Whether they are different counts.</summary>
    public static bool operator !=(CountName left, CountName right) => !left.Equals(right);
}

/// <summary>Counts that share a prefix, one for each rule, licence, class, kind, … that occurs.</summary>
public sealed class CountFamily
{
    internal CountFamily(string prefix, string suffix, string meaning) => (Prefix, Suffix, Meaning) = (prefix, suffix, meaning);

    /// <summary>What the names begin with, such as <c>dropped.</c>.</summary>
    public string Prefix { get; }

    /// <summary>What follows the prefix, in a word or two.</summary>
    public string Suffix { get; }

    /// <summary>What is counted.</summary>
    public string Meaning { get; }

    /// <summary>The count of one member.</summary>
    /// <param name="member">A rule's name, a licence expression, …</param>
    public CountName Of(string member) => new(Prefix + member);

    /// <summary>Whether a count is of this family.</summary>
    public bool Contains(CountName name) => name.Name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The member that a count of this family is of, such as the rule's name.</summary>
    public string MemberOf(CountName name) => name.Name[Prefix.Length..];
}
