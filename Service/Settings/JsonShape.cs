using System.Text.Json;

namespace DataForge.Service.Settings;

/// <summary>Checks that a JSON document has the shape of a type, before it is read: all faults at once.</summary>
internal static class JsonShape
{
    /// <summary>A sentence for each property that does not exist or has a value of the wrong kind.</summary>
    /// <param name="element">The value.</param>
    /// <param name="type">Its type.</param>
    /// <param name="path">Where it stands, as a message names it; empty for the document.</param>
    public static IEnumerable<string> Faults(JsonElement element, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        bool isList = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);
        Type? item = isList ? type.GetGenericArguments()[0] : null;
        if (item is not null)
        {
            return element.ValueKind != JsonValueKind.Array
                ? [$"{path} must be a list."]
                : element.EnumerateArray().SelectMany((value, i) => Faults(value, item, $"{path}[{i}]"));
        }

        if (type == typeof(IReadOnlyDictionary<string, string>))
        {
            return element.ValueKind != JsonValueKind.Object
                ? [$"{path} must be an object."]
                : element.EnumerateObject().SelectMany(member => Faults(member.Value, typeof(string), $"{path}.{member.Name}"));
        }

        return type == typeof(string) || type.IsPrimitive || type.IsEnum
            ? ValueFaults(element, type, path)
            : ObjectFaults(element, type, path);
    }

    private static IEnumerable<string> ValueFaults(JsonElement element, Type type, string path)
    {
        if (type.IsEnum)
        {
            string[] names = [.. Enum.GetNames(type).Select(name => name.ToLowerInvariant())];
            return element.ValueKind == JsonValueKind.String && names.Contains(element.GetString())
                ? []
                : [$"{path} must be one of {string.Join(", ", names)}."];
        }

        bool isNumber = element.ValueKind == JsonValueKind.Number;
        return type == typeof(string) && element.ValueKind != JsonValueKind.String ? [$"{path} must be a text."]
            : type == typeof(int) && !(isNumber && element.TryGetInt32(out _)) ? [$"{path} must be a whole number."]
            : type == typeof(double) && !isNumber ? [$"{path} must be a number."]
            : [];
    }

    private static IEnumerable<string> ObjectFaults(JsonElement element, Type type, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return [$"{(path.Length == 0 ? "the file" : path)} must be an object."];
        }

        var known = type.GetProperties().ToDictionary(
            property => JsonNamingPolicy.CamelCase.ConvertName(property.Name), property => property.PropertyType);
        string head = path.Length == 0 ? "" : path + ".";
        return element.EnumerateObject().SelectMany(member => known.TryGetValue(member.Name, out Type? expected)
            ? Faults(member.Value, expected, head + member.Name)
            : [$"there is no setting {head}{member.Name}; the settings are {string.Join(", ", known.Keys)}."]);
    }
}
