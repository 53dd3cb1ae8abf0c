using System.CommandLine;
using DataForge.Inspection.Dashboard;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary>
/// <c>watch</c>: shows the progress of a run until it ends or the user stops watching; the run itself is not changed. On a terminal the
/// view is drawn again in place, elsewhere a line is written every ten seconds and when the stage changes.
/// </summary>
internal sealed class WatchCommand(CommandTerminal terminal, TimeProvider time) : ICommandHandler<RunReference>
{
    private const int WidthOfFile = 80;
    private const int LeastWidth = 40;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);

    private int _drawn;
    private string _lastStage = "";
    private DateTimeOffset _lastLine = DateTimeOffset.MinValue;

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host) => host.BindWithoutHost<RunReference>(
        new Command("watch", "Shows the progress of a run until it ends.") { CommonOptions.Workspace, CommonOptions.Run },
        RunReference.Of,
        static (terminal, time) => new WatchCommand(terminal, time));

    /// <inheritdoc/>
    public async Task RunAsync(RunReference request, CancellationToken cancellation)
    {
        RunReader reader = RunReader.Open(request.WorkspaceFolder, request.RunName, time);
        try
        {
            while (reader.Read(Show))
            {
                await Task.Delay(Interval, time, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C ends the view only.
        }
    }

    // Whether the run is active.
    private bool Show(RunView view)
    {
        bool goesOn = view.State == RunState.Running;
        if (terminal.IsTerminal)
        {
            Draw(RunScreen.Lines(view, Math.Max(LeastWidth, terminal.Columns()) - 1));
        }
        else if (goesOn)
        {
            WriteLine(view);
        }
        else
        {
            foreach (string line in RunScreen.Lines(view, WidthOfFile - 1))
            {
                terminal.Output.WriteLine(line);
            }
        }

        return goesOn;
    }

    private void Draw(IReadOnlyList<string> lines)
    {
        // Up to the first line of the last view; what is below is erased.
        string start = _drawn > 0 ? $"\u001b[{_drawn}A\r\u001b[J" : "";
        terminal.Output.Write(start + string.Concat(lines.Select(line => line + Environment.NewLine)));
        terminal.Output.Flush();
        _drawn = lines.Count;
    }

    private void WriteLine(RunView view)
    {
        string stage = LiveFigures.Of(view.Events)?.Stage ?? "";
        DateTimeOffset now = time.GetUtcNow();
        if (stage != _lastStage || now - _lastLine >= PlainInterval)
        {
            terminal.Output.WriteLine(RunScreen.Line(view, WidthOfFile - 1));
            (_lastStage, _lastLine) = (stage, now);
        }
    }
}
