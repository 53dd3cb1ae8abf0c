namespace DataForge.Cleaner.Licenses;

/// <summary>What the words of a sentence can do to a right.</summary>
[Flags]
internal enum SentenceRole
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A word that takes rights away or sells them wherever it stands: "expires", "forbidden", "subscription".</summary>
    Taking = 1,

    /// <summary>A word that denies, binds or limits what its sentence speaks of: "not", "must", "only", "unless".</summary>
    Binding = 2,

    /// <summary>A kind of people or purposes that something is for: "for individuals", "within companies", "for research".</summary>
    Circle = 256,

    /// <summary>A word that dates or moves what a sentence says of a licence: "until", "was", "another", "template".</summary>
    Moving = 4,

    /// <summary>A word that ends or begins something, or says that it is not what it seems: "ends", "becomes", "template".</summary>
    Ending = 512,

    /// <summary>A right, or a text that gives one: "license", "permission", "terms".</summary>
    Right = 8,

    /// <summary>The name of a licence: "MIT", "Apache".</summary>
    Name = 16,

    /// <summary>What one does with a work: "use", "copy", "distribute".</summary>
    Act = 32,

    /// <summary>Who gets a right or gives it: "you", "users", "we".</summary>
    Person = 64,

    /// <summary>Somebody or something that was named before: "they", "their".</summary>
    Third = 1024,

    /// <summary>The work, as what the sentence is about: "this software", "our code".</summary>
    Work = 128,
}

/// <summary>Reads what a sentence is about and what it may do to rights, from words of closed lists.</summary>
internal static class SentenceRoles
{
    // How many words may precede the work where the sentence is about it: "all of the source code".
    private const int MaxSubject = 5;
    private const int MinPrefix = 3;

    // How far a kind of people stands behind its preposition, and from the beginning of a sentence that speaks of them.
    private const int MaxPhrase = 3;
    private const int MaxLeading = 2;

    private static readonly Dictionary<string, SentenceRole> Words = new(StringComparer.Ordinal);
    private static readonly Dictionary<string, SentenceRole> Prefixes = new(StringComparer.Ordinal);

    // By the first three characters of a word: whether a prefix may begin so. Most words need no look-up.
    private static readonly bool[] Beginnings = new bool[1 << 15];
    private static readonly Dictionary<string, SentenceRole>.AlternateLookup<ReadOnlySpan<char>> ByWord;
    private static readonly Dictionary<string, SentenceRole>.AlternateLookup<ReadOnlySpan<char>> ByPrefix;
    private static int _longestPrefix;

    // A star stands for any ending.
    static SentenceRoles()
    {
        Add(SentenceRole.Taking, """
            expir* withdraw* withdrew revok* revoc* rescind* terminat* supersed* void voided lapse lapses lapsed lapsing cancel*
            repeal* retract* invalid* forfeit* proprietary confidential* closed undisclosed noncommercial* nonprofit* commercial* fee
            fees paid pay pays paying payment* payable prepaid unpaid purchas* buy buys buyer* buying bought sell sells seller* sold
            selling resale resell* sale sales subscri* customer* royalt* invoice* priced price prices pricing charge charges charged
            costs cost monetiz* monetis* revenue* turnover rent rental lease leased prohibit* forbid* forbad* ban bans banned disallow*
            outlaw* unlawful illegal* trial trials evaluate evaluates evaluated evaluating evaluation competitor* compete competes
            competing competition competitive military weapon* warfare restrict* draft drafts placeholder* obsolete* outdated obligat*
            oblig* indemnif* embargo* sanction* student* teacher* pupil* classroom* countersign* enterprise* refus* deny denies denied
            unlicensed infring* trespass* nda unauthor* unpermitted reimburs* compensat* wholesale reseller* tuition paywall* freemium
            ransom penalt* fine fines prosecut* sue sued suing lawsuit* litigat* euro euros dollar dollars
            """);
        Add(SentenceRole.Binding, """
            must shall cannot not never no none nobody nothing nowhere neither nor without only sole solely exclusiv* alone merely
            purely strictly unless until till except* but though although however instead rather if provided providing whenever while
            lest subject condition* contingent requir* need needed necessitat* agree agrees agreed agreeing agreement agreements
            accept* consent* approv* permitted allow* entitl* eligib* reserv* limit limits limited* confin* contrary notwithstanding
            despite depends depending don doesn didn isn aren wasn weren won wouldn shouldn mustn hasn haven ain few seldom hardly
            scarcely stop* ceas* suspen* halt* discontinu* abandon* bar bars barred prevent* exclud* exempt* privileg* mandat*
            compulsory ask asks asked asking negotiat* contractual disclos* delet* destroy* pending await* wait waits waiting decid*
            undecid* negotiable discretion* pleasure minimum maximum exceed* threshold sharealike
            """);
        Add(SentenceRole.Circle, """
            member* individual* companies company's corporations institutions organi* business* employee* employer* academ* educat*
            research* scientific scientist* personal* private* internal* government* agencies household nation* country countries citizen*
            resident* territor* regions charit* school* laborator* staff colleague* team teams department* division* consorti* sponsor*
            patron* partner* affiliate* friend* volunteer* amateur* professional* industr* clinic* medic* patient* hospital* church*
            peaceful* civil* weekday* weekend* sunday* saturday* monday* friday* hobby* good evil harm* ethic* moral* home production
            """);
        Add(SentenceRole.Ending, """
            became become becomes becoming will would turns tomorrow once when after before effective force valid temporar* belong*
            template* sham fake dummy mock joke fiction* hypothetical* boilerplate scaffold* leftover* remnant* ends ended ending
            mistake* accident* inadvertent* propos* plan* intend* hope* expect* promis* perhaps probabl* lawyer* attorney* counsel
            court* judge* ruling disput* someone somebody unrelated elsewhere quot* illustrat* hold holds held
            """);
        Add(SentenceRole.Moving, """
            yesterday during since ago anymore later future past formerly chang* relicens* replac* switch* transition* revert* extend*
            somewhere example* sample* demo demonstrat* mention* generator starter inherit* left neighbour* neighbor* sibling* foreign
            error consider* intention* possib* applies apply applied applying applicab* concern* pertain*
            """);
        Add(SentenceRole.Right, """
            license licenses licensed licensing licensable licensee* licensor* permission* permit permits permissive* grant grants
            granted granting grantee* right rights terms term clause clauses eula waive* waiver* sublicens*
            """);
        Add(SentenceRole.Name, "mit bsd apache isc zlib gpl lgpl agpl mpl psf boost expat zpl hpnd ncsa cc0 unlicense opensource");
        Add(SentenceRole.Act, """
            use uses used using usage usable reuse* reusing copy copies copying distribut* redistribut* modif* host hosts hosted
            hosting deploy* publish* publication* reproduc* run runs running train trains trained training derivative* incorporat*
            embed* ship ships shipped shipping shar* transfer* offer* install* access* merge* link linking exploit* execut* operat*
            benchmark* adapt* translat* alter* edit edits editing fork forks forked forking bundl* repackag* resharing mirror* upload*
            download* benefit* enjoy*
            """);
        Add(SentenceRole.Person, """
            you your yours us user users anyone anybody everyone everybody whoever recipient* licensee* we our ours persons people holder*
            owner* author authors receiver* clients reader* visitor*
            """);
        Add(SentenceRole.Third, "they them their he she his");
        ByWord = Words.GetAlternateLookup<ReadOnlySpan<char>>();
        ByPrefix = Prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The roles of all words of a sentence in lower case, with one space between its words.</summary>
    public static SentenceRole Of(ReadOnlySpan<char> sentence)
    {
        SentenceRole roles = SentenceRole.None;
        bool isDetermined = false;
        int index = 0;
        int preposition = -1 - MaxPhrase;
        int act = -1 - MaxPhrase;
        foreach (Range range in sentence.Split(' '))
        {
            ReadOnlySpan<char> word = sentence[range];
            if (word.IsEmpty)
            {
                continue;
            }

            SentenceRole role = OfWord(word);
            if ((role & SentenceRole.Circle) != 0 && index - preposition > MaxPhrase && index >= MaxLeading)
            {
                // "the Institute of Technology" is a name, "for institutes" is a limit.
                role &= ~SentenceRole.Circle;
            }

            roles |= role;
            act = (role & SentenceRole.Act) != 0 ? index : act;
            bool isLimit = word is "for" or "to" or "within" or "among" or "inside" || (word is "by" or "in" && index - act <= 2);
            preposition = isLimit ? index : preposition;
            isDetermined |= word is "this" or "the" or "our" or "these" or "all" or "its" or "it" or "that" or "my" or "any" or "every";
            if (index < MaxSubject && isDetermined && IsWork(word))
            {
                roles |= SentenceRole.Work;
            }

            index++;
        }

        return roles;
    }

    /// <summary>
    /// Whether words are a name: each begins with a capital, but for "of", "the" and the like, and none is about rights or what one does
    /// with a work.
    /// </summary>
    /// <param name="text">The words.</param>
    public static bool IsName(ReadOnlySpan<byte> text)
    {
        // Where all letters are capitals, they say nothing.
        bool hasCase = text.ContainsAnyInRange((byte)'a', (byte)'z');
        SentenceRole other = SentenceRole.Taking | SentenceRole.Binding | SentenceRole.Right | SentenceRole.Act | SentenceRole.Ending
            | (hasCase ? SentenceRole.None : SentenceRole.Circle);
        string words = System.Text.Encoding.Latin1.GetString(text);
        string lower = words.ToLowerInvariant();
        for (int at = 0; at < words.Length;)
        {
            int end = at;
            while (end < words.Length && char.IsAsciiLetter(words[end]))
            {
                end++;
            }

            ReadOnlySpan<char> word = lower.AsSpan(at, end - at);
            bool isSmall = word is "of" or "the" or "and" or "at" or "in" or "de";
            if (!word.IsEmpty && !isSmall && (!char.IsAsciiLetterUpper(words[at]) || (OfWord(word) & other) != 0
                || word is "is" or "are" or "be" or "may" or "can" or "this" or "you"))
            {
                return false;
            }

            at = end + 1;
        }

        return true;
    }

    /// <summary>Whether a word names a program as a whole, or the files it consists of.</summary>
    public static bool IsWork(ReadOnlySpan<char> word) => Works.Contains(word);

    internal static SentenceRole OfWord(ReadOnlySpan<char> word)
    {
        if (ByWord.TryGetValue(word, out SentenceRole role))
        {
            return role;
        }

        bool mayBegin = word.Length >= MinPrefix && Beginnings[Place(word)];
        for (int length = mayBegin ? Math.Min(word.Length, _longestPrefix) : 0; length >= MinPrefix; length--)
        {
            if (ByPrefix.TryGetValue(word[..length], out role))
            {
                return role;
            }
        }

        return word is "t" ? SentenceRole.Binding : SentenceRole.None;
    }

    private static void Add(SentenceRole role, string words)
    {
        foreach (string word in words.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            Dictionary<string, SentenceRole> table = word.EndsWith('*') ? Prefixes : Words;
            string key = word.TrimEnd('*');
            table[key] = table.GetValueOrDefault(key) | role;
            if (ReferenceEquals(table, Prefixes))
            {
                Beginnings[Place(key)] = true;
                _longestPrefix = Math.Max(_longestPrefix, key.Length);
            }
        }
    }

    // The five low bits of each of the first characters.
    private static int Place(ReadOnlySpan<char> word) => ((word[0] & 31) << 10) | ((word[1] & 31) << 5) | (word[2] & 31);

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Works = new HashSet<string>(
        """
        software program programs project projects library libraries package packages repository repo codebase code source sources work
        works module modules file files content contents toolkit framework tool tools product products distribution release application
        applications app script scripts implementation plugin driver system server client compiler interpreter suite engine utility game
        snippet function functions class classes header it this everything
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries),
        StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
}
