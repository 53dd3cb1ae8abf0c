using System.Text.RegularExpressions;

namespace DataForge.Corpus.Tests.SourceStyle;

/// <summary>What the compiler and its analyzers do not check of the product's sources.</summary>
public sealed partial class SourceStyleTests
{
    private const int MostColumns = 140;
    private const int MostLines = 300;
    private const int MostPartialFiles = 2;

    // A grammar and a lexer are one type in many files on purpose: each file is one part of Python's grammar.
    private static readonly string[] ManyPartialFiles = ["Grammar", "PythonLexer"];

    [Fact]
    public void Lines_ofProductCode_haveAtMost140Columns()
    {
        string[] tooLong =
        [
            .. from file in ProductSources.All
               from line in file.Lines.Index()
               where line.Item.Length > MostColumns
               select $"{file.Path}:{line.Index + 1}",
        ];
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Files_ofProductCode_haveAtMost300Lines()
    {
        string[] large = [.. ProductSources.All.Where(file => file.Lines.Length > MostLines).Select(file => $"{file.Path}: {file.Lines.Length}")];
        Assert.Empty(large);
    }

    [Fact]
    public void Files_ofTestsAndNativeCode_haveAtMost300Lines()
    {
        IEnumerable<string> files = ProductSources.Files("tests", "*.cs").Concat(ProductSources.Files("Pretrain", "*.cpp"));
        string[] large = [.. files.Where(file => File.ReadLines(file).Count() > MostLines)];
        Assert.Empty(large);
    }

    [Fact]
    public void Types_ofProductCode_haveAtMostTwoPartialFiles()
    {
        var files =
            from file in ProductSources.All
            from line in file.Lines
            let name = PartialType().Match(line)
            where name.Success
            group file.Path by Path.GetDirectoryName(file.Path) + "/" + name.Groups[1].Value into type
            where type.Distinct().Count() > MostPartialFiles && !ManyPartialFiles.Contains(Path.GetFileName(type.Key))
            select $"{type.Key}: {type.Distinct().Count()} files";
        Assert.Empty(files);
    }

    [Fact]
    public void PublicMembers_ofProductCode_haveADocstring()
    {
        string[] without =
        [
            .. from file in ProductSources.All
               from line in file.Lines.Index()
               where PublicMember().IsMatch(line.Item) && !HasDocstring(file.Lines, line.Index)
               select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}",
        ];
        Assert.Empty(without);
    }

    // A docstring stands above the attributes, if there are any.
    private static bool HasDocstring(string[] lines, int member)
    {
        int above = member - 1;
        while (above >= 0 && lines[above].TrimStart().StartsWith('['))
        {
            above--;
        }

        return above >= 0 && lines[above].TrimStart().StartsWith("///", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\s*public\s(?!(\w+\s)*override\s)")]
    private static partial Regex PublicMember();

    [GeneratedRegex(@"^\s*(?:\w+ )*partial (?:class|struct|record struct|record|interface) (\w+)")]
    private static partial Regex PartialType();
}
