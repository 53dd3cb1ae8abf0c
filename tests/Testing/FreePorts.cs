using System.Net;
using System.Net.Sockets;

namespace DataForge.Testing;

/// <summary>Ports of this machine at which nothing listens at the moment.</summary>
public static class FreePorts
{
    /// <summary>One port.</summary>
    public static int Take() => Take(1)[0];

    /// <summary>Several ports, all different.</summary>
    public static int[] Take(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners)
        {
            listener.Start();
        }

        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners)
        {
            listener.Dispose();
        }

        return ports;
    }
}
