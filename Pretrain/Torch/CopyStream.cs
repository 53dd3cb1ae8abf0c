namespace DataForge.Pretrain.Torch;

/// <summary>Copies from pinned memory to a GPU beside its computation, on a stream of their own.</summary>
internal static unsafe class CopyStream
{
    /// <summary>Chooses the device that this thread's streams belong to; -1 keeps it.</summary>
    internal static void SetDevice(int index) => Native.Check(Native.dft_cuda_device(index));

    /// <summary>Begins a copy. The target must be done with, and the source be left alone until the mark behind it was passed.</summary>
    internal static void CopyAsync(Tensor target, Tensor source) => Native.Check(Native.dft_copy_begin(target.Handle, source.Handle));

    /// <summary>A mark behind the copies begun so far, for <see cref="WaitForEvent"/>.</summary>
    internal static nint RecordEvent()
    {
        nint mark;
        Native.Check(Native.dft_copy_mark(&mark));
        return mark;
    }

    /// <summary>Lets the work that this thread gives the GPU from now on wait for the mark, once; this thread does not.</summary>
    internal static void WaitForEvent(nint mark) => Native.Check(Native.dft_copy_await(mark));
}
