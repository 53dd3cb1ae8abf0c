using System.Text;

namespace DataForge.Service.Tests.Telemetry;

/// <summary>Reads texts out of a protobuf message (https://protobuf.dev/programming-guides/encoding/).</summary>
internal static class Protobuf
{
    private const int Length = 2;

    /// <summary>The texts at a path of field numbers, through all repetitions.</summary>
    public static IEnumerable<string> Texts(byte[] message, params int[] path) => Fields(message, path[0])
        .SelectMany(field => path.Length == 1 ? [Encoding.UTF8.GetString(field)] : Texts(field, path[1..]));

    /// <summary>The contents of a field, as often as it is there.</summary>
    public static List<byte[]> Fields(byte[] message, int number)
    {
        List<byte[]> found = [];
        int at = 0;
        while (at < message.Length)
        {
            ulong key = Varint();
            switch ((int)(key & 7))
            {
                case 0:
                    Varint();
                    break;
                case 1:
                    at += 8;
                    break;
                case Length:
                    int length = (int)Varint();
                    if ((int)(key >> 3) == number)
                    {
                        found.Add(message[at..(at + length)]);
                    }

                    at += length;
                    break;
                default:
                    at += 4;
                    break;
            }
        }

        return found;

        ulong Varint()
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = message[at++];
                value |= (ulong)(next & 127) << shift;
                if (next < 128)
                {
                    return value;
                }
            }
        }
    }
}
