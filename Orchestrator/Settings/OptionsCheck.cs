using System.ComponentModel.DataAnnotations;
using System.Reflection;
using DataForge.Inspection.Settings;
using DataForge.Corpus;

namespace DataForge.Orchestrator.Settings;

/// <summary>Holds every option against its stated range before anything starts.</summary>
internal static class OptionsCheck
{
    /// <exception cref="DataForgeException">At least one option is wrong; the message names all of them in one line.</exception>
    public static void Validate(DataForgeOptions options)
    {
        var faults = new List<string>();
        foreach (PropertyInfo section in typeof(DataForgeOptions).GetProperties())
        {
            object value = section.GetValue(options)!;
            var results = new List<ValidationResult>();
            Validator.TryValidateObject(value, new ValidationContext(value), results, validateAllProperties: true);
            faults.AddRange(results.Select(result => $"{section.Name}: {result.ErrorMessage}"));
        }

        if (faults.Count > 0)
        {
            throw DataForgeException.Usage(string.Join(" ", faults));
        }
    }
}
