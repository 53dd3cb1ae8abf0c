using DataForge.Corpus;

namespace DataForge.Inspection.Explanation;

/// <summary>Something known of a file.</summary>
internal abstract record StoryRecord
{
    /// <summary>The content's git id; null where it could not be read.</summary>
    public BlobId? BlobId { get; init; }

    private protected enum Kind : byte
    {
        Found = 1,
        Left = 2,
        Passed = 3,
        Kept = 4,
    }

    /// <summary>Reads a record as <see cref="Write"/> wrote it.</summary>
    public static StoryRecord Read(BinaryReader from)
    {
        var kind = (Kind)from.ReadByte();
        BlobId? id = from.ReadBoolean() ? new BlobId(from.ReadBytes(Corpus.BlobId.Size)) : null;
        return kind switch
        {
            Kind.Found => FoundRecord.ReadRest(from, id),
            Kind.Left => LeftRecord.ReadRest(from, id),
            Kind.Passed => PassedRecord.ReadRest(from, id),
            Kind.Kept => KeptRecord.ReadRest(from, id),
            _ => throw new InvalidDataException("no record of this kind"),
        };
    }

    /// <summary>Writes the record.</summary>
    public abstract void Write(BinaryWriter to);

    private protected void WriteStart(BinaryWriter to, Kind kind)
    {
        to.Write((byte)kind);
        to.Write(BlobId is not null);
        if (BlobId is { } id)
        {
            Span<byte> bytes = stackalloc byte[Corpus.BlobId.Size];
            id.CopyTo(bytes);
            to.Write(bytes);
        }
    }
}

/// <summary>A place where it was found.</summary>
internal sealed record FoundRecord(string Repository, string Source, string Commit, string Path, long Size, FileKind FileKind, int Snapshot, int BlobPart, string Fault) : StoryRecord
{
    public static FoundRecord ReadRest(BinaryReader from, BlobId? id) => new(
        from.ReadString(), from.ReadString(), from.ReadString(), from.ReadString(), from.ReadInt64(), (FileKind)from.ReadInt32(), from.ReadInt32(), from.ReadInt32(), from.ReadString()) { BlobId = id };

    public override void Write(BinaryWriter to)
    {
        WriteStart(to, Kind.Found);
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
}

/// <summary>A row of <c>dropped/</c>.</summary>
internal sealed record LeftRecord(
    string Stage, DropLevel Level, string Rule, string Value, string Threshold, string Repository, string Path, int Copies, BlobId? Twin, double Jaccard) : StoryRecord
{
    public static LeftRecord ReadRest(BinaryReader from, BlobId? id) => new(
        from.ReadString(), (DropLevel)from.ReadByte(), from.ReadString(), from.ReadString(), from.ReadString(), from.ReadString(), from.ReadString(), from.ReadInt32(),
        from.ReadBoolean() ? new BlobId(from.ReadBytes(Corpus.BlobId.Size)) : null, from.ReadDouble()) { BlobId = id };

    public override void Write(BinaryWriter to)
    {
        WriteStart(to, Kind.Left);
        to.Write(Stage);
        to.Write((byte)Level);
        to.Write(Rule);
        to.Write(Value);
        to.Write(Threshold);
        to.Write(Repository);
        to.Write(Path);
        to.Write(Copies);
        to.Write(Twin is not null);
        if (Twin is { } twin)
        {
            Span<byte> bytes = stackalloc byte[Corpus.BlobId.Size];
            twin.CopyTo(bytes);
            to.Write(bytes);
        }

        to.Write(Jaccard);
    }
}

/// <summary>A row of <c>2-clean</c>: it passed the cleaner's rules.</summary>
internal sealed record PassedRecord(
    string Shard, long Row, string Repository, string Path, BlobId ContentId, string License, string LicenseClass, string Evidence, string Copyright, int Copies,
    string Encoding, long Size, int Lines, double MeanLine, int MaxLine, double AlphanumericShare) : StoryRecord
{
    public static PassedRecord Of(string shard, long row, CorpusFile file) => new(
        shard, row, file.Repository.Name, file.Path, file.ContentId, file.License, file.LicenseClass.Name(), file.LicenseEvidence, string.Join('\n', file.Copyright),
        file.Copies, file.SourceEncoding, file.Size, file.Lines, file.MeanLine, file.MaxLine, file.AlphanumericShare) { BlobId = file.BlobId };

    public static PassedRecord ReadRest(BinaryReader from, BlobId? id) => new(
        from.ReadString(), from.ReadInt64(), from.ReadString(), from.ReadString(), new BlobId(from.ReadBytes(Corpus.BlobId.Size)), from.ReadString(), from.ReadString(),
        from.ReadString(), from.ReadString(), from.ReadInt32(), from.ReadString(), from.ReadInt64(), from.ReadInt32(), from.ReadDouble(), from.ReadInt32(),
        from.ReadDouble()) { BlobId = id };

    public override void Write(BinaryWriter to)
    {
        WriteStart(to, Kind.Passed);
        to.Write(Shard);
        to.Write(Row);
        to.Write(Repository);
        to.Write(Path);
        Span<byte> bytes = stackalloc byte[Corpus.BlobId.Size];
        ContentId.CopyTo(bytes);
        to.Write(bytes);
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
}

/// <summary>A row of the dataset, and its tokens; no token shard where there are none yet.</summary>
internal sealed record KeptRecord(string Shard, long Row, string TokenShard, int Document, long FirstToken, int Tokens) : StoryRecord
{
    public static KeptRecord ReadRest(BinaryReader from, BlobId? id) =>
        new(from.ReadString(), from.ReadInt64(), from.ReadString(), from.ReadInt32(), from.ReadInt64(), from.ReadInt32()) { BlobId = id };

    public override void Write(BinaryWriter to)
    {
        WriteStart(to, Kind.Kept);
        to.Write(Shard);
        to.Write(Row);
        to.Write(TokenShard);
        to.Write(Document);
        to.Write(FirstToken);
        to.Write(Tokens);
    }
}
