namespace DataForge.Dedup.Selection;

/// <summary>Union-find over ranks in which the best rank of a set is its root, so that the outcome depends on no order. Memory: 4 bytes a file.</summary>
internal sealed class DisjointSets
{
    private readonly int[] _parents;

    /// <param name="count">Members, each in a set of its own.</param>
    public DisjointSets(int count)
    {
        _parents = new int[count];
        for (int i = 0; i < count; i++)
        {
            _parents[i] = i;
        }
    }

    /// <summary>The best rank in the set of a member.</summary>
    public int Root(int member)
    {
        while (_parents[member] != member)
        {
            // Halving the path keeps later walks short (Tarjan, van Leeuwen, 1984).
            member = _parents[member] = _parents[_parents[member]];
        }

        return member;
    }

    /// <summary>Joins the sets of two members.</summary>
    public void Join(int left, int right)
    {
        left = Root(left);
        right = Root(right);
        _parents[Math.Max(left, right)] = Math.Min(left, right);
    }
}
