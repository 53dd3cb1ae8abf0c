namespace DataForge.Cleaner.Licenses;

/// <summary>How a range of a file's words compares with a template.</summary>
/// <param name="Start">The first word of the range.</param>
/// <param name="End">The word after its last one.</param>
/// <param name="Matched">Words of the template's body that are there, in order.</param>
/// <param name="Missing">Words of the body that are not.</param>
/// <param name="Extra">Words of the range that the template does not have.</param>
/// <param name="Operative">Whether an operative word (<see cref="OperativeWords"/>) is among the missing or extra ones.</param>
internal readonly record struct Alignment(int Start, int End, int Matched, int Missing, int Extra, bool Operative)
{
    /// <summary>Shared words among all words of both sides (the Sørensen–Dice coefficient), 0 to 1.</summary>
    public double Similarity => 2.0 * Matched / Math.Max(1, (2 * Matched) + Missing + Extra);
}
