using DataForge.Corpus;

namespace DataForge.Inspection.Explanation;

/// <summary>One fact that a run knows of a file, as <see cref="ExplanationIndex"/> stores it.</summary>
internal abstract record FileRecord
{
    /// <summary>The content's git id; null if the content could not be read.</summary>
    public BlobId? BlobId { get; init; }

    private protected enum Kind : byte
    {
        Occurrence = 1,
        Dropped = 2,
        Clean = 3,
        Dataset = 4,
    }

    /// <summary>Reads a record as <see cref="Write"/> wrote it.</summary>
    /// <exception cref="InvalidDataException">There is no record at this position.</exception>
    public static FileRecord Read(BinaryReader from)
    {
        var kind = (Kind)from.ReadByte();
        BlobId? id = ReadOptionalId(from);
        return kind switch
        {
            Kind.Occurrence => OccurrenceRecord.ReadRest(from, id),
            Kind.Dropped => DroppedRecord.ReadRest(from, id),
            Kind.Clean => CleanRecord.ReadRest(from, id),
            Kind.Dataset => DatasetRecord.ReadRest(from, id),
            _ => throw new InvalidDataException("no record of this kind"),
        };
    }

    /// <summary>Writes the record: its kind (1 byte), its id, and its fields in the order of the constructor.</summary>
    public abstract void Write(BinaryWriter to);

    private protected void WriteStart(BinaryWriter to, Kind kind)
    {
        to.Write((byte)kind);
        WriteOptionalId(to, BlobId);
    }

    private protected static BlobId ReadId(BinaryReader from) => new(from.ReadBytes(Corpus.BlobId.Size));

    private protected static BlobId? ReadOptionalId(BinaryReader from) => from.ReadBoolean() ? ReadId(from) : null;

    private protected static void WriteId(BinaryWriter to, BlobId id)
    {
        Span<byte> bytes = stackalloc byte[Corpus.BlobId.Size];
        id.CopyTo(bytes);
        to.Write(bytes);
    }

    private protected static void WriteOptionalId(BinaryWriter to, BlobId? id)
    {
        to.Write(id is not null);
        if (id is { } value)
        {
            WriteId(to, value);
        }
    }
}

/// <summary>An occurrence: a repository and a path at which the crawl found the content.</summary>
internal sealed record OccurrenceRecord(
    string Repository, string Source, string Commit, string Path, long Size, FileKind FileKind, int Snapshot, int BlobPart,
    string Fault) : FileRecord
{
    /// <inheritdoc/>
    public override void Write(BinaryWriter to)
    {
        WriteStart(to, Kind.Occurrence);
        to.Write(Repository);
        to.Write(Source);
        to.Write(Commit);
        to.Write(Path);
        to.Write(Size);
        to.Write((int)FileKind);
        to.Write(Snapshot);
        to.Write(BlobPart);
        to.Write(Fault);
    }

    internal static OccurrenceRecord ReadRest(BinaryReader from, BlobId? id) => new(
        from.ReadString(), from.ReadString(), from.ReadString(), from.ReadString(), from.ReadInt64(), (FileKind)from.ReadInt32(),
        from.ReadInt32(), from.ReadInt32(), from.ReadString()) { BlobId = id };
}

/// <summary>A row of <c>dropped/</c>: an occurrence or a content that a rule dropped.</summary>
internal sealed record DroppedRecord(
    string Stage, DropLevel Level, string Rule, string Value, string Threshold, string Repository, string Path, int Copies, BlobId? Twin,
    double Jaccard) : FileRecord
{
    /// <inheritdoc/>
    public override void Write(BinaryWriter to)
    {
        WriteStart(to, Kind.Dropped);
        to.Write(Stage);
        to.Write((byte)Level);
        to.Write(Rule);
        to.Write(Value);
        to.Write(Threshold);
        to.Write(Repository);
        to.Write(Path);
        to.Write(Copies);
        WriteOptionalId(to, Twin);
        to.Write(Jaccard);
    }

    internal static DroppedRecord ReadRest(BinaryReader from, BlobId? id) => new(
        from.ReadString(), (DropLevel)from.ReadByte(), from.ReadString(), from.ReadString(), from.ReadString(), from.ReadString(),
        from.ReadString(), from.ReadInt32(), ReadOptionalId(from), from.ReadDouble()) { BlobId = id };
}

/// <summary>A row of <c>2-clean</c>: a content that passed the cleaner's rules.</summary>
internal sealed record CleanRecord(
    string Shard, long Row, string Repository, string Path, BlobId ContentId, string License, string LicenseClass, string Evidence,
    string Copyright, int Copies, string Encoding, long Size, int Lines, double MeanLine, int MaxLine,
    double AlphanumericShare) : FileRecord
{
    /// <summary>The record of a row.</summary>
    /// <param name="shard">The shard's path in the run.</param>
    /// <param name="row">The row's number in the shard, from 0.</param>
    /// <param name="file">The row.</param>
    public static CleanRecord Of(string shard, long row, CorpusFile file) => new(
        shard, row, file.Repository.Name, file.Path, file.ContentId, file.License, file.LicenseClass.Name(), file.LicenseEvidence,
        string.Join('\n', file.Copyright), file.Copies, file.SourceEncoding, file.Size, file.Lines, file.MeanLine, file.MaxLine,
        file.AlphanumericShare) { BlobId = file.BlobId };

    /// <inheritdoc/>
    public override void Write(BinaryWriter to)
    {
        WriteStart(to, Kind.Clean);
        to.Write(Shard);
        to.Write(Row);
        to.Write(Repository);
        to.Write(Path);
        WriteId(to, ContentId);
        to.Write(License);
        to.Write(LicenseClass);
        to.Write(Evidence);
        to.Write(Copyright);
        to.Write(Copies);
        to.Write(Encoding);
        to.Write(Size);
        to.Write(Lines);
        to.Write(MeanLine);
        to.Write(MaxLine);
        to.Write(AlphanumericShare);
    }

    internal static CleanRecord ReadRest(BinaryReader from, BlobId? id) => new(
        from.ReadString(), from.ReadInt64(), from.ReadString(), from.ReadString(), ReadId(from), from.ReadString(), from.ReadString(),
        from.ReadString(), from.ReadString(), from.ReadInt32(), from.ReadString(), from.ReadInt64(), from.ReadInt32(), from.ReadDouble(),
        from.ReadInt32(), from.ReadDouble()) { BlobId = id };
}

/// <summary>A row of the dataset and its tokens; the token shard is empty if there are no tokens yet.</summary>
internal sealed record DatasetRecord(string Shard, long Row, string TokenShard, int Document, long FirstToken, int Tokens) : FileRecord
{
    /// <inheritdoc/>
    public override void Write(BinaryWriter to)
    {
        WriteStart(to, Kind.Dataset);
        to.Write(Shard);
        to.Write(Row);
        to.Write(TokenShard);
        to.Write(Document);
        to.Write(FirstToken);
        to.Write(Tokens);
    }

    internal static DatasetRecord Of(BlobId id, string shard, long row, TokenRange tokens) =>
        new(shard, row, tokens.File, tokens.Document, tokens.First, tokens.Count) { BlobId = id };

    internal static DatasetRecord ReadRest(BinaryReader from, BlobId? id) => new(
        from.ReadString(), from.ReadInt64(), from.ReadString(), from.ReadInt32(), from.ReadInt64(), from.ReadInt32()) { BlobId = id };
}
