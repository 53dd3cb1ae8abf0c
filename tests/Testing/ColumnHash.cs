using System.Buffers.Binary;
using System.Security.Cryptography;
using DataForge.Parquet;

namespace DataForge.Testing;

/// <summary>
/// SHA-256 over a Parquet column's values in the canonical form that js/column-hash.mjs describes, so that what this project reads or
/// meant to write can be compared with what other readers find.
/// </summary>
public sealed class ColumnHash
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] small = new byte[9];

    /// <summary>The hash of every column of a file as <see cref="ParquetReader"/> reads it.</summary>
    public static Dictionary<string, string> OfFile(string path)
    {
        using ParquetReader reader = ParquetReader.Open(path);
        Dictionary<string, ColumnHash> hashes = reader.Schema.Columns.ToDictionary(column => column.Name, _ => new ColumnHash());
        for (int index = 0; index < reader.RowGroupCount; index++)
        {
            using ParquetRowGroup group = reader.ReadRowGroup(index);
            foreach (ParquetColumn column in reader.Schema.Columns)
            {
                hashes[column.Name].AddColumn(group, column);
            }
        }

        return hashes.ToDictionary(pair => pair.Key, pair => pair.Value.Digest());
    }

    public void AddNull() => hash.AppendData([0]);

    public void Add(bool value) => hash.AppendData([1, value ? (byte)1 : (byte)0]);

    public void Add(long value)
    {
        small[0] = 1;
        BinaryPrimitives.WriteInt64LittleEndian(small.AsSpan(1), value);
        hash.AppendData(small);
    }

    public void Add(double value) => Add(BitConverter.DoubleToInt64Bits(value));

    public void Add(ReadOnlySpan<byte> value)
    {
        AddLength(value.Length);
        hash.AppendData(value);
    }

    /// <summary>Begins a list; its elements follow.</summary>
    public void AddLength(int length)
    {
        small[0] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(small.AsSpan(1), length);
        hash.AppendData(small.AsSpan(0, 5));
    }

    /// <summary>The hash of what was added, in lower-case hexadecimal; starts anew.</summary>
    public string Digest() => Convert.ToHexStringLower(hash.GetHashAndReset());

    private void AddColumn(ParquetRowGroup group, ParquetColumn column)
    {
        switch (column)
        {
            case { IsList: true, Type: ParquetType.Int64 }:
                Int64ListColumn longs = group.Int64List(column.Name);
                AddLists(longs, (row, element) => Add(longs[row, element]));
                break;
            case { IsList: true }:
                StringListColumn strings = group.StringList(column.Name);
                AddLists(strings, (row, element) => Add(strings[row, element]));
                break;
            case { Type: ParquetType.Boolean }:
                BooleanColumn booleans = group.Boolean(column.Name);
                AddRows(booleans, row => Add(booleans[row]));
                break;
            case { Type: ParquetType.Int32 }:
                Int32Column ints = group.Int32(column.Name);
                AddRows(ints, row => Add((long)ints[row]));
                break;
            case { Type: ParquetType.Int64 }:
                Int64Column int64s = group.Int64(column.Name);
                AddRows(int64s, row => Add(int64s[row]));
                break;
            case { Type: ParquetType.Float }:
                FloatColumn floats = group.Float(column.Name);
                AddRows(floats, row => Add((double)floats[row]));
                break;
            case { Type: ParquetType.Double }:
                DoubleColumn doubles = group.Double(column.Name);
                AddRows(doubles, row => Add(doubles[row]));
                break;
            default:
                BinaryColumn bytes = group.Binary(column.Name);
                AddRows(bytes, row => Add(bytes[row]));
                break;
        }
    }

    private void AddRows(ParquetColumnView column, Action<int> add)
    {
        for (int row = 0; row < column.Count; row++)
        {
            if (column.IsNull(row))
            {
                AddNull();
            }
            else
            {
                add(row);
            }
        }
    }

    private void AddLists(ParquetListView column, Action<int, int> add)
    {
        for (int row = 0; row < column.Count; row++)
        {
            if (column.IsNull(row))
            {
                AddNull();
                continue;
            }

            AddLength(column.Length(row));
            for (int element = 0; element < column.Length(row); element++)
            {
                if (column.IsNull(row, element))
                {
                    AddNull();
                }
                else
                {
                    add(row, element);
                }
            }
        }
    }
}
