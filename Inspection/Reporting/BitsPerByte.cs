using DataForge.Corpus.Counts;

namespace DataForge.Inspection.Reporting;

/// <summary>How many bits a byte of the held-out files takes, each file separately.</summary>
/// <param name="Files">The files.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="ModelBits">The bits that the model gives them.</param>
/// <param name="GzipBytes">Their bytes as gzip compresses them.</param>
public sealed record BitsPerByte(long Files, long Bytes, long ModelBits, long GzipBytes)
{
    /// <summary>Bits per byte under the model.</summary>
    public double Model => (double)ModelBits / Bytes;

    /// <summary>Bits per byte under gzip.</summary>
    public double Gzip => 8.0 * GzipBytes / Bytes;

    /// <summary>The figures of a training; null if they were not measured.</summary>
    /// <param name="count">The training's counts.</param>
    public static BitsPerByte? Of(Func<CountName, long> count) => count(CountName.HeldOutBits) == 0 ? null : new(
        count(CountName.HeldOutFiles), count(CountName.HeldOutBytes), count(CountName.HeldOutBits), count(CountName.HeldOutBytesGzip));
}
