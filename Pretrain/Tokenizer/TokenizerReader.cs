using System.Text;
using System.Text.Json;

namespace DataForge.Pretrain.Tokenizer;

/// <summary>Reads a tokenizer from tokenizer.json, or from GPT-2's pair of vocab.json and merges.txt.</summary>
public static class TokenizerReader
{
    // The largest real files have about 20 MB; a longer one than this is a mistake.
    private const long MaxFileLength = 256L << 20;

    private static readonly string[] UnsupportedSettings =
        ["dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges"];

    /// <summary>The file of a folder that holds the vocabulary: tokenizer.json, else vocab.json.</summary>
    public static string FileOf(string folder)
    {
        string whole = Path.Combine(folder, TokenizerFiles.TokenizerJson);
        return File.Exists(whole) ? whole : Path.Combine(folder, TokenizerFiles.VocabularyJson);
    }

    /// <summary>Reads the tokenizer of a folder: its tokenizer.json, else its vocab.json and merges.txt.</summary>
    /// <exception cref="TokenizerFormatException">The files are not a byte-level BPE tokenizer that can be applied exactly.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static BpeVocabulary ReadFolder(string folder)
    {
        string whole = Path.Combine(folder, TokenizerFiles.TokenizerJson);
        string vocabulary = Path.Combine(folder, TokenizerFiles.VocabularyJson), merges = Path.Combine(folder, TokenizerFiles.MergesText);
        if (File.Exists(whole))
        {
            return ReadTokenizerJson(whole);
        }

        return File.Exists(vocabulary) && File.Exists(merges)
            ? ReadGpt2(vocabulary, merges)
            : throw new TokenizerFormatException($"{folder} has no tokenizer: neither tokenizer.json nor vocab.json with merges.txt.");
    }

    /// <summary>
    /// Reads GPT-2's two files. Text is split by GPT-2's pattern; tokens that no merge gives and that are not a single byte are special.
    /// </summary>
    /// <exception cref="TokenizerFormatException">The files are damaged or of another kind.</exception>
    public static BpeVocabulary ReadGpt2(string vocabularyPath, string mergesPath) => Guard(vocabularyPath, () =>
    {
        using JsonDocument json = Parse(vocabularyPath);
        string[] lines = Encoding.UTF8.GetString(ReadAll(mergesPath)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int first = lines.Length > 0 && lines[0].StartsWith("#version", StringComparison.Ordinal) ? 1 : 0;
        (string, string)[] merges = [.. lines.Skip(first).Select(line => Pair(line.TrimEnd('\r')))];
        HashSet<string> made = new(merges.Select(merge => merge.Item1 + merge.Item2), StringComparer.Ordinal);
        return Assemble(
            PreTokenization.Gpt2, Vocabulary(json.RootElement), merges,
            token => !(token.Length == 1 && ByteAlphabet.Read(token) is not null) && !made.Contains(token));
    });

    /// <summary>Reads a tokenizer.json.</summary>
    /// <exception cref="TokenizerFormatException">It is not a byte-level BPE tokenizer in one of the forms of <see
    /// cref="PreTokenization"/>.</exception>
    public static BpeVocabulary ReadTokenizerJson(string path) => Guard(path, () =>
    {
        using JsonDocument json = Parse(path);
        JsonElement root = json.RootElement, model = root.GetProperty("model");
        Require(model, "type", "BPE");
        RequireUnset(root, "normalizer");
        foreach (string unsupported in UnsupportedSettings)
        {
            RequireUnset(model, unsupported);
        }

        Dictionary<string, int> vocabulary = Vocabulary(model.GetProperty("vocab"));
        HashSet<string> special = new(StringComparer.Ordinal);
        foreach (JsonElement added in root.GetProperty("added_tokens").EnumerateArray())
        {
            string content = added.GetProperty("content").GetString()!;
            special.Add(content);
            int id = added.GetProperty("id").GetInt32();
            if (!vocabulary.TryAdd(content, id) && vocabulary[content] != id)
            {
                throw new TokenizerFormatException($"The added token {content} has two ids.");
            }
        }

        (string, string)[] merges = [.. model.GetProperty("merges").EnumerateArray().Select(merge => // a list of two, or one text
            merge.ValueKind == JsonValueKind.Array ? (merge[0].GetString()!, merge[1].GetString()!) : Pair(merge.GetString()!))];
        return Assemble(Form(root.GetProperty("pre_tokenizer")), vocabulary, merges, special.Contains);
    });

    private static BpeVocabulary Assemble(
        PreTokenization form, Dictionary<string, int> vocabulary, (string Left, string Right)[] merges, Func<string, bool> isSpecial)
    {
        byte[]?[] tokens = new byte[vocabulary.Count][];
        List<int> specials = [];
        foreach ((string token, int id) in vocabulary)
        {
            if (id < 0 || id >= tokens.Length || tokens[id] is not null)
            {
                throw new TokenizerFormatException(
                    $"The ids of the {tokens.Length} tokens are not 0 to {tokens.Length - 1}, each once: {id} for {token}.");
            }

            if (isSpecial(token))
            {
                specials.Add(id);
                tokens[id] = Encoding.UTF8.GetBytes(token);
            }
            else
            {
                tokens[id] = ByteAlphabet.Read(token)
                    ?? throw new TokenizerFormatException($"Token {id}, {token}, is not written in the byte alphabet.");
            }
        }

        BpeMerge[] numbered = new BpeMerge[merges.Length];
        for (int rank = 0; rank < merges.Length; rank++)
        {
            (string left, string right) = merges[rank];
            numbered[rank] = new BpeMerge(Id(left, rank), Id(right, rank), Id(left + right, rank));
        }

        specials.Sort();
        return new BpeVocabulary(form, tokens!, numbered, specials);

        ushort Id(string token, int rank) => vocabulary.TryGetValue(token, out int id)
            ? (ushort)id
            : throw new TokenizerFormatException($"Merge {rank} names {token}, which is not in the vocabulary.");
    }

    private static Dictionary<string, int> Vocabulary(JsonElement json)
    {
        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        foreach (JsonProperty token in json.EnumerateObject())
        {
            if (!vocabulary.TryAdd(token.Name, token.Value.GetInt32()))
            {
                throw new TokenizerFormatException($"The token {token.Name} occurs in the vocabulary twice.");
            }

            if (vocabulary.Count > BpeVocabulary.MaxCount)
            {
                throw new TokenizerFormatException($"The vocabulary has more than {BpeVocabulary.MaxCount} tokens; ids here have 16 bits.");
            }
        }

        return vocabulary;
    }

    private static PreTokenization Form(JsonElement preTokenizer)
    {
        if (IsByteLevel(preTokenizer, useRegex: true))
        {
            return PreTokenization.Gpt2;
        }

        if (Is(preTokenizer, "Sequence") && preTokenizer.GetProperty("pretokenizers") is { } parts && parts.GetArrayLength() == 2
            && IsCodeSplit(parts[0]) && IsByteLevel(parts[1], useRegex: false))
        {
            return PreTokenization.Code;
        }

        throw new TokenizerFormatException(
            "The pre-tokenizer is neither ByteLevel with GPT-2's pattern (add_prefix_space false) nor the code form that is trained here.");
    }

    private static bool IsCodeSplit(JsonElement json) =>
        Is(json, "Split") && json.GetProperty("pattern").TryGetProperty("Regex", out JsonElement regex)
        && regex.GetString() == PreTokenScanner.CodePattern && json.GetProperty("behavior").GetString() == "Isolated"
        && !json.GetProperty("invert").GetBoolean();

    private static bool IsByteLevel(JsonElement json, bool useRegex) =>
        Is(json, "ByteLevel")
        && !(json.TryGetProperty("add_prefix_space", out JsonElement prefix) ? prefix.GetBoolean() : true)
        && (json.TryGetProperty("use_regex", out JsonElement regex) ? regex.GetBoolean() : true) == useRegex;

    private static bool Is(JsonElement json, string type) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("type", out JsonElement found) && found.GetString() == type;

    private static void Require(JsonElement json, string name, string value)
    {
        if (json.TryGetProperty(name, out JsonElement found) && found.GetString() != value)
        {
            throw new TokenizerFormatException($"Its {name} is {found}, not {value}.");
        }
    }

    private static void RequireUnset(JsonElement json, string name)
    {
        if (json.TryGetProperty(name, out JsonElement found)
            && found.ValueKind is not (JsonValueKind.Null or JsonValueKind.False)
            && !(found.ValueKind == JsonValueKind.String && found.GetString() == ""))
        {
            throw new TokenizerFormatException($"It sets {name}, which this encoder does not apply.");
        }
    }

    private static (string, string) Pair(string merge)
    {
        int space = merge.IndexOf(' ');
        return space > 0 && space == merge.LastIndexOf(' ') && space < merge.Length - 1
            ? (merge[..space], merge[(space + 1)..])
            : throw new TokenizerFormatException($"The merge \"{merge}\" is not two tokens with a space between.");
    }

    private static JsonDocument Parse(string path) => JsonDocument.Parse(ReadAll(path), new JsonDocumentOptions { MaxDepth = 32 });

    private static byte[] ReadAll(string path)
    {
        long length = new FileInfo(path).Length;
        return length <= MaxFileLength
            ? File.ReadAllBytes(path)
            : throw new TokenizerFormatException($"{path} has {length} bytes; a tokenizer file has at most {MaxFileLength}.");
    }

    private static BpeVocabulary Guard(string path, Func<BpeVocabulary> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or IndexOutOfRangeException)
        {
            throw new TokenizerFormatException($"{path} is not a tokenizer file: {e.Message}", e);
        }
        catch (TokenizerFormatException e)
        {
            throw new TokenizerFormatException($"{path}: {e.Message}", e);
        }
    }
}
