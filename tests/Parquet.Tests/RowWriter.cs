using System.Text;
using DataForge.Parquet;
using DataForge.Testing;

namespace DataForge.Parquet.Tests;

/// <summary>Appends a value to a writer, and to the hash of what its column should hold.</summary>
internal readonly struct RowWriter(ParquetWriter writer, ColumnHash[] hashes)
{
    public void Boolean(int column, bool? value)
    {
        if (Present(column, value is not null))
        {
            writer.AppendBoolean(column, value!.Value);
            hashes[column].Add(value.Value);
        }
    }

    public void Int32(int column, int? value)
    {
        if (Present(column, value is not null))
        {
            writer.AppendInt32(column, value!.Value);
            hashes[column].Add((long)value.Value);
        }
    }

    public void Int64(int column, long value)
    {
        writer.AppendInt64(column, value);
        hashes[column].Add(value);
    }

    public void Float(int column, float value)
    {
        writer.AppendFloat(column, value);
        hashes[column].Add((double)value);
    }

    public void Double(int column, double? value)
    {
        if (Present(column, value is not null))
        {
            writer.AppendDouble(column, value!.Value);
            hashes[column].Add(value.Value);
        }
    }

    public void Text(int column, string? value)
    {
        if (Present(column, value is not null))
        {
            writer.AppendString(column, value!);
            hashes[column].Add(Encoding.UTF8.GetBytes(value!));
        }
    }

    public void Bytes(int column, byte[]? value)
    {
        if (Present(column, value is not null))
        {
            writer.AppendBinary(column, value);
            hashes[column].Add(value.AsSpan());
        }
    }

    public void Texts(int column, string[]? values)
    {
        if (Present(column, values is not null))
        {
            writer.AppendStringList(column, values!);
            hashes[column].AddLength(values!.Length);
            foreach (string value in values)
            {
                hashes[column].Add(Encoding.UTF8.GetBytes(value));
            }
        }
    }

    public void Longs(int column, long[] values)
    {
        writer.AppendInt64List(column, values);
        hashes[column].AddLength(values.Length);
        foreach (long value in values)
        {
            hashes[column].Add(value);
        }
    }

    private bool Present(int column, bool isPresent)
    {
        if (!isPresent)
        {
            writer.AppendNull(column);
            hashes[column].AddNull();
        }

        return isPresent;
    }
}
