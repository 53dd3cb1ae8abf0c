namespace DataForge.Parquet.Tests;

public sealed class BytePoolTests
{
    [Theory]
    [InlineData(0, 16)]
    [InlineData(100, 128)]
    [InlineData(1 << 16, 1 << 16)]
    [InlineData((1 << 16) + 1, 9 << 13)]
    [InlineData(17 << 20, 18 << 20)]
    [InlineData(32 << 20, 32 << 20)]
    [InlineData(1L << 40, 1L << 40)]
    public void SizeOf_anyLength_wastesAnEighthAtMost(long bytes, long size)
    {
        Assert.Equal(size, BytePool.SizeOf(bytes));
    }

    [Fact]
    public void Rent_fromSeveralThreads_givesNoArrayTwiceAtATime()
    {
        var rented = new HashSet<byte[]>();
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            var random = new Random(thread);
            var mine = new List<byte[]>();
            for (int i = 0; i < 500; i++)
            {
                if (mine.Count < 5 && random.Next(2) == 0)
                {
                    int length = random.Next(1, 1 << 20);
                    byte[] array = BytePool.Rent(length);
                    Assert.InRange(array.Length, length, Math.Max(128, 5 * length / 2));
                    mine.Add(array);
                    lock (rented)
                    {
                        Assert.True(rented.Add(array));
                    }
                }
                else if (mine.Count > 0)
                {
                    byte[] array = mine[random.Next(mine.Count)];
                    mine.Remove(array);
                    lock (rented)
                    {
                        rented.Remove(array);
                    }

                    BytePool.Return(array);
                }
            }
        });
    }
}
