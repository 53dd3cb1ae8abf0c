using DataForge.Parquet.Metadata;

namespace DataForge.Parquet.Reading;

/// <summary>Builds the schema tree from the footer's depth-first list of elements (parquet.thrift, <c>SchemaElement</c>).</summary>
internal sealed class SchemaTree
{
    /// <summary>Deeper trees are refused, so that recursion is bounded and levels fit in a byte.</summary>
    private const int MaxDepth = 64;

    private readonly List<SchemaElement> _elements;
    private readonly List<ParquetNode> _leaves = [];
    private int _next;

    private SchemaTree(List<SchemaElement> elements) => _elements = elements;

    /// <summary>Builds the tree.</summary>
    /// <returns>The root, whose children are the table's columns, and the leaves in the order of their column chunks.</returns>
    public static (ParquetNode Root, List<ParquetNode> Leaves) Build(List<SchemaElement> elements)
    {
        if (elements.Count == 0)
        {
            throw new ParquetException("metadata: the schema is empty");
        }

        SchemaTree tree = new(elements);
        SchemaElement first = elements[tree._next++];
        ParquetNode root = new(first.Name!, ParquetRepetition.Required, 0, 0) { Logical = LogicalTypeReader.Resolve(first) };
        root.Children = tree.ReadChildren(first, root, 1);
        if (tree._next != elements.Count)
        {
            throw new ParquetException("metadata: the schema has elements outside its tree");
        }

        return (root, tree._leaves);
    }

    /// <summary>The columns that can be read with a type: flat columns, and lists of plain values. Others are only in the tree.</summary>
    public static ParquetSchema Simplify(ParquetNode root)
    {
        List<ParquetColumn> columns = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (ParquetNode node in root.Children)
        {
            if (!names.Add(node.Name))
            {
                throw new ParquetException($"unsupported feature: two columns are named '{node.Name}'");
            }

            if (node.IsLeaf && node.MaxRepetition == 0)
            {
                columns.Add(new(node.Name, TypeOf(node), node.Repetition == ParquetRepetition.Optional) { DecimalScale = ScaleOf(node) });
            }
            else if (ListLeaf(node) is { } leaf)
            {
                columns.Add(new(node.Name, TypeOf(leaf), node.Repetition == ParquetRepetition.Optional, IsList: true)
                {
                    DecimalScale = ScaleOf(leaf),
                });
            }
        }

        return new ParquetSchema([.. columns]);
    }

    /// <summary>
    /// The leaf of a column that is a list of plain values: a repeated leaf, or a LIST group over a repeated leaf or over a repeated group
    /// of one leaf (LogicalTypes.md, "Lists", with its rules for older files). Null for anything else.
    /// </summary>
    public static ParquetNode? ListLeaf(ParquetNode node)
    {
        if (node.IsLeaf)
        {
            return node.Repetition == ParquetRepetition.Repeated ? node : null;
        }

        if (node.Logical.Kind != ParquetLogicalKind.List || node.Repetition == ParquetRepetition.Repeated || node.Children.Count != 1)
        {
            return null;
        }

        ParquetNode repeated = node.Children[0];
        if (repeated.Repetition != ParquetRepetition.Repeated)
        {
            return null;
        }

        if (repeated.IsLeaf)
        {
            return repeated;
        }

        bool isWrapper = repeated.Children.Count == 1 && !IsElementItself(node, repeated);
        return isWrapper && repeated.Children[0] is { IsLeaf: true, Repetition: not ParquetRepetition.Repeated } leaf ? leaf : null;
    }

    /// <summary>Whether a repeated node is the list's element, as in older files, and not a wrapper around it.</summary>
    public static bool IsElementItself(ParquetNode list, ParquetNode repeated) =>
        repeated.IsLeaf || repeated.Children.Count != 1 || repeated.Name == "array" || repeated.Name == list.Name + "_tuple";

    private static int? ScaleOf(ParquetNode leaf) => leaf.Logical.Kind == ParquetLogicalKind.Decimal ? leaf.Logical.Scale : null;

    private static ParquetType TypeOf(ParquetNode leaf) => leaf.Physical switch
    {
        ParquetPhysicalType.Boolean => ParquetType.Boolean,
        ParquetPhysicalType.Int32 => ParquetType.Int32,
        ParquetPhysicalType.Int64 => ParquetType.Int64,
        ParquetPhysicalType.Float => ParquetType.Float,
        ParquetPhysicalType.Double => ParquetType.Double,
        ParquetPhysicalType.ByteArray when leaf.Logical.Kind is ParquetLogicalKind.String => ParquetType.String,
        _ => ParquetType.Binary,
    };

    private ParquetNode[] ReadChildren(SchemaElement element, ParquetNode parent, int depth)
    {
        if (element.NumChildren < 0 || element.NumChildren > _elements.Count - _next)
        {
            throw new ParquetException($"metadata: the schema's group '{element.Name}' has a wrong number of children");
        }

        if (depth > MaxDepth)
        {
            throw new ParquetException($"unsupported feature: a schema more than {MaxDepth} levels deep");
        }

        ParquetNode[] children = new ParquetNode[element.NumChildren];
        for (int i = 0; i < children.Length; i++)
        {
            children[i] = ReadNode(parent, depth);
        }

        return children;
    }

    private ParquetNode ReadNode(ParquetNode parent, int depth)
    {
        if (_next >= _elements.Count)
        {
            throw new ParquetException("metadata: the schema ends before its tree is complete");
        }

        SchemaElement element = _elements[_next++];
        ParquetRepetition repetition = element.Repetition is { } known && Enum.IsDefined(known)
            ? known
            : throw new ParquetException($"metadata: column '{element.Name}' has no valid repetition");
        int definition = parent.MaxDefinition + (repetition == ParquetRepetition.Required ? 0 : 1);
        int repeated = parent.MaxRepetition + (repetition == ParquetRepetition.Repeated ? 1 : 0);
        int[] repeatedDefinitions = repetition == ParquetRepetition.Repeated
            ? [.. parent.RepeatedDefinitions, definition]
            : parent.RepeatedDefinitions;
        if (element.Type is not { } type)
        {
            ParquetNode group = new(element.Name!, repetition, definition, repeated)
            {
                Logical = LogicalTypeReader.Resolve(element),
                RepeatedDefinitions = repeatedDefinitions,
            };
            group.Children = ReadChildren(element, group, depth + 1);
            return group;
        }

        if (!Enum.IsDefined(type) || (type == ParquetPhysicalType.FixedLenByteArray && element.TypeLength <= 0))
        {
            throw new ParquetException($"metadata: column '{element.Name}' has no valid physical type");
        }

        ParquetNode leaf = new(element.Name!, repetition, definition, repeated)
        {
            Logical = LogicalTypeReader.Resolve(element),
            Physical = type,
            TypeLength = type == ParquetPhysicalType.FixedLenByteArray ? element.TypeLength : 0,
            LeafIndex = _leaves.Count,
            RepeatedDefinitions = repeatedDefinitions,
        };
        _leaves.Add(leaf);
        return leaf;
    }
}
