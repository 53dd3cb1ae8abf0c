using System.Text;
using System.Text.Json;
using DataForge.Cleaner.Text;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Text;

public class ReportedHeadersTests
{
    [Fact]
    public void StripRange_commentAboutPlatesOrDrivers_stays()
    {
        string? path = SharedFiles.Find("cases", "reports", "D9-license-plate.jsonl");
        Assert.SkipWhen(path is null, "the cases are absent");
        foreach (string line in File.ReadLines(path!))
        {
            using JsonDocument row = JsonDocument.Parse(line);
            Assert.Equal((0, 0), LicenseHeader.StripRange(Encoding.UTF8.GetBytes(row.RootElement.GetProperty("content").GetString()!)));
        }
    }
}
