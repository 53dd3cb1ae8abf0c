using System.Buffers.Binary;
using System.Text;
using DataForge.Parquet.Reading;

namespace DataForge.Parquet;

/// <summary>
/// A column of lists. Rows are numbered from 0 to <see cref="Count"/> - 1, a row's elements from 0 to its length - 1.
/// </summary>
public abstract class ParquetListView
{
    private readonly bool[] _isNull;

    /// <summary>The number of each row's first element among all elements, and behind the last row the number of all elements.</summary>
    private readonly int[] _firstElement;

    /// <summary>The number of each element's value among all values, or -1 for a null element.</summary>
    private readonly int[] _valueOfElement;

    /// <summary>Finds the lists by the levels (https://github.com/apache/parquet-format#nested-encoding).</summary>
    private protected ParquetListView(ParquetNode list, LeafValues leaf, int rows)
    {
        Leaf = leaf;
        ParquetNode node = leaf.Node;
        // From this definition level on there is an element, which may be null.
        int elementLevel = node.MaxDefinition - (node.Repetition == ParquetRepetition.Optional ? 1 : 0);
        _isNull = new bool[rows];
        _firstElement = new int[rows + 1];
        _valueOfElement = new int[leaf.EntryCount];
        int row = -1;
        int elements = 0;
        int values = 0;
        for (int i = 0; i < leaf.EntryCount; i++)
        {
            int definition = leaf.Definitions[i];
            if (leaf.Repetitions[i] == 0)
            {
                _firstElement[++row] = elements;
                // Below the list node's own level the list is null; between that and the element's level it is empty.
                _isNull[row] = list.Repetition == ParquetRepetition.Optional && definition < list.MaxDefinition;
            }

            if (definition >= elementLevel)
            {
                _valueOfElement[elements++] = definition == node.MaxDefinition ? values++ : -1;
            }
        }

        _firstElement[rows] = elements;
    }

    /// <summary>Rows of the column.</summary>
    public int Count => _isNull.Length;

    private protected LeafValues Leaf { get; }

    /// <summary>Whether the row has no list, which differs from an empty one.</summary>
    public bool IsNull(int row) => _isNull[row];

    /// <summary>Elements of the row's list; 0 if it has none.</summary>
    public int Length(int row) => _firstElement[row + 1] - _firstElement[row];

    /// <summary>Whether an element has no value. Reading such an element gives zero or no bytes.</summary>
    public bool IsNull(int row, int element) => _valueOfElement[ElementIndex(row, element)] < 0;

    private protected ReadOnlySpan<byte> Value(int row, int element)
    {
        int value = _valueOfElement[ElementIndex(row, element)];
        return value < 0 ? default : Leaf.Value(value);
    }

    private int ElementIndex(int row, int element) => (uint)element < (uint)Length(row)
        ? _firstElement[row] + element
        : throw new ArgumentOutOfRangeException(nameof(element));
}

/// <summary>A column of lists of strings, in UTF-8, or of any bytes.</summary>
public sealed class StringListColumn : ParquetListView
{
    internal StringListColumn(ParquetNode list, LeafValues leaf, int rows) : base(list, leaf, rows)
    {
    }

    /// <summary>An element's bytes, valid until the row group is disposed; empty for a null.</summary>
    public ReadOnlySpan<byte> this[int row, int element] => IsNull(row, element) ? default : Value(row, element);

    /// <summary>The row's list as text, empty if it has none; a null element becomes an empty string.</summary>
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

/// <summary>A column of lists of 64-bit integers.</summary>
public sealed class Int64ListColumn : ParquetListView
{
    internal Int64ListColumn(ParquetNode list, LeafValues leaf, int rows) : base(list, leaf, rows)
    {
    }

    /// <summary>An element; 0 for a null.</summary>
    public long this[int row, int element] => IsNull(row, element) ? 0 : BinaryPrimitives.ReadInt64LittleEndian(Value(row, element));
}
