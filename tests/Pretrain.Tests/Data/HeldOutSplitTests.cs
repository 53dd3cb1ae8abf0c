using DataForge.Pretrain.Data;

namespace DataForge.Pretrain.Tests.Data;

public class HeldOutSplitTests
{
    [Fact]
    public void Choose_manyRepositories_keepsEveryPromise()
    {
        Random random = new(4);
        for (int round = 0; round < 300; round++)
        {
            // Sizes over five orders of magnitude, as real ones are; of much fewer than 150 such repositories it cannot always be done.
            (string Name, long Size, long Documents)[] repositories = [.. Enumerable.Range(0, random.Next(150, 2000))
                .Select(i => ($"owner/{i}", (long)Math.Exp(random.NextDouble() * 12) + 1, (long)Math.Exp(random.NextDouble() * 5)))];
            HeldOutOptions options = new() { Seed = (ulong)round };
            HeldOutSplit split = HeldOutSplit.Choose(repositories, options);
            Check(repositories, split, options);
            random.Shuffle(repositories);
            HeldOutSplit again = HeldOutSplit.Choose(repositories, options);
            Assert.Equal(repositories.Where(r => split.IsValidation(r.Name)), repositories.Where(r => again.IsValidation(r.Name)));
        }
    }

    [Fact]
    public void Choose_usualSizes_meetsTheShare()
    {
        (string, long, long)[] repositories = [.. Enumerable.Range(0, 5000).Select(i => ($"owner/{i}", 1000L + (i * 37 % 9000), 1L))];
        HeldOutSplit split = HeldOutSplit.Choose(repositories, new HeldOutOptions());
        Assert.InRange(split.ValidationSize / (double)split.TotalSize, 0.02, 0.021);
    }

    [Fact]
    public void Choose_oneGiantAmongSmallOnes_leavesItInTraining()
    {
        (string Name, long Size, long Documents)[] repositories =
            [("cpython", 30_000_000, 900), .. Enumerable.Range(0, 60).Select(i => ($"package-{i}", 50_000L + (i * 3000), 1L + i))];
        HeldOutOptions options = new() { Share = 0.03 };
        HeldOutSplit split = HeldOutSplit.Choose(repositories, options);
        Assert.False(split.IsValidation("cpython"));
        Check(repositories, split, options);
    }

    [Fact]
    public void Choose_smallRepositoryOfVeryManyDocuments_doesNotSwellTheSplit()
    {
        (string Name, long Size, long Documents)[] repositories =
            [.. Enumerable.Range(0, 4000).Select(i => ($"owner/{i}", 10_000L, i % 40 == 0 ? 5000L : 5L))];
        for (ulong seed = 0; seed < 20; seed++)
        {
            HeldOutOptions options = new() { Seed = seed };
            HeldOutSplit split = HeldOutSplit.Choose(repositories, options);
            Check(repositories, split, options);
            Assert.InRange(split.ValidationSize / (double)split.TotalSize, 0.02, 0.05);
        }
    }

    [Fact]
    public void Choose_seed_changesTheChoice()
    {
        (string, long, long)[] repositories = [.. Enumerable.Range(0, 1000).Select(i => ($"owner/{i}", 100L, 1L))];
        HeldOutSplit one = HeldOutSplit.Choose(repositories, new HeldOutOptions { Seed = 1 }), two = HeldOutSplit.Choose(repositories, new HeldOutOptions { Seed = 2 });
        Assert.NotEqual(repositories.Where(r => one.IsValidation(r.Item1)), repositories.Where(r => two.IsValidation(r.Item1)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(8, 2)]
    [InlineData(30, 7)]
    public void Choose_tooFewRepositories_saysSo(int count, int heldOut)
    {
        HeldOutSplit split = HeldOutSplit.Choose(Enumerable.Range(0, count).Select(i => ($"r{i}", 100L << i, 1L)), new HeldOutOptions());
        Assert.Equal(heldOut, split.Repositories);
        Assert.Contains($"of {count} repositories", split.Problem);
    }

    private static void Check((string Name, long Size, long Documents)[] repositories, HeldOutSplit split, HeldOutOptions options)
    {
        Assert.Null(split.Problem);
        (string Name, long Size, long Documents)[] heldOut = [.. repositories.Where(repository => split.IsValidation(repository.Name))];
        Assert.Equal(split.Repositories, heldOut.Length);
        Assert.True(heldOut.Length >= options.MinRepositories);
        Assert.Equal(split.ValidationSize, heldOut.Sum(repository => repository.Size));
        Assert.True(heldOut.Max(repository => repository.Size) <= split.ValidationSize * options.MaxRepositoryShare);
        Assert.True(heldOut.Max(repository => repository.Documents) <= heldOut.Sum(repository => repository.Documents) * options.MaxDocumentShare);
        Assert.True(split.ValidationSize <= 0.5 * split.TotalSize);
    }
}
