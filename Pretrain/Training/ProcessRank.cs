using System.Globalization;

namespace DataForge.Pretrain.Training;

/// <summary>
/// Which of several processes this one is, and the address of rank 0: the environment variables that torchrun sets, and that Slurm or MPI
/// can (<c>RANK=$SLURM_PROCID WORLD_SIZE=$SLURM_NTASKS</c>; https://pytorch.org/docs/stable/elastic/run.html#environment-variables).
/// </summary>
/// <param name="Rank">RANK: from 0 to WorldSize - 1.</param>
/// <param name="WorldSize">WORLD_SIZE: at least 2.</param>
/// <param name="LocalRank">LOCAL_RANK: which of this machine's processes; selects the GPU. Default 0.</param>
/// <param name="LocalWorldSize">LOCAL_WORLD_SIZE: processes on this machine; they share its processors. Default 1.</param>
/// <param name="MasterAddress">MASTER_ADDR: the host of rank 0.</param>
/// <param name="MasterPort">MASTER_PORT: 1 to 65,535.</param>
/// <param name="UsesAgentStore">TORCHELASTIC_USE_AGENT_STORE: whether torchrun's agent hosts the key-value store, not rank 0.</param>
/// <param name="RestartCount">TORCHELASTIC_RESTART_COUNT: keeps the restarts of a job apart in the store.</param>
public sealed record ProcessRank(
    int Rank, int WorldSize, int LocalRank, int LocalWorldSize, string MasterAddress, int MasterPort, bool UsesAgentStore,
    string RestartCount)
{
    /// <summary>Reads the environment; null if this process trains alone (WORLD_SIZE absent, or 1).</summary>
    /// <exception cref="TrainingException">A variable is missing or out of range; every fault is named.</exception>
    public static ProcessRank? FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>The same from any source of variables.</summary>
    internal static ProcessRank? From(Func<string, string?> variable)
    {
        if (variable("WORLD_SIZE") is null or "" or "1")
        {
            return null;
        }

        List<string> faults = [];
        int size = Number("WORLD_SIZE", 2, 65_536, null);
        int rank = Number("RANK", 0, Math.Max(0, size - 1), null);
        int port = Number("MASTER_PORT", 1, 65_535, null);
        string address = variable("MASTER_ADDR") ?? "";
        if (address.Length == 0)
        {
            faults.Add("MASTER_ADDR is missing");
        }

        ProcessRank result = new(
            rank, size, Number("LOCAL_RANK", 0, 65_535, 0), Number("LOCAL_WORLD_SIZE", 1, 65_536, 1), address, port,
            variable("TORCHELASTIC_USE_AGENT_STORE") == "True", variable("TORCHELASTIC_RESTART_COUNT") ?? "0");
        return faults.Count == 0
            ? result
            : throw new TrainingException($"WORLD_SIZE asks for several processes, but {string.Join("; ", faults)}");

        int Number(string name, int least, int most, int? absent)
        {
            string? text = variable(name);
            if (string.IsNullOrEmpty(text) && absent is { } value)
            {
                return value;
            }

            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
            {
                return number;
            }

            faults.Add(string.IsNullOrEmpty(text) ? $"{name} is missing" : $"{name} is '{text}', not a number from {least} to {most}");
            return least;
        }
    }
}
