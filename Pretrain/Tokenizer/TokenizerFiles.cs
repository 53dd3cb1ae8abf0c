using System.Text;

namespace DataForge.Pretrain.Tokenizer;

/// <summary>
/// Writes a tokenizer's files: tokenizer.json, which is complete alone, and the older vocab.json and merges.txt with the two
/// configuration files that <c>from_pretrained</c> reads. The same vocabulary gives the same bytes.
/// </summary>
public static class TokenizerFiles
{
    /// <summary>The file names, in the order in which <see cref="Build"/> returns them.</summary>
    public const string TokenizerJson = "tokenizer.json", VocabularyJson = "vocab.json", MergesText = "merges.txt",
        ConfigJson = "tokenizer_config.json", SpecialsJson = "special_tokens_map.json";

    /// <summary>All names of a tokenizer's files; one made elsewhere may have <c>added_tokens.json</c> too.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [TokenizerJson, VocabularyJson, MergesText, ConfigJson, SpecialsJson, "added_tokens.json"];

    /// <summary>The names and bytes of all files.</summary>
    /// <param name="vocabulary">The tokenizer.</param>
    /// <param name="modelMaxLength">The model's context length in tokens, which tokenizer_config.json states.</param>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Build(BpeVocabulary vocabulary, int modelMaxLength) =>
    [
        (TokenizerJson, Utf8(TokenizerJsonFile(vocabulary))),
        (VocabularyJson, Utf8(VocabularyFile(vocabulary))),
        (MergesText, Utf8(MergesFile(vocabulary))),
        (ConfigJson, Utf8(ConfigFile(vocabulary, modelMaxLength))),
        (SpecialsJson, Utf8(SpecialsFile(vocabulary))),
    ];

    /// <summary>Writes all files to a folder; existing ones are overwritten.</summary>
    public static void Write(BpeVocabulary vocabulary, string folder, int modelMaxLength)
    {
        Directory.CreateDirectory(folder);
        foreach ((string name, byte[] bytes) in Build(vocabulary, modelMaxLength))
        {
            File.WriteAllBytes(Path.Combine(folder, name), bytes);
        }
    }

    /// <summary>A token as the files spell it.</summary>
    internal static string TokenText(BpeVocabulary vocabulary, int id) => vocabulary.IsSpecial(id)
        ? Encoding.UTF8.GetString(vocabulary.BytesOf(id))
        : ByteAlphabet.Write(vocabulary.BytesOf(id));

    private static string TokenizerJsonFile(BpeVocabulary vocabulary)
    {
        // Formatted as Hugging Face's own serialiser does, with keys in its order.
        StringBuilder text = new();
        text.Append("{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n  \"added_tokens\": [");
        ushort[] specials = SpecialIds(vocabulary);
        for (int i = 0; i < specials.Length; i++)
        {
            text.Append(i == 0 ? "\n" : ",\n").Append("    {\n      \"id\": ").Append(specials[i]).Append(",\n      ");
            AppendAddedToken(text, TokenText(vocabulary, specials[i]), ",\n      ");
            text.Append("\n    }");
        }

        text.Append(specials.Length == 0 ? "],\n" : "\n  ],\n").Append("  \"normalizer\": null,\n  \"pre_tokenizer\": ");
        text.Append(PreTokenizer(vocabulary.Form)).Append(",\n");
        text.Append("  \"post_processor\": { \"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": false, ");
        text.Append("\"use_regex\": true },\n");
        text.Append("  \"decoder\": { \"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true, ");
        text.Append("\"use_regex\": true },\n");
        text.Append("  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": null,\n    \"unk_token\": null,\n");
        text.Append("    \"continuing_subword_prefix\": null,\n    \"end_of_word_suffix\": null,\n    \"fuse_unk\": false,\n");
        text.Append("    \"byte_fallback\": false,\n    \"ignore_merges\": false,\n    \"vocab\": {");
        for (int id = 0; id < vocabulary.Count; id++)
        {
            AppendString(text.Append(id == 0 ? "\n      " : ",\n      "), TokenText(vocabulary, id)).Append(": ").Append(id);
        }

        text.Append("\n    },\n    \"merges\": [");
        for (int rank = 0; rank < vocabulary.Merges.Count; rank++)
        {
            AppendString(text.Append(rank == 0 ? "\n      " : ",\n      "), MergeText(vocabulary, rank));
        }

        return text.Append(vocabulary.Merges.Count == 0 ? "]\n  }\n}\n" : "\n    ]\n  }\n}\n").ToString();
    }

    private static string PreTokenizer(PreTokenization form)
    {
        const string ByteLevel = "{ \"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\": ";
        if (form == PreTokenization.Gpt2)
        {
            return ByteLevel + "true }";
        }

        StringBuilder text = new("{\n    \"type\": \"Sequence\",\n    \"pretokenizers\": [\n");
        text.Append("      { \"type\": \"Split\", \"pattern\": { \"Regex\": ");
        AppendString(text, PreTokenScanner.CodePattern).Append(" }, \"behavior\": \"Isolated\", \"invert\": false },\n      ");
        return text.Append(ByteLevel).Append("false }\n    ]\n  }").ToString();
    }

    private static string VocabularyFile(BpeVocabulary vocabulary)
    {
        StringBuilder text = new("{");
        for (int id = 0; id < vocabulary.Count; id++)
        {
            AppendString(text.Append(id == 0 ? "" : ", "), TokenText(vocabulary, id)).Append(": ").Append(id);
        }

        return text.Append("}\n").ToString();
    }

    private static string MergesFile(BpeVocabulary vocabulary)
    {
        StringBuilder text = new("#version: 0.2\n");
        for (int rank = 0; rank < vocabulary.Merges.Count; rank++)
        {
            text.Append(MergeText(vocabulary, rank)).Append('\n');
        }

        return text.ToString();
    }

    private static string ConfigFile(BpeVocabulary vocabulary, int modelMaxLength)
    {
        StringBuilder text = new("{\n  \"add_prefix_space\": false,\n  \"added_tokens_decoder\": {");
        ushort[] specials = SpecialIds(vocabulary);
        for (int i = 0; i < specials.Length; i++)
        {
            text.Append(i == 0 ? "\n" : ",\n").Append("    \"").Append(specials[i]).Append("\": { ");
            AppendAddedToken(text, TokenText(vocabulary, specials[i]), ", ");
            text.Append(" }");
        }

        text.Append(specials.Length == 0 ? "},\n" : "\n  },\n");
        AppendNamedSpecials(text, vocabulary);
        text.Append("  \"clean_up_tokenization_spaces\": false,\n");
        text.Append("  \"errors\": \"replace\",\n  \"model_max_length\": ").Append(modelMaxLength).Append(",\n");
        // A GPT2TokenizerFast may replace the file's pre-tokenizer by its own, so the code form is not declared as one.
        string className = vocabulary.Form == PreTokenization.Gpt2 ? "GPT2TokenizerFast" : "PreTrainedTokenizerFast";
        return text.Append("  \"tokenizer_class\": \"").Append(className).Append("\"\n}\n").ToString();
    }

    private static string SpecialsFile(BpeVocabulary vocabulary)
    {
        StringBuilder text = new("{\n");
        AppendNamedSpecials(text, vocabulary);
        text.Length -= text.Length > 2 ? 2 : 1;   // the last comma
        return text.Append("\n}\n").ToString();
    }

    private static void AppendNamedSpecials(StringBuilder text, BpeVocabulary vocabulary)
    {
        string[] others =
            [.. SpecialIds(vocabulary).Select(id => TokenText(vocabulary, id)).Where(name => name != SpecialTokens.EndOfText)];
        if (others.Length > 0)
        {
            text.Append("  \"additional_special_tokens\": [");
            for (int i = 0; i < others.Length; i++)
            {
                AppendString(text.Append(i == 0 ? "" : ", "), others[i]);
            }

            text.Append("],\n");
        }

        if (vocabulary.Specials.ContainsKey(SpecialTokens.EndOfText))
        {
            foreach (string role in new[] { "bos_token", "eos_token", "pad_token", "unk_token" })
            {
                AppendString(text.Append("  \"").Append(role).Append("\": "), SpecialTokens.EndOfText).Append(",\n");
            }
        }
    }

    private static void AppendAddedToken(StringBuilder text, string content, string separator)
    {
        AppendString(text.Append("\"content\": "), content).Append(separator);
        text.Append("\"single_word\": false").Append(separator).Append("\"lstrip\": false").Append(separator);
        text.Append("\"rstrip\": false").Append(separator).Append("\"normalized\": false").Append(separator).Append("\"special\": true");
    }

    private static string MergeText(BpeVocabulary vocabulary, int rank) =>
        TokenText(vocabulary, vocabulary.Merges[rank].Left) + " " + TokenText(vocabulary, vocabulary.Merges[rank].Right);

    private static ushort[] SpecialIds(BpeVocabulary vocabulary) => [.. vocabulary.Specials.Values.Order()];

    // The byte alphabet has no control characters, so these two are the only characters that JSON needs escaped.
    private static StringBuilder AppendString(StringBuilder text, string value)
    {
        string escaped = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return text.Append('"').Append(escaped).Append('"');
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
