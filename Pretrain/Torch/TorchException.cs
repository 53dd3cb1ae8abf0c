namespace DataForge.Pretrain.Torch;

/// <summary>An error of libtorch, or of the search for it. The message names the fault and, where there is one, the remedy.</summary>
public sealed class TorchException : Exception
{
    /// <summary>An exception with a message.</summary>
    public TorchException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and its cause.</summary>
    public TorchException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
