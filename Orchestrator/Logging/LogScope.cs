using Microsoft.Extensions.Logging;

namespace DataForge.Orchestrator.Logging;

/// <summary>Where in a build a message was logged; null if the message belongs to none.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Stage">The stage's name.</param>
/// <param name="Part">The part's name.</param>
internal readonly record struct LogScope(string? Run, string? Stage, string? Part)
{
    /// <summary>Reads the values that the active scopes have; an inner scope's value replaces an outer one's.</summary>
    public static LogScope Of(IExternalScopeProvider scopes)
    {
        var values = new Values();
        scopes.ForEachScope(static (scope, found) => found.Add(scope), values);
        return new LogScope(values.Run, values.Stage, values.Part);
    }

    private sealed class Values
    {
        internal string? Run { get; private set; }

        internal string? Stage { get; private set; }

        internal string? Part { get; private set; }

        internal void Add(object? scope)
        {
            foreach ((string name, object? value) in scope as IEnumerable<KeyValuePair<string, object?>> ?? [])
            {
                switch (name)
                {
                    case "run":
                        (Run, Stage, Part) = (value as string, null, null);
                        break;
                    case "stage":
                        (Stage, Part) = (value as string, null);
                        break;
                    case "part":
                        Part = value as string;
                        break;
                }
            }
        }
    }
}
