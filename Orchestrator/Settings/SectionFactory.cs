using Microsoft.Extensions.Options;

namespace DataForge.Orchestrator.Settings;

/// <summary>Gives the options of a section, each of them checked against its declared range before anything starts.</summary>
/// <param name="section">The section's name, with which each failure begins.</param>
/// <param name="bound">The options as the configuration sets them.</param>
internal sealed class SectionFactory<TOptions>(string section, Func<TOptions> bound) : IOptionsFactory<TOptions>
    where TOptions : class
{
    /// <inheritdoc/>
    /// <exception cref="OptionsValidationException">Options are out of their ranges.</exception>
    public TOptions Create(string name)
    {
        TOptions options = bound();
        string[] faults = [.. SectionFaults.Of(section, options)];
        return faults.Length == 0 ? options : throw new OptionsValidationException(name, typeof(TOptions), faults);
    }
}
