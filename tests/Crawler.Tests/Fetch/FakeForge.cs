using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DataForge.Crawler.Tests.Fetch;

/// <summary>A server that answers each repository's requests with the bytes a test gives, whatever they are.</summary>
internal sealed class FakeForge : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, Func<NetworkStream, Task>> _answers = [];
    private readonly CancellationTokenSource _stop = new();

    public FakeForge()
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _ = Task.Run(ServeAsync);
    }

    public Uri Address { get; }

    /// <summary>The heads of all requests.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Answers with what a function writes.</summary>
    public void Set(string name, Func<NetworkStream, Task> answer) => _answers[name] = answer;

    /// <summary>Answers with a status and headers.</summary>
    public void SetStatus(string name, int status, string headers = "") =>
        Set(name, stream => WriteAsync(stream, $"HTTP/1.1 {status} X\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n"));

    /// <summary>Answers with a body.</summary>
    public void SetBody(string name, byte[] body) => Set(name, async stream =>
    {
        await StartAsync(stream);
        await stream.WriteAsync(body);
    });

    /// <summary>Answers as git does, with a pack.</summary>
    public void SetPack(string name, byte[] pack) => SetBody(name, [.. Packets(pack), .. "0000"u8]);

    /// <summary>The head of an answer whose body ends with the connection.</summary>
    public static Task StartAsync(NetworkStream stream) =>
        WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\nConnection: close\r\n\r\n");

    /// <summary>A pack in packets of band 1, without the end.</summary>
    public static byte[] Packets(byte[] pack)
    {
        using var body = new MemoryStream();
        body.Write("000dpackfile\n"u8);
        for (int start = 0; start < pack.Length; start += 60_000)
        {
            int length = Math.Min(60_000, pack.Length - start);
            body.Write(Encoding.ASCII.GetBytes((length + 5).ToString("x4", CultureInfo.InvariantCulture)));
            body.WriteByte(1);
            body.Write(pack, start, length);
        }

        return body.ToArray();
    }

    public static Task WriteAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask();

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = Task.Run(() => AnswerAsync(client));
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                string head = await ReadHeadAsync(stream);
                Requests.Enqueue(head);
                string[] parts = head.Split(' ')[1].Split('/');
                await (_answers.TryGetValue(parts.Length > 3 && parts[1] == "repos" ? parts[3] : parts.Length > 2 ? parts[2].Split('.')[0] : "", out Func<NetworkStream, Task>? answer)
                    ? answer(stream)
                    : WriteAsync(stream, "HTTP/1.1 404 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            }
            catch (IOException)
            {
                // The caller has had enough.
            }
        }
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) == 1)
        {
            head.Append((char)one[0]);
        }

        string text = head.ToString();
        int at = text.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
        int length = at < 0 ? 0 : int.Parse(text[(at + 16)..].Split('\r')[0], CultureInfo.InvariantCulture);
        await stream.ReadExactlyAsync(new byte[length]);
        return text;
    }
}
