using System.Runtime.InteropServices;
using System.Text;

namespace DataForge.Pretrain.Torch;

/// <summary>
/// One operator of libtorch's dispatcher, looked up by name and overload at its first call. A call allocates no managed memory: arguments
/// written as a collection expression, <c>op.Call([x, y, 1.0])</c>, are on the stack. Arguments omitted at the end take the schema's
/// defaults. The schemas are those of PyTorch's native_functions.yaml
/// (https://github.com/pytorch/pytorch/blob/main/aten/src/ATen/native/native_functions.yaml).
/// </summary>
/// <param name="name">Name with namespace, such as <c>aten::add</c>.</param>
/// <param name="overload">Overload, such as <c>Tensor</c>; empty for the default one.</param>
public sealed unsafe class Op(string name, string overload = "")
{
    [ThreadStatic]
    private static OpInterceptor? _interceptor;

    private nint _handle;

    /// <summary>
    /// Replaces a call, which it may make by <see cref="Invoke(Value*, int, Value*, int)"/>; returns the number of results.
    /// </summary>
    internal delegate int OpInterceptor(Op op, Value* args, int count, Value* results, int capacity);

    /// <summary>Replaces every call on this thread; null for none. For tests.</summary>
    internal static OpInterceptor? Interceptor { set => _interceptor = value; }

    /// <summary>The operator's full name, for messages.</summary>
    public string Name => overload.Length == 0 ? name : name + "." + overload;

    /// <summary>Whether this libtorch has the operator.</summary>
    public bool Exists => _handle != 0 || Find() != 0;

    /// <summary>Whether the operator has a kernel of its own for devices of this kind.</summary>
    public bool HasKernel(DeviceType device) => Exists && Native.dft_op_has_kernel(_handle, (int)device) != 0;

    /// <summary>Whether a call on devices of this kind finds a kernel, its own or one composed of other operators.</summary>
    internal bool RunsOn(DeviceType device) => Exists && Native.dft_op_runs_on(_handle, (int)device) != 0;

    /// <summary>The operator's schema as this libtorch registers it, such as <c>aten::t(Tensor(a) self) -> Tensor(a)</c>.</summary>
    public string Schema => Exists ? Marshal.PtrToStringUTF8((nint)Native.dft_op_schema(_handle))! : throw Native.LastError();

    /// <summary>Calls an operator that returns one tensor.</summary>
    public Tensor Call(ReadOnlySpan<Value> args)
    {
        Value result;
        Expect(Invoke(args, &result, 1), 1);
        return Own(result);
    }

    /// <summary>Calls an operator that returns two tensors.</summary>
    public (Tensor First, Tensor Second) Call2(ReadOnlySpan<Value> args)
    {
        Value* results = stackalloc Value[2];
        Expect(Invoke(args, results, 2), 2);
        return (Own(results[0]), Own(results[1]));
    }

    /// <summary>Calls an operator that returns three tensors (<c>default</c> for an undefined one).</summary>
    public (Tensor First, Tensor Second, Tensor Third) Call3(ReadOnlySpan<Value> args)
    {
        Value* results = stackalloc Value[3];
        Expect(Invoke(args, results, 3), 3);
        return (Own(results[0]), Own(results[1]), Own(results[2]));
    }

    /// <summary>Calls an operator that returns five tensors (<c>default</c> for an undefined one).</summary>
    public (Tensor First, Tensor Second, Tensor Third, Tensor Fourth, Tensor Fifth) Call5(ReadOnlySpan<Value> args)
    {
        Value* results = stackalloc Value[5];
        Expect(Invoke(args, results, 5), 5);
        return (Own(results[0]), Own(results[1]), Own(results[2]), Own(results[3]), Own(results[4]));
    }

    /// <summary>Calls an operator for its effect (in place, or into an <c>out</c> tensor); what it returns is released.</summary>
    public void Run(ReadOnlySpan<Value> args)
    {
        Value* results = stackalloc Value[8];
        int count = Invoke(args, results, 8);
        for (int i = 0; i < count; i++)
        {
            if (results[i].Tag == Value.Kind.Tensor)
            {
                Native.dft_release((nint)results[i].Integer);
            }
        }
    }

    /// <summary>Calls an operator that returns a number.</summary>
    public double CallScalar(ReadOnlySpan<Value> args)
    {
        Value result;
        Expect(Invoke(args, &result, 1), 1);
        return result.Tag switch
        {
            Value.Kind.Double => result.Real,
            Value.Kind.Int or Value.Kind.Bool => result.Integer,
            _ => throw new TorchException($"{Name} returned a {result.Tag}, not a number"),
        };
    }

    private int Invoke(ReadOnlySpan<Value> args, Value* results, int capacity)
    {
        fixed (Value* first = args)
        {
            return _interceptor is null
                ? Invoke(first, args.Length, results, capacity)
                : _interceptor(this, first, args.Length, results, capacity);
        }
    }

    /// <summary>Makes the call; returns the number of results.</summary>
    internal int Invoke(Value* args, int count, Value* results, int capacity)
    {
        nint op = _handle != 0 ? _handle : Find();
        if (op == 0)
        {
            throw Native.LastError();
        }

        long start = OperatorClock.Start();
        int resultCount = Native.dft_op_call(op, args, count, results, capacity);
        OperatorClock.Stop(start);
        return resultCount >= 0 ? resultCount : throw new TorchException($"{Name}: {Native.LastError().Message}");
    }

    private void Expect(int resultCount, int expected)
    {
        if (resultCount != expected)
        {
            throw new TorchException($"{Name} returned {resultCount} results where {expected} were expected");
        }
    }

    private static Tensor Own(in Value result) => result.Tag == Value.Kind.Tensor ? TensorTable.Add((nint)result.Integer) : default;

    private nint Find()
    {
        fixed (byte* first = Encoding.UTF8.GetBytes(name + "\0"), second = Encoding.UTF8.GetBytes(overload + "\0"))
        {
            return _handle = Native.dft_op_find(first, second);
        }
    }
}
