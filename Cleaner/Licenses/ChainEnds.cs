namespace DataForge.Cleaner.Licenses;

/// <summary>The ends of a chain of shared words, of which those in another copy of the text are cut off.</summary>
internal static class ChainEnds
{
    /// <summary>
    /// Cuts off runs of links at both ends that explain less than the words between them and the rest cost: a phrase that a licence has
    /// twice, and that stands in the next text too, must not stretch the chain over both texts.
    /// </summary>
    /// <param name="links">Words of the file and the template that match, rising on both sides.</param>
    public static void Trim(List<(int File, int Template)> links)
    {
        while (LastRun(links) is > 0 and int at && IsFar(links, at, links.Count - at))
        {
            links.RemoveRange(at, links.Count - at);
        }

        while (FirstRun(links) is > 0 and int end && IsFar(links, end, end))
        {
            links.RemoveRange(0, end);
        }
    }

    // A word lost costs two points as a word added does; keeping a run gains its words.
    private static bool IsFar(List<(int File, int Template)> links, int at, int length)
    {
        int added = links[at].File - links[at - 1].File - (links[at].Template - links[at - 1].Template);
        return 2 * added > 3 * length;
    }

    private static int LastRun(List<(int File, int Template)> links)
    {
        for (int i = links.Count - 1; i > 0; i--)
        {
            if (IsGap(links, i))
            {
                return i;
            }
        }

        return 0;
    }

    private static int FirstRun(List<(int File, int Template)> links)
    {
        for (int i = 1; i < links.Count; i++)
        {
            if (IsGap(links, i))
            {
                return i;
            }
        }

        return 0;
    }

    private static bool IsGap(List<(int File, int Template)> links, int at) =>
        links[at].File - links[at].Template != links[at - 1].File - links[at - 1].Template;
}
