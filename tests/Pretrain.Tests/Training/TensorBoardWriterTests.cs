using System.Diagnostics;
using System.Globalization;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Training;

public class TensorBoardWriterTests
{
    /// <summary>What a reader in Python, written from the formats' descriptions, finds in the file.</summary>
    [Fact]
    public void Scalar_manyNumbers_areReadBackByAnIndependentReader()
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/python3"), "there is no /usr/bin/python3");
        using TemporaryFolder folder = new();
        (string Tag, long Step, float Value)[] written =
        [
            ("train/loss", 1, 10.25f), ("train/loss", 2, 9.5f), ("validation/loss", 300, 3.14159f), ("ä/ω", 1L << 40, -1e-30f), ("big", 127, 1e30f),
            (new string('t', 200), 128, 0),
        ];
        using (TensorBoardWriter writer = new(folder.Path, "test", 0, TimeProvider.System))
        {
            foreach ((string tag, long step, float value) in written)
            {
                writer.Scalar(tag, step, value);
            }
        }

        string[] lines = Read(Assert.Single(Directory.GetFiles(folder.Path)));
        Assert.Equal(written, lines.Select(line => line.Split(' ')).Select(parts => (
            parts[1], long.Parse(parts[0], CultureInfo.InvariantCulture), (float)double.Parse(parts[2], CultureInfo.InvariantCulture))));
    }

    [Fact]
    public void MaskedCrc_rfc3720Vectors_areRight()
    {
        Assert.Equal(Masked(0x8A9136AA), TensorBoardWriter.MaskedCrc(new byte[32]));
        Assert.Equal(Masked(0xE3069283), TensorBoardWriter.MaskedCrc("123456789"u8));

        static uint Masked(uint crc) => ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
    }

    private static string[] Read(string file)
    {
        string script = Path.Combine(SharedFiles.ProjectRoot, "tests", "Pretrain.Tests", "reference", "read_events.py");
        ProcessStartInfo start = new("/usr/bin/python3", [script, file]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd(), errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
