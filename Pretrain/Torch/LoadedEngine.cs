namespace DataForge.Pretrain.Torch;

/// <summary>
/// The engine whose libtorch this process has loaded. Two versions of libtorch in one process would take each other's symbols, so the
/// second one is refused.
/// </summary>
internal static class LoadedEngine
{
    private static int _loaded; // a TrainingEngine; 0 (auto) as long as none is loaded

    /// <summary>To be called before an engine loads its libtorch.</summary>
    /// <exception cref="TorchException">The process has loaded the other engine's.</exception>
    internal static void Claim(TrainingEngine engine)
    {
        int before = Interlocked.CompareExchange(ref _loaded, (int)engine, (int)TrainingEngine.Auto);
        if (before != (int)TrainingEngine.Auto && before != (int)engine)
        {
            throw new TorchException(
                $"this process computes with the {TrainingEngines.NameOf((TrainingEngine)before)} engine already and cannot load another; "
                + $"use the {TrainingEngines.NameOf(engine)} engine in its own process");
        }
    }
}
