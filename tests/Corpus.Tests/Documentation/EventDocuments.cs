using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DataForge.Corpus.Events;

namespace DataForge.Corpus.Tests.Documentation;

/// <summary>A type of event as its docstring describes it.</summary>
/// <param name="Name">The value of <c>type</c>.</param>
/// <param name="Meaning">The summary of the docstring.</param>
/// <param name="Fields">The fields, each with its meaning.</param>
internal sealed partial record EventDocuments(string Name, string Meaning, string Fields)
{
    /// <summary>All types, in the order of their declaration. The build writes the docstrings to an XML file beside the assembly.</summary>
    public static IEnumerable<EventDocuments> All
    {
        get
        {
            List<XElement> members = [.. XDocument.Load(Path.ChangeExtension(typeof(Event).Assembly.Location, ".xml")).Descendants("member")];
            return typeof(Event).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(declared =>
            {
                XElement member = members.Single(element => element.Attribute("name")?.Value == $"T:{declared.DerivedType.FullName}");
                IEnumerable<string> fields = declared.DerivedType.GetProperties(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Public)
                    .Select(each => $"`{JsonNamingPolicy.CamelCase.ConvertName(each.Name)}`: {FieldMeaning(member, each.Name)}");
                return new EventDocuments((string)declared.TypeDiscriminator!, Text(member.Element("summary")!), string.Join(" ", fields));
            });
        }
    }

    private static string FieldMeaning(XElement member, string name) =>
        Text(member.Elements("param").Single(param => param.Attribute("name")?.Value == name));

    // <c>x</c> is code; a reference to another event is its type's name in words.
    private static string Text(XElement element)
    {
        string text = string.Concat(element.Nodes().Select(node => node is XElement inner
            ? $"`{(inner.Attribute("cref")?.Value is { } reference ? reference[(reference.LastIndexOf('.') + 1)..] : inner.Value)}`"
            : ((XText)node).Value));
        return Spaces().Replace(text, " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
