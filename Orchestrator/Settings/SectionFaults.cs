using System.ComponentModel.DataAnnotations;

namespace DataForge.Orchestrator.Settings;

/// <summary>Checks each option of a section against its declared range.</summary>
internal static class SectionFaults
{
    /// <summary>A sentence for each option that is out of its range; those about several options where there is none.</summary>
    /// <param name="section">The section's name, with which each sentence begins.</param>
    /// <param name="options">Its options.</param>
    public static IEnumerable<string> Of(string section, object options)
    {
        List<ValidationResult> faults = [];
        Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true);
        return faults.Select(fault => $"{section}: {fault.ErrorMessage}");
    }
}
