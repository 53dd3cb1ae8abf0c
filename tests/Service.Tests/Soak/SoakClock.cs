using System.Globalization;

namespace DataForge.Service.Tests.Soak;

/// <summary>A clock that is wrong by what a file says, which the test changes while the service runs.</summary>
/// <param name="file">Holds the seconds by which it is ahead.</param>
internal sealed class SoakClock(string file) : TimeProvider
{
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow()
    {
        // Between two changes of the file it may be away for a moment.
        if (File.Exists(file) && double.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out double seconds))
        {
            _ahead = TimeSpan.FromSeconds(seconds);
        }

        return base.GetUtcNow() + _ahead;
    }

    /// <summary>Sets the clock to a time.</summary>
    public static void Set(string file, DateTimeOffset time)
    {
        File.WriteAllText(file + ".new", (time - DateTimeOffset.UtcNow).TotalSeconds.ToString("F3", CultureInfo.InvariantCulture));
        File.Move(file + ".new", file, overwrite: true);
    }
}
