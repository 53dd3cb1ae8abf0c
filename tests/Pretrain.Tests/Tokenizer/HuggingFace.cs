using System.Buffers.Binary;
using System.Diagnostics;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Tokenizer;

/// <summary>Encodes texts with the npm package @huggingface/tokenizers, which shares nothing with the code under test.</summary>
internal static class HuggingFace
{
    private static readonly string Module = Path.Combine(SharedFiles.ProjectRoot, "artifacts", "npm", "node_modules", "@huggingface", "tokenizers");

    /// <summary>Why it cannot be used here, or null.</summary>
    public static string? Missing => Directory.Exists(Module) ? null : "@huggingface/tokenizers is not installed under artifacts/npm";

    /// <summary>
    /// Why any code point cannot be compared here, or null: letters and digits are those of Unicode 17.0, and the package takes them from
    /// its Node.js.
    /// </summary>
    public static string? OtherUnicode => UnicodeOfNode.Value == "17.0" ? null : $"Node.js has Unicode {UnicodeOfNode.Value}, not 17.0";

    private static readonly Lazy<string> UnicodeOfNode = new(() =>
    {
        using Process node = Process.Start(new ProcessStartInfo("node", ["-p", "process.versions.unicode"]) { RedirectStandardOutput = true })!;
        return node.StandardOutput.ReadToEnd().Trim();
    });

    /// <summary>The ids of each text.</summary>
    public static int[][] Encode(string folder, IReadOnlyList<byte[]> texts, bool prompt = false)
    {
        string input = Path.GetTempFileName(), output = Path.GetTempFileName();
        try
        {
            using (FileStream stream = File.Create(input))
            {
                Span<byte> length = stackalloc byte[4];
                foreach (byte[] text in texts)
                {
                    BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
                    stream.Write(length);
                    stream.Write(text);
                }
            }

            string script = Path.Combine(SharedFiles.ProjectRoot, "tests", "Pretrain.Tests", "js", "tokenize.mjs");
            List<string> arguments = ["--max-old-space-size=4096", script, Module, folder, input, output];
            if (prompt)
            {
                arguments.Add("prompt");
            }

            using Process node = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            Task<string> errors = node.StandardError.ReadToEndAsync();
            node.StandardOutput.ReadToEnd();
            node.WaitForExit();
            Assert.True(node.ExitCode == 0, errors.Result);
            return Split(File.ReadAllBytes(output), texts.Count);
        }
        finally
        {
            File.Delete(input);
            File.Delete(output);
        }
    }

    private static int[][] Split(byte[] words, int texts)
    {
        int[][] result = new int[texts][];
        int at = 0;
        for (int text = 0; text < texts; text++)
        {
            result[text] = new int[BinaryPrimitives.ReadInt32LittleEndian(words.AsSpan(at))];
            at += 4;
            for (int i = 0; i < result[text].Length; i++, at += 4)
            {
                result[text][i] = BinaryPrimitives.ReadInt32LittleEndian(words.AsSpan(at));
            }
        }

        Assert.Equal(words.Length, at);
        return result;
    }
}
