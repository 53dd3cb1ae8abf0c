namespace DataForge.Benchmarks.Packages;

/// <summary>Python files in one file, so that reading them costs little and holds one row in memory.</summary>
internal static class TextRows
{
    /// <summary>Writes the files of a folder, up to a size; returns the bytes of their texts.</summary>
    public static long Write(string path, IEnumerable<string> files, long limit)
    {
        long bytes = 0;
        using var writer = new BinaryWriter(File.Create(path));
        foreach (string file in files)
        {
            byte[] content = File.ReadAllBytes(file);
            if (content.Length > 0 && System.Text.Unicode.Utf8.IsValid(content))
            {
                writer.Write(file);
                writer.Write(content.Length);
                writer.Write(content);
                bytes += content.Length;
            }

            if (bytes >= limit)
            {
                break;
            }
        }

        return bytes;
    }

    /// <summary>The rows one by one.</summary>
    public static IEnumerable<TextRow> Read(string path)
    {
        using var reader = new BinaryReader(new BufferedStream(File.OpenRead(path), 1 << 16));
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            string name = reader.ReadString();
            yield return new TextRow(name, reader.ReadBytes(reader.ReadInt32()));
        }
    }
}
