namespace DataForge.Pretrain.Torch;

/// <summary>
/// Owns the tensors created on this thread while it is the innermost scope, and releases them when it is disposed:
/// <c>using var scope = torch.NewDisposeScope();</c>. A tensor leaves it by <see cref="Tensor.MoveToOuterDisposeScope"/> or
/// <see cref="Tensor.DetachFromDisposeScope"/>. Opening and closing a scope allocates no managed memory.
/// </summary>
public readonly ref struct DisposeScope
{
    private readonly ScopeFrame _frame;

    internal DisposeScope(ScopeFrame frame) => _frame = frame;

    /// <summary>Releases what the scope still owns.</summary>
    /// <exception cref="InvalidOperationException">An inner scope is still open.</exception>
    public void Dispose() => _frame.Close();
}

/// <summary>One level of a thread's nested scopes. Frames are reused, since scopes nest strictly.</summary>
internal sealed class ScopeFrame
{
    [ThreadStatic]
    private static ScopeFrame? _innermost;

    [ThreadStatic]
    private static ScopeFrame? _outermost;

    private ScopeFrame? _inner;

    private ScopeFrame(ScopeFrame? outer) => Outer = outer;

    /// <summary>The thread's innermost open scope; null if none is open.</summary>
    internal static ScopeFrame? Current => _innermost;

    /// <summary>The enclosing scope; null for the outermost.</summary>
    internal ScopeFrame? Outer { get; }

    /// <summary>The table index of the newest tensor owned; maintained by <see cref="TensorTable"/> under its lock.</summary>
    internal int First { get; set; }

    /// <summary>Opens a scope inside the innermost one.</summary>
    internal static ScopeFrame Open()
    {
        if (_innermost is null)
        {
            return _innermost = _outermost ??= new ScopeFrame(null);
        }

        return _innermost = _innermost._inner ??= new ScopeFrame(_innermost);
    }

    /// <summary>Releases the tensors and closes the scope.</summary>
    internal void Close()
    {
        if (_innermost != this)
        {
            throw new InvalidOperationException("scopes close in the reverse order of their opening, on their own thread");
        }

        TensorTable.FreeAll(this);
        _innermost = Outer;
    }
}
