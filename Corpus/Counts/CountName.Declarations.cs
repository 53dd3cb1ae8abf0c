using System.Globalization;

namespace DataForge.Corpus.Counts;

// The counts of all stages. All totals shown are sums of these over committed manifest entries, so stages that pass files on use the same
// names.
/// <content>The declarations.</content>
public readonly partial struct CountName
{
    // Passing files on: crawl's pin, clean, dedup.

    /// <summary>Occurrences of Python files that were read.</summary>
    public static readonly CountName OccurrencesIn = Declare("occurrences.in", "occurrences of Python files read");

    /// <summary>Source bytes of <see cref="OccurrencesIn"/>.</summary>
    public static readonly CountName OccurrenceBytesIn = Declare("occurrence_bytes.in", "source bytes of the occurrences read");

    /// <summary>Occurrences that passed the rules on names and repositories.</summary>
    public static readonly CountName OccurrencesPassed =
        Declare("occurrences.passed", "occurrences that passed the rules on names and repositories");

    /// <summary>Occurrences whose contents were judged: as many as <see cref="OccurrencesPassed"/>, over all parts.</summary>
    public static readonly CountName OccurrencesJudged = Declare("occurrences.judged", "occurrences whose contents were judged");

    /// <summary>Occurrences that are passed on.</summary>
    public static readonly CountName OccurrencesOut = Declare("occurrences.out", "occurrences passed on (sum of `copies`)");

    /// <summary>Distinct contents that were read.</summary>
    public static readonly CountName ContentsIn = Declare("contents.in", "distinct contents read");

    /// <summary>Distinct contents that are passed on.</summary>
    public static readonly CountName ContentsOut = Declare("contents.out", "distinct contents passed on");

    /// <summary>Source bytes of <see cref="ContentsIn"/>.</summary>
    public static readonly CountName BytesIn = Declare("bytes.in", "source bytes of the contents read");

    /// <summary>Source bytes of <see cref="ContentsOut"/>.</summary>
    public static readonly CountName BytesOut = Declare("bytes.out", "source bytes of the contents passed on");

    /// <summary>Occurrences that a rule dropped.</summary>
    public static readonly CountFamily Dropped = Family(
        "dropped.", "rule", "occurrences dropped by this rule: 1 for a row at occurrence level, `copies` for a row at content level");

    /// <summary>Contents that a rule dropped.</summary>
    public static readonly CountFamily DroppedContents = Family("dropped_contents.", "rule", "rows at content level");

    /// <summary>Contents that are passed on, by licence; <see cref="LicenseOf"/> makes the names.</summary>
    public static readonly CountFamily License =
        Family("license.", "SPDX expression", "contents passed on, by licence; `license.none` if none was found");

    /// <summary>Contents that are passed on, by the class of their licence; <see cref="LicenseClassOf"/> makes the names.</summary>
    public static readonly CountFamily LicenseClass =
        Family("license_class.", "class", "contents passed on, by the class of their licence");

    /// <summary>Contents that are passed on, by size; <see cref="SizeOf"/> makes the names.</summary>
    public static readonly CountFamily Size = Family(
        "size.", "upper bound", "contents passed on, by their source bytes: below the bound of seven digits, or `larger`");

    // Crawl.

    /// <summary>Repositories that a run is pinned to.</summary>
    public static readonly CountName Repositories = Declare("repositories", "repositories that the run is pinned to");

    /// <summary>Repositories that were left out on request.</summary>
    public static readonly CountName RepositoriesOptedOut =
        Declare("repositories.opted_out", "repositories of the sources that asked to be left out");

    /// <summary>Contents that a raw part stores.</summary>
    public static readonly CountName ContentsStored = Declare("contents.stored", "distinct contents that the raw part stores");

    /// <summary>Bytes that a raw part stores.</summary>
    public static readonly CountName BytesStored = Declare("bytes.stored", "bytes of the contents that the raw part stores");

    /// <summary>Occurrences that were not stored, by the rule.</summary>
    public static readonly CountFamily Faults = Family("faults.", "rule", "occurrences whose content is not stored, by the rule");

    // Clean.

    /// <summary>Licence texts and metadata that say something about a licence.</summary>
    public static readonly CountName Evidence =
        Declare("evidence", "licence texts and packaging metadata that state a licence");

    /// <summary>Contents that were redacted.</summary>
    public static readonly CountName RedactedContents = Declare("redacted_contents", "contents in which something was redacted");

    /// <summary>Secrets and personal data that were redacted, by kind.</summary>
    public static readonly CountFamily Redacted = Family("redacted.", "kind", "secrets and personal data redacted, by kind");

    // Dedup.

    /// <summary>Files with signatures.</summary>
    public static readonly CountName SignaturesFiles = Declare("signatures.files", "files read for signatures");

    /// <summary>Text bytes of <see cref="SignaturesFiles"/>.</summary>
    public static readonly CountName SignaturesBytes = Declare("signatures.bytes", "text bytes of the files read for signatures");

    /// <summary>Distinct shingles of files.</summary>
    public static readonly CountName SignaturesShingles = Declare("signatures.shingles", "distinct shingles, summed over files");

    /// <summary>Files that are too short for a shingle.</summary>
    public static readonly CountName SignaturesWithoutShingles =
        Declare("signatures.without_shingles", "files with fewer tokens than a shingle");

    /// <summary>Files whose shingle set an earlier file has.</summary>
    public static readonly CountName RanksEqualSets =
        Declare("ranks.equal_sets", "files with the same shingle set as a file of a better rank");

    /// <summary>Kept files of the base.</summary>
    public static readonly CountName RanksBaseKept = Declare("ranks.base_kept", "files of the base that are kept there");

    /// <summary>Candidate pairs.</summary>
    public static readonly CountName CandidatesPairs = Declare("candidates.pairs", "candidate pairs written");

    /// <summary>Members of hot buckets.</summary>
    public static readonly CountName CandidatesHotMembers = Declare("candidates.hot_members", "files in buckets with more than 8 files");

    /// <summary>Hot buckets.</summary>
    public static readonly CountName CandidatesHotBuckets = Declare("candidates.hot_buckets", "buckets with more than 8 files");

    /// <summary>Pairs whose similarity was computed.</summary>
    public static readonly CountName SelectionVerifiedPairs =
        Declare("selection.verified_pairs", "pairs whose exact similarity was computed");

    /// <summary>Pairs that a sketch excluded.</summary>
    public static readonly CountName SelectionSparedPairs =
        Declare("selection.spared_pairs", "pairs that a sketch excluded, without computing their similarity");

    /// <summary>Pairs at or above the threshold.</summary>
    public static readonly CountName SelectionEdges = Declare("selection.edges", "pairs at or above the threshold");

    /// <summary>Duplicates whose twin is in the base.</summary>
    public static readonly CountName SelectionTwinsInBase =
        Declare("selection.twins_in_base", "duplicates whose kept twin is a file of the base");

    /// <summary>Clusters of near duplicates.</summary>
    public static readonly CountName ClustersCount = Declare("clusters.count", "clusters of two or more files");

    /// <summary>Files in clusters.</summary>
    public static readonly CountName ClustersFiles = Declare("clusters.files", "files in clusters");

    /// <summary>Files in the largest cluster.</summary>
    public static readonly CountName ClustersLargest = Declare("clusters.largest", "files in the largest cluster");

    /// <summary>Files that the audit sampled.</summary>
    public static readonly CountName AuditFiles = Declare("audit.files", "files sampled by the audit");

    /// <summary>Near pairs that the audit knows of.</summary>
    public static readonly CountName AuditPairs = Declare("audit.pairs", "near pairs with a sampled file, by brute force");

    /// <summary>Those of <see cref="AuditPairs"/> that the join found too.</summary>
    public static readonly CountName AuditPairsFound = Declare("audit.pairs_found", "pairs of `audit.pairs` that the join found too");

    /// <summary>Dropped files in the audit's sample.</summary>
    public static readonly CountName AuditDrops = Declare("audit.drops", "sampled files that were dropped");

    /// <summary>Those of <see cref="AuditDrops"/> that are confirmed.</summary>
    public static readonly CountName AuditDropsConfirmed =
        Declare("audit.drops_confirmed", "files of `audit.drops` whose twin is at or above the threshold");

    /// <summary>Kept files in the audit's sample.</summary>
    public static readonly CountName AuditKept = Declare("audit.kept", "sampled files that are kept");

    /// <summary>Those of <see cref="AuditKept"/> that have no kept twin.</summary>
    public static readonly CountName AuditKeptWithoutTwin =
        Declare("audit.kept_without_twin", "files of `audit.kept` without a kept near duplicate");

    /// <summary>Repositories that the card names.</summary>
    public static readonly CountName CardRepositories = Declare("card.repositories", "repositories in NOTICE");

    /// <summary>Copyright lines that NOTICE holds.</summary>
    public static readonly CountName CardCopyrightLines = Declare("card.copyright_lines", "copyright lines in NOTICE");

    // Tokenize.

    /// <summary>Repositories to train on.</summary>
    public static readonly CountName RepositoriesTrain = Declare("repositories.train", "repositories to train on");

    /// <summary>Repositories held out for validation.</summary>
    public static readonly CountName RepositoriesValidation =
        Declare("repositories.validation", "repositories held out for validation");

    /// <summary>Documents to train on.</summary>
    public static readonly CountName DocumentsTrain = Declare("documents.train", "documents to train on");

    /// <summary>Documents held out for validation.</summary>
    public static readonly CountName DocumentsValidation = Declare("documents.validation", "documents held out for validation");

    /// <summary>Tokens to train on.</summary>
    public static readonly CountName TokensTrain = Declare("tokens.train", "tokens to train on");

    /// <summary>Tokens held out for validation.</summary>
    public static readonly CountName TokensValidation = Declare("tokens.validation", "tokens held out for validation");

    /// <summary>Tokens of the vocabulary.</summary>
    public static readonly CountName Vocabulary = Declare("vocabulary", "tokens of the vocabulary");

    /// <summary>Distinct pre-tokens.</summary>
    public static readonly CountName PretokensDistinct =
        Declare("pretokens.distinct", "distinct pre-tokens that the vocabulary was trained on");

    /// <summary>Documents of text that no rule judged.</summary>
    public static readonly CountName DocumentsUnfiltered =
        Declare("documents.unfiltered", "documents of text that was given unchanged: without rules, licences and redaction");

    /// <summary>Bytes of <see cref="DocumentsUnfiltered"/>.</summary>
    public static readonly CountName BytesUnfiltered = Declare("bytes.unfiltered", "bytes of the unfiltered documents");

    /// <summary>Lines that hold no text.</summary>
    public static readonly CountName DocumentsBad = Declare("documents.bad", "lines of text sources that have no text");

    // Pretrain. Those of an earlier training of several begin with its name (OfTraining).

    /// <summary>Parameters of the model.</summary>
    public static readonly CountName Parameters = Declare("parameters", "parameters of the model");

    /// <summary>Training steps.</summary>
    public static readonly CountName Steps = Declare("steps", "training steps");

    /// <summary>Tokens trained on.</summary>
    public static readonly CountName Tokens = Declare("tokens", "tokens trained on");

    /// <summary>Tokens that the validation loss is a mean over.</summary>
    public static readonly CountName TokensValidated =
        Declare("tokens.validated", "tokens over which the validation loss is averaged");

    /// <summary>The entropy of the held-out tokens under their own frequencies.</summary>
    public static readonly CountName UnigramEntropy =
        Declare("unigram_entropy.micronats", "entropy of the validated tokens under their own frequencies, in 10⁻⁶ nats per token");

    /// <summary>The lowest validation loss.</summary>
    public static readonly CountName ValidationLoss =
        Declare("loss.validation.micronats", "lowest validation loss, in 10⁻⁶ nats per token");

    /// <summary>Held-out files that bits per byte are measured on.</summary>
    public static readonly CountName HeldOutFiles = Declare("heldout.files", "held-out files that bits per byte are measured on");

    /// <summary>Bytes of <see cref="HeldOutFiles"/>.</summary>
    public static readonly CountName HeldOutBytes = Declare("heldout.bytes", "bytes of these held-out files");

    /// <summary>Bytes of <see cref="HeldOutFiles"/> as gzip compresses them.</summary>
    public static readonly CountName HeldOutBytesGzip =
        Declare("heldout.bytes.gzip", "bytes of these files when gzip compresses each file separately, at its highest level");

    /// <summary>Bits of <see cref="HeldOutFiles"/> under the model.</summary>
    public static readonly CountName HeldOutBits =
        Declare("heldout.bits", "bits of these files under the model: the sum of its loss over their tokens, each file separately");

    private static readonly CountName[] PerKindOccurrences = PerKind("occurrences.", "crawled occurrences of this kind of file");
    private static readonly CountName[] PerKindBytes = PerKind("bytes.", "source bytes of these occurrences");

    /// <summary>Occurrences crawled of a kind of file.</summary>
    public static CountName OccurrencesOf(FileKind kind) => PerKindOccurrences[(int)kind];

    /// <summary>Source bytes of <see cref="OccurrencesOf"/>.</summary>
    public static CountName BytesOf(FileKind kind) => PerKindBytes[(int)kind];

    /// <summary>Contents that are passed on under a licence; an empty expression is counted as <c>none</c>.</summary>
    public static CountName LicenseOf(string expression) => License.Of(expression.Length > 0 ? expression : "none");

    /// <summary>Contents that are passed on under a licence of a class.</summary>
    public static CountName LicenseClassOf(LicenseClass value) => LicenseClass.Of(value.Name());

    /// <summary>Contents that are passed on with fewer source bytes than a bound; 0 is for those above all bounds.</summary>
    public static CountName SizeOf(int bound) =>
        // Padded, so that the order as text is the order as numbers.
        Size.Of(bound > 0 ? bound.ToString("D7", CultureInfo.InvariantCulture) : "larger");

    /// <summary>This count of an earlier training of several, which totals over the stage must not include.</summary>
    /// <param name="training">The training's name.</param>
    public CountName OfTraining(string training) => new(training + "." + Name);

    private static CountName[] PerKind(string prefix, string meaning) =>
        [.. Enum.GetValues<FileKind>().Select(kind => Declare(prefix + kind.ToString().ToLowerInvariant(), meaning))];

    private static CountName Declare(string name, string meaning)
    {
        CountRegistry.Names.Add(new DeclaredCount(name, meaning));
        return new CountName(name);
    }

    private static CountFamily Family(string prefix, string suffix, string meaning)
    {
        CountRegistry.Names.Add(new DeclaredCount($"{prefix}<{suffix}>", meaning));
        return new CountFamily(prefix, suffix, meaning);
    }
}
