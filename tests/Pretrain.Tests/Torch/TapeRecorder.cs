using System.Runtime.CompilerServices;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Tests.Torch;

/// <summary>
/// Stands in for CUDA graphs on a CPU: records the operators that work calls, with their arguments as they are then, and plays exactly
/// these back. As there, a number that the host put in stays what it was, work that asks for a number cannot be recorded, inputs must stay
/// where they are, and recording itself changes nothing.
/// </summary>
internal sealed unsafe class TapeRecorder : IGraphRecorder
{
    /// <summary>How often work was done to warm up, recorded, and played back.</summary>
    internal int WarmedUp { get; private set; }

    internal int Recorded { get; private set; }

    internal int Replayed { get; private set; }

    /// <summary>Fails the recording of that number, from 1.</summary>
    internal int FailAt { get; init; }

    public void WarmUp(Action work)
    {
        WarmedUp++;
        work();
    }

    public IRecordedGraph Record(Action work)
    {
        Recorded++;
        Tape tape = new(this);
        Op.Interceptor = tape.Take;
        bool good = false;
        try
        {
            work();
            good = Recorded != FailAt;
            return good ? tape : throw new TorchException("CUDA out of memory. Tried to allocate 2.00 GiB\nand more");
        }
        finally
        {
            Op.Interceptor = null;
            tape.PutBack();
            if (!good)
            {
                tape.Dispose();
            }
        }
    }

    private sealed class Tape(TapeRecorder owner) : IRecordedGraph
    {
        private readonly List<Call> _calls = [];
        private readonly Dictionary<nint, int> _made = [];               // a tensor made on the tape, and the slot it is in
        private readonly Dictionary<nint, (nint Tensor, nint Copy)> _found = []; // tensors from outside, and what they held
        private nint[] _slots = [];
        private int _slotCount;

        public void Replay()
        {
            owner.Replayed++;
            _slots = new nint[_slotCount];
            Value* results = stackalloc Value[8];
            foreach (Call call in _calls)
            {
                int given = call.Play(_slots, results);
                for (int i = 0; i < given; i++)
                {
                    if (results[i].Tag == Value.Kind.Tensor)
                    {
                        _slots[call.FirstSlot + i] = (nint)results[i].Integer;
                    }
                }
            }

            foreach (nint tensor in _slots)
            {
                Native.dft_release(tensor);
            }
        }

        public void Dispose()
        {
            foreach ((nint tensor, nint copy) in _found.Values)
            {
                Native.dft_release(tensor);
                Native.dft_release(copy);
            }

            _found.Clear();
        }

        /// <summary>Makes a call and keeps it.</summary>
        internal int Take(Op op, Value* args, int count, Value* results, int capacity)
        {
            Call call = new(op, capacity, _slotCount);
            for (int i = 0; i < count; i++)
            {
                call.Add(args[i], Slot);
            }

            int given = op.Invoke(args, count, results, capacity);
            _calls.Add(call);
            for (int i = 0; i < given; i++)
            {
                if (results[i].Tag is not (Value.Kind.Tensor or Value.Kind.None))
                {
                    throw new TorchException($"{op.Name} asks for a number while work is being recorded");
                }

                _made[(nint)results[i].Integer] = _slotCount + i;
            }

            _slotCount += given;
            return given;
        }

        /// <summary>Undoes what recording did to tensors from outside.</summary>
        internal void PutBack()
        {
            Value* pair = stackalloc Value[2];
            foreach ((nint tensor, nint copy) in _found.Values)
            {
                pair[0] = Raw(Value.Kind.Tensor, tensor, 0);
                pair[1] = Raw(Value.Kind.Tensor, copy, 0);
                Value result;
                Ops.Copy.Invoke(pair, 2, &result, 1);
                Native.dft_release((nint)result.Integer);
            }
        }

        /// <summary>The slot of a tensor made on the tape; -1 for one from outside, which is kept and copied when it is first met.</summary>
        private int Slot(nint tensor)
        {
            if (_made.TryGetValue(tensor, out int slot))
            {
                return slot;
            }

            if (!_found.ContainsKey(tensor))
            {
                Value from = Raw(Value.Kind.Tensor, tensor, 0), copy;
                Ops.Clone.Invoke(&from, 1, &copy, 1);
                _found.Add(tensor, (Native.dft_retain(tensor), (nint)copy.Integer));
            }

            return -1;
        }
    }

    /// <summary>One call: what its arguments point at is kept with it, tensors as slots.</summary>
    private sealed class Call(Op op, int capacity, int firstSlot)
    {
        private readonly List<(Value Value, long[] Memory, int[] Slots)> _args = [];

        internal int FirstSlot => firstSlot;

        internal void Add(Value value, Func<nint, int> slot)
        {
            long bytes = value.Tag switch
            {
                Value.Kind.IntList or Value.Kind.DoubleList or Value.Kind.TensorList or Value.Kind.OptionalTensors => 8 * value.Length,
                Value.Kind.String or Value.Kind.BoolList => value.Length,
                _ => 0,
            };
            long[] memory = new long[(bytes + 7) / 8];
            new ReadOnlySpan<byte>((void*)value.Integer, (int)bytes).CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(memory.AsSpan()));
            int[] slots = value.Tag switch
            {
                Value.Kind.Tensor => [value.Integer == 0 ? -1 : slot((nint)value.Integer)],
                Value.Kind.TensorList or Value.Kind.OptionalTensors => [.. memory.Select(tensor => tensor == 0 ? -1 : slot((nint)tensor))],
                _ => [],
            };
            _args.Add((value, memory, slots));
        }

        internal int Play(nint[] made, Value* results)
        {
            Value* values = stackalloc Value[_args.Count];
            long* next = stackalloc long[_args.Sum(arg => arg.Memory.Length)];
            for (int i = 0; i < _args.Count; i++)
            {
                (Value value, long[] memory, int[] slots) = _args[i];
                if (value.Tag == Value.Kind.Tensor)
                {
                    values[i] = slots[0] < 0 ? value : Raw(value.Tag, made[slots[0]], 0);
                    continue;
                }

                long* at = next;
                next += memory.Length;
                for (int k = 0; k < memory.Length; k++)
                {
                    at[k] = slots.Length > k && slots[k] >= 0 ? made[slots[k]] : memory[k];
                }

                values[i] = memory.Length == 0 ? value : Raw(value.Tag, (nint)at, value.Length);
            }

            return op.Invoke(values, _args.Count, results, capacity);
        }
    }

    private static Value Raw(Value.Kind kind, nint content, long length)
    {
        Value value = default;
        long* parts = (long*)&value;
        (parts[0], parts[1], parts[2]) = ((long)kind, content, length);
        return Unsafe.As<long, Value>(ref parts[0]);
    }
}
