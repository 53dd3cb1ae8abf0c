using DataForge.Forge.Repositories;

namespace DataForge.Forge.Faults;

/// <summary>The faults that requests meet: scripted ones, and random ones by a seed. Thread-safe.</summary>
public sealed class FaultPlan
{
    private readonly Lock _lock = new();
    private readonly List<Script> _scripts = [];
    private readonly HashSet<string> _struck = new(StringComparer.Ordinal);
    private SeededDraw _draw = new(0);
    private double _share;
    private string _target = "";
    private PlantedFault[] _kinds = [];

    /// <summary>How many requests met a fault.</summary>
    public int Struck { get; private set; }

    /// <summary>Plants faults, met in this order.</summary>
    public void Plant(params IEnumerable<PlantedFault> faults)
    {
        lock (_lock)
        {
            _scripts.AddRange(faults.Select(fault => new Script(fault)));
        }
    }

    /// <summary>
    /// Lets a share of the requests to a target meet one of several faults, by a seed. The same path and query never meets two in a row, so
    /// a retry succeeds.
    /// </summary>
    public void PlantShare(ulong seed, double share, string target, params PlantedFault[] kinds)
    {
        lock (_lock)
        {
            (_draw, _share, _target, _kinds) = (new SeededDraw(seed), share, target, kinds);
        }
    }

    /// <summary>Removes all faults.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _scripts.Clear();
            _share = 0;
        }
    }

    /// <summary>The fault that a request meets, or null.</summary>
    /// <param name="target">Its path and query.</param>
    public PlantedFault? Next(string target)
    {
        lock (_lock)
        {
            PlantedFault? fault = Scripted(target) ?? Drawn(target);
            Struck += fault is null ? 0 : 1;
            return fault;
        }
    }

    private PlantedFault? Scripted(string target)
    {
        foreach (Script script in _scripts)
        {
            if (script.Times > 0 && target.StartsWith(script.Fault.Target, StringComparison.Ordinal))
            {
                if (script.Skip > 0)
                {
                    script.Skip--;
                    continue;
                }

                script.Times--;
                return script.Fault;
            }
        }

        return null;
    }

    private PlantedFault? Drawn(string target)
    {
        if (_share <= 0 || _kinds.Length == 0 || !target.StartsWith(_target, StringComparison.Ordinal))
        {
            return null;
        }

        if (_struck.Remove(target) || _draw.Unit() >= _share)
        {
            return null;
        }

        _struck.Add(target);
        return _kinds[_draw.Below(_kinds.Length)];
    }

    private sealed class Script(PlantedFault fault)
    {
        public PlantedFault Fault { get; } = fault;

        public int Skip { get; set; } = fault.Skip;

        public int Times { get; set; } = fault.Times;
    }
}
