using System.Buffers;
using System.Numerics;

namespace DataForge.Parquet;

/// <summary>
/// Arrays for pages and row groups, which readers and writers of all threads share. Unlike <see cref="ArrayPool{T}.Shared"/> it does not
/// round 17 MB up to 32, and keeps one set of arrays, not one for each thread and core: all together hold hardly more than was in use at
/// one time. A large array that becomes garbage is collected late, so a process would take the memory of many. Thread-safe.
/// </summary>
internal static class BytePool
{
    // Smaller arrays are left to the shared pool: they are no large objects, whose garbage is collected late.
    private const int MinSize = 1 << 16;

    // Eight sizes from one power of two to the next, so that at most an eighth is not used.
    private const int SizesPerOctave = 8;

    // An array is not given for less than half of its size.
    private const int MaxExcess = 2;

    private static readonly Lock Gate = new();

    // The array that was returned last comes last.
    private static readonly List<byte[]> Free = [];
    private static long _freeBytes;
    private static long _rentedBytes;
    private static long _mostRented;
    private static long _lastUse;

    static BytePool() => _ = new Trimmer();

    /// <summary>The size of a new array for so many bytes.</summary>
    public static long SizeOf(long bytes)
    {
        if (bytes > Array.MaxLength)
        {
            return bytes;
        }

        long octave = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(16, bytes));
        if (octave <= MinSize)
        {
            return octave;
        }

        long step = octave / (2 * SizesPerOctave);
        return Math.Min((bytes + step - 1) / step * step, Array.MaxLength);
    }

    /// <summary>An array of at least so many bytes, with any content.</summary>
    public static byte[] Rent(int bytes)
    {
        int size = (int)SizeOf(bytes);
        if (size <= MinSize)
        {
            return ArrayPool<byte>.Shared.Rent(bytes);
        }

        lock (Gate)
        {
            byte[]? array = TakeFree(size);
            _rentedBytes += array?.Length ?? size;
            _mostRented = Math.Max(_mostRented, _rentedBytes);
            DropExcess();
            if (array is not null)
            {
                return array;
            }
        }

        return GC.AllocateUninitializedArray<byte>(size);
    }

    /// <summary>Takes an array back; its user must not touch it any more.</summary>
    public static void Return(byte[] array)
    {
        if (array.Length <= MinSize)
        {
            ArrayPool<byte>.Shared.Return(array);
            return;
        }

        lock (Gate)
        {
            _rentedBytes -= array.Length;
            Free.Add(array);
            _freeBytes += array.Length;
            _lastUse = Environment.TickCount64;
            DropExcess();
        }
    }

    // The smallest free array that is large enough and not too large.
    private static byte[]? TakeFree(int size)
    {
        int best = -1;
        for (int i = 0; i < Free.Count; i++)
        {
            int length = Free[i].Length;
            if (length >= size && length / MaxExcess <= size && (best < 0 || length < Free[best].Length))
            {
                best = i;
            }
        }

        if (best < 0)
        {
            return null;
        }

        byte[] array = Free[best];
        Free.RemoveAt(best);
        _freeBytes -= array.Length;
        return array;
    }

    // Sizes change from file to file, so a quarter more than was ever in use is kept; the array that was free for longest goes first.
    private static void DropExcess()
    {
        while (_freeBytes > 0 && _rentedBytes + _freeBytes > _mostRented + (_mostRented / 4))
        {
            _freeBytes -= Free[0].Length;
            Free.RemoveAt(0);
        }
    }

    /// <summary>
    /// Empties the pool at a collection of the oldest generation, if it has not been used for a while: the garbage collector calls the
    /// finalizer of this otherwise unused object, which then lives on.
    /// </summary>
    private sealed class Trimmer
    {
        private const long IdleMilliseconds = 30_000;

        ~Trimmer()
        {
            lock (Gate)
            {
                if (Environment.TickCount64 - _lastUse > IdleMilliseconds)
                {
                    Free.Clear();
                    _freeBytes = 0;
                    _mostRented = _rentedBytes;
                }
            }

            GC.ReRegisterForFinalize(this);
        }
    }
}
