namespace DataForge.Dedup.Selection;

/// <summary>
/// Union-find over ranks. The root of a set is its best rank, so the result does not depend on the order of operations. Memory: 4 bytes per
/// file.
/// </summary>
internal sealed class DisjointSets
{
    private readonly int[] _parents;

    /// <summary>Creates sets of one member each.</summary>
    /// <param name="count">Members.</param>
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
            // Path halving keeps later walks short (Tarjan, van Leeuwen, 1984).
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
