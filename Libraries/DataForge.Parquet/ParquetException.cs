namespace DataForge.Parquet;

/// <summary>
/// A Parquet file is malformed, or uses a feature this reader does not support; the message says which. It is the only exception
/// that the content of a file may raise: I/O errors keep their own types.
/// </summary>
public sealed class ParquetException : Exception
{
    public ParquetException(string message) : base(message)
    {
    }

    public ParquetException(string message, Exception inner) : base(message, inner)
    {
    }
}
