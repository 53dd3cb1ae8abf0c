namespace DataForge.Python.Tests;

/// <summary>Tests that measure processor time, so that nothing else may run in the process meanwhile.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
