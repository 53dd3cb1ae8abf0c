using System.Globalization;
using System.Text;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// Reads the tables of a TOML file (https://toml.io/en/v1.0.0) as far as licences need them: names, texts and lists of texts. Other
/// values are passed over.
/// </summary>
/// <param name="text">The file.</param>
internal sealed class TomlReader(string text)
{
    // Hostile input must not cost more than a table of licences does.
    private const int MaxTables = 10_000;
    private int _at;

    /// <summary>The tables in order, each with its heading and the texts of its keys; the first is the part before any heading.</summary>
    /// <exception cref="FormatException">It is not TOML.</exception>
    public List<(string Heading, Dictionary<string, List<string>> Values)> Tables()
    {
        var tables = new List<(string Heading, Dictionary<string, List<string>> Values)> { ("", []) };
        for (SkipBlank(); _at < text.Length; SkipBlank())
        {
            if (text[_at] == '[')
            {
                int end = text.IndexOf('\n', _at);
                string line = text[_at..(end < 0 ? text.Length : end)].Split('#')[0].Trim();
                _at += (end < 0 ? text.Length : end) - _at;
                Check(line.EndsWith(']') && tables.Count < MaxTables);
                tables.Add((line.Replace(" ", "", StringComparison.Ordinal), []));
                continue;
            }

            string key = Key();
            SkipSpaces();
            Check(Take('='));
            SkipSpaces();
            tables[^1].Values[key] = Value();
            SkipSpaces();
            Check(_at == text.Length || text[_at] is '\n' or '\r' or '#');
        }

        return tables;
    }

    private string Key()
    {
        if (_at < text.Length && text[_at] is '"' or '\'')
        {
            return String();
        }

        int start = _at;
        while (_at < text.Length && text[_at] is not ('=' or '\n'))
        {
            _at++;
        }

        Check(_at < text.Length && text[_at] == '=');
        return text[start.._at].Trim();
    }

    private List<string> Value()
    {
        Check(_at < text.Length);
        switch (text[_at])
        {
            case '"' or '\'':
                return [String()];
            case '[':
                return List();
            case '{':
                SkipInlineTable();
                return [];
            default:
                while (_at < text.Length && text[_at] is not ('\n' or '\r' or '#' or ',' or ']'))
                {
                    _at++;
                }

                return [];
        }
    }

    private List<string> List()
    {
        var values = new List<string>();
        _at++;
        for (SkipBlank(); !Take(']'); SkipBlank())
        {
            // A list in a list holds no texts that are looked for.
            Check(_at < text.Length && text[_at] != '[');
            values.AddRange(Value());
            SkipBlank();
            Check(Take(',') || (_at < text.Length && text[_at] == ']'));
        }

        return values;
    }

    private void SkipInlineTable()
    {
        for (int depth = 0; _at < text.Length;)
        {
            if (text[_at] is '"' or '\'')
            {
                String();
                continue;
            }

            depth += text[_at] == '{' ? 1 : text[_at] == '}' ? -1 : 0;
            _at++;
            if (depth == 0)
            {
                return;
            }
        }

        throw new FormatException();
    }

    private string String()
    {
        char quote = text[_at];
        string three = new(quote, 3);
        bool isLong = string.CompareOrdinal(text, _at, three, 0, 3) == 0;
        _at += isLong ? 3 : 1;
        _at += isLong && _at < text.Length && text[_at] == '\n' ? 1 : 0;
        var value = new StringBuilder();
        while (true)
        {
            Check(_at < text.Length && (isLong || text[_at] != '\n'));
            if (isLong ? string.CompareOrdinal(text, _at, three, 0, 3) == 0 : text[_at] == quote)
            {
                _at += isLong ? 3 : 1;
                return value.ToString();
            }

            value.Append(text[_at] == '\\' && quote == '"' ? Escape() : text[_at++].ToString());
        }
    }

    private string Escape()
    {
        Check(++_at < text.Length);
        char sign = text[_at++];
        switch (sign)
        {
            case 'u' or 'U':
                int digits = sign == 'u' ? 4 : 8;
                Check(_at + digits <= text.Length);
                Check(int.TryParse(text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code));
                _at += digits;
                return Rune.IsValid(code) ? new Rune(code).ToString() : throw new FormatException();
            case '\n' or '\r' or ' ':
                SkipBlank();
                return "";
            default:
                int known = "btnfr\"\\".IndexOf(sign, StringComparison.Ordinal);
                Check(known >= 0);
                return "\b\t\n\f\r\"\\"[known].ToString();
        }
    }

    private bool Take(char sign)
    {
        bool found = _at < text.Length && text[_at] == sign;
        _at += found ? 1 : 0;
        return found;
    }

    private void SkipSpaces()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t')
        {
            _at++;
        }
    }

    private void SkipBlank()
    {
        while (_at < text.Length && (char.IsWhiteSpace(text[_at]) || text[_at] == '#'))
        {
            int end = text[_at] == '#' ? text.IndexOf('\n', _at) : _at;
            _at = end < 0 ? text.Length : end + 1;
        }
    }

    private static void Check(bool isRight)
    {
        if (!isRight)
        {
            throw new FormatException();
        }
    }
}
