namespace DataForge.Cleaner.Licenses;

/// <summary>What a sentence of a header or README says for itself.</summary>
/// <param name="IsDoubtful">Whether the sentence alone makes the whole doubtful.</param>
/// <param name="IsDisclaimer">Whether it only disclaims warranty or liability.</param>
/// <param name="IsCopyright">Whether it is a copyright line.</param>
/// <param name="Speaks">Whether it speaks of a licence.</param>
/// <param name="MayTake">Whether it takes something away, if a sentence near it speaks of a licence.</param>
internal readonly record struct HeaderSentence(bool IsDoubtful, bool IsDisclaimer, bool IsCopyright, bool Speaks, bool MayTake);

internal static partial class DoubtfulClauses
{
    [ThreadStatic]
    private static FunctionCache<(string Whole, string Cased), HeaderSentence>? _headerSentences;

    private static HeaderSentence OfHeader(string whole, string cased) =>
        (_headerSentences ??= new()).Of((whole, cased), whole.Length, ReadHeader);

    private static HeaderSentence ReadHeader((string Whole, string Cased) key)
    {
        (string whole, string cased) = key;
        (string judged, string sentence, SentenceRole roles) = Judged(whole, cased);
        if (IsDisclaimer(whole))
        {
            return new HeaderSentence(Burden().IsMatch(sentence), IsDisclaimer: true, false, false, false);
        }

        // Without these words it is no title that counts, and does not speak of a licence.
        bool isOfRights = (roles & (SentenceRole.Right | SentenceRole.Name)) != 0;
        bool isTitle = isOfRights && Title().IsMatch(whole);
        bool speaks = isTitle || (isOfRights && Rights().IsMatch(whole));

        // "MIT license on weekdays".
        bool isDoubtful = (isTitle && (roles & SentenceRole.Name) != 0 && whole.Length <= MaxTitle
                && !PlainWords.FirstOther(judged, cased).IsEmpty)
            || (speaks && !NeutralSentences.Is(sentence, roles));
        bool mayTake = !isDoubtful && !speaks && NeutralSentences.MayTake(sentence, roles);
        return new HeaderSentence(isDoubtful, IsDisclaimer: false, CopyrightOnly().IsMatch(whole), speaks, mayTake);
    }
}
