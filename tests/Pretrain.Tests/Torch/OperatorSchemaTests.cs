using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Training;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Torch;

/// <summary>
/// Every call is held against the schema that the loaded libtorch registers: the number of arguments, their kinds, what may be left out.
/// The dispatcher knows the schemas of operators that run on a GPU alone, so their calls are checked without one.
/// </summary>
public unsafe class OperatorSchemaTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public void FlashAttention_itsCalls_fitTheSchemas(int window)
    {
        NativeTorch.SkipWithoutLibrary();
        Assert.SkipWhen(!FlashAttention.HasWindows(torch.Version), $"libtorch {torch.Version} has no windows in its flash attention");
        List<string> called = [];
        Op.Interceptor = (op, args, count, results, capacity) =>
        {
            Assert.Null(CallSchema.Fault(op, args, count));
            if (!op.Name.Contains("flash", StringComparison.Ordinal))
            {
                return op.Invoke(args, count, results, capacity);
            }

            called.Add(op.Name);
            Assert.Equal(capacity, CallSchema.Results(op));
            for (int i = 0; i < capacity; i++)
            {
                Value like = args[op == Ops.FlashAttention ? 0 : 1]; // in place of the GPU's: something of the query's shape
                Ops.Clone.Invoke(&like, 1, results + i, 1);
            }

            return capacity;
        };
        try
        {
            using DisposeScope scope = torch.NewDisposeScope();
            FlashAttention attention = new(heads: 2, headSize: 8, window);
            Tensor seen = attention.Forward(torch.zeros([32, 48], ScalarType.BFloat16), 2, 16);
            Assert.Equal([32, 16], seen.Shape);
            Assert.Equal([32, 48], attention.Backward(seen).Shape);
        }
        finally
        {
            Op.Interceptor = null;
        }

        Assert.Equal(["aten::_flash_attention_forward", "aten::_flash_attention_backward"], called);
    }

    /// <summary>Whole steps as on a GPU and as on a CPU, an evaluation, and a text generated: all operators that they call.</summary>
    [Theory]
    [InlineData(true, Precision.Float32)]
    [InlineData(true, Precision.BFloat16)]
    [InlineData(false, Precision.Float32)]
    public void Trainer_itsCalls_fitTheSchemas(bool onDevice, Precision precision)
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        HashSet<string> called = [];
        List<Op> ops = [Ops.FlashAttention, Ops.FlashAttentionBackward, Ops.IndexAddInPlace]; // a GPU's alone
        Op.Interceptor = (op, args, count, results, capacity) =>
        {
            if (called.Add(op.Name))
            {
                ops.Add(op);
                Assert.Null(CallSchema.Fault(op, args, count));
            }

            return op.Invoke(args, count, results, capacity);
        };
        try
        {
            GptNeoConfig config = new()
            {
                VocabSize = 97, MaxPositionEmbeddings = 32, HiddenSize = 32, NumLayers = 2, NumHeads = 2, WindowSize = 8,
                AttentionLayers = GptNeoConfig.Alternating(2),
            };
            TrainingOptions options = new()
            {
                Steps = 3, BatchSize = 1, BlockSize = 32, AccumulationSteps = 2, WarmupSteps = 0, Threads = 2, PeakTeraflops = 1, Precision = precision,
            };
            using Trainer trainer = new(config, options, new AffineData(97, 32), new RecordingLog(), null, null, new StepExecution(onDevice, null, false));
            trainer.Run(folder.Path, CancellationToken.None);
        }
        finally
        {
            Op.Interceptor = null;
        }

        Assert.Contains(onDevice ? "aten::logsumexp" : "dataforge::cross_entropy_", called);
        Assert.Equal(onDevice && Ops.FusedAdamWOnDevice.HasKernel(DeviceType.CPU), called.Contains("aten::_fused_adamw_.tensor_lr"));
        if (onDevice && CudaGraphs.IsAvailable) // a libtorch with CUDA, whether or not there is a GPU
        {
            Assert.Empty(ops.Where(op => op.Name.StartsWith("aten::", StringComparison.Ordinal) && !op.RunsOn(DeviceType.CUDA)).Select(op => op.Name));
            Assert.True(FlashAttention.IsAvailable && Ops.FusedAdamWOnDevice.HasKernel(DeviceType.CUDA));
        }
    }

    /// <summary>The fused update where this libtorch has it for GPUs alone: held against its schema, not made.</summary>
    [Fact]
    public void FusedUpdate_itsCall_fitsTheSchema()
    {
        NativeTorch.SkipWithoutLibrary();
        Assert.SkipWhen(!Ops.FusedAdamWOnDevice.Exists, $"libtorch {torch.Version} has no fused AdamW that takes its rate from a tensor");
        int calls = 0;
        Op.Interceptor = (op, args, count, results, capacity) =>
        {
            Assert.Null(CallSchema.Fault(op, args, count));
            calls += op == Ops.FusedAdamWOnDevice ? 1 : 0;
            return op == Ops.FusedAdamWOnDevice ? 0 : op.Invoke(args, count, results, capacity);
        };
        try
        {
            using DisposeScope scope = torch.NewDisposeScope();
            ParameterSet parameters = new();
            parameters.Declare("matrix", 4, 4);
            parameters.Declare("vector", 4);
            parameters.Allocate(Device.CPU, withGradients: true, bfloat16: false);
            using AdamW optimizer = new(parameters, new TrainingOptions());
            Tensor one = torch.full([], 1);
            optimizer.StepOnDevice(one, one, one, torch.zeros([2]), torch.zeros([]));
            parameters.Dispose();
        }
        finally
        {
            Op.Interceptor = null;
        }

        Assert.Equal(2, calls);
    }

    [Fact]
    public void CallSchema_callsThatDoNotFit_areFound()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = torch.zeros([2, 2]);
        Value[] whole = [x, 1, false], narrow = [x, 1.0, false], few = [x], many = [x, 1, false, false];
        Assert.Null(Fault(Ops.Softmax, whole));
        Assert.Contains("argument 1 is Double where int is wanted", Fault(Ops.Softmax, narrow), StringComparison.Ordinal);
        Assert.Contains("argument 1 is missing", Fault(Ops.Softmax, few), StringComparison.Ordinal);
        Assert.Contains("4 arguments", Fault(Ops.Softmax, many), StringComparison.Ordinal);

        static string? Fault(Op op, Value[] values)
        {
            fixed (Value* first = values)
            {
                return CallSchema.Fault(op, first, values.Length);
            }
        }
    }
}
