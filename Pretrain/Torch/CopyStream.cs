namespace DataForge.Pretrain.Torch;

/// <summary>Copies from pinned memory to a GPU in parallel with its computation, on a CUDA stream of its own.</summary>
internal static unsafe class CopyStream
{
    /// <summary>Sets the device that this thread's streams belong to; -1 keeps the current one.</summary>
    internal static void SetDevice(int index) => Native.Check(Native.dft_cuda_device(index));

    /// <summary>Starts a copy. The target must not be in use, and the source must not change until an event recorded after it.</summary>
    internal static void CopyAsync(Tensor target, Tensor source) => Native.Check(Native.dft_copy_begin(target.Handle, source.Handle));

    /// <summary>Records an event after the copies started so far, for <see cref="WaitForEvent"/>.</summary>
    internal static nint RecordEvent()
    {
        nint handle;
        Native.Check(Native.dft_copy_mark(&handle));
        return handle;
    }

    /// <summary>Makes the GPU run this thread's further work after the event, and releases the event. The thread does not wait.</summary>
    internal static void WaitForEvent(nint handle) => Native.Check(Native.dft_copy_await(handle));
}
