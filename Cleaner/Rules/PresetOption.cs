using System.Globalization;
using System.Text.Json;

namespace DataForge.Cleaner.Rules;

/// <summary>A value whose default the preset decides: a rule's threshold or switch.</summary>
/// <param name="name">Its name in section <c>Clean</c>; <c>rules.json</c> has it in camel case.</param>
internal abstract class PresetValue(string name)
{
    /// <summary>Its name in section <c>Clean</c>.</summary>
    public string Name => name;

    /// <summary>Its name in <c>rules.json</c>.</summary>
    public string JsonName { get; } = JsonNamingPolicy.CamelCase.ConvertName(name);

    /// <summary>What a preset says; null if the preset leaves the rule off.</summary>
    public abstract object? Of(CleanPreset preset);

    /// <summary>Reads a value from <c>rules.json</c>.</summary>
    public abstract object Read(JsonElement json);

    /// <summary>
    /// The value of a <c>rules.json</c> that does not have it: null is not written, and a rule of a later version was off.
    /// </summary>
    public virtual object? Missing => null;
}

/// <summary>A list of words that the preset alone decides: there is no option for it.</summary>
/// <param name="name">Its name.</param>
/// <param name="of">What each preset says.</param>
internal sealed class PresetWords(string name, Func<CleanPreset, string[]> of) : PresetValue(name)
{
    /// <inheritdoc/>
    public override object Of(CleanPreset preset) => of(preset);

    /// <inheritdoc/>
    public override object Read(JsonElement json) => json.EnumerateArray().Select(word => word.GetString()!).ToArray();
}

/// <summary>An option of section <c>Clean</c> that belongs to a rule. Where the user does not set it, the preset decides.</summary>
/// <param name="name">Its name.</param>
/// <param name="meaning">What it means, in one sentence, for <c>docs/rules.md</c>.</param>
internal abstract class PresetOption(string name, string meaning) : PresetValue(name)
{
    /// <summary>What it means, in one sentence.</summary>
    public string Meaning => meaning;

    /// <summary>The values that it may have, such as <c>0 to 1</c>.</summary>
    public abstract string Range { get; }

    /// <summary>
    /// The type of its values: <c>int?</c>, <c>long?</c>, <c>double?</c> or <c>bool?</c>; <c>bool</c> where it has a default of its
    /// own.
    /// </summary>
    public abstract Type ValueType { get; }

    /// <summary>Its value where the user sets none and no preset decides; null if the presets decide.</summary>
    public virtual object? Default => null;

    /// <summary>What is wrong with a value; null if it is in range.</summary>
    public abstract string? FaultOf(object value);

    /// <summary>The value as this option's type.</summary>
    /// <exception cref="ArgumentException">It cannot be converted.</exception>
    public abstract object Convert(object value);
}

/// <summary>A switch.</summary>
/// <param name="name">Its name.</param>
/// <param name="meaning">What it means.</param>
/// <param name="on">The presets that switch it on.</param>
internal sealed class PresetSwitch(string name, string meaning, params CleanPreset[] on) : PresetOption(name, meaning)
{
    /// <summary>Whether the value is written although the user did not set it: a switch that no preset changes is always written.</summary>
    public bool IsAlwaysWritten { get; init; }

    /// <inheritdoc/>
    public override string Range => "true or false";

    /// <inheritdoc/>
    public override Type ValueType => IsAlwaysWritten ? typeof(bool) : typeof(bool?);

    /// <inheritdoc/>
    public override object? Default => IsAlwaysWritten ? false : null;

    /// <inheritdoc/>
    public override object? Missing => false;

    /// <inheritdoc/>
    public override object Of(CleanPreset preset) => on.Contains(preset);

    /// <inheritdoc/>
    public override object Read(JsonElement json) => json.GetBoolean();

    /// <inheritdoc/>
    public override string? FaultOf(object value) => null;

    /// <inheritdoc/>
    public override object Convert(object value) =>
        value is bool ? value : throw new ArgumentException($"{Name} is true or false, not {value}.");
}

/// <summary>A number.</summary>
/// <typeparam name="T">Its type: int, long or double.</typeparam>
/// <param name="name">Its name.</param>
/// <param name="meaning">What it means.</param>
/// <param name="least">The smallest value that it may have.</param>
/// <param name="most">The greatest value that it may have.</param>
/// <param name="presets">What presets say; the others leave it null.</param>
internal sealed class PresetNumber<T>(
    string name, string meaning, T least, T most, params (CleanPreset Preset, T Value)[] presets) : PresetOption(name, meaning)
    where T : struct, IComparable<T>, IConvertible, IFormattable
{
    /// <inheritdoc/>
    public override string Range =>
        !IsUnbounded ? $"{Text(least)} to {Text(most)}"
        : double.Epsilon.Equals(least) ? "above 0"
        : $"{Text(least)} or more";

    /// <inheritdoc/>
    public override Type ValueType => typeof(T?);

    private bool IsUnbounded => most is int.MaxValue or double.MaxValue;

    /// <inheritdoc/>
    public override object? Of(CleanPreset preset)
    {
        foreach ((CleanPreset known, T value) in presets)
        {
            if (known == preset)
            {
                return value;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override object Read(JsonElement json) => typeof(T) == typeof(double) ? json.GetDouble() : Convert(json.GetInt64());

    /// <inheritdoc/>
    public override string? FaultOf(object value) =>
        ((T)value).CompareTo(least) < 0 || ((T)value).CompareTo(most) > 0 ? $"The field {Name} must be between {least} and {most}." : null;

    /// <inheritdoc/>
    public override object Convert(object value)
    {
        try
        {
            return System.Convert.ChangeType(value, typeof(T), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException)
        {
            throw new ArgumentException($"{Name} cannot be {value}.", e);
        }
    }

    private static string Text(T value) => value.ToString(value is double ? null : "N0", CultureInfo.InvariantCulture);
}
