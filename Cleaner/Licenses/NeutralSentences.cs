using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// Sentences beside a licence that leave its rights as they are: titles, copyright lines, credits, contacts, requests for a citation,
/// pointers to a text, plain statements of the licence, and prose about other things. A sentence about rights that is of none of these
/// kinds may bind, deny, date or end them.
/// </summary>
internal static partial class NeutralSentences
{
    private const SentenceRole About =
        SentenceRole.Right | SentenceRole.Name | SentenceRole.Act | SentenceRole.Person | SentenceRole.Third | SentenceRole.Work;

    /// <summary>Whether a sentence gives a right and nothing else, or says who holds the copyright, whatever its words.</summary>
    /// <param name="sentence">The sentence, in lower case and without punctuation.</param>
    public static bool IsSettled(string sentence) => UnconditionalGrant().IsMatch(sentence) || IsRecord(sentence);

    /// <summary>Whether a sentence says where code comes from.</summary>
    /// <param name="sentence">The sentence, in lower case and without punctuation.</param>
    public static bool IsOrigin(string sentence) => Attribution().IsMatch(sentence);

    /// <summary>Whether a sentence leaves the rights of a work as they are.</summary>
    /// <param name="sentence">The sentence, in lower case and without punctuation.</param>
    /// <param name="roles">The roles of its words.</param>
    public static bool Is(string sentence, SentenceRole roles)
    {
        if (UnconditionalGrant().IsMatch(sentence))
        {
            return true;
        }

        if (Has(roles, SentenceRole.Taking) || IsTaking(sentence))
        {
            return false;
        }

        bool isBinding = (Has(roles, SentenceRole.Binding) && Has(roles, About))
            || (Has(roles, SentenceRole.Circle) && Has(roles, About & ~(SentenceRole.Person | SentenceRole.Third)))
            || Order().IsMatch(sentence)
            || (SentenceCues.MayOblige(sentence) && Duty().IsMatch(sentence));
        if (isBinding)
        {
            return IsRequest(sentence) || IsRecord(sentence) || Choice().IsMatch(sentence)
                || (Whole().IsMatch(sentence) && !SpeaksOfPart(sentence));
        }

        if (IsRecord(sentence))
        {
            return true;
        }

        if (SpeaksOfPart(sentence))
        {
            return false;
        }

        bool isOfRights = Has(roles, SentenceRole.Right | SentenceRole.Name);
        if (isOfRights && Has(roles, SentenceRole.Ending))
        {
            return Choice().IsMatch(sentence) || Whole().IsMatch(sentence) || IsRequest(sentence);
        }

        return (isOfRights && Has(roles, SentenceRole.Moving)) || Moved().IsMatch(sentence)
            ? Attribution().IsMatch(sentence) || Choice().IsMatch(sentence) || Whole().IsMatch(sentence) || IsRequest(sentence)
            : IsPlain(sentence, roles);
    }

    /// <summary>Whether a sentence may take a right away, where it stands next to one about the licence.</summary>
    /// <param name="sentence">The sentence, in lower case and without punctuation.</param>
    /// <param name="roles">The roles of its words.</param>
    public static bool MayTake(string sentence, SentenceRole roles) =>
        (Has(roles, SentenceRole.Taking)
            || IsTaking(sentence)
            || (Has(roles, SentenceRole.Binding)
                && (Has(roles, SentenceRole.Right | SentenceRole.Name)
                    || (Has(roles, SentenceRole.Act) && Has(roles, SentenceRole.Work | SentenceRole.Person))))
            || (Has(roles, SentenceRole.Circle) && Has(roles, SentenceRole.Right | SentenceRole.Act | SentenceRole.Name))
            || (Has(roles, SentenceRole.Binding) && Has(roles, SentenceRole.Act) && Allowed().IsMatch(sentence))
            || (Act().IsMatch(sentence) && !Free().IsMatch(sentence)))
        && !IsRequest(sentence) && !IsRecord(sentence) && !UnconditionalGrant().IsMatch(sentence);

    private static bool IsPlain(string sentence, SentenceRole roles) =>
        (!Has(roles, SentenceRole.Right) || Statement().IsMatch(sentence) || Funding().IsMatch(sentence) || !Verb().IsMatch(sentence)
            || Attribution().IsMatch(sentence) || Choice().IsMatch(sentence) || Whole().IsMatch(sentence))
        && (!You().IsMatch(sentence) || IsRequest(sentence) || Statement().IsMatch(sentence) || Choice().IsMatch(sentence))
        && (!Act().IsMatch(sentence) || Free().IsMatch(sentence));

    private static bool IsTaking(string sentence) => SentenceCues.MayTake(sentence) && Taking().IsMatch(sentence);

    private static bool IsRecord(string sentence) => SentenceCues.MayBeRecord(sentence) && Record().IsMatch(sentence);

    private static bool IsRequest(string sentence) => SentenceCues.MayBeRequest(sentence) && Request().IsMatch(sentence);

    private static bool Has(SentenceRole roles, SentenceRole any) => (roles & any) != 0;

    // A licence, terms or a text that are said to be about some thing: it must be the whole work.
    private static bool SpeaksOfPart(string sentence)
    {
        if (PartTitle().IsMatch(sentence))
        {
            return true;
        }

        foreach (Match match in Subject().Matches(sentence))
        {
            string thing = match.Groups["thing"].Value;
            if (!NoThing().IsMatch(thing) && (PartOfWork().IsMatch(thing) || (match.Groups["article"].Success && !HasWork(thing))))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasWork(string thing)
    {
        foreach (Range range in thing.AsSpan().Split(' '))
        {
            if (SentenceRoles.IsWork(thing.AsSpan()[range]))
            {
                return true;
            }
        }

        return false;
    }
}
