using System.Text;
using System.Text.Json;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Tests.Tokenizer;

public sealed class TokenizerFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dataforge-tokenizer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(PreTokenization.Gpt2)]
    [InlineData(PreTokenization.Code)]
    public void Write_thenRead_isTheSameTokenizer(PreTokenization form)
    {
        BpeVocabulary written = TrainedTokenizers.Get(form);
        TokenizerFiles.Write(written, _folder, 1024);
        BpeVocabulary read = TokenizerReader.ReadFolder(_folder);
        Assert.Equal(written.Form, read.Form);
        Assert.Equal(written.Merges, read.Merges);
        Assert.Equal(written.Specials, read.Specials);
        for (int i = 0; i < TokenizerFiles.Build(read, 1024).Count; i++)
        {
            Assert.Equal(TokenizerFiles.Build(written, 1024)[i].Bytes, TokenizerFiles.Build(read, 1024)[i].Bytes);
        }
    }

    [Fact]
    public void ReadGpt2_ownTwoFiles_isTheSameTokenizer()
    {
        BpeVocabulary written = TrainedTokenizers.Get(PreTokenization.Gpt2);
        TokenizerFiles.Write(written, _folder, 1024);
        File.Delete(Path.Combine(_folder, TokenizerFiles.TokenizerJson));
        BpeVocabulary read = TokenizerReader.ReadFolder(_folder);
        Assert.Equal(written.Merges, read.Merges);
        Assert.Equal(written.Specials, read.Specials);
    }

    [Fact]
    public void Write_config_namesRolesAndLength()
    {
        TokenizerFiles.Write(TrainedTokenizers.Get(PreTokenization.Gpt2), _folder, 2048);
        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, TokenizerFiles.ConfigJson)));
        Assert.Equal("GPT2TokenizerFast", config.RootElement.GetProperty("tokenizer_class").GetString());
        Assert.Equal(2048, config.RootElement.GetProperty("model_max_length").GetInt32());
        using JsonDocument specials = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, TokenizerFiles.SpecialsJson)));
        foreach (string role in new[] { "bos_token", "eos_token", "pad_token", "unk_token" })
        {
            Assert.Equal("<|endoftext|>", config.RootElement.GetProperty(role).GetString());
            Assert.Equal("<|endoftext|>", specials.RootElement.GetProperty(role).GetString());
        }
    }

    [Theory]
    [InlineData("{", "not a tokenizer file")]
    [InlineData("[]", "not a tokenizer file")]
    [InlineData("{\"model\":{\"type\":\"WordPiece\"}}", "not BPE")]
    [InlineData("{\"normalizer\":{\"type\":\"NFC\"},\"model\":{\"type\":\"BPE\"}}", "normalizer")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[]},\"added_tokens\":[],\"pre_tokenizer\":{\"type\":\"Whitespace\"}}", "pre-tokenizer")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":7},\"merges\":[]},\"added_tokens\":[],\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false}}", "ids")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[]},\"added_tokens\":[],\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false}}", "byte-level")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"a  b\"]},\"added_tokens\":[],\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false}}", "two tokens")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[[\"a\"]]},\"added_tokens\":[],\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false}}", "not a tokenizer file")]
    public void ReadTokenizerJson_unusable_saysWhy(string json, string expected)
    {
        string path = Path.Combine(_folder, "tokenizer.json");
        File.WriteAllText(path, json, new UTF8Encoding(false));
        TokenizerFormatException problem = Assert.Throws<TokenizerFormatException>(() => TokenizerReader.ReadTokenizerJson(path));
        Assert.Contains(expected, problem.Message);
        Assert.Contains(path, problem.Message);
    }

    [Fact]
    public void ReadFolder_empty_saysWhatIsMissing() =>
        Assert.Contains("tokenizer.json", Assert.Throws<TokenizerFormatException>(() => TokenizerReader.ReadFolder(_folder)).Message);
}
