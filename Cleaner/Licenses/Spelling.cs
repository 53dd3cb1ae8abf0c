using System.Text;

namespace DataForge.Cleaner.Licenses;

/// <summary>Spellings that SPDX's guidelines treat as equal, and a few more of the same kind.</summary>
internal static class Spelling
{
    private const int Places = 4096;
    private static readonly Dictionary<uint, uint?> Map = Build();

    // By the low bits of a word's hash: whether the map may have it. Most words need no look-up.
    private static readonly bool[] IsMapped = Mark();

    /// <summary>The hash of the word in the spelling that is compared; null where the word does not count.</summary>
    /// <param name="word">The word's hash.</param>
    public static uint? Canonical(uint word) =>
        IsMapped[word & (Places - 1)] && Map.TryGetValue(word, out uint? canonical) ? canonical : word;

    private static Dictionary<uint, uint?> Build()
    {
        string[] pairs =
        [
            "licence license", "licences licenses", "licenced licensed", "licencing licensing", "sublicence sublicense",
            "sublicences sublicenses", "sublicenced sublicensed", "https http", "www ", "holder owner", "holders owners",
            "organisation organization", "organisations organizations", "authorisation authorization", "authorised authorized",
            "recognise recognize", "favour favor", "judgement judgment", "fulfilment fulfillment", "acknowledgement acknowledgment",
            "acknowledgements acknowledgments", "acknowlegement acknowledgment", "acknowlegements acknowledgments",
            "acknowlegment acknowledgment", "artefact artifact", "artefacts artifacts", "centre center", "programme program",
            "percent per", "cent ", "c ", "whilst while", "utilisation utilization", "behaviour behavior", "licensors licensor",
            "merchantibility merchantability", "merchantibility merchantability", "merchantablity merchantability", "html ",
        ];
        var map = new Dictionary<uint, uint?>();
        foreach (string pair in pairs)
        {
            string[] words = pair.Split(' ');
            map[Hash(words[0])] = words[1].Length > 0 ? Hash(words[1]) : null;
        }

        return map;
    }

    private static bool[] Mark()
    {
        bool[] places = new bool[Places];
        foreach (uint word in Map.Keys)
        {
            places[word & (Places - 1)] = true;
        }

        return places;
    }

    private static uint Hash(string word) => LicenseWords.Hash(Encoding.ASCII.GetBytes(word));
}
