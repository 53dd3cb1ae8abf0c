using DataForge.Corpus;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Tests.Storage;

public class CatalogAddressTests
{
    [Theory]
    [InlineData("postgres://me@db.example.org/crawl", "postgres://me@db.example.org/crawl")]
    [InlineData("postgresql://me@db.example.org:5433/crawl?sslmode=require", "postgres://me@db.example.org:5433/crawl")]
    [InlineData("postgres://me@/crawl?host=/run/postgresql", "postgres://me@/run/postgresql/crawl")]
    [InlineData("postgres://m%40e@%2Frun%2Fpostgresql/crawl", "postgres://m@e@/run/postgresql/crawl")]
    [InlineData("postgres://me@[::1]:77/crawl", "postgres://me@::1:77/crawl")]
    [InlineData("postgres://me@/crawl", "postgres://me@localhost/crawl")]
    public void Parse_postgres_showsNoMoreThanTheAddress(string option, string shown)
    {
        CatalogAddress address = CatalogAddress.Parse(option, "catalog.db");
        Assert.Equal(shown, address.ToString());
        Assert.True(address.IsShared);
        Assert.Null(address.File);
    }

    [Theory]
    [InlineData("postgres://me:secret@host/crawl")]
    [InlineData("postgres://me:secret@host/crawl?sslmode=require")]
    [InlineData("postgres://host")]
    [InlineData("postgres://host:secret/crawl")]
    [InlineData("postgres://host/crawl?password=secret")]
    [InlineData("mysql://host/secret")]
    [InlineData("secret")]
    public void Parse_wrongOrWithPassword_isRefusedWithoutRepeatingIt(string option)
    {
        DataForgeException fault = Assert.Throws<DataForgeException>(() => CatalogAddress.Parse(option, "catalog.db"));
        Assert.Equal(DataForgeException.WrongUse, fault.ExitCode);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Parse_nothing_isTheFile(string? option) =>
        Assert.Equal("/w/catalog.db", CatalogAddress.Parse(option, "/w/catalog.db").File);

    [Fact]
    public void Open_serverMissing_saysWhatToDo()
    {
        CatalogAddress address = CatalogAddress.Parse("postgres://me@127.0.0.1:1/crawl", "catalog.db");
        DataForgeException fault = Assert.Throws<DataForgeException>(() => Catalog.Open(address, TimeProvider.System));
        Assert.Contains("PGPASSWORD", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }
}
