using System.Text;
using DataForge.Corpus;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// SPDX licence expressions (https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/): ids joined by AND, OR and WITH, with
/// parentheses. AND binds closer than OR.
/// </summary>
public static class SpdxExpression
{
    // Expressions in metadata have a few ids; hostile input must not cost more, nor overflow the stack.
    private const int MaxLength = 1000;
    private const int MaxDepth = 50;

    /// <summary>
    /// Reads an expression in any spelling of its ids and words; null where it is none, or names an id that SPDX does not list
    /// (<c>LicenseRef-…</c> aside). The result is written as SPDX writes it, equal parts once, parts in ordinal order.
    /// </summary>
    public static string? Normalize(string text)
    {
        if (text.Length > MaxLength)
        {
            return null;
        }

        var reader = new Reader(Split(text));
        return reader.Or(0) is { } tree && reader.AtEnd ? tree.ToString() : null;
    }

    /// <summary>All of these apply.</summary>
    public static string And(IEnumerable<string> expressions) => Join(expressions, "AND");

    /// <summary>Any of these may be chosen.</summary>
    public static string Or(IEnumerable<string> expressions) => Join(expressions, "OR");

    /// <summary>
    /// The class of an expression: of alternatives the best, of joint terms the worst. An exception (WITH) only adds rights, so the
    /// licence decides. An empty text is <see cref="LicenseClass.None"/>.
    /// </summary>
    public static LicenseClass ClassOf(string expression)
    {
        if (expression.Length == 0)
        {
            return LicenseClass.None;
        }

        var reader = new Reader(Split(expression)) { AcceptAll = true };
        return reader.Or(0) is { } tree && reader.AtEnd ? tree.Class : LicenseClass.Unknown;
    }

    /// <summary>Whether an expression passes as permissive or as dedicated to the public.</summary>
    /// <param name="expression">The expression.</param>
    public static bool IsPermissive(string expression) => ClassOf(expression) <= LicenseClass.PublicDomain;

    /// <summary>The single licences named in an expression, as written there.</summary>
    public static IEnumerable<string> Ids(string expression)
    {
        List<string> tokens = Split(expression);
        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i] is not ("(" or ")") && !IsWord(tokens[i], "AND") && !IsWord(tokens[i], "OR") && !IsWord(tokens[i], "WITH")
                && (i == 0 || !IsWord(tokens[i - 1], "WITH")))
            {
                yield return tokens[i];
            }
        }
    }

    private static string Join(IEnumerable<string> expressions, string word)
    {
        var parts = new List<Node>();
        foreach (string expression in expressions.Where(expression => expression.Length > 0))
        {
            var reader = new Reader(Split(expression)) { AcceptAll = true };
            Node? tree = reader.Or(0);
            parts.Add(tree is not null && reader.AtEnd ? tree : new Node(null, LicenseClass.Unknown, SpdxLicenses.Unknown, []));
        }

        return parts.Count == 0 ? "" : Node.Of(word, parts).ToString();
    }

    private static bool IsWord(string token, string word) => token.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static List<string> Split(string text)
    {
        var tokens = new List<string>();
        var current = new StringBuilder();
        foreach (char c in text)
        {
            if (c is '(' or ')' || char.IsWhiteSpace(c))
            {
                if (current.Length > 0)
                {
                    tokens.Add(current.ToString());
                    current.Clear();
                }

                if (c is '(' or ')')
                {
                    tokens.Add(c.ToString());
                }
            }
            else
            {
                current.Append(c);
            }
        }

        if (current.Length > 0)
        {
            tokens.Add(current.ToString());
        }

        return tokens;
    }

    private sealed class Node(string? word, LicenseClass value, string text, IReadOnlyList<Node> parts)
    {
        /// <summary>AND or OR; null for a single licence.</summary>
        public string? Word => word;

        /// <summary>The class of the whole.</summary>
        public LicenseClass Class => value;

        /// <summary>The parts that the word joins.</summary>
        public IReadOnlyList<Node> Parts => parts;

        /// <summary>Joins parts by a word.</summary>
        public static Node Of(string word, List<Node> parts)
        {
            if (parts.Count == 1)
            {
                return parts[0];
            }

            // Parts that the same word joins become parts of this one; equal parts are kept once.
            var flat = new SortedDictionary<string, Node>(StringComparer.Ordinal);
            foreach (Node part in parts.SelectMany(part => part.Word == word ? part.Parts : [part]))
            {
                flat[part.ToString()] = part;
            }

            if (flat.Count == 1)
            {
                return flat.First().Value;
            }

            LicenseClass value = word == "AND" ? flat.Values.Max(part => part.Class) : flat.Values.Min(part => part.Class);
            string text = string.Join($" {word} ", flat.Values.Select(part => part.Word is null ? part.ToString() : $"({part})"));
            return new Node(word, value, text, [.. flat.Values]);
        }

        public override string ToString() => text;
    }

    private sealed class Reader(List<string> tokens)
    {
        private int _at;

        /// <summary>Whether ids that SPDX does not list are accepted.</summary>
        public bool AcceptAll { get; init; }

        /// <summary>Whether all tokens are read.</summary>
        public bool AtEnd => _at == tokens.Count;

        /// <summary>Reads alternatives; null where there is no expression.</summary>
        public Node? Or(int depth) => List(depth, "OR", And);

        private Node? And(int depth) => List(depth, "AND", Term);

        private Node? List(int depth, string word, Func<int, Node?> part)
        {
            var parts = new List<Node>();
            do
            {
                if (part(depth) is not { } next)
                {
                    return null;
                }

                parts.Add(next);
            }
            while (Take(word));
            return Node.Of(word, parts);
        }

        private Node? Term(int depth)
        {
            if (AtEnd || depth > MaxDepth)
            {
                return null;
            }

            if (Take("("))
            {
                Node? inner = Or(depth + 1);
                return inner is not null && Take(")") ? inner : null;
            }

            string token = tokens[_at];
            if (token == ")" || IsWord(token, "AND") || IsWord(token, "OR") || IsWord(token, "WITH"))
            {
                return null;
            }

            string? id = token.StartsWith("LicenseRef-", StringComparison.Ordinal) ? token
                : SpdxLicenses.Find(token) ?? (token.EndsWith('+') && SpdxLicenses.Find(token[..^1]) is { } plain ? plain + "+" : null);
            id ??= AcceptAll ? token : null;
            if (id is null)
            {
                return null;
            }

            _at++;
            LicenseClass value = SpdxLicenses.ClassOf(id);
            if (Take("WITH"))
            {
                // "MIT with restrictions" is not an exception that SPDX lists (https://spdx.org/licenses/exceptions-index.html).
                if (AtEnd
                    || !(tokens[_at].Contains("exception", StringComparison.OrdinalIgnoreCase) || tokens[_at] is "Linux-syscall-note"))
                {
                    return null;
                }

                id = $"{id} WITH {tokens[_at++]}";
            }

            return new Node(null, value, id, []);
        }

        private bool Take(string word)
        {
            if (!AtEnd && IsWord(tokens[_at], word))
            {
                _at++;
                return true;
            }

            return false;
        }
    }
}
