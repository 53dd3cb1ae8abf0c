using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Tests.Hosting;

/// <summary>A terminal in memory.</summary>
internal sealed class TestTerminal
{
    private readonly MemoryStream _bytes = new();

    public TestTerminal()
        : this(null)
    {
    }

    /// <param name="fault">Thrown whenever a command reads or writes, but for standard error; null throws nothing.</param>
    public TestTerminal(Exception? fault)
    {
        TextWriter output = fault is null ? Output : new FaultyWriter(fault);
        Terminal = new CommandTerminal(
            () => fault is null ? Stream.Null : throw fault, () => fault is null ? _bytes : throw fault,
            TextWriter.Synchronized(output), TextWriter.Synchronized(Error), IsTerminal: false, () => 80);
    }

    public CommandTerminal Terminal { get; }

    public StringWriter Output { get; } = new();

    public StringWriter Error { get; } = new();

    /// <summary>What was written to standard output as bytes.</summary>
    public byte[] Bytes => _bytes.ToArray();

    public string[] ErrorLines => Error.ToString().TrimEnd('\n').Split('\n');

    private sealed class FaultyWriter(Exception fault) : StringWriter
    {
        public override void Write(char value) => throw fault;

        public override void Write(string? value) => throw fault;

        public override void WriteLine(string? value) => throw fault;

        public override void WriteLine() => throw fault;
    }
}
