using DataForge.Pretrain.Generation;

namespace DataForge.Pretrain.Tests.Generation;

public class FunctionSampleTests
{
    private const string Prompt = "def f(a):\n    b = a";
    private const string Good = "\n    if b:\n        c = 1\n    return c\n";

    [Theory]
    [InlineData("\n    c = = 1\n")]        // no Python
    [InlineData("\n  c = 1\n")]            // no indentation of this function
    [InlineData("\n    b = a\n")]          // a line that stands there already
    [InlineData("\n    # c = 1\n")]        // a comment
    [InlineData("\n\nx = 1\n")]            // the function's end, too early
    [InlineData("\n    def g():\n")]       // the next method, too early
    [InlineData("\n    c = 'an open text")]
    [InlineData("")]                       // the end of the document
    public void Of_lineThatCannotStay_isDrawnAgain(string other)
    {
        using ScriptedModel model = new(Prompt + Good + "\nx = 1\n", Prompt + other);
        for (ulong seed = 1; seed <= 10; seed++)
        {
            Assert.Equal(Good, FunctionSample.Of(model, ByteVocabulary.With(), Prompt, seed));
        }
    }

    /// <summary>The temperature rises with each refused line; if it never fell again, any byte would become as likely as the good line's.</summary>
    [Fact]
    public void Of_firstLineThatIsRefusedOften_isStillDrawnByTheModel()
    {
        string[] refused = [.. "pqrstuvw".Select(letter => $"{Prompt}\n  {letter} = 1\n")]; // no indentation of this function
        using ScriptedModel model = new([Prompt + Good + "\nx = 1\n", .. refused]) { Unlikely = -12 };
        for (ulong seed = 1; seed <= 20; seed++)
        {
            Assert.Equal(Good, FunctionSample.Of(model, ByteVocabulary.With(), Prompt, seed));
        }
    }

    [Theory]
    [InlineData("\n\nx = 1\n")]
    [InlineData("\n    def g(self):\n")]
    [InlineData("")]
    public void Of_functionThatIsComplete_isCutAtItsEnd(string after)
    {
        using ScriptedModel model = new(Prompt + Good.TrimEnd() + after);
        Assert.Equal(Good, FunctionSample.Of(model, ByteVocabulary.With(), Prompt, 1));
    }

    [Fact]
    public void Of_statementOverSeveralLines_isOneLine()
    {
        const string Call = "\n    c = g(\n        a,\n    )\n    return c\n";
        using ScriptedModel model = new(Prompt + Call + "\nx = 1\n");
        Assert.Equal(Call, FunctionSample.Of(model, ByteVocabulary.With(), Prompt, 1));
    }

    [Fact]
    public void Of_modelThatNeverEndsAFunction_givesTheLinesThatWereKept()
    {
        using ScriptedModel model = new(Prompt + "\n    return b\n\nx = 1\n");
        Assert.Equal("\n    return b\n", FunctionSample.Of(model, ByteVocabulary.With(), Prompt, 1));
    }

    [Fact]
    public void Of_promptThatIsNoFunction_isContinued()
    {
        using ScriptedModel model = new("import os\nimport sys");
        Assert.Equal("\nimport sys", FunctionSample.Of(model, ByteVocabulary.With(), "import os", 1));
    }

    [Theory]
    [InlineData("def main():", true)]
    [InlineData("def read(path):\n    if path:", true)]
    [InlineData("def read(path):\n    return 1", true)]
    [InlineData("class A:", true)]
    [InlineData("x = 1", false)]
    [InlineData("def", false)]
    [InlineData("", false)]
    public void IsBeginning_prompt_beginsAStatementWithABodyOrNot(string prompt, bool expected) =>
        Assert.Equal(expected, FunctionSample.IsBeginning(prompt));

    [Theory]
    [InlineData(Good, true)]
    [InlineData("\n    return b\n", false)]
    [InlineData("\n    c = (\n", false)]
    public void IsComplete_text_isOneFunctionOfThreeStatementsOrNot(string after, bool expected) =>
        Assert.Equal(expected, FunctionSample.IsComplete(Prompt + after));
}
