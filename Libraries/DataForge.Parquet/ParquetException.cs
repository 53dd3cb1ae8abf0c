namespace DataForge.Parquet;

/// <summary>
/// A Parquet file is malformed, or uses a feature this reader does not support; the message says which. It is the only exception
/// that a file's content may cause: I/O errors keep their own types.
/// </summary>
public sealed class ParquetException : Exception
{
    /// <summary>Creates an exception with a message.</summary>
    public ParquetException(string message) : base(message)
    {
    }

    /// <summary>Creates an exception with a message and its cause.</summary>
    public ParquetException(string message, Exception inner) : base(message, inner)
    {
    }
}
