using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DataForge.Corpus;

namespace DataForge.Cleaner.Licenses;

/// <summary>A licence text found in a file.</summary>
/// <param name="Template">The text it is.</param>
/// <param name="Start">Its first word in the file.</param>
/// <param name="End">The word after its last one.</param>
/// <param name="Similarity">How alike they are, 0 to 1.</param>
internal readonly record struct LicenseMatch(LicenseTemplate Template, int Start, int End, double Similarity)
{
    /// <summary>Longer runs of words within it that the text does not have: first word, and the word after the last one.</summary>
    public IReadOnlyList<(int Start, int End)> Inserted { get; init; } = [];
}

/// <summary>
/// Finds the licence texts in a file. Templates that share runs of words with the file are aligned with it. A template is accepted where
/// the similarity is at least <see cref="MinSimilarity"/> and no operative word differs. The one that explains most words is taken, and
/// the search continues in the remaining words. Not safe from several threads.
/// </summary>
internal sealed class LicenseTextMatcher
{
    /// <summary>
    /// The least similarity (Dice over words in order). Licensee's 0.98 over sets of words (https://github.com/licensee/licensee) rejects
    /// MIT and BSD texts that name the holder in the body, and accepts a sentence of three new words; so it is lower here, and changes of
    /// operative words are refused.
    /// </summary>
    public const double MinSimilarity = 0.90;

    // A text with 10 % of its words changed one by one loses about half of its runs of six (0.9^6 = 0.53), and a few more in a cluster.
    private const double MinSharedRuns = 0.35;

    // Lists of the licences of bundled software hold some hundred texts.
    private const int MaxMatches = 200;
    private const int MaxCandidates = 24;

    // Words looked up again in parts of a text, where the candidates of the whole were too many: some 20 ms.
    private const int MaxRepeats = 400_000;
    private readonly LicenseIndex _index = LicenseIndex.Shared;
    private readonly LicenseAligner _aligner = new();
    private readonly int[] _votes;
    private readonly int[] _slot;
    private readonly List<(int File, int Template)>[] _hits;
    private readonly List<int> _candidates = [];
    private uint[] _tags = [];
    private (int Start, int End)[] _ranges = [];
    private bool _isCrowded;
    private (int From, int To) _searched;
    private int _repeats;
    private bool _isFile;

    /// <summary>Makes a matcher over the built-in texts.</summary>
    public LicenseTextMatcher()
    {
        _votes = new int[_index.Templates.Length];
        _slot = new int[_index.Templates.Length];
        _hits = [.. Enumerable.Range(0, MaxCandidates).Select(_ => new List<(int, int)>())];
    }

    /// <summary>Whether a text resembles a permissive one without being it, such as MIT with a restriction added.</summary>
    public bool NearMiss { get; private set; }

    /// <summary>The licence texts in these words, in order of their position.</summary>
    /// <param name="words">The words.</param>
    /// <param name="isFile">Whether they are those of a licence file, where a text may lack its disclaimer.</param>
    public List<LicenseMatch> Find(ReadOnlySpan<uint> words, bool isFile = false)
    {
        _isFile = isFile;
        var matches = new List<LicenseMatch>();
        NearMiss = false;
        _repeats = Math.Max(MaxRepeats, 4 * words.Length);
        CollectHits(words, 0, words.Length);
        if (_candidates.Count > 0)
        {
            Search(words, 0, words.Length, matches);
            matches.Sort((a, b) => a.Start.CompareTo(b.Start));
        }

        return matches;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CollectHits(ReadOnlySpan<uint> words, int from, int to)
    {
        Array.Clear(_votes);
        if (_tags.Length < words.Length)
        {
            _tags = new uint[2 * words.Length];
            _ranges = new (int, int)[2 * words.Length];
        }

        int last = to - LicenseIndex.Gram;
        _searched = (from, to);
        _index.Lookup(words[from..to], _tags.AsSpan(from), _ranges.AsSpan(from));
        for (int i = from; i <= last; i++)
        {
            uint tag = _tags[i];
            foreach (LicenseIndex.Posting posting in _index.Postings(_ranges[i]))
            {
                _votes[posting.Template] += posting.Tag == tag ? 1 : 0;
            }
        }

        _candidates.Clear();
        for (int t = 0; t < _votes.Length; t++)
        {
            if (_votes[t] == 0)
            {
                continue;
            }

            int grams = Math.Max(1, _index.Templates[t].BodyLength - LicenseIndex.Gram + 1);
            if (_votes[t] >= MinSharedRuns * grams && (_isFile || !_index.Templates[t].IsPart))
            {
                _candidates.Add(t);
            }
        }

        // The share of the body counts, not its size, or the many long texts with one common part would crowd out the short ones.
        _candidates.Sort(
            (a, b) => Share(b) != Share(a) ? Share(b).CompareTo(Share(a))
                : _votes[b] != _votes[a] ? _votes[b].CompareTo(_votes[a])
                : a.CompareTo(b));
        _isCrowded = _candidates.Count > MaxCandidates;
        if (_isCrowded)
        {
            _candidates.RemoveRange(MaxCandidates, _candidates.Count - MaxCandidates);
        }

        // Tried in order of the most words that they can explain, so that after a good match the others are skipped.
        _candidates.Sort((a, b) => MaxExplained(b) != MaxExplained(a) ? MaxExplained(b).CompareTo(MaxExplained(a)) : a.CompareTo(b));

        if (_candidates.Count == 0)
        {
            return;
        }

        Array.Fill(_slot, -1);
        for (int c = 0; c < _candidates.Count; c++)
        {
            _slot[_candidates[c]] = c;
            _hits[c].Clear();
        }

        for (int i = from; i <= last; i++)
        {
            uint tag = _tags[i];
            ReadOnlySpan<LicenseIndex.Posting> postings = _index.Postings(_ranges[i]);

            // In descending order of position in the template, so that a chain takes at most one of them.
            for (int p = postings.Length - 1; p >= 0; p--)
            {
                int slot = _slot[postings[p].Template];
                if (slot >= 0 && postings[p].Tag == tag)
                {
                    _hits[slot].Add((i, postings[p].Position));
                }
            }
        }
    }

    private double MaxExplained(int template) => Share(template) * _index.Templates[template].BodyLength;

    private double Share(int template) =>
        Math.Min(1.0, (double)_votes[template] / Math.Max(1, _index.Templates[template].BodyLength - LicenseIndex.Gram + 1));

    private void Search(ReadOnlySpan<uint> words, int from, int to, List<LicenseMatch> matches)
    {
        if (to - from < LicenseIndex.Gram || matches.Count >= MaxMatches)
        {
            return;
        }

        double bestScore = 0;
        LicenseMatch? best = null;
        bool near = false;
        for (int c = 0; c < _candidates.Count; c++)
        {
            LicenseTemplate template = _index.Templates[_candidates[c]];

            // A complete text has about as many runs as words. Each word missing or extra breaks at most Gram runs and costs 2
            // points or more, so that the runs seen bound the score.
            int runs = template.BodyLength - LicenseIndex.Gram + 1;
            int first = IndexOf(_hits[c], from);
            int last = IndexOf(_hits[c], to - LicenseIndex.Gram + 1);
            int seen = last - first;
            if (seen < MinSharedRuns * runs || template.BodyLength - (2.0 * Math.Max(0, runs - seen) / LicenseIndex.Gram) <= bestScore)
            {
                continue;
            }

            if (_aligner.Align(template, words, from, to, CollectionsMarshal.AsSpan(_hits[c])[first..last]) is not { } found)
            {
                continue;
            }

            double score = found.Matched - (2.0 * (found.Missing + found.Extra));
            if (!IsAccepted(template, found))
            {
                near |= found.Similarity >= 0.7 && template.Class <= LicenseClass.PublicDomain && template.BodyLength >= 20;
            }
            else if (score > bestScore)
            {
                bestScore = score;
                best = new LicenseMatch(template, found.Start, found.End, found.Similarity) { Inserted = [.. _aligner.Inserted] };
            }
        }

        if (best is not { } taken)
        {
            NearMiss |= near;
            return;
        }

        matches.Add(taken);
        bool isCrowded = _isCrowded;
        SearchPart(words, from, taken.Start, isCrowded, matches);
        SearchPart(words, taken.End, to, isCrowded, matches);
    }

    // Where there were more candidates than are tried, those of a part are chosen anew: copies of one licence, whose wordings are many,
    // must not hide another licence beside them.
    private void SearchPart(ReadOnlySpan<uint> words, int from, int to, bool isCrowded, List<LicenseMatch> matches)
    {
        if (isCrowded && to - from >= LicenseIndex.Gram && _repeats >= to - from)
        {
            _repeats -= to - from;
            CollectHits(words, from, to);
        }

        if (to > from && (from < _searched.From || to > _searched.To))
        {
            // Not searched for itself, and the hits are those of another part: nobody knows what stands here.
            NearMiss |= to - from >= LicenseIndex.Gram;
            return;
        }

        Search(words, from, to, matches);
    }

    // Hits are in order of their position in the file: the first one at a position or after it.
    private static int IndexOf(List<(int File, int Template)> hits, int place)
    {
        int low = 0;
        int high = hits.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (hits[middle].File < place)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static bool IsAccepted(LicenseTemplate template, Alignment found)
    {
        if (found.Similarity < MinSimilarity || (template.BodyLength < 40 && found.Missing + found.Extra > 2))
        {
            return false;
        }

        // With a copyleft text, a changed operative word does no harm: a file is not granted more rights by it.
        return !found.Operative || (template.Class > LicenseClass.PublicDomain && found.Similarity >= 0.95);
    }
}
