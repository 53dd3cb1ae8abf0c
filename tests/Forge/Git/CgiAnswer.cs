using System.Buffers;
using System.Globalization;
using System.Text;
using DataForge.Forge.Faults;
using Microsoft.AspNetCore.Http;

namespace DataForge.Forge.Git;

/// <summary>Passes on the output of a CGI program: header lines, an empty line, the body (RFC 3875, section 6).</summary>
internal static class CgiAnswer
{
    private const int MaxHeaderBytes = 16 << 10;

    /// <summary>Passes headers and body on.</summary>
    public static async Task CopyAsync(Exchange exchange, Stream output)
    {
        (string headers, byte[] first) = await ReadHeadersAsync(output, exchange.Aborted).ConfigureAwait(false);
        HttpResponse response = exchange.Context.Response;
        response.StatusCode = 200;
        foreach (string line in headers.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = line.IndexOf(':');
            string name = line[..Math.Max(colon, 0)];
            string value = line[(colon + 1)..].Trim();
            if (name.Equals("Status", StringComparison.OrdinalIgnoreCase))
            {
                response.StatusCode = int.Parse(value.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture);
            }
            else if (name.Length > 0)
            {
                response.Headers[name] = value;
            }
        }

        exchange.Status = response.StatusCode;
        await CopyBodyAsync(exchange, output, first).ConfigureAwait(false);
    }

    /// <summary>Passes a body on, cut or slowed where a planted fault says so.</summary>
    public static async Task CopyBodyAsync(Exchange exchange, Stream output, byte[]? first = null)
    {
        if (exchange.Fault?.Kind is FaultKind.CutBody or FaultKind.SlowBody)
        {
            using var whole = new MemoryStream();
            whole.Write(first ?? []);
            await output.CopyToAsync(whole, exchange.Aborted).ConfigureAwait(false);
            await exchange.SendAsync(whole.ToArray()).ConfigureAwait(false);
            return;
        }

        await exchange.WriteAsync(first ?? []).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            int read;
            while ((read = await output.ReadAsync(buffer, exchange.Aborted).ConfigureAwait(false)) > 0)
            {
                await exchange.WriteAsync(buffer.AsMemory(0, read)).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<(string Headers, byte[] First)> ReadHeadersAsync(Stream output, CancellationToken cancellation)
    {
        byte[] buffer = new byte[MaxHeaderBytes];
        int length = 0;
        while (true)
        {
            int end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                return (Encoding.ASCII.GetString(buffer, 0, end), buffer[(end + 4)..length]);
            }

            int read = length == buffer.Length ? 0 : await output.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                return ("Status: 500 Internal Server Error", []);
            }

            length += read;
        }
    }
}
