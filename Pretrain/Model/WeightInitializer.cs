using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>Draws the initial weights: see <see cref="GptNeoForCausalLM.Initialize"/>.</summary>
internal static class WeightInitializer
{
    private const int Chunk = 1 << 20; // floats drawn at a time: 4 MB; even, as Fill needs

    /// <summary>Draws all weights.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="config">The model.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="initialization">How large the weights are.</param>
    internal static void Initialize(ParameterSet parameters, GptNeoConfig config, ulong seed, WeightInitialization initialization)
    {
        foreach (Parameter parameter in parameters.All)
        {
            Draw(parameter.Name, parameter.Shape, Deviation(parameter.Name, config, initialization), seed, (first, part) =>
            {
                using DisposeScope scope = torch.NewDisposeScope();
                parameters.Values.narrow(0, parameter.Offset + first, part.Length).copy_(torch.tensor(part, part.Length));
            });
        }
    }

    /// <summary>The standard deviation of a matrix.</summary>
    internal static double Deviation(string name, GptNeoConfig config, WeightInitialization initialization) =>
        initialization == WeightInitialization.ScaledQueries && name.EndsWith(".q_proj.weight", StringComparison.Ordinal)
            ? config.InitializerRange / Math.Sqrt(config.HeadSize)
            : config.InitializerRange;

    /// <summary>Draws the weights of one parameter, in pieces.</summary>
    /// <param name="name">The parameter's key.</param>
    /// <param name="shape">Its shape: matrices are drawn, vectors are 0, or 1 for the weights of a layer normalisation.</param>
    /// <param name="deviation">Standard deviation of the matrices.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="receive">Receives the values.</param>
    internal static void Draw(string name, IReadOnlyList<long> shape, double deviation, ulong seed, FloatReceiver receive)
    {
        bool isScale = name.Contains(".ln_", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal);
        CounterRandom random = new(seed, name);
        long count = shape.Aggregate(1L, (product, size) => checked(product * size));
        var values = new float[(int)Math.Min(Chunk, count)];
        for (long first = 0; first < count; first += Chunk)
        {
            Span<float> part = values.AsSpan(0, (int)Math.Min(Chunk, count - first));
            if (shape.Count < 2)
            {
                part.Fill(isScale ? 1 : 0);
            }
            else
            {
                Fill(part, random, (ulong)first, deviation);
            }

            receive(first, part);
        }
    }

    /// <summary>Fills with numbers first, first + 1, ... of the stream; <paramref name="first"/> must be even.</summary>
    private static void Fill(Span<float> part, CounterRandom random, ulong first, double deviation)
    {
        for (int i = 0; i < part.Length; i += 2)
        {
            (double a, double b) = random.NormalPair((first + (ulong)i) / 2);
            part[i] = (float)(a * deviation);
            if (i + 1 < part.Length)
            {
                part[i + 1] = (float)(b * deviation);
            }
        }
    }
}
