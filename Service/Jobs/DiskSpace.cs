using System.Globalization;
using DataForge.Service.Settings;

namespace DataForge.Service.Jobs;

/// <summary>The free space of the disk that a workspace is on.</summary>
internal static class DiskSpace
{
    private const double Gigabyte = 1e9;

    /// <summary>The free bytes of the disk that holds a folder, which need not exist yet; null where they are not known.</summary>
    public static long? Free(string folder)
    {
        string? existing = folder;
        while (existing is not null && !Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing);
        }

        try
        {
            return existing is null ? null : new DriveInfo(existing).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Why a run of the schedule cannot begin; null where there is space enough.</summary>
    public static string? Shortage(ScheduleOptions schedule) =>
        Free(schedule.Workspace) is { } free && free < schedule.MinimumFreeGigabytes * Gigabyte
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"waits for disk space: {free / Gigabyte:F1} GB are free, {schedule.MinimumFreeGigabytes} must be")
            : null;
}
