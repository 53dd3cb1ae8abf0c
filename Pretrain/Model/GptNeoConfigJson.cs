using System.Text.Json;

namespace DataForge.Pretrain.Model;

/// <summary>Reads and writes the <c>config.json</c> of Hugging Face's <c>GPTNeoForCausalLM</c>.</summary>
internal static class GptNeoConfigJson
{
    /// <summary>Reads and validates a configuration.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or of a model that is not supported; the message names the
    /// fault.</exception>
    internal static GptNeoConfig Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            GptNeoConfig config = Read(document.RootElement);
            config.Validate();
            return config;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or IndexOutOfRangeException or InvalidDataException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Writes a configuration, keys in ordinal order as Hugging Face does.</summary>
    internal static void Write(GptNeoConfig config, string path)
    {
        using FileStream file = File.Create(path);
        using (Utf8JsonWriter json = new(file, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("activation_function", "gelu_new");
            WriteStrings(json, "architectures", ["GPTNeoForCausalLM"]);
            json.WriteNumber("attention_dropout", 0.0);
            WriteStrings(json, "attention_layers", config.AttentionLayers.Select(Name));
            WriteAttentionTypes(json, config.AttentionLayers);
            json.WriteNumber("bos_token_id", config.BosTokenId);
            json.WriteNumber("embed_dropout", 0.0);
            json.WriteNumber("eos_token_id", config.EosTokenId);
            json.WriteNumber("hidden_size", config.HiddenSize);
            json.WriteNumber("initializer_range", config.InitializerRange);
            if (config.IntermediateSize is { } size)
            {
                json.WriteNumber("intermediate_size", size);
            }
            else
            {
                json.WriteNull("intermediate_size");
            }

            json.WriteNumber("layer_norm_epsilon", config.LayerNormEpsilon);
            json.WriteNumber("max_position_embeddings", config.MaxPositionEmbeddings);
            json.WriteString("model_type", "gpt_neo");
            json.WriteNumber("num_heads", config.NumHeads);
            json.WriteNumber("num_layers", config.NumLayers);
            json.WriteNumber("resid_dropout", 0.0);
            json.WriteBoolean("tie_word_embeddings", true);
            json.WriteString("torch_dtype", "float32");
            json.WriteBoolean("use_cache", true);
            json.WriteNumber("vocab_size", config.VocabSize);
            json.WriteNumber("window_size", config.WindowSize);
            json.WriteEndObject();
        }

        file.WriteByte((byte)'\n');
    }

    private static GptNeoConfig Read(JsonElement json)
    {
        Require(json, "model_type", "gpt_neo");
        Require(json, "activation_function", "gelu_new");
        if (json.TryGetProperty("tie_word_embeddings", out JsonElement tied) && !tied.GetBoolean())
        {
            throw new InvalidDataException("tie_word_embeddings is false; only tied models are read");
        }

        return new GptNeoConfig
        {
            VocabSize = json.GetProperty("vocab_size").GetInt32(),
            MaxPositionEmbeddings = json.GetProperty("max_position_embeddings").GetInt32(),
            HiddenSize = json.GetProperty("hidden_size").GetInt32(),
            NumLayers = json.GetProperty("num_layers").GetInt32(),
            NumHeads = json.GetProperty("num_heads").GetInt32(),
            IntermediateSize = NumberOrNull(json, "intermediate_size"),
            AttentionLayers = ReadAttentionTypes(json.GetProperty("attention_types")),
            WindowSize = json.GetProperty("window_size").GetInt32(),
            LayerNormEpsilon = json.GetProperty("layer_norm_epsilon").GetDouble(),
            InitializerRange = json.TryGetProperty("initializer_range", out JsonElement range) ? range.GetDouble() : 0.02,
            BosTokenId = NumberOrNull(json, "bos_token_id") ?? 0,
            EosTokenId = NumberOrNull(json, "eos_token_id") ?? 0,
        };
    }

    private static void Require(JsonElement json, string name, string value)
    {
        if (!json.TryGetProperty(name, out JsonElement found) || found.ValueKind != JsonValueKind.String || found.GetString() != value)
        {
            throw new InvalidDataException($"{name} must be \"{value}\"");
        }
    }

    private static int? NumberOrNull(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement found) && found.ValueKind == JsonValueKind.Number ? found.GetInt32() : null;

    /// <summary>Reads <c>[[["global", "local"], 6]]</c>: patterns, each with the number of its repetitions.</summary>
    private static List<AttentionKind> ReadAttentionTypes(JsonElement types)
    {
        List<AttentionKind> layers = [];
        foreach (JsonElement entry in types.EnumerateArray())
        {
            int times = entry[1].GetInt32();
            for (int i = 0; i < times && layers.Count <= 1000; i++)
            {
                layers.AddRange(entry[0].EnumerateArray().Select(kind => Kind(kind.GetString())));
            }
        }

        return layers;
    }

    /// <summary>Writes the shortest pattern whose repetition gives the layers.</summary>
    private static void WriteAttentionTypes(Utf8JsonWriter json, IReadOnlyList<AttentionKind> layers)
    {
        int period = 1;
        while (layers.Count % period != 0 || !Repeats(layers, period))
        {
            period++;
        }

        json.WriteStartArray("attention_types");
        json.WriteStartArray();
        json.WriteStartArray();
        foreach (AttentionKind kind in layers.Take(period))
        {
            json.WriteStringValue(Name(kind));
        }

        json.WriteEndArray();
        json.WriteNumberValue(layers.Count / period);
        json.WriteEndArray();
        json.WriteEndArray();
    }

    private static bool Repeats(IReadOnlyList<AttentionKind> layers, int period) =>
        Enumerable.Range(period, layers.Count - period).All(i => layers[i] == layers[i - period]);

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static string Name(AttentionKind kind) => kind == AttentionKind.Global ? "global" : "local";

    private static AttentionKind Kind(string? name) => name switch
    {
        "global" => AttentionKind.Global,
        "local" => AttentionKind.Local,
        _ => throw new InvalidDataException($"attention type '{name}' is neither global nor local"),
    };
}
