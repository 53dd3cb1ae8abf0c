using System.Globalization;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;

namespace DataForge.Testing;

/// <summary>Writes finished runs of any length without a build: progress, parts and training steps, as a build logs them.</summary>
public static class WrittenRuns
{
    private const string Log = "20260101T000000.000Z-1.jsonl";

    /// <summary>Writes a run with so many events.</summary>
    public static void Write(string workspace, string name, int events)
    {
        string run = Path.Combine(workspace, "runs", name);
        Directory.CreateDirectory(Path.Combine(run, "events"));
        File.WriteAllText(Path.Combine(run, "version"), "1\n");
        using var log = new StreamWriter(Path.Combine(run, "events", Log));
        log.Write(Line("run.started", $"\"run\":\"{name}\",\"workspace\":\"/elsewhere\",\"version\":\"1\",\"stages\":[\"clean\",\"pretrain\"]"));
        log.Write(Line("stage.started", "\"stage\":\"clean\""));
        for (int i = 3; i <= events / 4; i++)
        {
            log.Write(i % 8 == 0
                ? Line("part.done", $"\"stage\":\"clean\",\"part\":\"part-{i:D5}\",\"reused\":false,\"seconds\":1,\"counts\":{{\"contents.in\":9}}")
                : Line("stage.advanced", $"\"stage\":\"clean\",\"unit\":\"files\",\"done\":{i},\"total\":{events},\"seconds\":{i}"));
        }

        log.Write(Line("stage.started", "\"stage\":\"pretrain\""));
        for (int i = 1; i < events - (events / 4); i++)
        {
            log.Write(Line("training.step", Step(i, events)));
        }

        log.Write(Line("run.finished", $"\"run\":\"{name}\",\"status\":\"done\",\"seconds\":9"));
        WriteManifest(run);
    }

    /// <summary>Appends the last step of a training of so many to a run's log.</summary>
    public static void AppendStep(string workspace, string name, int step) =>
        File.AppendAllText(Path.Combine(workspace, "runs", name, "events", Log), Line("training.step", Step(step, step)));

    private static void WriteManifest(string run)
    {
        var counts = new CountTable();
        counts[CountName.OccurrencesIn] = 1000;
        counts[CountName.ContentsOut] = 500;
        for (int rule = 0; rule < 20; rule++)
        {
            counts[CountName.Dropped.Of($"rule_{rule}")] = 10 + rule;
        }

        foreach (string stage in new[] { StageNames.Clean, StageNames.Dedup })
        {
            string folder = Path.Combine(run, "manifest", stage);
            Directory.CreateDirectory(folder);
            for (int part = 0; part < 8; part++)
            {
                var entry = new ManifestEntry { Stage = stage, Part = $"part-{part:D5}", InputHash = "", OptionsHash = "", Counts = counts };
                File.WriteAllBytes(Path.Combine(folder, $"part-{part:D5}.json"), CanonicalJson.Write(entry));
            }
        }
    }

    private static string Step(int step, int steps) =>
        $"\"step\":{step},\"steps\":{steps},\"loss\":{(2 + (8.0 / step)).ToString(CultureInfo.InvariantCulture)},\"tokensPerSecond\":51234.5,"
        + "\"learningRate\":0.0006,\"gradientNorm\":0.71,\"secondsLeft\":12.5,\"memoryBytes\":812345678";

    private static string Line(string type, string fields) => $"{{\"type\":\"{type}\",\"time\":\"2026-01-01T00:00:00.0000000+00:00\",{fields}}}\n";
}
