using System.Buffers;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// Aligns a template with the range of a file that resembles it most: shared runs of words on about one diagonal are chained (longest
/// increasing subsequence), and the words between them are compared one by one (longest common subsequence).
/// </summary>
internal sealed class LicenseAligner
{
    // 200 by 200 words. A larger gap counts as different as a whole.
    private const int MaxGapCells = 40_000;
    private const int LongRun = 5;
    private readonly List<(int File, int Template)> _links = [];
    private readonly List<int> _diagonals = [];
    private readonly List<int> _tails = [];
    private int[] _previous = [];
    private (int File, int Template)[] _window = [];
    private int _matched;
    private int _missing;
    private int _extra;
    private bool _operative;

    /// <summary>Runs of five words or more in the last alignment that the template does not have.</summary>
    public List<(int Start, int End)> Inserted { get; } = [];

    /// <summary>
    /// Aligns a template. <paramref name="hits"/> are the positions of shared runs in this part of the file, in order of their position
    /// there, and for one position in descending order of their position in the template. Words outside belong to other texts.
    /// </summary>
    public Alignment? Align(
        LicenseTemplate template, ReadOnlySpan<uint> file, int from, int to, ReadOnlySpan<(int File, int Template)> hits)
    {
        Chain(hits, 40 + (template.Words.Length / 10));
        if (_links.Count == 0)
        {
            return null;
        }

        (_matched, _missing, _extra, _operative) = (0, 0, 0, false);
        Inserted.Clear();
        (int firstFile, int firstWord) = _links[0];
        int start = Head(template, file, from, firstFile, firstWord);
        for (int i = 0; i < _links.Count; i++)
        {
            if (i > 0 && (_links[i].File != _links[i - 1].File + 1 || _links[i].Template != _links[i - 1].Template + 1))
            {
                // Too different to be accepted, or to count as a near miss.
                if (_missing + _extra > 0.6 * template.BodyLength)
                {
                    return null;
                }

                Compare(
                    template, file, _links[i - 1].File + 1, _links[i].File, _links[i - 1].Template + 1, _links[i].Template, false, false,
                    out _, out _);
            }

            _matched += template.IsInBody(_links[i].Template) ? 1 : 0;
        }

        (int lastFile, int lastWord) = _links[^1];
        int limit = Math.Min(to, lastFile + 1 + (template.Words.Length - lastWord - 1) + 8);
        Compare(template, file, lastFile + 1, limit, lastWord + 1, template.Words.Length, false, true, out _, out int end);
        return new Alignment(start, end, _matched, _missing, _extra, _operative);
    }

    private int Head(LicenseTemplate template, ReadOnlySpan<uint> file, int from, int firstFile, int firstWord)
    {
        Compare(template, file, Math.Max(from, firstFile - firstWord - 8), firstFile, 0, firstWord, true, false, out int start, out _);
        return start;
    }

    /// <summary>Chooses the links: single words that match, strictly increasing on both sides.</summary>
    private void Chain(ReadOnlySpan<(int File, int Template)> hits, int slack)
    {
        _links.Clear();
        _diagonals.Clear();
        if (hits.IsEmpty)
        {
            return;
        }

        (int low, int high) = (int.MaxValue, int.MinValue);
        foreach ((int place, int word) in hits)
        {
            _diagonals.Add(place - word);
            (low, high) = (Math.Min(low, place - word), Math.Max(high, place - word));
        }

        low = high - low > 2 * slack ? DensestWindow(2 * slack) : low;
        int count = 0;
        if (_window.Length < hits.Length)
        {
            Array.Resize(ref _window, hits.Length);
            Array.Resize(ref _previous, hits.Length);
        }

        foreach ((int File, int Template) hit in hits)
        {
            int diagonal = hit.File - hit.Template;
            if (diagonal >= low && diagonal <= low + (2 * slack))
            {
                _window[count++] = hit;
            }
        }

        LongestRising(count);
    }

    private int DensestWindow(int width)
    {
        _diagonals.Sort();
        (int best, int bestAt) = (0, 0);
        for (int left = 0, right = 0; right < _diagonals.Count; right++)
        {
            while (_diagonals[right] - _diagonals[left] > width)
            {
                left++;
            }

            if (right - left + 1 > best)
            {
                best = right - left + 1;
                bestAt = left;
            }
        }

        return _diagonals[bestAt];
    }

    // Patience sorting: _tails[k] is the hit that ends the best chain of length k + 1.
    private void LongestRising(int count)
    {
        _tails.Clear();
        for (int i = 0; i < count; i++)
        {
            // Most hits continue the longest chain.
            int high = _tails.Count;
            int low = high > 0 && _window[_tails[^1]].Template < _window[i].Template ? high : 0;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (_window[_tails[middle]].Template < _window[i].Template)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            _previous[i] = low > 0 ? _tails[low - 1] : -1;
            if (low == _tails.Count)
            {
                _tails.Add(i);
            }
            else
            {
                _tails[low] = i;
            }
        }

        int length = _tails.Count;
        for (int at = _tails[^1]; at >= 0; at = _previous[at])
        {
            _tails[--length] = at;
        }

        (int lastFile, int lastWord) = (-1, -1);
        foreach (int at in _tails)
        {
            for (int k = 0; k < LicenseIndex.Gram; k++)
            {
                (int place, int word) = (_window[at].File + k, _window[at].Template + k);
                if (place > lastFile && word > lastWord)
                {
                    _links.Add((place, word));
                    (lastFile, lastWord) = (place, word);
                }
            }
        }

        ChainEnds.Trim(_links);
    }

    /// <summary>
    /// Compares words [a, b) of the file with words [c, d) of the template. With an open beginning or end, words of the file beyond the
    /// first or last shared one are not counted; <paramref name="first"/> and <paramref name="last"/> say where the range begins and
    /// ends.
    /// </summary>
    private void Compare(
        LicenseTemplate template, ReadOnlySpan<uint> file, int a, int b, int c, int d, bool openStart, bool openEnd, out int first,
        out int last)
    {
        ReadOnlySpan<uint> left = file[a..Math.Max(a, b)];
        ReadOnlySpan<uint> right = template.Words.AsSpan(c, d - c);
        (first, last) = (b, a);
        if (left.IsEmpty || right.IsEmpty || (long)(left.Length + 1) * (right.Length + 1) > MaxGapCells)
        {
            for (int j = c; j < d; j++)
            {
                Miss(template, j);
            }

            if (!openStart && !openEnd)
            {
                NoteRun(a, b);
                for (int at = a; at < b; at++)
                {
                    Add(file[at]);
                }
            }

            return;
        }

        int width = right.Length + 1;
        ushort[] table = ArrayPool<ushort>.Shared.Rent((left.Length + 1) * width);
        CommonWords.Fill(left, right, table, width);
        (int i, int k) = (0, 0);
        (int pendingExtra, int pendingRun) = (0, 0);
        (bool pendingOperative, bool any) = (false, false);
        while (i < left.Length && k < right.Length)
        {
            if (left[i] == right[k])
            {
                NoteRun(a + i - pendingRun, a + i);
                pendingRun = 0;
                _extra += pendingExtra;
                _operative |= pendingOperative;
                (pendingExtra, pendingOperative) = (0, false);
                _matched += template.IsInBody(c + k) ? 1 : 0;
                first = any ? first : a + i;
                any = true;
                last = a + i + 1;
                i++;
                k++;
            }
            else if (table[((i + 1) * width) + k] >= table[(i * width) + k + 1])
            {
                if (any || !openStart)
                {
                    pendingExtra++;
                    pendingRun++;
                    pendingOperative |= OperativeWords.Contains(left[i]);
                }

                i++;
            }
            else
            {
                Miss(template, c + k++);
            }
        }

        for (; k < right.Length; k++)
        {
            Miss(template, c + k);
        }

        if (!openEnd)
        {
            NoteRun(a + i - pendingRun, any || !openStart ? b : a + i);
            _extra += pendingExtra;
            _operative |= pendingOperative;
            for (; i < left.Length && (any || !openStart); i++)
            {
                Add(left[i]);
            }
        }

        ArrayPool<ushort>.Shared.Return(table);
    }

    private void NoteRun(int start, int end)
    {
        if (end - start >= LongRun)
        {
            Inserted.Add((start, end));
        }
    }

    private void Miss(LicenseTemplate template, int word)
    {
        if (template.IsInBody(word))
        {
            // "Offer to sell, sell, import": a word that is said twice may be said once.
            _missing++;
            _operative |= (word == 0 || template.Words[word - 1] != template.Words[word]) && OperativeWords.Contains(template.Words[word]);
        }
    }

    private void Add(uint word)
    {
        _extra++;
        _operative |= OperativeWords.Contains(word);
    }
}
