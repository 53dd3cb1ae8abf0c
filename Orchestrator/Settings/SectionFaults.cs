using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace DataForge.Orchestrator.Settings;

/// <summary>Checks each option of a section against its declared range.</summary>
internal static class SectionFaults
{
    /// <summary>A sentence for each option that is out of its range; those about several options where there is none.</summary>
    /// <param name="section">The section's name, with which each sentence begins.</param>
    /// <param name="options">Its options.</param>
    public static IEnumerable<string> Of(string section, object options) =>
        Results(options).Select(fault => $"{section}: {fault.ErrorMessage}");

    // As Validator.TryValidateObject does, without the descriptors of types and properties that it makes first.
    private static List<ValidationResult> Results(object options)
    {
        var context = new ValidationContext(options);
        List<ValidationResult> faults = [];
        foreach (PropertyInfo property in options.GetType().GetProperties())
        {
            ValidationAttribute[] rules = [.. property.GetCustomAttributes<ValidationAttribute>()];
            if (rules.Length > 0)
            {
                object? value = property.GetValue(options);
                context.MemberName = context.DisplayName = property.Name;
                faults.AddRange(rules.Select(rule => rule.GetValidationResult(value, context)).OfType<ValidationResult>());
            }
        }

        return faults.Count > 0 || options is not IValidatableObject whole
            ? faults
            : [.. whole.Validate(new ValidationContext(options))];
    }
}
