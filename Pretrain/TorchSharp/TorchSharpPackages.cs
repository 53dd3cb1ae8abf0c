using System.Diagnostics;
using System.Security;
using System.Text.Json;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>
/// Gets TorchSharp's native library and its libtorch into NuGet's folder of packages where the program was installed without them, as a
/// .NET tool is: with <c>dotnet restore</c>, so from the sources and through the proxy that NuGet is configured for.
/// </summary>
public static class TorchSharpPackages
{
    /// <summary>Fetches both packages unless they are there; to be called before the torchsharp engine is used.</summary>
    /// <param name="notify">Told what happens, in one line, where they are fetched.</param>
    /// <param name="cancellation">Stops it; what was fetched is fetched again the next time.</param>
    /// <exception cref="TorchException">They could not be fetched; the message says what to do.</exception>
    public static void Ensure(Action<string> notify, CancellationToken cancellation)
    {
        // The runtime is in .NET's folder, at shared/Microsoft.NETCore.App/VERSION.
        string dotnet = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../dotnet"));
        Ensure(dotnet, NativePackage.PackagesFolder, notify, cancellation);
    }

    /// <summary>The same with another program for <c>dotnet</c> and another folder for NuGet's.</summary>
    internal static void Ensure(string dotnet, string packages, Action<string> notify, CancellationToken cancellation)
    {
        if (NativePackage.All.All(package => package.Find(packages) is not null))
        {
            return;
        }

        notify($"fetching libtorch {NativePackage.Libtorch.Version}, once: 132 MB, which take 500 MB in {packages}");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dataforge-libtorch-");
        try
        {
            string project = Path.Combine(folder.FullName, "libtorch.csproj");
            File.WriteAllText(project, Project(packages));
            Restore(dotnet, project, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        foreach (NativePackage package in NativePackage.All)
        {
            RequireContent(package, packages);
        }

        RemoveArchive(packages);
    }

    private static string Project(string packages) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <NuGetAudit>false</NuGetAudit>
            <RestorePackagesPath>{SecurityElement.Escape(packages)}</RestorePackagesPath>
          </PropertyGroup>
          <ItemGroup>{string.Concat(NativePackage.All.Select(static package => package.Reference))}</ItemGroup>
        </Project>
        """;

    private static void Restore(string dotnet, string project, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(dotnet, ["restore", project, "-v", "q", "--no-http-cache"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(project)!,
        };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1"; // no process stays behind
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"; // no need of ICU's library, which a bare system lacks
        List<string> lines = [];
        try
        {
            using Process process = Process.Start(start)!;
            using CancellationTokenRegistration stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
            process.ErrorDataReceived += (_, line) => AddLine(line.Data);
            process.OutputDataReceived += (_, line) => AddLine(line.Data);
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            process.WaitForExit();
            cancellation.ThrowIfCancellationRequested();
            if (process.ExitCode == 0)
            {
                return;
            }
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            lines.Add(e.Message);
        }

        string reason = lines.Find(line => line.Contains("error", StringComparison.Ordinal)) ?? lines.LastOrDefault() ?? "it said nothing";
        throw new TorchException(
            $"libtorch could not be fetched with {dotnet} restore ({reason.Trim()}); run the same command again when NuGet's packages can "
            + $"be downloaded, or name a folder that has {NativePackage.Libtorch.Library} and {NativePackage.TorchSharp.Library} in "
            + NativePackage.FolderVariable);

        void AddLine(string? line)
        {
            lock (lines)
            {
                if (!string.IsNullOrWhiteSpace(line))
                {
                    lines.Add(line);
                }
            }
        }
    }

    // NuGet keeps a package's archive beside the files it unpacked from it, and reads it no more: libtorch's would take 128 MB.
    private static void RemoveArchive(string packages)
    {
        string folder = Path.GetDirectoryName(NativePackage.Libtorch.MetadataFile(packages))!;
        foreach (string archive in Directory.EnumerateFiles(folder, "*.nupkg"))
        {
            File.Delete(archive);
        }
    }

    // What a source serves under that name need not be what the program was built with.
    private static void RequireContent(NativePackage package, string packages)
    {
        using JsonDocument metadata = JsonDocument.Parse(File.ReadAllBytes(package.MetadataFile(packages)));
        if (metadata.RootElement.GetProperty("contentHash").GetString() != package.ContentHash)
        {
            throw new TorchException(
                $"{Path.GetDirectoryName(package.MetadataFile(packages))} holds another {package.Id} {package.Version} than this program "
                + "was built with; remove that folder, and see which source NuGet takes it from (dotnet nuget list source)");
        }
    }
}
