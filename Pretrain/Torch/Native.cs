using System.Runtime.InteropServices;

namespace DataForge.Pretrain.Torch;

/// <summary>
/// The C ABI of <c>native/dataforge_torch.cpp</c>, <c>process_group.cpp</c> and <c>cuda_graphs.cpp</c>; each function is documented there.
/// </summary>
internal static unsafe partial class Native
{
    private const string Library = NativeLibraryFinder.Name;

    static Native() => NativeLibraryFinder.Register();

    [LibraryImport(Library)]
    internal static partial byte* dft_libtorch_version();

    [LibraryImport(Library)]
    internal static partial byte* dft_last_error();

    [LibraryImport(Library)]
    internal static partial void dft_release(nint tensor);

    [LibraryImport(Library)]
    internal static partial nint dft_retain(nint tensor);

    [LibraryImport(Library)]
    internal static partial long dft_live_tensors();

    [LibraryImport(Library)]
    internal static partial void* dft_data_ptr(nint tensor);

    [LibraryImport(Library)]
    internal static partial int dft_describe(nint tensor, long* info);

    [LibraryImport(Library)]
    internal static partial nint dft_op_find(byte* name, byte* overload);

    [LibraryImport(Library)]
    internal static partial int dft_op_has_kernel(nint op, int deviceType);

    [LibraryImport(Library)]
    internal static partial int dft_op_call(nint op, Value* args, int count, Value* results, int capacity);

    [LibraryImport(Library)]
    internal static partial int dft_grad_mode(int enabled);

    [LibraryImport(Library)]
    internal static partial int dft_set_requires_grad(nint tensor, int enabled);

    [LibraryImport(Library)]
    internal static partial int dft_gradient(nint tensor, nint* gradient);

    [LibraryImport(Library)]
    internal static partial int dft_set_gradient(nint tensor, nint gradient);

    [LibraryImport(Library)]
    internal static partial int dft_backward(nint* outputs, nint* gradients, int count, int retainGraph);

    [LibraryImport(Library)]
    internal static partial int dft_autograd_grad(
        nint* outputs, int outputCount, nint* inputs, int inputCount, nint* gradients, int retainGraph, nint* results);

    [LibraryImport(Library)]
    internal static partial int dft_group_available(int backend);

    [LibraryImport(Library)]
    internal static partial int dft_group_join(
        int backend, byte* host, int port, int rank, int size, int served, byte* prefix, long timeoutMilliseconds, nint* group);

    [LibraryImport(Library)]
    internal static partial int dft_group_all_reduce(nint group, nint tensor, nint* work);

    [LibraryImport(Library)]
    internal static partial int dft_group_broadcast(nint group, nint tensor, int root, nint* work);

    [LibraryImport(Library)]
    internal static partial int dft_group_wait(nint work);

    [LibraryImport(Library)]
    internal static partial void dft_group_leave(nint group);

    [LibraryImport(Library)]
    internal static partial int dft_cuda_compiled();

    [LibraryImport(Library)]
    internal static partial int dft_cuda_device(int index);

    [LibraryImport(Library)]
    internal static partial int dft_graph_aside(int enter);

    [LibraryImport(Library)]
    internal static partial int dft_graph_begin(nint* graph);

    [LibraryImport(Library)]
    internal static partial int dft_graph_end(nint graph);

    [LibraryImport(Library)]
    internal static partial void dft_graph_abandon(nint graph);

    [LibraryImport(Library)]
    internal static partial int dft_graph_replay(nint graph);

    [LibraryImport(Library)]
    internal static partial void dft_graph_release(nint graph);

    [LibraryImport(Library)]
    internal static partial int dft_copy_begin(nint target, nint source);

    [LibraryImport(Library)]
    internal static partial int dft_copy_mark(nint* mark);

    [LibraryImport(Library)]
    internal static partial int dft_copy_await(nint mark);

    [LibraryImport(Library)]
    internal static partial int dft_op_runs_on(nint op, int deviceType);

    [LibraryImport(Library)]
    internal static partial byte* dft_op_schema(nint op);

    [LibraryImport(Library)]
    internal static partial int dft_manual_seed(ulong seed);

    [LibraryImport(Library)]
    internal static partial int dft_set_threads(int threads);

    [LibraryImport(Library)]
    internal static partial int dft_get_threads();

    [LibraryImport(Library)]
    internal static partial int dft_has_cuda();

    [LibraryImport(Library)]
    internal static partial void dft_keep_memory();

    /// <summary>Throws the thread's last native error where <paramref name="status"/> is negative.</summary>
    internal static int Check(int status)
    {
        if (status < 0)
        {
            throw LastError();
        }

        return status;
    }

    /// <summary>The thread's last native error.</summary>
    internal static TorchException LastError() =>
        new(Marshal.PtrToStringUTF8((nint)dft_last_error()) ?? "libtorch failed without a message");
}
