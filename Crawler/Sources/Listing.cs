using DataForge.Corpus;

namespace DataForge.Crawler.Sources;

/// <summary>Orders and limits the files of a repository, for all sources.</summary>
public static class Listing
{
    /// <summary>
    /// Orders files by path, and marks those that are not read: too large, or beyond the repository's limits. Files with the same path
    /// are ordered by their contents' ids, so these ids must be known.
    /// </summary>
    public static IReadOnlyList<FoundFile> Finish(List<FoundFile> files, CrawlOptions options)
    {
        files.Sort(static (left, right) =>
        {
            int order = PathText.Compare(left.Path, right.Path);
            order = order != 0 ? order : (left.BlobId ?? default).CompareTo(right.BlobId ?? default);
            return order != 0 ? order : left.Weight.CompareTo(right.Weight);
        });

        long bytes = 0;
        int count = 0;
        foreach (FoundFile file in files)
        {
            if (file.Fault is not null)
            {
                continue;
            }

            int max = MaxBytes(file.Kind, options);
            long size = file.Size >= 0 ? file.Size : file.Weight;
            if (file.Size >= max)
            {
                (file.Fault, file.Detail) = (RuleNames.Size, $"{file.Size} bytes");
            }
            else if (count == options.MaxRepositoryFiles)
            {
                (file.Fault, file.Detail) = (RuleNames.Limit, $"the repository has more than {options.MaxRepositoryFiles} files");
            }
            else if (size > options.MaxRepositoryBytes - bytes)
            {
                (file.Fault, file.Detail) = (RuleNames.Limit, $"the repository has more than {options.MaxRepositoryBytes} bytes");
            }
            else
            {
                count++;
                bytes += size;
            }
        }

        return files;
    }

    /// <summary>The size from which on a file of a kind is not stored.</summary>
    public static int MaxBytes(FileKind kind, CrawlOptions options) =>
        kind == FileKind.Python ? options.MaxFileBytes : options.LicenseFileMaxBytes;
}
