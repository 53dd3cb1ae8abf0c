using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;

namespace DataForge.Orchestrator.Tests.Settings;

/// <summary>
/// The tables of <c>docs/options.md</c>, made from the options' types, their defaults and ranges, and their docstrings, which the build
/// writes to XML files beside the assemblies.
/// </summary>
internal static partial class OptionsPage
{
    /// <summary>The page with all its tables made anew. A table stands between a comment with the section's name and the next end.</summary>
    internal static string Regenerate(string page)
    {
        foreach (PropertyInfo section in typeof(DataForgeOptions).GetProperties())
        {
            string begin = $"<!-- table: {section.Name.ToLowerInvariant()} -->\n";
            int start = page.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
            Assert.True(start >= begin.Length, $"the page has no table '{section.Name.ToLowerInvariant()}'");
            int end = page.IndexOf("<!-- end -->", start, StringComparison.Ordinal);
            page = page[..start] + Table(section) + page[end..];
        }

        return page;
    }

    private static string Table(PropertyInfo section)
    {
        object defaults = section.GetValue(new DataForgeOptions())!;
        var table = new StringBuilder("| option | default | range | meaning |\n| --- | --- | --- | --- |\n");
        foreach (PropertyInfo option in section.PropertyType.GetProperties().Where(option => option.CanWrite && !IsTable(option)))
        {
            string name = $"{section.Name}.{option.Name}".ToLowerInvariant();
            table.Append(CultureInfo.InvariantCulture, $"| `{name}` | {Default(option.GetValue(defaults))} | {Range(option)} | {Meaning(option)} |\n");
        }

        return table.ToString();
    }

    private static bool IsTable(PropertyInfo option) => typeof(IOptionTable).IsAssignableFrom(option.PropertyType);

    private static string Default(object? value) => value switch
    {
        null or "" => "none",
        bool flag => flag ? "true" : "false",
        IEnumerable list and not string => list.Cast<object>().ToArray() is { Length: > 0 } items ? Code(string.Join(", ", items)) : "none",
        int or long => Number(value),
        IFormattable other => Code(other.ToString(null, CultureInfo.InvariantCulture)),
        _ => Code(value.ToString()!),
    };

    private static string Range(PropertyInfo option)
    {
        if (option.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            return IsUnbounded(range.Maximum) ? $"{Number(range.Minimum)} or more" : $"{Number(range.Minimum)} to {Number(range.Maximum)}";
        }

        Type type = Nullable.GetUnderlyingType(option.PropertyType) ?? option.PropertyType;
        return type.IsEnum ? string.Join(", ", Enum.GetNames(type).Select(Code)) : "";
    }

    private static string Meaning(PropertyInfo option)
    {
        Type declaring = option.DeclaringType!;
        XElement? member = Members(declaring.Assembly).FirstOrDefault(member =>
            member.Attribute("name")?.Value == $"P:{declaring.FullName}.{option.Name}");
        Assert.True(member is not null, $"{declaring.FullName}.{option.Name} has no docstring");
        StringBuilder text = new();
        foreach (XNode node in member!.Element("summary")!.Nodes())
        {
            text.Append(node is XElement element ? Inline(element) : node.ToString());
        }

        string meaning = Spaces().Replace(System.Net.WebUtility.HtmlDecode(text.ToString()), " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
        // Where a file's content is hashed in place of its path, the docstring says so.
        bool isNotHashed = option.IsDefined(typeof(NotHashedAttribute)) && !meaning.Contains("hash", StringComparison.Ordinal);
        return isNotHashed ? meaning + " Not hashed." : meaning;
    }

    private static bool IsUnbounded(object most) => most is int.MaxValue || Convert.ToDouble(most, CultureInfo.InvariantCulture) >= long.MaxValue;

    private static string Number(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture) is var number && number == Math.Floor(number)
        ? number.ToString("N0", CultureInfo.InvariantCulture)
        : number.ToString(CultureInfo.InvariantCulture);

    // <c>x</c> is code; a reference is the last part of its name.
    private static string Inline(XElement element) => element.Attribute("cref")?.Value is { } reference
        ? Code(reference[(reference.LastIndexOfAny(['.', ':']) + 1)..])
        : Code(element.Value);

    private static string Code(string text) => $"`{text}`";

    private static IEnumerable<XElement> Members(Assembly assembly) =>
        XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
