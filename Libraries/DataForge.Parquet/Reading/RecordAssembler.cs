namespace DataForge.Parquet.Reading;

/// <summary>
/// Assembles a column's records from the levels of its leaves, as in the Dremel paper (Melnik et al. 2010, section 4.3;
/// https://github.com/apache/parquet-format#nested-encoding). Lists and maps are read as LogicalTypes.md says, older forms included.
/// </summary>
internal sealed class RecordAssembler(LeafValues?[] leaves)
{
    private readonly int[] _entry = new int[leaves.Length];
    private readonly int[] _value = new int[leaves.Length];

    /// <summary>The column's next row. See <see cref="ParquetRowGroup.Records"/> for the types of the objects.</summary>
    /// <exception cref="ParquetException">The levels of the column's leaves contradict each other.</exception>
    public object? Next(ParquetNode column)
    {
        object? record = Field(column);
        CheckRepeats(column, 0, repeats: false);
        return record;
    }

    /// <summary>A node in its parent: null, a value, a group, or the list of a repeated node's occurrences.</summary>
    private object? Field(ParquetNode node)
    {
        if (node.Repetition == ParquetRepetition.Repeated)
        {
            return Repeated(node, node);
        }

        if (Definition(node) < node.MaxDefinition)
        {
            Skip(node, node.MaxDefinition);
            return null;
        }

        return Present(node);
    }

    private object? Present(ParquetNode node)
    {
        CheckPresent(node, node.MaxDefinition);
        if (node.IsLeaf)
        {
            return Value(node);
        }

        bool hasOneRepeatedChild = node.Children is [{ Repetition: ParquetRepetition.Repeated }];
        if (node.Logical.Kind == ParquetLogicalKind.List && hasOneRepeatedChild)
        {
            ParquetNode repeated = node.Children[0];
            return Repeated(repeated, SchemaTree.IsElementItself(node, repeated) ? repeated : repeated.Children[0]);
        }

        if (node.Logical.Kind == ParquetLogicalKind.Map && hasOneRepeatedChild && node.Children[0].Children.Count is 1 or 2)
        {
            return Repeated(node.Children[0], node.Children[0]);
        }

        return Group(node);
    }

    private KeyValuePair<string, object?>[] Group(ParquetNode node)
    {
        KeyValuePair<string, object?>[] fields = new KeyValuePair<string, object?>[node.Children.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = new(node.Children[i].Name, Field(node.Children[i]));
        }

        return fields;
    }

    /// <summary>The occurrences of a repeated node.</summary>
    /// <param name="repeated">The node.</param>
    /// <param name="element">The repeated node itself, or the only child that it wraps.</param>
    private List<object?> Repeated(ParquetNode repeated, ParquetNode element)
    {
        List<object?> list = [];
        if (Definition(repeated) < repeated.MaxDefinition)
        {
            Skip(repeated, repeated.MaxDefinition);
            return list;
        }

        bool more;
        do
        {
            CheckPresent(repeated, repeated.MaxDefinition);
            list.Add(element == repeated ? Present(repeated) : Field(element));
            more = Repetition(FirstLeaf(repeated)) >= repeated.MaxRepetition;
            CheckRepeats(repeated, repeated.MaxRepetition, more);
        }
        while (more);

        return list;
    }

    private object Value(ParquetNode node)
    {
        LeafValues leaf = leaves[node.LeafIndex]!;
        int index = node.MaxRepetition > 0 ? _value[node.LeafIndex] : _entry[node.LeafIndex];
        _entry[node.LeafIndex]++;
        _value[node.LeafIndex]++;
        ReadOnlySpan<byte> bytes = leaf.Value(index);
        return node.Physical switch
        {
            ParquetPhysicalType.Boolean => bytes[0] != 0,
            ParquetPhysicalType.Int32 => BitConverter.ToInt32(bytes),
            ParquetPhysicalType.Int64 => BitConverter.ToInt64(bytes),
            ParquetPhysicalType.Float => BitConverter.ToSingle(bytes),
            ParquetPhysicalType.Double => BitConverter.ToDouble(bytes),
            _ => bytes.ToArray(),
        };
    }

    /// <summary>Skips the one entry that each leaf below an absent node has for it.</summary>
    private void Skip(ParquetNode node, int absentLevel)
    {
        foreach (ParquetNode child in node.Children)
        {
            Skip(child, absentLevel);
        }

        if (node.IsLeaf)
        {
            _entry[node.LeafIndex] += Definition(node) < absentLevel ? 1 : throw Disagree(node);
        }
    }

    private void CheckPresent(ParquetNode node, int level)
    {
        foreach (ParquetNode child in node.Children)
        {
            CheckPresent(child, level);
        }

        if (node.IsLeaf && Definition(node) < level)
        {
            throw Disagree(node);
        }
    }

    /// <summary>
    /// Checks that the next entry of every leaf continues the list of that level, or that none does. At level 0 a new row must begin.
    /// </summary>
    private void CheckRepeats(ParquetNode node, int level, bool repeats)
    {
        foreach (ParquetNode child in node.Children)
        {
            CheckRepeats(child, level, repeats);
        }

        if (node.IsLeaf)
        {
            int next = Repetition(leaves[node.LeafIndex]!);
            bool isRight = level == 0 ? next <= 0 : repeats ? next == level : next < level;
            if (!isRight)
            {
                throw Disagree(node);
            }
        }
    }

    private static ParquetException Disagree(ParquetNode node) =>
        new($"column '{node.Name}': its levels contradict those of the columns beside it");

    /// <summary>The definition level of a node's next entry, which is the same in any leaf below it.</summary>
    private int Definition(ParquetNode node)
    {
        LeafValues leaf = FirstLeaf(node);
        int at = _entry[leaf.Node.LeafIndex];
        if (at >= leaf.EntryCount)
        {
            throw new ParquetException($"column '{leaf.Node.Name}' ends before its row group does");
        }

        return leaf.Definitions.Length == 0 ? 0 : leaf.Definitions[at];
    }

    /// <summary>The repetition level of a leaf's next entry: 0 begins a row, -1 is the end.</summary>
    private int Repetition(LeafValues leaf)
    {
        int at = _entry[leaf.Node.LeafIndex];
        return at >= leaf.EntryCount ? -1 : leaf.Repetitions.Length == 0 ? 0 : leaf.Repetitions[at];
    }

    private LeafValues FirstLeaf(ParquetNode node)
    {
        while (!node.IsLeaf)
        {
            node = node.Children.Count > 0
                ? node.Children[0]
                : throw new ParquetException($"unsupported feature: group '{node.Name}' without columns");
        }

        return leaves[node.LeafIndex]!;
    }
}
