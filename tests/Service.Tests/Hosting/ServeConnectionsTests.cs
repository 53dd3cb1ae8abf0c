using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DataForge.Testing;

namespace DataForge.Service.Tests.Hosting;

/// <summary>Connections that are opened and not used, to the service as its users run it. <c>./dataforge check serve</c>.</summary>
public sealed class ServeConnectionsTests
{
    private const string Variable = "DATAFORGE_TEST_SERVE_IDLE";
    private const int Idle = 1500;
    private const int HalfRequests = 500;

    [Fact]
    public async Task Serve_twoThousandIdleConnections_answersAndClosesThem()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Variable) == "1", $"takes a minute; {Variable}=1 runs it");
        using var service = new ServeProcess("0 0 1 1 *");
        await service.StartAsync();
        int port = service.Url("/").Port;
        (int files, long memory) = (ChildProcesses.OpenFiles(service.Process.Id), ChildProcesses.Kilobytes(service.Process.Id, "VmRSS"));
        List<Socket> sockets = [];
        try
        {
            for (int i = 0; i < Idle + HalfRequests; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, port);
                if (i >= Idle)
                {
                    await socket.SendAsync(Encoding.ASCII.GetBytes("GET /healthz HTTP/1.1\r\nHost: local"));
                }
            }

            long start = Stopwatch.GetTimestamp();
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
            Assert.Equal("ok\n", await client.GetStringAsync(service.Url("/healthz")));
            int most = ChildProcesses.OpenFiles(service.Process.Id);
            long mostMemory = ChildProcesses.Kilobytes(service.Process.Id, "VmRSS");
            await service.UntilAsync(() => Task.FromResult(ChildProcesses.OpenFiles(service.Process.Id) < files + 50));
            TimeSpan closed = Stopwatch.GetElapsedTime(start);
            TestContext.Current.SendDiagnosticMessage(
                $"{most} open files, {(mostMemory - memory) / 1000} MB more than without the connections, all closed {closed.TotalSeconds:F0} s later");
            Assert.InRange(most, files + 1000, int.MaxValue);
            Assert.InRange(mostMemory - memory, long.MinValue, 100_000);
            Assert.InRange(closed, TimeSpan.Zero, TimeSpan.FromSeconds(40));
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        service.Process.Terminate();
        Assert.Equal(0, (await service.Process.FinishAsync()).ExitCode);
    }
}
