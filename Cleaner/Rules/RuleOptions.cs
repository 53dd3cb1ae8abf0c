using DataForge.Corpus.Runs;

namespace DataForge.Cleaner.Rules;

/// <summary>
/// The options of the rules, as far as the user sets them: each rule declares its own. Section <c>Clean</c> has them beside the options
/// of the stage (<c>clean.maxline</c>). What is not set is left to the preset.
/// </summary>
public sealed class RuleOptions : IOptionTable
{
    private static readonly IReadOnlyList<SectionOption> Declared =
        [.. RuleSettings.InOrder.OfType<PresetOption>().Select(option => new SectionOption(option.Name, option.ValueType))];

    private static readonly Dictionary<string, PresetOption> ByName =
        RuleSettings.InOrder.OfType<PresetOption>().ToDictionary(option => option.Name, StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<PresetOption, object> _values = [];

    /// <inheritdoc/>
    IReadOnlyList<SectionOption> IOptionTable.Options => Declared;

    /// <summary>
    /// What the user set an option to; its own default, mostly null, where it is not set. Setting null leaves it to the preset again.
    /// </summary>
    internal object? this[PresetOption option]
    {
        get => _values.GetValueOrDefault(option) ?? option.Default;
        set
        {
            if (value is null)
            {
                _values.Remove(option);
            }
            else
            {
                _values[option] = option.Convert(value);
            }
        }
    }

    /// <inheritdoc/>
    object? IOptionTable.this[string name]
    {
        get => this[ByName[name]];
        set => this[ByName[name]] = value;
    }

    /// <summary>A sentence for each option whose value is out of its range.</summary>
    internal IEnumerable<string> Faults() =>
        RuleSettings.InOrder
            .OfType<PresetOption>()
            .Where(_values.ContainsKey)
            .Select(option => option.FaultOf(_values[option]))
            .OfType<string>();
}
