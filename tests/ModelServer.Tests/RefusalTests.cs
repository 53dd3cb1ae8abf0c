using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace DataForge.ModelServer.Tests;

public sealed class RefusalTests
{
    [Theory]
    [InlineData("""{"prompt": "abc", "max_tokens": 300}""", "prompt", "maximum context length is 256 tokens. However, you requested 304 tokens (4 in your prompt; 300 for the completion)")]
    [InlineData("""{"prompt": [97, 257], "max_tokens": 1}""", "prompt", "no token 257")]
    [InlineData("""{"prompt": [97, -1]}""", "prompt", "takes a string")]
    [InlineData("""{"prompt": []}""", "prompt", "takes a string")]
    [InlineData("""{"prompt": [["a"]]}""", "prompt", "takes a string")]
    [InlineData("""{"prompt": 7}""", "prompt", "takes a string")]
    [InlineData("""{"prompt": "\ud800"}""", "prompt", "surrogate")]
    [InlineData("""{"max_tokens": 0}""", "max_tokens", "whole number from 1")]
    [InlineData("""{"max_tokens": 1.5}""", "max_tokens", "whole number")]
    [InlineData("""{"temperature": -1}""", "temperature", "from 0 to 2")]
    [InlineData("""{"top_p": 0}""", "top_p", "number")]
    [InlineData("""{"n": 129}""", "n", "from 1 to 128")]
    [InlineData("""{"n": 2, "best_of": 3}""", "best_of", "not supported")]
    [InlineData("""{"logprobs": true}""", "logprobs", "whole number")]
    [InlineData("""{"logprobs": 1, "echo": true}""", "echo", "cannot be combined")]
    [InlineData("""{"presence_penalty": 0.5}""", "presence_penalty", "not supported")]
    [InlineData("""{"logit_bias": {"5": 1}}""", "logit_bias", "not supported")]
    [InlineData("""{"stop": ["a", ""]}""", "stop", "none empty")]
    [InlineData("""{"stop": 5}""", "stop", "list of strings")]
    [InlineData("""{"stream": "yes"}""", "stream", "true or false")]
    [InlineData("""{"suffix": "x", "prompt": [97]}""", "suffix", "strings")]
    [InlineData("""{"suffix": "x", "prompt": "a"}""", "suffix", "was not trained to fill in the middle")]
    [InlineData("""{"prompts": "a"}""", "prompts", "Unrecognized")]
    [InlineData("""{"prompt": "a" """, null, "not JSON")]
    [InlineData("""[1]""", null, "JSON object")]
    public async Task Post_ofAWrongRequest_isRefusedWithTheField(string body, string? parameter, string message)
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        (int status, JsonElement error) = await ServerFixture.ErrorOfAsync(await PostAsync(server, body));
        Assert.Equal(400, status);
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(parameter, error.GetProperty("param").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString());
        Assert.Equal((0, 0), await server.LoadAsync());
    }

    [Fact]
    public async Task Post_whatChangesNothing_isAllowed()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        using HttpResponseMessage response = await PostAsync(
            server,
            """{"prompt": "a", "max_tokens": 1, "n": 2, "best_of": 2, "presence_penalty": 0, "logit_bias": {}, "user": "x", "suffix": null, "stop": null}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("evil.example", null)]
    [InlineData("10.1.2.3", null)]
    [InlineData("127.0.0.1.evil.example", null)]
    [InlineData(null, "http://evil.example")]
    [InlineData(null, "http://localhost:1")]
    [InlineData(null, "null")]
    public async Task Request_ofAForeignPage_isRefused(string? host, string? origin)
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        foreach (string path in new[] { "/healthz", "/v1/models" })
        {
            using HttpRequestMessage request = new(HttpMethod.Get, path);
            request.Headers.Host = host;
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin);
            }

            (int status, _) = await ServerFixture.ErrorOfAsync(await server.Client.SendAsync(request));
            Assert.Equal(403, status);
        }
    }

    [Fact]
    public async Task Request_underItsOwnNames_isAnswered()
    {
        await using ServerFixture server = await ServerFixture.StartAsync(settings => settings with { HostNames = ["model.example"] });
        int port = server.Server.Address.Port;
        foreach (string host in new[] { $"localhost:{port}", $"127.0.0.1:{port}", $"[::1]:{port}", $"model.example:{port}" })
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/v1/models/alphabet");
            request.Headers.Host = host;
            request.Headers.Add("Origin", "http://" + host);
            using HttpResponseMessage response = await server.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("GET", "/v1/completions", 405)]
    [InlineData("DELETE", "/v1/models", 405)]
    [InlineData("GET", "/v1/models/other", 404)]
    [InlineData("POST", "/v1/chat/completions", 404)]
    [InlineData("GET", "/", 404)]
    public async Task Request_ofAnotherPath_isRefused(string method, string path, int expected)
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        Assert.Equal(expected, (await ServerFixture.ErrorOfAsync(await server.Client.SendAsync(request))).Status);
    }

    [Fact]
    public async Task Post_ofALongBody_isRefused()
    {
        await using ServerFixture server = await ServerFixture.StartAsync(settings => settings with { MostBodyBytes = 1000 });
        (int status, JsonElement error) = await ServerFixture.ErrorOfAsync(await PostAsync(server, $$"""{"prompt": "{{new string('a', 2000)}}"}"""));
        Assert.Equal(413, status);
        Assert.Contains("1000 bytes", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Post_ofAnotherContentType_isRefused()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        Assert.Equal(415, (await ServerFixture.ErrorOfAsync(await PostAsync(server, """{"prompt": "a"}""", "text/plain"))).Status);
    }

    private static async Task<HttpResponseMessage> PostAsync(ServerFixture server, string body, string type = "application/json")
    {
        using StringContent content = new(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        return await server.Client.PostAsync("/v1/completions", content);
    }
}
