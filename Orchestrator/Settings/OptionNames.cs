using System.ComponentModel;
using System.Globalization;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;

namespace DataForge.Orchestrator.Settings;

/// <summary>Holds names and values of options against what there is, before any is set: all faults at once, in the user's words.</summary>
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
        string written = string.Join('.', path).ToLowerInvariant();
        Type type = typeof(DataForgeOptions);
        for (int i = 0; i < path.Length; i++)
        {
            if (ElementOf(type) is { } element)
            {
                if (!int.TryParse(path[i], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                {
                    return $"There is no option {written}: {Head(path, i)} is a list, so its entries are {Head(path, i)}.0, {Head(path, i)}.1, ….";
                }

                type = element;
                continue;
            }

            SectionOption[] known = IsSimple(type) ? [] : [.. OptionTables.OptionsOf(type)];
            SectionOption? found = known.FirstOrDefault(option => string.Equals(option.Name, path[i], StringComparison.OrdinalIgnoreCase));
            if (found is null)
            {
                string head = i == 0 ? "" : Head(path, i) + ".";
                return $"There is no option {written}{NearestName.Hint(head + path[i].ToLowerInvariant(), known.Select(option => head + option.Name.ToLowerInvariant()))}";
            }

            type = Nullable.GetUnderlyingType(found.ValueType) ?? found.ValueType;
        }

        if (string.IsNullOrEmpty(value))
        {
            return null; // an empty list or object of a file, or an option turned off: the binder knows
        }

        return ElementOf(type) is not null ? $"{written} is a list: write {written}.0={value}."
            : !IsSimple(type) ? $"{written} is a section: name one of its options."
            : Converts(type, value) ? null
            : type.IsEnum ? $"{written} cannot be '{value}': it is one of {string.Join(", ", Enum.GetNames(type))}."
            : type == typeof(bool) ? $"{written} cannot be '{value}': it is true or false."
            : $"{written} cannot be '{value}': it is a {(type == typeof(double) ? "" : "whole ")}number.";
    }

    private static string Head(string[] path, int length) => string.Join('.', path.Take(length)).ToLowerInvariant();

    private static Type? ElementOf(Type type) => type.GetInterfaces().Append(type)
        .FirstOrDefault(known => known.IsGenericType && known.GetGenericTypeDefinition() == typeof(IList<>))?.GetGenericArguments()[0];

    private static bool IsSimple(Type type) => type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan) || type == typeof(Uri);

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
