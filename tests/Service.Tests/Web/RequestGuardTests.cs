using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using DataForge.Service.Settings;
using DataForge.Service.Tests.Hosting;

namespace DataForge.Service.Tests.Web;

public sealed class RequestGuardTests
{
    [Theory]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("localhost:8710", HttpStatusCode.OK)]
    [InlineData("crawler.example", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("192.168.0.1", HttpStatusCode.MisdirectedRequest)]
    public async Task Request_forAnotherHost_isRefused(string host, HttpStatusCode expected)
    {
        await using RunningService service = await RunningService.StartAsync(hosts: "crawler.example");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz") { Headers = { Host = host } };

        using HttpResponseMessage response = await service.Client.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains("default-src 'self'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_withoutAConfiguredToken_isRefused()
    {
        await using RunningService service = await RunningService.StartAsync();

        Assert.Equal(HttpStatusCode.Forbidden, await service.PostAsync("/api/schedules/nightly/start"));
        Assert.Empty(service.History.Newest(null, long.MaxValue, 10));
    }

    [Fact]
    public async Task Post_fromAnotherSite_isRefusedEvenWithTheToken()
    {
        await using RunningService service = await RunningService.StartAsync(hasToken: true);
        const string Path = "/api/schedules/nightly/start";

        Assert.Equal(HttpStatusCode.Forbidden, await service.PostAsync(Path, headers: ("Origin", "https://evil.example")));
        Assert.Equal(HttpStatusCode.Forbidden, await service.PostAsync(Path, headers: ("Origin", "null")));
        Assert.Equal(HttpStatusCode.Forbidden, await service.PostAsync(Path, headers: ("Sec-Fetch-Site", "cross-site")));
        Assert.Equal(HttpStatusCode.Forbidden, await service.PostAsync(Path, headers: ("Sec-Fetch-Site", "same-site")));
        Assert.Empty(service.History.Newest(null, long.MaxValue, 10));
        Assert.Equal(HttpStatusCode.OK, await service.PostAsync(
            Path, headers: [("Origin", service.Address.GetLeftPart(UriPartial.Authority)), ("Sec-Fetch-Site", "same-origin")]));
    }

    [Fact]
    public async Task Post_wrongTokens_areRefusedAndThenNotLookedAt()
    {
        await using RunningService service = await RunningService.StartAsync(hasToken: true);
        const string Path = "/api/schedules/nightly/start";

        Assert.Equal(HttpStatusCode.Unauthorized, await service.PostAsync(Path, token: null));
        for (int i = 0; i < 9; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await service.PostAsync(Path, RunningService.Token + i));
        }

        // Also the right one: nobody can go on guessing.
        Assert.Equal(HttpStatusCode.TooManyRequests, await service.PostAsync(Path));
        Assert.Empty(service.History.Newest(null, long.MaxValue, 10));
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("TRACE")]
    public async Task Request_otherMethods_areRefused(string method)
    {
        await using RunningService service = await RunningService.StartAsync(hasToken: true);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/history");

        using HttpResponseMessage response = await service.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task Request_hugeHeaderOrBody_isRefusedBeforeItIsRead()
    {
        await using RunningService service = await RunningService.StartAsync(hasToken: true);

        Assert.StartsWith("HTTP/1.1 431", await SendAsync(service, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ", 100_000_000), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414", await SendAsync(service, "GET /", 100_000_000), StringComparison.Ordinal);
        string post = $"POST /api/schedules/nightly/start HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {RunningService.Token}\r\n";
        Assert.StartsWith(
            "HTTP/1.1 413", await SendAsync(service, post + "Content-Length: 100000000\r\n\r\n", 100_000_000), StringComparison.Ordinal);
        Assert.StartsWith(
            "HTTP/1.1 411", await SendAsync(service, post + "Transfer-Encoding: chunked\r\n\r\n5F5E100\r\n", 100_000_000), StringComparison.Ordinal);
        Assert.Empty(service.History.Newest(null, long.MaxValue, 10));
        Assert.Equal("ok\n", await service.Client.GetStringAsync("/healthz"));
    }

    /// <summary>Names as a browser would never send them: it resolves them before.</summary>
    [Theory]
    [InlineData("/runs/../../outside")]
    [InlineData("/runs/..%2f..%2foutside")]
    [InlineData("/runs/%2e%2e%2f%2e%2e%2foutside/fragment")]
    [InlineData("/runs/..%5c..%5coutside")]
    [InlineData("/runs/%00")]
    [InlineData("/runs//outside")]
    [InlineData("/api/schedules/nightly/runs/../../../outside/statistics")]
    [InlineData("/api/schedules/nightly/runs/..%2f..%2foutside/statistics")]
    [InlineData("/api/schedules/..%2fnightly/runs")]
    [InlineData("//outside")]
    [InlineData("http://localhost/runs/..%2f..%2foutside")]
    public async Task Request_pathThatLeavesTheRuns_findsNothing(string path)
    {
        await using RunningService service = await RunningService.StartAsync();
        Directory.CreateDirectory(Path.Combine(service.Workspace, "runs"));
        string outside = Path.Combine(service.Workspace, "..", "outside");
        Directory.CreateDirectory(Path.Combine(outside, "manifest", "clean"));
        await File.WriteAllTextAsync(Path.Combine(outside, "version"), "1\n");

        string answer = await SendAsync(service, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 0);

        Assert.Matches("^HTTP/1.1 40[04] ", answer);
    }

    [Fact]
    public async Task Service_boundToThisMachine_isNotReachedAtOtherAddresses()
    {
        Assert.True(IPAddress.IsLoopback(IPEndPoint.Parse(new ServiceOptions().Listen).Address));
        await using RunningService closed = await RunningService.StartAsync();
        await using RunningService open = await RunningService.StartAsync(listen: "0.0.0.0:0");
        foreach (IPAddress other in OtherAddresses())
        {
            await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(other, closed.Address.Port));
            await ConnectAsync(other, open.Address.Port);
        }

        // It is still not to be reached under a name that is not its own.
        Assert.StartsWith("HTTP/1.1 200", await SendAsync(open, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 0), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 421", await SendAsync(open, "GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n", 0), StringComparison.Ordinal);

        static async Task ConnectAsync(IPAddress address, int port)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address, port);
        }
    }

    [Fact]
    public async Task Service_twoThousandIdleConnections_stillAnswers()
    {
        await using RunningService service = await RunningService.StartAsync();
        List<Socket> idle = [];
        try
        {
            for (int i = 0; i < 2000; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                idle.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, service.Address.Port);
            }

            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            Assert.Equal("ok\n", await service.Client.GetStringAsync("/healthz", patience.Token));
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }

    // Addresses of this machine that are not the one that the service listens at.
    private static IEnumerable<IPAddress> OtherAddresses() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(address => address.Address)
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
        .Prepend(IPAddress.Parse("127.0.0.2"));

    // What is answered, or nothing where the connection is closed, while up to this many bytes follow.
    private static async Task<string> SendAsync(RunningService service, string head, int bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, service.Address.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        byte[] block = Encoding.ASCII.GetBytes(new string('a', 8192));
        int sent = 0;
        try
        {
            for (; sent < bytes && !stream.DataAvailable; sent += block.Length)
            {
                await stream.WriteAsync(block);
            }
        }
        catch (IOException)
        {
            // The service has closed the connection.
        }

        Assert.InRange(sent, 0, 20_000_000);
        byte[] answer = new byte[4096];
        return Encoding.ASCII.GetString(answer, 0, await stream.ReadAsync(answer));
    }
}
