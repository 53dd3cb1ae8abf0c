using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// The second look at a sentence beside a licence that no clause makes doubtful: whether it is of a kind that is known to leave rights as
/// they are. A sentence that speaks of licences, of people, of what one does with the work, or of parts of it, and a fragment such as a
/// title, must consist of plain words and names (<see cref="PlainWords"/>); what only describes the software need not.
/// </summary>
internal static partial class PlainSentences
{
    // Words of a fragment, and of one that may be nothing but a name.
    private const int Fragment = 5;
    private const int Title = 3;

    // Words of a licence's name.
    private const int MaxName = 8;

    private const SentenceRole Limits = SentenceRole.Taking | SentenceRole.Binding | SentenceRole.Circle | SentenceRole.Ending;

    /// <summary>Whether a sentence is understood.</summary>
    /// <param name="sentence">The sentence in lower case; what is judged already may be blank.</param>
    /// <param name="cased">The same with its capitals, and zeros in place of the letters of addresses.</param>
    /// <param name="roles">The roles of its words.</param>
    public static bool IsUnderstood(string sentence, ReadOnlySpan<char> cased, SentenceRole roles)
    {
        int words = 0;
        foreach (Range range in sentence.AsSpan().Split(' '))
        {
            words += sentence.AsSpan()[range].IsEmpty ? 0 : 1;
        }

        bool isHolder = (roles & ~(SentenceRole.Moving | SentenceRole.Circle)) == 0 && Holder().IsMatch(sentence);
        bool hasPart = !isHolder && Part().IsMatch(sentence);
        bool speaks = roles != SentenceRole.None || hasPart;
        if (!speaks && words is <= Title or > Fragment)
        {
            return true;
        }

        if (words <= Fragment && (hasPart || (words > 1 && (roles & SentenceRole.Binding) != 0)))
        {
            // "Members only", "No clouds", "Fonts:".
            return false;
        }

        bool isCredit = (Credit().IsMatch(sentence) && (roles & (Limits | SentenceRole.Act)) == 0)
            || (NeutralSentences.IsOrigin(sentence) && (roles & (Limits | SentenceRole.Person)) == 0 && !Part().IsMatch(sentence));
        return isCredit || PlainWords.FirstOther(sentence, cased).IsEmpty
            || (words <= MaxName && LicenseNames.ToSpdx(sentence.Trim(' ')) is not null);
    }

    // Authors, contacts and thanks: any name may follow.
    [GeneratedRegex(
        @"^ *(?:(?:the|main|original|originally|lead|current|now|and|with|many|special) )*(?:written by|by|developed by|created by"
        + @"|modified by|maintained by"
        + @"|(?:[a-z]+ )?(?:changes|modifications|patches|additions|fixes|improvements|enhancements|port|conversion) by"
        + @"|authors?|contributors?|maintainers?|developers?|credits?|contacts?|e ?mail|home ?page|web ?site|thanks)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Credit();

    // "Example Institute of Technology": what is left of a copyright line.
    [GeneratedRegex(
        @"\b(?:institute|university|college|foundation|laborator(?:y|ies)|academy|society|consortium|inc|ltd|llc|gmbh|corp)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Holder();

    // Parts of a work that often have licences of their own.
    [GeneratedRegex(
        @"\b(?:bundled|vendored|samples?|examples?|demos?|fixtures?|documentation|docs|manual|website|logos?|fonts?|icons?|images?|artwork"
        + @"|graphics|sounds?|music|media|assets?|textures?|pictures?|photos?|photographs?|translations?|screenshots?|data|datasets?"
        + @"|databases?|models?|weights|checkpoints?|corpus|corpora|installers?|packaging|themes?|templates?|stylesheets?|css|javascript"
        + @"|bindings?|binaries|benchmarks?|notebooks?|tutorials?|brand|protocol|specifications?|schemas?|firmware|drivers?|plugins?"
        + @"|add ?ons?|frontend|backend|ui|android|ios|docker|dependenc(?:y|ies)|packagers?|3rd|parent|upstream|snippets?|subset)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
