using DataForge.Corpus.Events;

namespace DataForge.Inspection.Reporting;

/// <summary>The completions that a run's model wrote.</summary>
public static class Samples
{
    /// <summary>Those since the last step of training, one for each prompt, in the order they were written.</summary>
    public static IReadOnlyList<SampleWritten> Of(IEnumerable<Event> events)
    {
        List<SampleWritten> samples = [];
        foreach (Event entry in events)
        {
            if (entry is TrainingStep)
            {
                samples.Clear();
            }
            else if (entry is SampleWritten sample)
            {
                samples.RemoveAll(earlier => earlier.Prompt == sample.Prompt);
                samples.Add(sample);
            }
        }

        return samples;
    }
}
