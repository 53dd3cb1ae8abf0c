using System.Buffers.Binary;
using System.Text;
using DataForge.Parquet.Reading;

namespace DataForge.Parquet;

/// <summary>A column of lists of plain values. Rows run from 0 to <see cref="Count"/> - 1, a row's elements from 0 to its length - 1.</summary>
public abstract class ParquetListView
{
    private readonly bool[] isNull;

    /// <summary>Where each row's elements begin, and behind the last.</summary>
    private readonly int[] firstElement;

    /// <summary>Each element's value, or -1 for a null element.</summary>
    private readonly int[] valueOfElement;

    /// <summary>Finds the lists from the levels (https://github.com/apache/parquet-format#nested-encoding).</summary>
    private protected ParquetListView(ParquetNode list, LeafValues leaf, int rows)
    {
        Leaf = leaf;
        ParquetNode node = leaf.Node;
        // At this level the repeated node is there: an element is, or would be if it were not null.
        int elementLevel = node.MaxDefinition - (node.Repetition == ParquetRepetition.Optional ? 1 : 0);
        isNull = new bool[rows];
        firstElement = new int[rows + 1];
        valueOfElement = new int[leaf.EntryCount];
        int row = -1;
        int elements = 0;
        int values = 0;
        for (int i = 0; i < leaf.EntryCount; i++)
        {
            int definition = leaf.Definitions[i];
            if (leaf.Repetitions[i] == 0)
            {
                firstElement[++row] = elements;
                // Below the list node's own level the list is null; between it and the element's, empty.
                isNull[row] = list.Repetition == ParquetRepetition.Optional && definition < list.MaxDefinition;
            }

            if (definition >= elementLevel)
            {
                valueOfElement[elements++] = definition == node.MaxDefinition ? values++ : -1;
            }
        }

        firstElement[rows] = elements;
    }

    public int Count => isNull.Length;

    private protected LeafValues Leaf { get; }

    /// <summary>Whether the row has no list, as against an empty one.</summary>
    public bool IsNull(int row) => isNull[row];

    /// <summary>Elements of the row's list; 0 for none.</summary>
    public int Length(int row) => firstElement[row + 1] - firstElement[row];

    /// <summary>Whether an element has no value; reading it all the same gives zero or no bytes.</summary>
    public bool IsNull(int row, int element) => valueOfElement[Place(row, element)] < 0;

    private protected ReadOnlySpan<byte> Value(int row, int element)
    {
        int value = valueOfElement[Place(row, element)];
        return value < 0 ? default : Leaf.Value(value);
    }

    private int Place(int row, int element) => (uint)element < (uint)Length(row)
        ? firstElement[row] + element
        : throw new ArgumentOutOfRangeException(nameof(element));
}

/// <summary>Lists of strings (or of any bytes).</summary>
public sealed class StringListColumn : ParquetListView
{
    internal StringListColumn(ParquetNode list, LeafValues leaf, int rows) : base(list, leaf, rows)
    {
    }

    public ReadOnlySpan<byte> this[int row, int element] => IsNull(row, element) ? default : Value(row, element);

    /// <summary>The row's list as text, empty for none; a null element becomes an empty string.</summary>
    public string[] GetStrings(int row)
    {
        string[] strings = new string[Length(row)];
        for (int i = 0; i < strings.Length; i++)
        {
            strings[i] = Encoding.UTF8.GetString(this[row, i]);
        }

        return strings;
    }
}

public sealed class Int64ListColumn : ParquetListView
{
    internal Int64ListColumn(ParquetNode list, LeafValues leaf, int rows) : base(list, leaf, rows)
    {
    }

    public long this[int row, int element] => IsNull(row, element) ? 0 : BinaryPrimitives.ReadInt64LittleEndian(Value(row, element));
}
