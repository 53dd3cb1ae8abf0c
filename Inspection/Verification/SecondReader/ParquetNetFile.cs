using DataForge.Parquet;
using Parquet.Schema;
using ParquetNetGroup = global::Parquet.ParquetRowGroupReader;
using ParquetNetReader = global::Parquet.ParquetReader;
using ParquetNetSchema = global::Parquet.Schema.ParquetSchema;
using ParquetSchema = DataForge.Parquet.ParquetSchema;

namespace DataForge.Inspection.Verification.SecondReader;

/// <summary>
/// Reads a table with Parquet.Net, which shares no code with the project's own reader. Memory: a column of a row group, decoded, and its
/// values once more.
/// </summary>
internal static class ParquetNetFile
{
    /// <summary>The hashes of a file's columns as Parquet.Net reads them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schema">The columns it must have; others are passed over.</param>
    /// <param name="cancellation">Stops the reading between two columns.</param>
    /// <exception cref="Exception">Parquet.Net cannot read it; it throws exceptions of many types.</exception>
    public static async Task<ColumnHashes> HashAsync(string path, ParquetSchema schema, CancellationToken cancellation)
    {
        var hashes = new ColumnHashes(schema);
        await using ParquetNetReader file = await ParquetNetReader.CreateAsync(path, cancellationToken: cancellation).ConfigureAwait(false);
        DataField[] fields = [.. schema.Columns.Select(column => FieldOf(file, column))];
        for (int group = 0; group < file.RowGroupCount; group++)
        {
            using ParquetNetGroup rows = file.OpenRowGroupReader(group);
            hashes.Rows += rows.RowCount;
            for (int column = 0; column < fields.Length; column++)
            {
                cancellation.ThrowIfCancellationRequested();
                await AddAsync(rows, schema.Columns[column], fields[column], hashes[column]).ConfigureAwait(false);
            }
        }

        return hashes;
    }

    // Texts are asked for as bytes: as text they come in UTF-16, which takes twice the memory and hides bytes that are not UTF-8.
    private static DataField FieldOf(ParquetNetReader file, ParquetColumn column)
    {
        DataField field = file.Schema.GetDataFields().Single(field => field.Path.FirstPart == column.Name);
        return !column.IsList && column.Type is ParquetType.String or ParquetType.Binary
            ? new ParquetNetSchema(new DataField(column.Name, typeof(byte[]), field.IsNullable)).GetDataFields()[0]
            : field;
    }

    private static Task AddAsync(ParquetNetGroup rows, ParquetColumn column, DataField field, ColumnHash hash) => column switch
    {
        { IsList: true } => AddListsAsync(rows, field, hash),
        { Type: ParquetType.Boolean } => AddRowsAsync<bool>(rows, field, hash, value => hash.Add(value ? 1 : 0)),
        { Type: ParquetType.Int32 } => AddRowsAsync<int>(rows, field, hash, value => hash.Add(value)),
        { Type: ParquetType.Int64 } => AddRowsAsync<long>(rows, field, hash, hash.Add),
        { Type: ParquetType.Double } => AddRowsAsync<double>(rows, field, hash, hash.Add),
        _ => AddRowsAsync<ReadOnlyMemory<byte>>(rows, field, hash, value => hash.Add(value.Span)),
    };

    private static async Task AddRowsAsync<T>(ParquetNetGroup rows, DataField field, ColumnHash hash, Action<T> add) where T : struct
    {
        (T[] values, int[]? definitions, _) = await ReadAsync<T>(rows, field).ConfigureAwait(false);
        int read = 0;
        for (int row = 0; row < rows.RowCount; row++)
        {
            if (definitions is not null && definitions[row] < field.MaxDefinitionLevel)
            {
                hash.AddNull();
            }
            else
            {
                add(values[read++]);
            }
        }
    }

    // A list begins at repetition level 0. Its definition level says whether it is null, empty, or has an element there, which may be
    // null (https://github.com/apache/parquet-format#nested-encoding).
    private static async Task AddListsAsync(ParquetNetGroup rows, DataField field, ColumnHash hash)
    {
        (ReadOnlyMemory<char>[] values, int[]? definitions, int[]? repetitions) =
            await ReadAsync<ReadOnlyMemory<char>>(rows, field).ConfigureAwait(false);
        int elementLevel = field.MaxDefinitionLevel - (field.IsNullable ? 1 : 0);
        int read = 0;
        for (int start = 0, end; start < definitions!.Length; start = end)
        {
            end = start + 1;
            while (end < definitions.Length && repetitions![end] > 0)
            {
                end++;
            }

            if (definitions[start] < elementLevel)
            {
                // A list that may be null has one more level.
                if (elementLevel > 1 && definitions[start] == 0)
                {
                    hash.AddNull();
                }
                else
                {
                    hash.AddLength(0);
                }

                continue;
            }

            hash.AddLength(end - start);
            for (int i = start; i < end; i++)
            {
                hash.Add(definitions[i] == field.MaxDefinitionLevel ? values[read++].Span : []);
            }
        }
    }

    private static async Task<(T[] Values, int[]? Definitions, int[]? Repetitions)> ReadAsync<T>(ParquetNetGroup rows, DataField field)
        where T : struct
    {
        long count = rows.GetMetadata(field)?.MetaData?.NumValues ?? throw new FormatException($"it finds no column {field.Path}");
        var values = new T[count];
        int[]? definitions = field.MaxDefinitionLevel > 0 ? new int[count] : null;
        int[]? repetitions = field.MaxRepetitionLevel > 0 ? new int[count] : null;
        await rows.ReadRawAsync(field, values.AsMemory(), MemoryOf(definitions), MemoryOf(repetitions)).ConfigureAwait(false);
        return (values, definitions, repetitions);

        // A null array would become an empty memory, which is not the same to Parquet.Net.
        static Memory<int>? MemoryOf(int[]? levels) => levels?.AsMemory();
    }
}
