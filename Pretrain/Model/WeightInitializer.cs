using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>Draws the initial weights: see <see cref="GptNeoForCausalLM.Initialize"/>.</summary>
internal static class WeightInitializer
{
    private const int Chunk = 1 << 20; // floats drawn at a time: 4 MB; even, as Fill needs

    /// <summary>Draws all weights.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="deviation">Standard deviation of the matrices.</param>
    /// <param name="seed">The seed.</param>
    internal static void Initialize(ParameterSet parameters, double deviation, ulong seed)
    {
        var values = new float[Chunk];
        foreach (Parameter parameter in parameters.All)
        {
            if (!parameter.Decays)
            {
                bool isScale = parameter.Name.Contains(".ln_", StringComparison.Ordinal)
                    && parameter.Name.EndsWith(".weight", StringComparison.Ordinal);
                parameter.Value.fill_(isScale ? 1 : 0);
                continue;
            }

            CounterRandom random = new(seed, parameter.Name);
            for (long first = 0; first < parameter.Numel; first += Chunk)
            {
                Span<float> part = values.AsSpan(0, (int)Math.Min(Chunk, parameter.Numel - first));
                Fill(part, random, (ulong)first, deviation);
                using DisposeScope scope = torch.NewDisposeScope();
                parameters.Values.narrow(0, parameter.Offset + first, part.Length).copy_(torch.tensor(part, part.Length));
            }
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
