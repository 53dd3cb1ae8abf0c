using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <content>The patterns of sentences, in lower case and without punctuation.</content>
internal static partial class NeutralSentences
{
    private const string Thing = @"(?:(?<article>the|these|those|our|its|their|some|certain|every|each|any|a|an|my) )?"
        + @"(?<thing>[a-z0-9.+]+(?: (?!(?:is|are|under|which|that|by|from|of|at|see|and|or|in|on|with)\b)[a-z0-9.+]+){0,4})";

    [GeneratedRegex(
        @"\b(?:licen[cs]es?|terms|notice|permissions?|conditions|grant|text|following|above|below|this|it|what follows)(?: (?:text|terms"
        + @"|agreement|file|conditions|notice|alone|below|above))*"
        + @" (?:covers?|covering|concerns?|governs?|belongs? to|applies to|apply to|applicable to|(?:is|are) (?:only |just )?(?:for"
        + @"|of|about)"
        + @"|pertains? to|refers? to|relates? to|came with|comes with) " + Thing
        + @"|^(?:(?:this|here|below|following|above) is )?(?:the |a )?(?:copyright and |full |software |source )*(?:licen[cs]e"
        + @"|licensing|terms"
        + @"|notice|permission)(?: text| terms| agreement| notice| information| and conditions)* (?:of|for|on) (?:use of )?" + Thing
        + @"|^(?:only )?(?<article>the|these|those|our|its|certain) (?<thing>(?:[a-z0-9.+]+ ){1,5})(?:is|are|comes?|came|has"
        + @"|have) (?:[a-z]+ ){0,2}"
        + @"(?:licensed|released|distributed|available|provided|published|covered|governed|under)\b"
        + @"|^(?:we|i) (?:have )?(?:received|got|obtained|took|found|bought|use|include|ship|bundle) " + Thing,
        RegexOptions.CultureInvariant)]
    private static partial Regex Subject();

    // "Test suite license".
    [GeneratedRegex(
        @"^ *(?:the |our )?(?:tests?|samples?|examples?|demos?|fonts?|icons?|logos?|images?|docs|documentation|data|datasets?|artwork"
        + @"|assets?|media|vendor(?:ed)?|bundled|third party)(?: (?:suites?|files?|sets?|code|data|images?|texts?|pages?))* licen[cs]es?"
        + @"(?: terms| text| agreement)?(?: [= ]*)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex PartTitle();

    // What follows "of" or "for" and is no thing under a licence.
    [GeneratedRegex(
        @"\b(?:licen[cs]es?|terms|agreement|authors?|holders?|root|directory|top|following|same|copyright|internet|details"
        + @"|information|more"
        + @"|convenience|purposes?|parts?|portions?|pieces|above|below|this|permission|whole|entire|both|either|all|mit|bsd|apache)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex NoThing();

    [GeneratedRegex(
        @"\b(?:bundled|vendored|samples?|examples?|demos?|tests?|fixtures?|documentation|docs|manual|website|logos?|fonts?|icons?|images?"
        + @"|artwork|graphics|sounds?|music|media|assets?|textures?|pictures?|photos?|photographs?|translations?|screenshots?|data"
        + @"|datasets?"
        + @"|databases?|models?|weights|checkpoints?|corpus|corpora|installers?|packaging|icon|themes?|templates?|stylesheets?|css"
        + @"|javascript"
        + @"|bindings?|build|binaries|benchmarks?|notebooks?|tutorials?|trademarks?|brand|protocol|specifications?|schemas?"
        + @"|firmware|drivers?|plugins?|add ?ons?|extensions?|frontend|backend|ui|web|android|ios|windows|mac|linux|docker"
        + @"|dependenc(?:y|ies)|packagers?|third|3rd|other|neighbou?r[a-z]*|parent|upstream|commit|snippets?|subset|figures?)\b"
        + @"|\b(?:files?|folders?|director(?:y|ies)|below|under) 0",
        RegexOptions.CultureInvariant)]
    private static partial Regex PartOfWork();

    // Rights that are sold, kept or of somebody else, in words that take none by themselves.
    [GeneratedRegex(
        @"\b(?:for|non|not for|makes? a|at a) profits?\b|\btrade secrets?\b|\bneeds (?:a|an|the|our|your|prior|written|permission|consent"
        + @"|approval|to be)\b|\boff limits\b|\b(?:more|fewer|less|greater) than [a-z0-9]+ (?:users?|people|persons|employees"
        + @"|machines|servers"
        + @"|computers|copies|seats|hosts|developers|cores|devices|sites|instances)\b|\bup to [a-z0-9]+ (?:users?|people|persons"
        + @"|employees"
        + @"|machines|servers|computers|copies|seats|developers|devices)\b|\bunder (?:a |your |our |the )?contract\b(?! no\b| number"
        + @"| with| de)"
        + @"|\bin force\b|\bin writing\b|\bwritten (?:permission|consent|agreement|approval|notice)\b|\bopen to negotiation\b"
        + @"|\banother (?:document|agreement|contract|arrangement)\b"
        + @"|\b(?:outside|beyond|against|(?:in|a) breach of) (?:the |these |this |our )?(?:terms|licen[cs]e|scope|grant|permission)\b"
        + @"|\b(?:we|i|it|ours?|this [a-z]+) (?:did|do|does|is|are|was|have|has|will|would) (?:not|n t) *$"
        + @"|\b(?:for|than) (?!any\b|all\b|every|either|general|public|whatever|whichever|this|that|other\b|the (?:same|following|above)\b"
        + @"|your (?:own )?(?:purposes?|use)\b)(?:[a-z]+ ){1,3}?(?:use|uses|usage|purposes?)\b(?! of\b| in\b| with\b| by\b| case| the\b)"
        + @"|\b(?:rights?|grants?|permissions?|licen[cs]es?) (?:is|are|was|were)? ?(?:suspended|gone|over|lost|on hold|frozen)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Taking();

    // A sentence that begins with what the reader has to do.
    [GeneratedRegex(
        @"^ *(?:(?:then|always|first|also|so|and|in return|otherwise|kindly) )?(?:send|report|keep|return|notify|inform|ask|pay|do"
        + @"|delete|destroy"
        + @"|register|credit|share|submit|get|request|stop|give|show|display|publish|buy|talk|call|sign|apply|remove|refrain|avoid)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Order();

    [GeneratedRegex(@"\b(?:has|have|had) to\b|\b(?:is|are) to be\b", RegexOptions.CultureInvariant)]
    private static partial Regex Duty();

    // Another licence than the one beside which it stands, or that one at another time.
    [GeneratedRegex(
        @"\b(?:was|were|had been|used to be|been) (?:[a-z]+ ){0,2}(?:licensed|released|available|distributed|published|covered"
        + @"|governed|under|offered"
        + @"|free|open|permitted|granted|valid)\b"
        + @"|\b(?:old|older|new|newer|former|previous|earlier|past|next|proposed|future|planned|provisional|upstream|original|another"
        + @"|other"
        + @"|different|separate|own|their|his|her|somebody s|someone s|else s) (?!bsd|mit|apache|style"
        + @"|simplified)(?:[a-z]+ ){0,1}(?:licen[cs]e|terms|permission|grant|notice)\b"
        + @"|\b(?:202[89]|20[3-9][0-9])\b|\bas of \b|\b(?:no longer|any longer|any more)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Moved();

    // Who has the copyright in what, and what contributors agreed to: it binds nobody who takes the work.
    [GeneratedRegex(
        @"^(?!.*\b(?:you|users?|use of|used|copy|copies|copying|distribut[a-z]+|permission|licen[cs]e[a-z]*|must|shall|may not"
        + @"|has to|have to|reserved|only|pay|pays|fees?)\b)"
        + @".*(?:\bcopyrights?\b|\bcontribut(?:or|ors|ion|ions)\b)"
        + @"|^(?:(?:all|direct|any|these|patches|and) )*(?:contributions|patches|changes|modifications)\b(?!.*\b(?:must|shall|not"
        + @"|only|unless|need|have to"
        + @"|our|us)\b).*\b(?:licensed|under|made)\b"
        + @"|^(?!.*\b(?:you|users?|must|use of|licen[cs]e[a-z]*)\b).*\bcontribut(?:ors?|ions?)\b.*\b(?:commit|repositor(?:y|ies))\b"
        + @"|\bcontributor\b.*\breleases? their\b|\bbelongs? to (?:the|its|their|your) (?:respective )?(?:authors?|owners?)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Record();

    // A choice between licences, both of which are there.
    [GeneratedRegex(
        @"^(?!.*\b(?:must|shall|not|only|unless|until|need)\b).*\b(?:your choice|at your option|you may choose|choose (?:either"
        + @"|whichever|between|one)"
        + @"|either (?:of|the|license)|you elect|elect to|to accept the|dual licensed|alternative)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Choice();

    // Code that comes from elsewhere, and its licence.
    [GeneratedRegex(
        @"\b(?:derived|adapted|adopted|taken|copied|ported|borrowed|forked|extracted|originat[a-z]+|imported|translated|modified"
        + @"|comes?|came"
        + @"|obtained|written|created|developed|maintained|released) (?:from|by|at)\b|\bbased (?:up)?on\b|\bpart of\b"
        + @"|\b(?:contains?|includes?|including|incorporates?|bundles?) (?:[a-z0-9.+]+ ){0,6}(?:code|software|files|components?|parts"
        + @"|portions"
        + @"|sources?|librar(?:y|ies)|modules?|packages?|functions?|subcomponents|works?|material)\b"
        + @"|^(?:(?:some|many|most|certain|several|a few|the|other|small) )*(?:of )?(?:parts?|portions?|pieces|patches|source files"
        + @"|files)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Attribution();

    [GeneratedRegex(
        @"\b(?:support(?:ed)?|fund(?:ed|ing)?|sponsor(?:ed)?|award|contract)\b.*\bgrants?\b|\bgrants? (?:no|number|nr|agreement"
        + @"|[0-9]+)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Funding();

    // Whole sentences that say which work a licence is for, or where its text is.
    [GeneratedRegex(
        @"^ *(?:(?:please|note|note that) )*(?:"
        + @"(?:this|the|the following|the above|these) (?:[a-z]+ )?(?:licen[cs]es?|terms|notice|text|permissions?|conditions)"
        + @"(?: and conditions)? (?:below |above )?(?:applies|apply|extends?|refers?|pertains?) (?:to|for) .{1,90}"
        + @"|(?:the )?(?:see (?:below|above) )?(?:the |this )?(?:above |following )?(?:notice |licen[cs]e |text )?"
        + @"(?:and copyright )?applies to all files(?: in this repository)?(?: unless otherwise noted)?"
        + @"|(?:here(?:after|in) )?(?:the )?original licen[cs]e(?: (?:is|text|notice|reproduced|as|follows|below))*"
        + @"|licen[cs]e reproduced from (?:the )?original source(?: below)?"
        + @"|see (?:also )?(?:the )?.{0,120}(?:for|at|in) .{1,120}"
        + @"|(?:on debian (?:gnu linux )?systems )?(?:a|the) (?:full |complete |local )?(?:copy|text|copies|version)"
        + @" of (?:this|the|these) .{0,60}(?:is|are|can be|may be"
        + @"|was|should be|follows?)(?: also)? ?(?:found|included|available|obtained|reproduced|attached|provided|viewed|distributed)?"
        + @" ?(?:in|at|on|below|above|with|from|along with)? ?.{0,120}"
        + @"|(?:the )?(?:[a-z0-9.+]+ )?(?:questions?|comments|inquiries|enquiries|correspondence) .{0,60}(?:can|may|should|to|please)"
        + @" (?:be )?(?:sent|directed|addressed|mailed|emailed|asked)?(?: to| at)? ?.{0,120}"
        + @"|(?:this|the) (?:work|research|development|project|software|material|code|program)? ?(?:was |is |were )?(?:partially "
        + @"|partly |in part )?"
        + @"(?:supported|funded|sponsored) .+"
        + @"|(?:work|research|development) (?:on (?:[a-z0-9]+ ){1,3})?(?:was |is )(?:partly |partially )?(?:supported|funded|sponsored) .+"
        + @"|(?:the )?(?:license|notice|text)s? (?:is|are) (?:included |reproduced |given |attached |listed )?(?:below|above|here"
        + @"|as follows|follow)"
        + @") *$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    // A statement of the licence, or of where its text is, without a condition.
    [GeneratedRegex(
        @"\blicensed\b|\b(?:released|distributed|redistributed|available|provided|given|published|covered|governed|placed"
        + @"|offered|subject|shipped|permitted|put|made available|contributed|dedicated) (?:[a-z]+ )?(?:under|by|in|into|with|to|on"
        + @"|as|at|via"
        + @"|from|per)\b"
        + @"|\b(?:under|using|uses|with|have|has) (?:the |a |an |both |either |same )?(?:[a-z0-9.+]+ ){0,6}(?:licen[cs]es?|terms)\b"
        + @"|\b(?:see|follows?|following|below|above|found|included|attached|reproduced|obtain|obtained|find|http|https|www|read|refer"
        + @"|located|file"
        + @"|contained|listed|list|copyright|details|information|permission is hereby granted|hereby grants?)\b"
        + @"|\b(?:licen[cs]es?|terms|rights|permission|grants?) (?:is|are) (?:the |a |an )?(?:mit|bsd|apache|isc|zlib|expat|boost"
        + @"|python|psf|2"
        + @"|3|new|simplified|hereby|as|modified)\b|\balso (?:called|known as)\b|\bis (?:the |a "
        + @"|an )?(?:[a-z0-9.+]+ ){0,8}(?:licen[cs]es?|licensed)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Statement();

    [GeneratedRegex(
        @"\b(?:is|are|am|be|has|have|do|does|did|can|may|goes|go|gives?|gave|given|stays?|remains?|stands?|takes?|took|makes?|gets?"
        + @"|got|lies?|lets?"
        + @"|lives?|works?|runs?|says?|said|means?|needs?|wants?|knows?|sees?|puts?|adds?|adopt[a-z]*|carr(?:y|ies|ied)|serves?"
        + @"|shows?|call[s]?"
        + @"|called|call|write|writes|talk|contact|visit|email|mail|phone|follow[a-z]*|appl(?:y|ies))\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Verb();

    [GeneratedRegex(
        @"\b(?:you|your|yours|(?<!at )users?|anyone|anybody|everyone|everybody|we|our|ours|recipients?|clients)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex You();

    // A right that is given and nothing else: each word of the sentence is one of these, so that nothing can limit it. Beside them
    // exceptions of LLVM's kind, what authors would appreciate, and "some rights reserved", which says nothing that the licence does not.
    [GeneratedRegex(
        @"^ *(?:(?:you|anyone|everyone|can|may|be|freely|use|used|copy|copied|modify|modified|distribute|distributed|redistribute"
        + @"|redistributed|relicense|sell|and|or|this|the|it|them|table|code|software|program|file|files|library|for any purpose"
        + @"|in any way you want|as you like)(?: +|$))+$"
        + @"|^ *(?:in short |basically |please )*(?:you (?:can|may) )?do (?:with (?:it|this) )?(?:what|whatever|as) you (?:wish|want"
        + @"|like|please)"
        + @"(?: with (?:it|this(?: [a-z]+)?))?(?: but keep (?:this|the) notices?)? *$"
        + @"|^ *you (?:are free to|may|can) (?:freely )?use (?:it|this|them)(?: [a-z]+){0,2}? (?:in any way|for any purpose"
        + @"|as you)(?: you)?"
        + @"(?: (?:like|wish|want|please|see fit))? *$"
        + @"|^(?!.*\b(?:if|not|no(?! licen[cs]e *$)|only|until|unless|except|but|for|when|data|must|may|after"
        + @"|provided(?! by)|remains?|parts?|some)\b)"
        + @".*\b(?:(?:in|into|to) the|is|are|as) public domain *(?:no licen[cs]e|by [a-z0-9 ]+)? *$"
        + @"|^ *(?:this|the) (?:[a-z0-9.]+ )?(?:module|file|software|code|program|library|work|project) is (?:in the )?public domain"
        + @" and may be (?:freely )?used without (?:any )?restrictions? *$"
        + @"|^ *(?:the |this )?(?:[a-z0-9.]+ )?(?:package|project|software|library|distribution|program) including all"
        + @"(?: (?!not\b|only\b|but\b|except\b|for\b|where\b|which\b)[a-z]+){1,12} (?:is|are) (?:covered by"
        + @"|(?:licensed|distributed|released|available) under)(?: (?:the )?(?:mit|isc|apache"
        + @"|(?:new |modified |simplified |[23] clause )?bsd) licen[cs]e)? *$"
        + @"|^ *(?:this|the) (?:software|code|program|library|work|project) is free (?:to use )?(?:(?:and )?for (?:everyone|everybody"
        + @"|anyone|all"
        + @"|any purpose|any use|all purposes) ?)+$"
        + @"|^ *(?:please )?(?:report|send|submit|file|post) (?:[a-z]+ ){0,2}(?:(?:bugs?|issues?|problems?|patches|comments|questions"
        + @"|feedback|suggestions|bug reports|complaints|corrections|performance data)(?: and [a-z]+| etc)? )+"
        + @"(?:to|at|on|via|in|through) (?!.*\b(?:must|before|not|only|use|copy|copies)\b).*$"
        + @"|^ *the (?:views|opinions)(?: and [a-z]+)? (?:expressed|contained)\b(?!.*\b(?:you|must|may|use)\b)"
        + @"|^ *(?:some|all) rights reserved *$"
        + @"|^ *you should have received a copy of .{1,80} along with this (?:software|program|package|library|file|work) *$"
        + @"|^ *(?:[a-z]+ )?exceptions? to the (?:[a-z0-9.]+ ){0,3}licen[cs]e(?: v?[0-9.]+)? *$"
        + @"|^ *it does not (?:include|contain) third party (?:code|software) *$"
        + @"|^ *you are free to use this [a-z ]{1,40} without (?:limitation|restriction)s? *$"
        + @"|^(?!.*\b(?:must|shall|only|unless|until|fee|pay)\b).*\bwe would appreciate\b"
        + @"|^ *as an exception if as a result of your compiling .*\byou may redistribute such embedded portions .*\bwithout "
        + @"(?:complying|including)\b"
        + @"|^ *in addition if you combine or link compiled forms of this software with software that is licensed under the gplv2\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex UnconditionalGrant();

    // What is asked for kindly, or told as a credit.
    [GeneratedRegex(
        @"^(?!.*\b(?:must|shall|only|not|never|no|unless|until|required?|requires|may|without|licen[cs]e[sd]?|rights|permission"
        + @"|permitted|allowed|use is"
        + @"|free for|fee|pay)\b)"
        + @"(?:.*\b(?:cite|cites|citing|citation|citations|glad|appreciate[sd]?|please|kindly|thanks?|thankful|grateful|welcome"
        + @"|acknowledge|happy|love to hear"
        + @"|questions?|indebted|credit goes|recommend|encourage[sd]?|hope)\b|we list these here|we also)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Request();

    // "No other than private use is allowed."
    [GeneratedRegex(
        @"\b(?:is|are|be) (?:[a-z]+ )?(?:allowed|permitted|possible|granted|covered|tolerated|welcome)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Allowed();

    // An act as what the sentence is about, which then says whether one may.
    [GeneratedRegex(
        @"^ *(?:(?:any|all|the|its|your|every|each|further|other) )?(?:use (?:of|in|by|for|on|as|within|outside|with)|usage"
        + @"|redistribution|distribution|copying|hosting|sublicensing"
        + @"|modifications?|deployment|reproduction|inclusion|publication|reuse"
        + @"|incorporation|embedding|sharing|transfer|derivative works|distributing|redistributing|publishing|resharing|forks|forking"
        + @"|copies (?!of\b|are\b|can be\b|may be\b))\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Act();

    [GeneratedRegex(
        @"\b(?:is|are) (?:hereby |freely |also |explicitly )?(?:permitted|allowed|granted|free|unlimited|encouraged|welcome|unrestricted)"
        + @"(?: freely| for any purpose| to anyone| to everyone| under [a-z0-9. ]+| for everyone)? *$"
        + @"|^ *redistribution and use in source"
        + @"|\b(?:is|are) (?:governed by|licensed under|covered by|subject to) (?:a |an |the )?(?:[a-z0-9.+]+ ){0,4}(?:licen[cs]e"
        + @"|terms)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Free();
}
