using System.Text;
using DataForge.Crawler.Sources;
using FsCheck;
using FsCheck.Fluent;

namespace DataForge.Crawler.Tests.Sources;

public class PathTextTests
{
    [Theory]
    [InlineData("a/b.py", "a/b.py")]
    [InlineData("ä/100%.py", "ä/100%.py")]
    [InlineData("100%41.py", "100%2541.py")]
    [InlineData("a\0b", "a%00b")]
    public void FromText_path_leadsBackToItsBytes(string path, string expected) => Assert.Equal(expected, PathText.FromText(path));

    [Fact]
    public void FromBytes_noUtf8_escapesWhatIsNone() =>
        Assert.Equal("a%FF%C3.py", PathText.FromBytes([.. "a"u8, 0xFF, 0xC3, .. ".py"u8]));

    [Fact]
    public void FromBytes_differentBytes_differentTexts() => Prop.ForAll<byte[], byte[]>((left, right) =>
        left.AsSpan().SequenceEqual(right) == (PathText.FromBytes(left) == PathText.FromBytes(right))).QuickCheckThrowOnFailure();

    [Fact]
    public void Compare_texts_orderOfUtf8Bytes()
    {
        Gen<string> text = Gen.Elements("a", "z", "/", "é", "\uD7FF", "\uE000", "\uFFFD", "\U00010000", "\U0010FFFF")
            .ListOf().Select(string.Concat);
        Prop.ForAll(text.ToArbitrary(), text.ToArbitrary(), (left, right) =>
            Math.Sign(PathText.Compare(left, right))
            == Math.Sign(Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right))))
            .QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("a/b.py", true)]
    [InlineData("a..b/c", true)]
    [InlineData("a b\n.py", true)]
    [InlineData("", false)]
    [InlineData("/a", false)]
    [InlineData("a//b", false)]
    [InlineData("./a", false)]
    [InlineData("a/../b", false)]
    [InlineData("a/", false)]
    [InlineData("a%00b", false)]
    public void Fault_path_onlyOfOneThatLeavesTheRepository(string path, bool isGood) => Assert.Equal(isGood, PathText.Fault(path) is null);

    [Fact]
    public void Fault_longPath_isOne() => Assert.NotNull(PathText.Fault(new string('a', PathText.MaxBytes + 1)));
}
