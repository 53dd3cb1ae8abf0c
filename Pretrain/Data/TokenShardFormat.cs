namespace DataForge.Pretrain.Data;

/// <summary>
/// The format of token shards, all little-endian.
/// <para><c>NAME.bin</c> has llm.c's layout (<see href="https://github.com/karpathy/llm.c/blob/master/llmc/dataloader.h"/>): a header of
/// 256 int32 (magic 20240520, version 1, number of tokens), then the tokens as uint16. Each document starts with bos and ends with
/// eos.</para>
/// <para><c>NAME.idx</c> is not in llm.c: a header of 256 int32 (magic 20240522, version 1, number of documents, number of tokens), then
/// documents + 1 int64 (where each document starts, in tokens, and where the last one ends), then one int32 per document (the stars of its
/// repository).</para>
/// </summary>
public static class TokenShardFormat
{
    /// <summary>llm.c's magic number.</summary>
    public const int TokenMagic = 20240520;

    /// <summary>The index's magic number; chosen next to llm.c's.</summary>
    public const int IndexMagic = 20240522;

    /// <summary>The version of both files.</summary>
    public const int Version = 1;

    /// <summary>The length of either header, in bytes.</summary>
    public const int HeaderLength = 256 * sizeof(int);

    /// <summary>The most tokens of one shard: llm.c's count is an int32.</summary>
    public const int MaxTokens = int.MaxValue;

    /// <summary>The index that belongs to a file of tokens: the same name with <c>.idx</c>.</summary>
    public static string IndexPath(string tokenPath) => Path.ChangeExtension(tokenPath, ".idx");
}

/// <summary>A token shard that cannot be used; the message names the file, the fault, and what to do.</summary>
public sealed class TokenShardException(string path, string fault)
    : Exception($"{path}: {fault}. Delete the 4-tokens folder and run `dataforge tokenize` again, which writes it again.");
