using System.Buffers.Binary;
using System.Text;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Tests.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Model;

public class SafeTensorsTests
{
    [Theory]
    [InlineData("tiny")]
    [InlineData("odd")]
    public void SaveLoadSave_model_sameBytes(string config)
    {
        string golden = NativeTorch.Golden(config);
        using TemporaryFolder folder = new();
        using GptNeoForCausalLM model = GptNeoWeights.LoadFolder(golden);
        GptNeoWeights.SaveFolder(model.Config, model.Weights, folder["first"]);
        using GptNeoForCausalLM again = GptNeoWeights.LoadFolder(folder["first"]);
        GptNeoWeights.SaveFolder(again.Config, again.Weights, folder["second"]);
        foreach (string file in (string[])["model.safetensors", "config.json", "generation_config.json"])
        {
            Assert.Equal(File.ReadAllBytes(folder["first", file]), File.ReadAllBytes(folder["second", file]));
        }

        using SafeTensors written = new(folder["first", "model.safetensors"]);
        using SafeTensors original = new(Path.Combine(golden, "model.safetensors"));
        Assert.Equal("pt", written.Metadata["format"]);
        Assert.Contains(original.Entries.Keys, name => name.EndsWith(".attention.bias", StringComparison.Ordinal)); // this file has mask buffers,
        Assert.DoesNotContain(written.Entries.Keys, name => name.EndsWith(".attention.bias", StringComparison.Ordinal)); // ours has none: both loaded
        foreach (string name in written.Entries.Keys)
        {
            Assert.Equal(original.ReadFloats(name), written.ReadFloats(name));
        }
    }

    [Fact]
    public void LoadFolder_config_isReadAsWritten()
    {
        string golden = NativeTorch.Golden("odd");
        GptNeoConfig config = GptNeoConfig.Load(Path.Combine(golden, "config.json"));
        Assert.Equal([AttentionKind.Global, AttentionKind.Local, AttentionKind.Local], config.AttentionLayers);
        Assert.Equal((300, 48, 3, 3, 70, 8), (config.VocabSize, config.HiddenSize, config.NumLayers, config.NumHeads, config.MaxPositionEmbeddings, config.WindowSize));
        using TemporaryFolder folder = new();
        config.Save(folder["config.json"]);
        GptNeoConfig again = GptNeoConfig.Load(folder["config.json"]);
        Assert.Equal(config.Fingerprint(), again.Fingerprint());
        Assert.Equal((config.BosTokenId, config.EosTokenId, config.InitializerRange), (again.BosTokenId, again.EosTokenId, again.InitializerRange));
    }

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, null)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4, null)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7, "take 8 bytes where 7 follow")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "offsets say otherwise")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "hole or an overlap")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "hole or an overlap")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "comes twice")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,-4]}}", 0, "a shape that is none")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0, "overflow")]
    [InlineData("{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "unknown type F33")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "not usable")]
    [InlineData("{\"a\":7}", 0, "not usable")]
    [InlineData("[1]", 0, "not usable")]
    [InlineData("{", 0, "not usable")]
    public void Open_header_isChecked(string header, int dataBytes, string? fault)
    {
        using TemporaryFolder folder = new();
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] bytes = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)json.Length);
        json.CopyTo(bytes, 8);
        string path = folder["file.safetensors"];
        File.WriteAllBytes(path, bytes);
        if (fault is null)
        {
            using SafeTensors file = new(path);
            Assert.Equal(dataBytes / 4, file.ReadFloats("a").Length);
            return;
        }

        InvalidDataException e = Assert.Throws<InvalidDataException>(() => new SafeTensors(path).Dispose());
        Assert.Contains(fault, e.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(2000)]
    public void Open_truncated_throwsClearError(int length)
    {
        string golden = NativeTorch.Golden("tiny");
        using TemporaryFolder folder = new();
        string path = folder["model.safetensors"];
        File.WriteAllBytes(path, File.ReadAllBytes(Path.Combine(golden, "model.safetensors"))[..length]);
        Assert.Contains("not usable", Assert.Throws<InvalidDataException>(() => new SafeTensors(path).Dispose()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadFloats_halfTypes_areWidened()
    {
        using TemporaryFolder folder = new();
        byte[] json = Encoding.UTF8.GetBytes("{\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[4,6]}}");
        byte[] bytes = new byte[8 + json.Length + 6];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)json.Length);
        json.CopyTo(bytes, 8);
        Span<byte> data = bytes.AsSpan(8 + json.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(data, 0x3FC0);                                       // 1.5
        BinaryPrimitives.WriteUInt16LittleEndian(data[2..], 0xC000);                                  // -2
        BinaryPrimitives.WriteHalfLittleEndian(data[4..], (Half)0.25);
        File.WriteAllBytes(folder["f"], bytes);
        using SafeTensors file = new(folder["f"]);
        Assert.Equal([1.5f, -2], file.ReadFloats("a"));
        Assert.Equal([0.25f], file.ReadFloats("b"));
    }

    [Fact]
    public void Load_weightsOfAnotherShape_namesTheTensor()
    {
        string golden = NativeTorch.Golden("tiny");
        GptNeoConfig config = GptNeoConfig.Load(Path.Combine(golden, "config.json")) with { VocabSize = 500 };
        using GptNeoForCausalLM model = new(config, forTraining: false);
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => GptNeoWeights.Load(model, Path.Combine(golden, "model.safetensors")));
        Assert.Contains("transformer.wte.weight is [512, 64] where the model has [500, 64]", e.Message, StringComparison.Ordinal);
    }
}
