using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DataForge.Crawler.Sources;

/// <summary>Ids of repositories whose source gives them none.</summary>
public static class RepositoryIds
{
    /// <summary>The first 63 bits of SHA-256 over <c>kind + "\n" + name</c>: 0 to 2^63 − 1.</summary>
    public static long Of(string kind, string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(kind + "\n" + name), hash);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(hash) >> 1);
    }
}
