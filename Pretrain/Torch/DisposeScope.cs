namespace DataForge.Pretrain.Torch;

/// <summary>
/// Owns the tensors made on this thread while it is the innermost scope, and releases them when it is disposed:
/// <c>using var scope = torch.NewDisposeScope();</c>. A tensor leaves it by <see cref="Tensor.MoveToOuterDisposeScope"/> or
/// <see cref="Tensor.DetachFromDisposeScope"/>. Opening and closing one takes no managed memory.
/// </summary>
public readonly ref struct DisposeScope
{
    private readonly ScopeFrame frame;

    internal DisposeScope(ScopeFrame frame) => this.frame = frame;

    /// <summary>Releases what the scope still owns.</summary>
    /// <exception cref="InvalidOperationException">An inner scope is still open.</exception>
    public void Dispose() => frame.Close();
}

/// <summary>One level of a thread's scopes; kept and used again, since scopes nest strictly.</summary>
internal sealed class ScopeFrame
{
    [ThreadStatic]
    private static ScopeFrame? innermost;

    [ThreadStatic]
    private static ScopeFrame? outermost;

    private ScopeFrame? inner;

    private ScopeFrame(ScopeFrame? outer) => Outer = outer;

    /// <summary>The thread's innermost open scope; null where none is open.</summary>
    internal static ScopeFrame? Current => innermost;

    internal ScopeFrame? Outer { get; }

    /// <summary>The table index of the newest tensor owned; kept by <see cref="TensorTable"/> under its lock.</summary>
    internal int First { get; set; }

    internal static ScopeFrame Open()
    {
        if (innermost is null)
        {
            return innermost = outermost ??= new ScopeFrame(null);
        }

        return innermost = innermost.inner ??= new ScopeFrame(innermost);
    }

    internal void Close()
    {
        if (innermost != this)
        {
            throw new InvalidOperationException("scopes close in the reverse order of their opening, on their own thread");
        }

        TensorTable.FreeAll(this);
        innermost = Outer;
    }
}
