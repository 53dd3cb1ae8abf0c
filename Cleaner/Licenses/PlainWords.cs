namespace DataForge.Cleaner.Licenses;

/// <summary>
/// Words that a sentence beside a licence may have: those of titles, credits, contacts, histories and pointers. A sentence with another
/// word may speak of people, purposes, places or things for which the licence does not hold, and is not understood. Names, numbers and
/// addresses stand for themselves.
/// </summary>
internal static class PlainWords
{
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Words = new HashSet<string>(
        """
        about above academy accept accompanied accompany accompanying accordance according acknowledge acknowledged acknowledgement
        acknowledgements acknowledges acknowledging acknowledgment acknowledgments actual adapt adaptation adapted adapts add added adding
        addition additional additionally additions address addresses adds affero affiliates after ag again against agency agpl agree agreed
        agreement agreements agrees aka al algorithm algorithms all allow allowed allows along already also alterations alternative
        alternatively although always am amp an ancient and another answer answers any anybody anyone anything apache app appear appeared
        appears applicable application applications applied applies apply appreciate appreciated appreciates approvals approved approx apr
        april archive are article articles artistic artwork as assign assigned assist assistance assisted association at attach attached
        attribution attributions aug august author authored authors authorship availability available award awards backgrounds banner base
        based bases basically basis be bears because been before began begin beginning begun being believe belong belongs below bene beopen
        berkeley best better between bibtex big binary bitbucket block blog book books boost borrow borrowed borrows both bottom branch bsd
        bug bugfix bugfixes bugs build building builds built bundle bundled bundles but bv by ca california call called calls came can
        carefully case cc0 center centre centrum certain certified change changed changelog changes changing channel chapter charts chat
        choice choose citation citations cite cited cites citing claimed clarifies class classes clause clauses cleaned cnri co coauthor
        coauthors code codebase collection collective college com come comes coming comment comments commit commits committed committee
        common commonly commons communities community company compatibility compatible compatibly compiled complaints complete completely
        complies component components conceptually concerning condition conditions conference conform conforms consent consider consortium
        contact contacts contain contained containing contains content contents continue continued continues contract contribute
        contributed contributes contributing contribution contributions contributor contributors conversion convert converted coordinates
        copied copies copy copying copyright copyrighted copyrights core corp corporation correction could council couple cover covered
        covering covers cpp create created creates creation creative creator creators credit credited credits current currently cvs cwi
        date dated dates day days debian dec december declaration dedicate dedicated dedicates dedication defined definitions demonstration
        department departments dept derivation derive derived derives described description descriptions designed desired detail details
        develop developed developer developers developing development develops did different digest direct directly directories directory
        disclaimer disclaimers distribute distributed distributes distribution distributions diverse division dnl do docs docstring
        document documentation documents does doi domain donate donated donates done download downloaded downloads dr drawn dual dually
        during each earlier earliest early ed edition editor editors eds eg eight either elect email employee employees employer employers
        enclosed end ends engine enhance enhanced enhancement enhancements enjoy enquiries entire entirely entirety entries entry
        equivalence equivalent et etc every everybody everyone everything everywhere exact exactly except excepting exception exceptions
        excerpt excerpted excerpts exhibit expat explained explicitly express expressed expression expressions expressly extent external
        extract extracted faculty fax feb february fedora feedback feel few file filename filenames files find first five fix fixed fixes
        fixing folder folders follow followed following follows for fork forked form formal former formerly forms fortran forum forwarded
        found foundation founder founders four framework free freely friend friendly friends from ftp full fully function functionality
        functionally functions fund funded funding funds further general get git github gitlab give given gives giving glad gmbh gnu good
        govern governed governs gpl grant grants grateful gratitude great group groups gt hacking had happy has have having he header
        headers headline hear held help helped helpful helping helps hence her here hereby herein herewith him his history hold holder
        holders holds home homepage hope hopes host hosted hosts how however hpnd htm html http https ibid icons id idea ideas identical
        identically identifier ie if illinois images implement implementation implementations implements implied import important imported
        imports improve improved improvement improvements in inc include included includes including inclusion incorporate incorporated
        incorporates incorporating index indicate indicated indicates individual individually individuals info information initial
        initially initiative inquiries inspiration inspire inspired instead institute institution institutions interface interfaces
        international internet into irc is isbn isc issue issues it item items its itself jan january java javascript journal jul july jun
        june just keep keeps kept kg kind kindly kinds know known lab laboratories laboratory laid language large last late later latest
        law lead leader learn legal less lesser level lgpl libpng libraries library libre licence licences license licensed licenses
        licensing like liked likes limited line lines link links linux list listed listing lists literal ll llc locate located location log
        logo logos long look looks love lt ltd mac macos made mail mailing mails main mainly maintain maintained maintainer maintainers
        maintains major make makes making manager manifest many mar march mark marks material mathematisch matlab may md me mean meaning
        means member members mention mentioned merge merged merges message metadata method methods might mind minimal ministry minor mirror
        mirrors mit modification modifications modified modifies modify module modules monday month months more most mostly moved mozilla
        mpl mr mrs ms much must my name named names naming nbsp ncsa need needed needs neighboring neighbouring neither net never new newer
        newest next nine no none nor not nota note noted notes nothing notice notices nov november now nr number numbers numpy obtain
        obtained obtains obviously oct october of off offer offered official often old older oldest on one online only onto open opensource
        operation opinion opinions option or order org organisation organization organizations original originally originate originated
        originates originating osi other others otherwise our ours out outside over overhauled own owned owner owners ownership owns
        package packages page pages paper papers paragraph paragraphs part partial partially particular partly parts party patch patched
        patches people perl permission permissions permissive permissively permit permits permitted person persons phd phone piece pieces
        place placed places please plugin plugins port ported porting portion portions ports posix possible post posts pp pre prefer
        present preserved press previous previously primarily primary printed problems proceedings product products prof professor program
        programs project projects proper property provide provided provides psf public publication publications publicly publish published
        publishes pull purpose purposes put pypi python queries question questions quot re read reader readers readme reads receipt receive
        received receives recent recently record records redistribute redistributed redistribution refer reference references referred
        refers regarding regents registered reimplementation relate related release released releases relicence relicense relicensed
        relicensing remain remainder remained remaining remains remark remarks reorganized repo report reported reporting reports
        repositories repository reproduce reproduced request requests require required requirement requires research reserved respect
        respective respectively rest results retain retained rev review reviewed reviewing reviews revised revision rework reworked rewrite
        rewritten rewrote right rights root routine routines rst runs said same say says school scientific scipy script scripts se second
        section sections see sent sep separate separately separator sept september series set seven several shall shared she ship shipped
        ships short should shown similar simple simplified simply since single site six small so society software solution some somebody
        someone sometimes sort source sourceforge sources spdx specific specified sponsor sponsored sponsors sponsorship stable standard
        stands start started starting starts state stated statement statements stichting still students stuff style subcomponent
        subcomponents subject subproject subprojects subsequent successor successors such suggest suggested suggestion suggestions suite
        summary support supported supporting supports svn switched system systems table take taken takes team teams technical tel ten term
        terms test tested tester testers testing tests text texts than thank thanked thankful thanks that the their theirs them then there
        therefore thereof these thesis they third this those though three through thus time times title titled titles tl tm to toc together
        too took tool toolkit tools top total towards trademark trademarks transferred translate translated translation translations
        translator tree tweaked twitter two txt type types typically ubuntu unclassified under union universal university unix unless
        unlicense unlimited until up update updated updates updating upon url us usage use used user users uses using usual usually various
        ve version versioning versions very via view viewed views visit visits vol volume volunteer volunteers vs w3c want wants warranty
        was way ways we web website websites welcome well were what whatever when where whether which whichever while who whoever whole
        whom whose why wide wiki wikipedia will windows wish wishes with within without wonderful work works world worldwide would write
        writer writers writes written wrote wtfpl www x11 year years you your yours zero zlib zope zpl
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries),
        StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    // Where an unknown word in lower case is a name: "derived from numpy", "greenlet is licensed under …".
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> BeforeName = new HashSet<string>(
        ["of", "from", "by", "towards", "copyright", "begin", "end"], StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> AfterName = new HashSet<string>(
        [
            "is", "are", "was", "has", "license", "licenses", "licensed", "project", "library", "package", "module", "development", "code",
            "source", "contributors", "authors", "developers", "team", "repository", "software", "files", "version", "versions",
            "work", "subprojects", "plugin", "s",
        ],
        StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The first word of a sentence that is neither plain nor a name, a number or an address; empty where there is none.</summary>
    /// <param name="sentence">The sentence in lower case; what is judged already may be blank.</param>
    /// <param name="cased">The same with its capitals, and zeros in place of the letters of addresses.</param>
    public static ReadOnlySpan<char> FirstOther(ReadOnlySpan<char> sentence, ReadOnlySpan<char> cased)
    {
        // Where all letters are capitals, they say nothing.
        bool hasCase = cased.ContainsAnyInRange('a', 'z');
        ReadOnlySpan<char> pending = default;
        ReadOnlySpan<char> last = default;
        ReadOnlySpan<char> beforeLast = default;
        foreach (Range range in sentence.Split(' '))
        {
            ReadOnlySpan<char> word = sentence[range];
            if (word.IsEmpty)
            {
                continue;
            }

            bool isPlain = word.Length == 1 || Words.Contains(word) || cased[range].ContainsAnyInRange('0', '9');
            SentenceRole role = isPlain ? SentenceRole.None : SentenceRoles.OfWord(word);
            bool isName = !isPlain && hasCase && char.IsAsciiLetterUpper(cased[range][0])
                && role is SentenceRole.None or SentenceRole.Moving;
            if (!pending.IsEmpty && !isName && !AfterName.Contains(word))
            {
                return pending;
            }

            pending = default;
            if (!isPlain && !isName)
            {
                if (role != SentenceRole.None)
                {
                    return word;
                }

                pending = BeforeName.Contains(last) || (last is "in" && beforeLast is "files" or "code") ? default : word;
            }

            beforeLast = last;
            last = word;
        }

        return pending;
    }
}
