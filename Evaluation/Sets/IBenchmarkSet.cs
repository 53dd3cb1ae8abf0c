namespace DataForge.Evaluation.Sets;

/// <summary>A set of problems: how its file is read, how a program is built of a completion and how it is judged.</summary>
public interface IBenchmarkSet
{
    /// <summary>The name that <c>--set</c> takes.</summary>
    string Name { get; }

    /// <summary>The data set's name on the Hugging Face Hub, for a model's card.</summary>
    string HubName { get; }

    /// <summary>Seconds of processor time that a program may use.</summary>
    double CpuLimit { get; }

    /// <summary>
    /// Whether leaving the completion out, or returning a constant, may be right for a problem: where a completion is one line of a
    /// function, that line may be a comment or such a return.
    /// </summary>
    bool TrivialAnswersMayPass => false;

    /// <summary>Where a completion ends: the first of these strings and what follows are left out.</summary>
    IReadOnlyList<string> StopStrings { get; }

    /// <summary>Reads the problems from a file as the set's authors publish it.</summary>
    IReadOnlyList<Problem> Read(string path);

    /// <summary>Reads samples in the set's own form.</summary>
    IReadOnlyList<Sample> ReadSamples(string path) => SampleFile.Read(path);

    /// <summary>The same where a sample's problem is known only by the problems.</summary>
    IReadOnlyList<Sample> ReadSamples(string path, IReadOnlyList<Problem> problems) => ReadSamples(path);

    /// <summary>
    /// Whether the set gives solutions. Where it gives none, <see cref="Problem.Reference"/> is a program that gives the expected value.
    /// </summary>
    bool HasSolutions => true;

    /// <summary>Modules of Python that programs import and that are not part of it; without them nothing is scored.</summary>
    IReadOnlyList<string> Modules => [];

    /// <summary>
    /// Makes the text that stands in the program for what a model wrote in one turn, its stop string included; null where a problem has one
    /// turn, which ends before the stop string.
    /// </summary>
    Func<string, string>? EndTurn => null;
}
