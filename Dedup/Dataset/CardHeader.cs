using System.Globalization;
using System.Text;
using DataForge.Parquet;

namespace DataForge.Dedup.Dataset;

/// <summary>
/// The YAML header of a dataset card, as the hub reads it (<see href="https://huggingface.co/docs/hub/datasets-cards"/>,
/// <see href="https://github.com/huggingface/hub-docs/blob/main/datasetcard.md"/>).
/// </summary>
internal static class CardHeader
{
    // The licences of code in the hub's list (https://huggingface.co/docs/hub/repositories-licenses); any other is "other".
    private static readonly HashSet<string> HubLicenses = new(StringComparer.Ordinal)
    {
        "apache-2.0", "mit", "afl-3.0", "artistic-2.0", "bsl-1.0", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "cc0-1.0",
        "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "wtfpl", "ecl-2.0", "epl-1.0", "epl-2.0", "eupl-1.1", "eupl-1.2",
        "agpl-3.0", "gpl-2.0", "gpl-3.0", "lgpl-2.1", "lgpl-3.0", "isc", "lppl-1.3c", "ms-pl", "mpl-2.0", "osl-3.0", "postgresql",
        "ofl-1.1", "ncsa", "unlicense", "zlib",
    };

    // The hub's size categories, by number of rows.
    private static readonly (long Below, string Name)[] Sizes =
    [
        (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"),
        (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B"), (10_000_000_000, "1B<n<10B"), (long.MaxValue, "10B<n<100B"),
    ];

    /// <summary>Appends the header. <paramref name="schema"/> is the shards'; null if there is no shard.</summary>
    public static void Append(StringBuilder card, DatasetFigures figures, ParquetSchema? schema)
    {
        SortedSet<string> licenses = new(figures.Licenses.SelectMany(license => HubNames(license.Name)), StringComparer.Ordinal);
        card.Append("---\npretty_name: Python source files\nlanguage:\n- code\nlicense:\n");
        foreach (string license in licenses.Count > 0 ? licenses : ["other"])
        {
            card.Append(CultureInfo.InvariantCulture, $"- {license}\n");
        }

        if (licenses.Count == 0 || licenses.Contains("other"))
        {
            card.Append("license_name: see-notice\nlicense_link: NOTICE\n");
        }

        card.Append("task_categories:\n- text-generation\ntags:\n- code\n- python\nsize_categories:\n");
        card.Append(CultureInfo.InvariantCulture, $"- {Sizes.First(size => figures.Dataset.Files < size.Below).Name}\n");
        card.Append("configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*.parquet\ndataset_info:\n");
        if (schema is not null)
        {
            card.Append("  features:\n");
            foreach (ParquetColumn column in schema.Columns)
            {
                string key = column.IsList ? "sequence" : "dtype";
                card.Append(CultureInfo.InvariantCulture, $"  - name: {column.Name}\n    {key}: {TypeName(column.Type)}\n");
            }
        }

        DatasetSize size = figures.Dataset;
        card.Append("  splits:\n  - name: train\n");
        card.Append(CultureInfo.InvariantCulture, $"    num_bytes: {size.Bytes}\n    num_examples: {size.Files}\n");
        card.Append(CultureInfo.InvariantCulture, $"  download_size: {size.ShardBytes}\n  dataset_size: {size.Bytes}\n---\n");
    }

    // The hub's names of the licences in an SPDX expression.
    private static IEnumerable<string> HubNames(string expression) => expression
        .Split([' ', '(', ')'], StringSplitOptions.RemoveEmptyEntries)
        .Where(word => word is not ("OR" or "AND" or "WITH")).Select(word =>
        {
            string name = word.ToLowerInvariant();
            name = name.EndsWith("-only", StringComparison.Ordinal) ? name[..^5]
                : name.EndsWith("-or-later", StringComparison.Ordinal) ? name[..^9] : name;
            return HubLicenses.Contains(name) ? name : "other";
        });

    private static string TypeName(ParquetType type) => type switch
    {
        ParquetType.Int32 => "int32",
        ParquetType.Int64 => "int64",
        ParquetType.Float => "float32",
        ParquetType.Double => "float64",
        ParquetType.Boolean => "bool",
        ParquetType.Binary => "binary",
        _ => "string",
    };
}
