using System.Net.Sockets;
using System.Text;

namespace DataForge.Testing;

/// <summary>What a proxy does with a connection that asks for a commit.</summary>
public enum CommitCut
{
    /// <summary>The request never reaches the server.</summary>
    Before,

    /// <summary>The server commits, and its answer is lost.</summary>
    After,

    /// <summary>The server commits, its answer is lost, and it does not learn that nobody is there any more.</summary>
    AfterUnnoticed,
}

/// <summary>The way to a PostgreSQL server, which can be cut: a Unix socket beside the server's own that passes on what comes.</summary>
public sealed class PostgresServerProxy : IDisposable
{
    private static readonly byte[] Commit = Encoding.ASCII.GetBytes("COMMIT\0");

    private readonly TemporaryFolder _folder = new();
    private readonly Lock _lock = new();
    private readonly List<Socket> _open = [];
    private readonly string _server;
    private readonly Socket _listener;
    private bool _isClosed;
    private bool _isDisposed;
    private int _next;
    private int _every;
    private CommitCut _cut;

    /// <param name="server">Where to.</param>
    public PostgresServerProxy(PostgresServer server)
    {
        _server = SocketFile(server.Socket);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(SocketFile(_folder.Path)));
        _listener.Listen();
        _ = AcceptAsync();
    }

    /// <summary>Whether nobody gets through.</summary>
    public bool IsClosed
    {
        get => _isClosed;
        set
        {
            _isClosed = value;
            if (value)
            {
                Cut();
            }
        }
    }

    /// <summary>Commits that were cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>A database's address by this way.</summary>
    public string Through(string address) => $"{address[..address.IndexOf('?', StringComparison.Ordinal)]}?host={Uri.EscapeDataString(_folder.Path)}";

    /// <summary>Cuts the commit after so many more, and then every so many; none from then on where it is every 0.</summary>
    public void CutCommits(int after, int every, CommitCut cut)
    {
        lock (_lock)
        {
            (_next, _every, _cut) = (after, every, cut);
        }
    }

    /// <summary>Cuts all connections, both ways.</summary>
    public void Cut()
    {
        Socket[] open;
        lock (_lock)
        {
            open = [.. _open];
            _open.Clear();
        }

        foreach (Socket socket in open)
        {
            socket.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _listener.Dispose();
        Cut();
        _folder.Dispose();
    }

    private static string SocketFile(string folder) => Path.Combine(folder, ".s.PGSQL.5432");

    private async Task AcceptAsync()
    {
        while (!_isDisposed)
        {
            try
            {
                Socket client = await _listener.AcceptAsync().ConfigureAwait(false);
                if (_isClosed)
                {
                    client.Dispose();
                    continue;
                }

                var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                lock (_lock)
                {
                    _open.AddRange([client, server]);
                }

                _ = PassAsync(client, server);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The listener is disposed, or a client has gone already.
            }
        }
    }

    private async Task PassAsync(Socket client, Socket server)
    {
        try
        {
            await server.ConnectAsync(new UnixDomainSocketEndPoint(_server)).ConfigureAwait(false);
            Task back = BackAsync(client, server);
            var buffer = new byte[1 << 16];
            for (int read; (read = await client.ReceiveAsync(buffer).ConfigureAwait(false)) > 0;)
            {
                if (buffer.AsSpan(0, read).IndexOf(Commit) >= 0 && IsCut(out CommitCut cut))
                {
                    if (cut != CommitCut.Before)
                    {
                        // Until the server has answered: then it is committed.
                        client.Shutdown(SocketShutdown.Send);
                        await server.SendAsync(buffer.AsMemory(0, read)).ConfigureAwait(false);
                        await back.ConfigureAwait(false);
                    }

                    client.Dispose();
                    if (cut != CommitCut.AfterUnnoticed)
                    {
                        server.Dispose();
                    }

                    return;
                }

                await server.SendAsync(buffer.AsMemory(0, read)).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut, or one side has gone.
        }

        client.Dispose();
        server.Dispose();
    }

    private static async Task BackAsync(Socket client, Socket server)
    {
        var buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = await server.ReceiveAsync(buffer).ConfigureAwait(false)) > 0;)
            {
                await client.SendAsync(buffer.AsMemory(0, read)).ConfigureAwait(false);
            }

            client.Dispose();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut, or one side has gone.
        }
    }

    private bool IsCut(out CommitCut cut)
    {
        lock (_lock)
        {
            cut = _cut;
            bool isCut = _every > 0 && _next-- == 0;
            if (isCut)
            {
                _next = _every - 1;
                Cuts++;
            }

            return isCut;
        }
    }
}
