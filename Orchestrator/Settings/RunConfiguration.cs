using DataForge.Corpus;
using DataForge.Inspection.Settings;
using Microsoft.Extensions.Configuration;

namespace DataForge.Orchestrator.Settings;

/// <summary>The options that all layers together give, by name.</summary>
/// <param name="values">Existing options only (<see cref="OptionNames"/>), as <c>Section:Option</c>.</param>
internal sealed class RunConfiguration(IReadOnlyDictionary<string, string?> values)
{
    private DataForgeOptions? _options;

    /// <summary>The options of all sections, as <c>config.json</c> will have them.</summary>
    /// <exception cref="DataForgeException">An option cannot have its value. Exit code 2.</exception>
    public DataForgeOptions Options => _options ??= Bind();

    private DataForgeOptions Bind()
    {
        var options = new DataForgeOptions();
        try
        {
            RunOptions.Bind(options, new ConfigurationBuilder().AddInMemoryCollection(values).Build());
            return options;
        }
        catch (InvalidOperationException e)
        {
            string why = e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message;
            throw DataForgeException.Usage($"An option is wrong: {why}", e);
        }
    }
}
