using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DataForge.Orchestrator.Settings;

/// <summary>Checks each option of a section against its declared range before anything starts.</summary>
/// <param name="section">The section's name, with which each failure begins.</param>
internal sealed class SectionValidator<TOptions>(string section) : IValidateOptions<TOptions>
    where TOptions : class
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var results = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(results.Select(result => $"{section}: {result.ErrorMessage}"));
    }
}
