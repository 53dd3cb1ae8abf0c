using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Tests.Sources;

public class FileKindsTests
{
    [Theory]
    [InlineData("a/b.py", FileKind.Python)]
    [InlineData("setup.py", FileKind.Python)]
    [InlineData("license.py", FileKind.Python)]
    [InlineData("LICENSE", FileKind.License)]
    [InlineData("x/licence.txt", FileKind.License)]
    [InlineData("COPYING.LESSER", FileKind.License)]
    [InlineData("NOTICE", FileKind.License)]
    [InlineData("UNLICENSE", FileKind.License)]
    [InlineData("MIT-LICENSE.txt", FileKind.License)]
    [InlineData("copyright", FileKind.License)]
    [InlineData("COMMONS-CLAUSE.md", FileKind.License)]
    [InlineData("LICENSES/MIT.txt", FileKind.License)]
    [InlineData("REUSE.toml", FileKind.License)]
    [InlineData("sub/REUSE.toml", FileKind.License)]
    [InlineData(".reuse/dep5", FileKind.License)]
    [InlineData("dep5", null)]
    [InlineData("a/b.py.license", FileKind.License)]
    [InlineData("logo.png.license", null)]
    [InlineData("check-license.sh", null)]
    [InlineData("setup.cfg", FileKind.Metadata)]
    [InlineData("x.dist-info/METADATA", FileKind.Metadata)]
    [InlineData("PKG-INFO", FileKind.Metadata)]
    [InlineData("pyproject.toml", FileKind.Metadata)]
    [InlineData("readme.rst", FileKind.Metadata)]
    [InlineData("a.pyc", null)]
    [InlineData("a.PY", null)]
    [InlineData("metadata", null)]
    [InlineData("LICENSE/text", null)]
    public void Of_path_byItsName(string path, FileKind? expected) => Assert.Equal(expected, FileKinds.Of(path));
}
