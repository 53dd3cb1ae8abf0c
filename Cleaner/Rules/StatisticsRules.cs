using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Python;

namespace DataForge.Cleaner.Rules;

/// <summary>A rule over one number of <see cref="TextStatistics"/>: too little, or too much.</summary>
internal sealed class StatisticRule(string name, double threshold, bool isMost, Func<JudgedText, double> measure) : ContentRule
{
    public override AppliedRule Applied => new(name, isMost ? "at most" : "at least", Finding.Number(threshold));

    public override string Measure(JudgedText text) => Finding.Number(measure(text));

    public override Finding? Judge(JudgedText text)
    {
        double value = measure(text);
        return (isMost ? value > threshold : value < threshold) ? Finding.Of(name, value, threshold) : null;
    }
}

/// <summary>
/// PyCodeGPT's alphanumeric rate: of the characters that are neither white space nor comment, the share that are letters, digits or ASCII
/// punctuation, which is what Python's own text is made of.
/// </summary>
internal sealed class CodeCharactersRule(double threshold) : ContentRule
{
    public const string Name = "code_characters";

    public override AppliedRule Applied => new(Name, "at least", Finding.Number(threshold));

    public override string Measure(JudgedText text) => Finding.Number(ShareOf(text));

    public override Finding? Judge(JudgedText text)
    {
        double share = ShareOf(text);
        return share < threshold ? Finding.Of(Name, share, threshold) : null;
    }

    private static double ShareOf(JudgedText text)
    {
        TextStatistics all = text.Statistics;
        long foreign = all.Foreign;
        if (foreign == 0)
        {
            return 1;
        }

        long characters = all.Characters - all.WhiteSpace;
        PythonLexer lexer = new(text.Text, LexerOptions.WholeFStrings);
        while (lexer.Next())
        {
            if (lexer.Kind == TokenKind.Comment)
            {
                TextStatistics comment = TextStatistics.Of(lexer.Text);
                foreign -= comment.Foreign;
                characters -= comment.Characters - comment.WhiteSpace;
            }
        }

        return characters <= 0 ? 1 : 1 - ((double)foreign / characters);
    }
}

/// <summary>PyCodeGPT: "more than two typical keywords": statement keywords as tokens, so neither in strings nor in comments.</summary>
internal sealed class KeywordsRule(int threshold) : ContentRule
{
    public const string Name = "keywords_min";

    public override AppliedRule Applied => new(Name, "at least", Finding.Number(threshold));

    public override string Measure(JudgedText text) => Finding.Number(CountOf(text));

    public override Finding? Judge(JudgedText text) => CountOf(text) is var count && count < threshold ? Finding.Of(Name, count, threshold) : null;

    private static int CountOf(JudgedText text)
    {
        ParseFacts facts = text.Facts;
        return facts.CountOf("def"u8) + facts.CountOf("class"u8) + facts.CountOf("if"u8) + facts.CountOf("elif"u8) + facts.CountOf("else"u8)
            + facts.CountOf("for"u8) + facts.CountOf("while"u8) + facts.CountOf("with"u8) + facts.CountOf("try"u8) + facts.CountOf("except"u8)
            + facts.CountOf("finally"u8) + facts.CountOf("return"u8) + facts.CountOf("yield"u8) + facts.CountOf("raise"u8) + facts.CountOf("lambda"u8);
    }
}

/// <summary>The text must be Python 3.</summary>
internal sealed class SyntaxRule(bool keepPython2) : ContentRule
{
    public const string Name = "syntax";
    public const string Python2Name = "python2";

    public override AppliedRule Applied => new(Name, "must be", keepPython2 ? "Python 3.14 or Python 2" : "Python 3.14");

    public override string Measure(JudgedText text) => Judge(text)?.Value ?? (text.Verdict.Outcome == ParseOutcome.Python2 ? "Python 2" : "it is");

    public override Finding? Judge(JudgedText text)
    {
        ParseVerdict verdict = text.Verdict;
        return verdict.Outcome switch
        {
            ParseOutcome.Invalid => new Finding(Name, $"{verdict.Reason} at line {verdict.Line}", "Python 3.14"),
            ParseOutcome.Python2 when !keepPython2 => new Finding(Python2Name, verdict.Line > 0 ? $"{verdict.Reason} at line {verdict.Line}" : "except X, e", "Python 3.14"),
            _ => null,
        };
    }
}

/// <summary>SantaCoder: comments and docstrings must be a share of the text neither too small nor too great.</summary>
internal sealed class CommentShareRule(double least, double most) : ContentRule
{
    public const string Name = "comment_share";

    public override AppliedRule Applied => new(Name, "between", $"{Finding.Number(least)} and {Finding.Number(most)}");

    public override string Measure(JudgedText text) => ShareOf(text) is { } share ? Finding.Number(share) : "none";

    public override Finding? Judge(JudgedText text) => ShareOf(text) is not { } share ? null
        : share < least ? Finding.Of(Name, share, least)
        : share > most ? Finding.Of(Name, share, most)
        : null;

    private static double? ShareOf(JudgedText text) => text.Verdict.Outcome == ParseOutcome.Invalid || text.Text.IsEmpty
        ? null
        : (double)(text.Facts.CommentBytes + text.Facts.DocstringBytes) / text.Text.Length;
}
