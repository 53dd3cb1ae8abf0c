namespace DataForge.Pretrain.Torch;

/// <summary>What libtorch, or the search for it, had to say: one message that names the fault and, where there is one, the remedy.</summary>
public sealed class TorchException : Exception
{
    /// <summary>An exception that carries <paramref name="message"/>.</summary>
    public TorchException(string message)
        : base(message)
    {
    }

    /// <summary>An exception that carries <paramref name="message"/> and what caused it.</summary>
    public TorchException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
