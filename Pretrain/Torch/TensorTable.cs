namespace DataForge.Pretrain.Torch;

/// <summary>
/// Holds the native handle of every tensor that managed code owns. A <see cref="Tensor"/> is an index into this table and the generation of
/// the entry. So copies are free, there is no finalizer, and the use of a disposed tensor is detected (the entry has another generation)
/// instead of reading freed memory. The entries of a scope form a linked list.
/// </summary>
internal static class TensorTable
{
    private const int ChunkBits = 12; // 4096 chunks of 4096 entries: 16 million tensors at a time. Chunks do not move, so refs stay valid
    private const int ChunkSize = 1 << ChunkBits;
    private static readonly Slot[]?[] Chunks = new Slot[]?[4096];
    private static readonly Lock TableLock = new();
    private static int _used = 1; // entry 0 is the undefined tensor
    private static int _free;

    /// <summary>An entry: in use where <c>Handle</c> is not 0, else in the list of free entries.</summary>
    private struct Slot
    {
        internal nint Handle;
        internal int Generation;
        internal int Next;
        internal int Previous;
        internal ScopeFrame? Owner;
    }

    /// <summary>Takes ownership of one native reference, for the thread's innermost scope.</summary>
    internal static Tensor Add(nint handle)
    {
        if (handle == 0)
        {
            return default;
        }

        ScopeFrame? owner = ScopeFrame.Current;
        lock (TableLock)
        {
            int index = _free;
            if (index != 0)
            {
                _free = SlotAt(index).Next;
            }
            else
            {
                index = _used++;
                Chunks[index >> ChunkBits] ??= new Slot[ChunkSize];
            }

            ref Slot slot = ref SlotAt(index);
            slot.Handle = handle;
            Link(ref slot, index, owner);
            return new Tensor(index, slot.Generation);
        }
    }

    /// <summary>Whether the entry is in use and of that generation.</summary>
    internal static bool IsAlive(int index, int generation) =>
        index != 0 && SlotAt(index).Handle != 0 && SlotAt(index).Generation == generation;

    /// <summary>The native handle of an entry.</summary>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    /// <exception cref="InvalidOperationException">The tensor is undefined.</exception>
    internal static nint Handle(int index, int generation)
    {
        if (index == 0)
        {
            throw new InvalidOperationException("the tensor is undefined");
        }

        ref Slot slot = ref SlotAt(index);
        nint handle = slot.Handle;
        return handle != 0 && slot.Generation == generation
            ? handle
            : throw new ObjectDisposedException(nameof(Tensor), "the tensor was disposed, by itself or with its scope");
    }

    /// <summary>Releases the entry's reference; does nothing if it is released already.</summary>
    internal static void Free(int index, int generation)
    {
        nint handle;
        lock (TableLock)
        {
            if (!IsAlive(index, generation))
            {
                return;
            }

            handle = Remove(index);
        }

        Native.dft_release(handle);
    }

    /// <summary>Moves the entry to another scope; to none where <paramref name="owner"/> is null.</summary>
    internal static void Move(int index, int generation, ScopeFrame? owner)
    {
        _ = Handle(index, generation);
        lock (TableLock)
        {
            ref Slot slot = ref SlotAt(index);
            Unlink(ref slot);
            Link(ref slot, index, owner);
        }
    }

    /// <summary>Releases all references of a scope.</summary>
    internal static void FreeAll(ScopeFrame owner)
    {
        while (true)
        {
            nint handle;
            lock (TableLock)
            {
                if (owner.First == 0)
                {
                    return;
                }

                handle = Remove(owner.First);
            }

            Native.dft_release(handle);
        }
    }

    private static ref Slot SlotAt(int index) => ref Chunks[index >> ChunkBits]![index & (ChunkSize - 1)];

    private static nint Remove(int index)
    {
        ref Slot slot = ref SlotAt(index);
        nint handle = slot.Handle;
        Unlink(ref slot);
        slot.Handle = 0;
        slot.Generation++;
        slot.Next = _free;
        _free = index;
        return handle;
    }

    private static void Link(ref Slot slot, int index, ScopeFrame? owner)
    {
        slot.Owner = owner;
        slot.Previous = 0;
        slot.Next = owner?.First ?? 0;
        if (slot.Next != 0)
        {
            SlotAt(slot.Next).Previous = index;
        }

        if (owner is not null)
        {
            owner.First = index;
        }
    }

    private static void Unlink(ref Slot slot)
    {
        if (slot.Next != 0)
        {
            SlotAt(slot.Next).Previous = slot.Previous;
        }

        if (slot.Previous != 0)
        {
            SlotAt(slot.Previous).Next = slot.Next;
        }
        else if (slot.Owner is not null)
        {
            slot.Owner.First = slot.Next;
        }

        slot.Owner = null;
    }
}
