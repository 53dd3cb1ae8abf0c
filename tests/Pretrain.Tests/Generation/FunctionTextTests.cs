using System.Text;
using DataForge.Pretrain.Generation;

namespace DataForge.Pretrain.Tests.Generation;

public class FunctionTextTests
{
    private const string Function = "def f(a,\n      b=None):\n    \"\"\"Say it.\n\nclass inside a text\n    \"\"\"\n    if a:  # why\n        return b\n    return [\n  1,\n]\n";

    [Theory]
    [InlineData("\n\nx = 1\n", true)]     // another statement
    [InlineData("# a comment\n@d\n", true)] // a decorator
    [InlineData("\n    def g():\n", true)]  // the next method, as a model takes it
    [InlineData("    @d\n", true)]
    [InlineData("\n# a comment", false)]   // nothing but a comment so far
    [InlineData("    x = 1\n", false)]     // it goes on
    public void Read_textAfterTheFunction_decidesWhetherItHasEnded(string after, bool hasEnded)
    {
        FunctionText? read = FunctionText.Read(Encoding.UTF8.GetBytes(Function + after), isWhole: false);
        Assert.Equal(hasEnded, read is not null);
        if (hasEnded)
        {
            Assert.Equal(new FunctionText(Function.Length, 3, 3), read);
        }
    }

    [Fact]
    public void Read_wholeText_endsWithIt() =>
        Assert.Equal(new FunctionText(Function.Length, 3, 3), FunctionText.Read(Encoding.UTF8.GetBytes(Function), isWhole: true));

    [Theory]
    [InlineData("def f():\n    a = 1\n    a = 1\n    return a\n", 3, 2)]
    [InlineData("def f():\n    return 1\n", 1, 1)]
    [InlineData("def f():\n    if a:\n        class A:\n            b = 1\n    return A\n", 4, 4)]
    [InlineData("def f():\n    \"\"\"Say it.\"\"\"\n    'a text'\n", 1, 1)]
    public void Read_statements_areCountedWithoutTheDocstring(string text, int statements, int distinct) =>
        Assert.Equal(new FunctionText(text.Length, statements, distinct), FunctionText.Read(Encoding.UTF8.GetBytes(text), isWhole: true));

    [Theory]
    [InlineData("def f():\n    \"\"\"Say it.\nx = 1\n")] // the string is open
    [InlineData("def f():\n    return $\nx = 1\n")]
    [InlineData("def f():\n")]
    [InlineData("")]
    public void Read_noFunction_isNull(string text) => Assert.Null(FunctionText.Read(Encoding.UTF8.GetBytes(text), isWhole: true));
}
