using DataForge.Corpus;
using DataForge.Inspection.Settings;
using Microsoft.Extensions.Configuration;

namespace DataForge.Orchestrator.Settings;

/// <summary>The options that all layers together give, by name.</summary>
/// <param name="values">Existing options only (<see cref="OptionNames"/>), as <c>Section:Option</c>.</param>
internal sealed class RunConfiguration(IReadOnlyDictionary<string, string?> values)
{
    private readonly IConfigurationRoot _root = new ConfigurationBuilder().AddInMemoryCollection(values).Build();

    /// <summary>Sets the options of one section.</summary>
    /// <param name="section">A property's name of <see cref="DataForgeOptions"/>.</param>
    /// <param name="options">The section's options, with their defaults.</param>
    /// <exception cref="DataForgeException">An option cannot have its value. Exit code 2.</exception>
    public void Bind(string section, object options) => Convert(() => RunOptions.Bind(options, _root.GetSection(section)));

    /// <summary>The options of all sections, to be written into a run's <c>config.json</c>.</summary>
    /// <exception cref="DataForgeException">An option cannot have its value. Exit code 2.</exception>
    public DataForgeOptions ToOptions()
    {
        var options = new DataForgeOptions();
        Convert(() => RunOptions.Bind(options, _root));
        return options;
    }

    private static void Convert(Action bind)
    {
        try
        {
            bind();
        }
        catch (InvalidOperationException e)
        {
            string why = e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message;
            throw DataForgeException.Usage($"An option is wrong: {why}", e);
        }
    }
}
