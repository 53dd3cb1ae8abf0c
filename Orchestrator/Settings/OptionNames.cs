using System.ComponentModel;
using System.Globalization;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;

namespace DataForge.Orchestrator.Settings;

/// <summary>Checks that options exist and that their values have the right type, before any is set: all faults at once.</summary>
internal static class OptionNames
{
    /// <summary>A sentence for each option that does not exist or cannot have its value.</summary>
    /// <param name="values">Options as <c>Section:Option</c>, with their values.</param>
    public static IEnumerable<string> Faults(IEnumerable<KeyValuePair<string, string?>> values)
    {
        foreach ((string key, string? value) in values)
        {
            if (Fault(key.Split(':'), value) is { } fault)
            {
                yield return fault;
            }
        }
    }

    private static string? Fault(string[] path, string? value)
    {
        string written = Head(path, path.Length);
        Type type = typeof(DataForgeOptions);
        for (int i = 0; i < path.Length; i++)
        {
            if (ElementOf(type) is { } element)
            {
                if (!int.TryParse(path[i], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                {
                    string list = Head(path, i);
                    return $"There is no option {written}: {list} is a list, so its entries are {list}.0, {list}.1, ….";
                }

                type = element;
                continue;
            }

            string name = path[i];
            SectionOption[] known = IsSimple(type) ? [] : [.. OptionTables.OptionsOf(type)];
            SectionOption? found = known.FirstOrDefault(option => string.Equals(option.Name, name, StringComparison.OrdinalIgnoreCase));
            if (found is null)
            {
                string head = i == 0 ? "" : Head(path, i) + ".";
                IEnumerable<string> names = known.Select(option => head + option.Name.ToLowerInvariant());
                return $"There is no option {written}{NearestName.Hint(head + name.ToLowerInvariant(), names)}";
            }

            type = Nullable.GetUnderlyingType(found.ValueType) ?? found.ValueType;
        }

        // An empty value is an empty list or object in a file, or an option that is switched off: the binder handles these.
        return string.IsNullOrEmpty(value) ? null : ValueFault(written, type, value);
    }

    private static string? ValueFault(string written, Type type, string value) =>
        ElementOf(type) is not null ? $"{written} is a list: write {string.Join(" and ", value.Split(',').Select((entry, i) => $"{written}.{i}={entry.Trim()}"))}."
        : !IsSimple(type) ? $"{written} is a section: name one of its options."
        : Converts(type, value) ? null
        : type.IsEnum ? $"{written} cannot be '{value}': it is one of {string.Join(", ", Enum.GetNames(type))}."
        : type == typeof(bool) ? $"{written} cannot be '{value}': it is true or false."
        : $"{written} cannot be '{value}': it is a {(type == typeof(double) ? "" : "whole ")}number.";

    private static string Head(string[] path, int length) => string.Join('.', path.Take(length)).ToLowerInvariant();

    private static Type? ElementOf(Type type) => type.GetInterfaces().Append(type)
        .FirstOrDefault(known => known.IsGenericType && known.GetGenericTypeDefinition() == typeof(IList<>))?.GetGenericArguments()[0];

    private static bool IsSimple(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan) || type == typeof(Uri);

    private static bool Converts(Type type, string value)
    {
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value) is not null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }
}
