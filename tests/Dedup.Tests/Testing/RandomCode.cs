using System.Text;

namespace DataForge.Dedup.Tests.Testing;

/// <summary>Random Python-like sources in groups of near duplicates.</summary>
internal static class RandomCode
{
    public static List<TestFile> Files(Random random, int count)
    {
        var files = new List<TestFile>();
        var seen = new HashSet<string>();
        while (files.Count < count)
        {
            string[] lines = Lines(random, random.Next(1, 60));
            int group = random.Next(1, 5);
            for (int i = 0; i < group; i++)
            {
                string[] changed = [.. lines];
                for (int edits = random.Next(4); edits > 0; edits--)
                {
                    changed[random.Next(changed.Length)] = Lines(random, 1)[0];
                }

                string text = string.Join('\n', changed) + (random.Next(3) == 0 ? "\n\n# end\n" : "\n");
                if (seen.Add(text))
                {
                    files.Add(new TestFile($"owner/repo{random.Next(20)}", $"file{files.Count}.py", text, random.Next(4) * 10, random.Next(1, 4)));
                }
            }
        }

        TestFile[] shuffled = [.. files.Take(count)];
        random.Shuffle(shuffled);
        return [.. shuffled];
    }

    private static string[] Lines(Random random, int count)
    {
        var lines = new string[count];
        for (int i = 0; i < count; i++)
        {
            var line = new StringBuilder();
            line.Append($"v{random.Next(500)} = f{random.Next(500)}(x{random.Next(500)}, {random.Next(100)}) + \"s {random.Next(100)}\"");
            lines[i] = line.ToString();
        }

        return lines;
    }
}
