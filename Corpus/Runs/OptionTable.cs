using System.ComponentModel;
using System.Reflection;

namespace DataForge.Corpus.Runs;

/// <summary>An option of a section, as a property or an entry of an option table declares it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ValueType">The type of its values, such as <c>int?</c>.</param>
public sealed record SectionOption(string Name, Type ValueType);

/// <summary>
/// Options that are declared in a list instead of as properties, such as the thresholds of rules. Where a section of options has a
/// property of such a type, the table's options are the section's own: <c>config.json</c>, the command line and the options hash have
/// them in the property's place. The type has a constructor without parameters.
/// </summary>
public interface IOptionTable
{
    /// <summary>The options, in the order in which they are written.</summary>
    IReadOnlyList<SectionOption> Options { get; }

    /// <summary>The value of an option; null if it is not set.</summary>
    /// <param name="name">The name of one of <see cref="Options"/>.</param>
    object? this[string name] { get; set; }
}

/// <summary>Makes the options of an <see cref="IOptionTable"/> options of the section that holds it.</summary>
public static class OptionTables
{
    /// <summary>The options of a section in declared order, those of its tables included.</summary>
    public static IEnumerable<SectionOption> OptionsOf(Type section) => section.GetProperties().SelectMany(property =>
        IsTable(property.PropertyType) ? Create(property.PropertyType).Options
        : property.CanWrite ? [new SectionOption(property.Name, property.PropertyType)]
        : Array.Empty<SectionOption>());

    /// <summary>Sets the options of a section's tables from text; names that no table has are ignored.</summary>
    /// <param name="section">The section.</param>
    /// <param name="values">Names and values of options, names in any case.</param>
    /// <exception cref="InvalidOperationException">A value does not convert to its option's type.</exception>
    public static void Bind(object section, IEnumerable<KeyValuePair<string, string?>> values)
    {
        foreach (PropertyInfo property in section.GetType().GetProperties().Where(property => IsTable(property.PropertyType)))
        {
            var table = (IOptionTable)property.GetValue(section)!;
            Dictionary<string, SectionOption> options = table.Options.ToDictionary(option => option.Name, StringComparer.OrdinalIgnoreCase);
            foreach ((string name, string? value) in values)
            {
                if (options.TryGetValue(name, out SectionOption? option))
                {
                    table[option.Name] = string.IsNullOrEmpty(value) ? null : Parse(option, value);
                }
            }
        }
    }

    private static object? Parse(SectionOption option, string value)
    {
        try
        {
            return TypeDescriptor.GetConverter(option.ValueType).ConvertFromInvariantString(value);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw new InvalidOperationException($"Option {option.Name} cannot be '{value}'.", e);
        }
    }

    private static bool IsTable(Type type) => typeof(IOptionTable).IsAssignableFrom(type);

    private static IOptionTable Create(Type table) => (IOptionTable)Activator.CreateInstance(table)!;
}
