using System.Text.Json;

namespace DataForge.ModelServer.Tests;

public sealed class CompletionTests
{
    [Fact]
    public async Task Post_ofAPrompt_continuesIt()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        JsonElement answer = await server.CompleteAsync(new { model = "alphabet", prompt = "abc", max_tokens = 4, temperature = 0 });
        Assert.Equal("text_completion", answer.GetProperty("object").GetString());
        Assert.Equal("alphabet", answer.GetProperty("model").GetString());
        Assert.StartsWith("cmpl-", answer.GetProperty("id").GetString());
        JsonElement choice = Assert.Single(answer.GetProperty("choices").EnumerateArray());
        Assert.Equal("defg", choice.GetProperty("text").GetString());
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("logprobs").ValueKind);
        Assert.Equal("""{"prompt_tokens":4,"completion_tokens":4,"total_tokens":8}""", answer.GetProperty("usage").GetRawText());
    }

    [Fact]
    public async Task Post_ofSeveralPromptsAndTexts_answersThemInOrder()
    {
        await using ServerFixture server = await ServerFixture.StartAsync(settings => settings with { Batch = 3 });
        JsonElement answer = await server.CompleteAsync(new { prompt = new[] { "abc", "x", "" }, n = 2, max_tokens = 2, temperature = 0 });
        Assert.Equal(["de", "de", "yz", "yz", "ab", "ab"], Texts(answer));
        Assert.Equal([0, 1, 2, 3, 4, 5], answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("index").GetInt32()));
    }

    [Fact]
    public async Task Post_ofTokens_continuesThem()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        Assert.Equal(["def"], Texts(await server.CompleteAsync(new { prompt = new[] { 97, 98, 99 }, max_tokens = 3, temperature = 0 })));
        Assert.Equal(
            ["b", "r"], Texts(await server.CompleteAsync(new { prompt = new[] { new[] { 97 }, [113] }, max_tokens = 1, temperature = 0 })));
    }

    [Fact]
    public async Task Post_withAStopString_endsBeforeIt()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        JsonElement answer = await server.CompleteAsync(new { prompt = "abc", max_tokens = 9, temperature = 0, stop = new[] { "q", "gh" } });
        Assert.Equal(["def"], Texts(answer));
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(["de"], Texts(await server.CompleteAsync(new { prompt = "abc", temperature = 0, stop = "f" })));
    }

    [Fact]
    public async Task Post_withEcho_beginsWithThePrompt()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        Assert.Equal(["abcde"], Texts(await server.CompleteAsync(new { prompt = "abc", max_tokens = 2, temperature = 0, echo = true })));
    }

    [Fact]
    public async Task Post_withASeed_repeatsItsTexts()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        string[] first = Texts(await server.CompleteAsync(new { prompt = "a", n = 3, seed = 7, temperature = 1.5, max_tokens = 20 }));
        string[] again = Texts(await server.CompleteAsync(new { prompt = "a", n = 3, seed = 7, temperature = 1.5, max_tokens = 20 }));
        string[] other = Texts(await server.CompleteAsync(new { prompt = "a", n = 3, seed = -8, temperature = 1.5, max_tokens = 20 }));
        Assert.Equal(first, again);
        Assert.Equal(6, first.Concat(other).Distinct().Count());
    }

    [Fact]
    public async Task Post_withLogprobs_namesTheTokens()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        JsonElement answer = await server.CompleteAsync(new { prompt = "abc", max_tokens = 5, temperature = 0, logprobs = 2, stop = "g" });
        JsonElement logprobs = answer.GetProperty("choices")[0].GetProperty("logprobs");
        Assert.Equal("""["d","e","f"]""", logprobs.GetProperty("tokens").GetRawText());
        Assert.Equal("[0,1,2]", logprobs.GetProperty("text_offset").GetRawText());
        double expected = 4 - Math.Log(Math.Exp(4) + 255 + Math.Exp(-100));
        Assert.All(logprobs.GetProperty("token_logprobs").EnumerateArray(), value => Assert.Equal(expected, value.GetDouble(), 6));
        JsonElement top = logprobs.GetProperty("top_logprobs")[0];
        Assert.Equal(2, top.EnumerateObject().Count());
        Assert.Equal(expected, top.GetProperty("d").GetDouble(), 6);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("gh")]
    public async Task Post_streamed_givesTheSameTextAsAWhole(string? stop)
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        object Body(bool stream) => stop is null
            ? new { prompt = "abc", n = 2, max_tokens = 9, temperature = 1, seed = 3, logprobs = 1, stream }
            : new { prompt = "abc", n = 2, max_tokens = 9, temperature = 0, stop, logprobs = 1, stream };
        JsonElement whole = await server.CompleteAsync(Body(stream: false));
        using HttpResponseMessage response = await server.SendAsync(Body(stream: true));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        string[] lines = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", lines[^1]);
        JsonElement[] chunks = [.. lines[..^1].Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement)];
        Assert.Single(chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct());
        for (int i = 0; i < 2; i++)
        {
            JsonElement expected = whole.GetProperty("choices")[i];
            JsonElement[] mine =
                [.. chunks.Select(chunk => chunk.GetProperty("choices")[0]).Where(choice => choice.GetProperty("index").GetInt32() == i)];
            Assert.Equal(expected.GetProperty("text").GetString(), string.Concat(mine.Select(choice => choice.GetProperty("text").GetString())));
            Assert.Equal(expected.GetProperty("finish_reason").GetString(), mine[^1].GetProperty("finish_reason").GetString());
            Assert.All(mine[..^1], choice => Assert.Equal(JsonValueKind.Null, choice.GetProperty("finish_reason").ValueKind));
            Assert.Equal(
                expected.GetProperty("logprobs").GetProperty("tokens").EnumerateArray().Select(token => token.GetString()),
                mine[..^1].SelectMany(choice => choice.GetProperty("logprobs").GetProperty("tokens").EnumerateArray()).Select(token => token.GetString()));
        }
    }

    [Fact]
    public async Task Post_streamedWithUsage_endsWithTheNumberOfTokens()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        using HttpResponseMessage response =
            await server.SendAsync(new { prompt = "abc", max_tokens = 2, stream = true, echo = true, stream_options = new { include_usage = true } });
        string[] lines = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("\"text\":\"abc\"", lines[0]);
        Assert.Contains("\"choices\":[]", lines[^2]);
        Assert.Contains("\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":2,\"total_tokens\":6}", lines[^2]);
    }

    [Fact]
    public async Task Post_withASuffix_putsTheMarksAroundTheGap()
    {
        await using ServerFixture server = await ServerFixture.StartAsync(null, "<fim_prefix>", "<fim_suffix>", "<fim_middle>");
        JsonElement answer = await server.CompleteAsync(new { prompt = "ab", suffix = "cde", max_tokens = 2, temperature = 0 });
        Assert.Equal(1 + 3 + 5, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(["ab"], Texts(answer));
    }

    private static string[] Texts(JsonElement answer) =>
        [.. answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()!)];
}
