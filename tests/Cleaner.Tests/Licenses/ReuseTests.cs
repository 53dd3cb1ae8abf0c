using System.Text;
using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>What a repository says of single files as the REUSE specification has it.</summary>
public class ReuseTests
{
    private static Evidence Read(string path, string text) => Evidence.Read(
        BlobId.Of(Encoding.UTF8.GetBytes(text)), EvidencePath.KindOf(path, FileKind.License)!.Value, Encoding.UTF8.GetBytes(text),
        new LicenseDetector());

    private static RepositoryLicenses Repository(params (string Path, string Text)[] files) =>
        new(null, files.Select(file => (file.Path, Read(file.Path, file.Text))));

    private static string Toml(params (string Path, string License, string Precedence)[] annotations) => "version = 1\n" + string.Concat(
        annotations.Select(item =>
            $"\n[[annotations]]\npath = [\"{item.Path}\"]\nprecedence = \"{item.Precedence}\"\nSPDX-License-Identifier = \"{item.License}\"\n"));

    [Theory]
    [InlineData("src/*.py", "src/a.py", true)]
    [InlineData("src/*.py", "src/sub/a.py", false)]
    [InlineData("src/**", "src/sub/a.py", true)]
    [InlineData("**", "a.py", true)]
    [InlineData("**/a.py", "a.py", true)]
    [InlineData("**/a.py", "x/y/a.py", true)]
    [InlineData("a.py", "x/a.py", false)]
    [InlineData("*", ".hidden.py", true)]
    [InlineData("src/*/b.py", "src/a/c/b.py", false)]
    [InlineData("src/*b*.py", "src/abcb.py", true)]
    [InlineData(@"a\*.py", "a*.py", true)]
    [InlineData(@"a\*.py", "ab.py", false)]
    [InlineData("src", "src/a.py", false)]
    public void ReusePattern_path_isNamedOrNot(string pattern, string path, bool expected) =>
        Assert.Equal(expected, ReusePattern.Of(pattern).Names(path));

    [Theory]
    [InlineData("*", "src/sub/a.py", true)]
    [InlineData("src/*.py", "src/sub/a.py", true)]
    [InlineData("src/?.py", "src/a.py", true)]
    [InlineData("src/?.py", "src/ab.py", false)]
    public void ReusePattern_ofDebian_starPassesFolders(string pattern, string path, bool expected) =>
        Assert.Equal(expected, ReusePattern.OfDebian(pattern).Names(path));

    [Fact]
    public void ReusePattern_manyStars_endsAtOnce() =>
        Assert.False(ReusePattern.Of(string.Concat(Enumerable.Repeat("**a*a", 500)) + "b").Names(new string('a', 4000)));

    [Fact]
    public void ReuseToml_allForms_areRead()
    {
        ReuseAnnotation found = Assert.Single(ReuseToml.Read(Encoding.UTF8.GetBytes(
            """
            version = 1 # the schema
            SPDX-PackageName = "x"
            other = { a = "}", b = 1 }

            [[annotations]]
            path = [
                "a.py", # first
                'b\c.py',
                "d\u0065.py",
            ]
            SPDX-FileCopyrightText = ["2020 Ada", "Copyright 2021 Bob"]
            "SPDX-License-Identifier" = "MIT OR Apache-2.0"
            SPDX-FileComment = '''
            [[annotations]]
            '''
            """)));
        Assert.Equal(["a.py", @"b\c.py", "de.py"], found.Paths);
        Assert.Equal(("Apache-2.0 OR MIT", ReusePrecedence.Closest), (found.License, found.Precedence));
        Assert.Equal(["Copyright 2020 Ada", "Copyright 2021 Bob"], found.Copyright);
    }

    [Theory]
    [InlineData("[[annotations]]\npath = \"**\nSPDX-License-Identifier = \"MIT\"\n")]
    [InlineData("[[annotations]]\npath = [\"**\"\n")]
    [InlineData("[[annotations]]\npath = \"**\"\nprecedence = \"first\"\nSPDX-License-Identifier = \"MIT\"\n")]
    [InlineData("MIT License\n")]
    public void ReuseToml_thatCannotBeRead_makesAllUnknown(string text) =>
        Assert.Equal(SpdxLicenses.Unknown, Repository(("REUSE.toml", text)).Resolve("a.py").Expression);

    [Fact]
    public void Resolve_annotations_lastOneThatNamesThePathCounts()
    {
        RepositoryLicenses licenses = Repository(
            ("LICENSE", Sample.Mit),
            ("REUSE.toml", Toml(("docs/**", "CC-BY-SA-4.0", "closest"), ("docs/conf.py", "0BSD", "closest"), ("lib/**", "Nonsense", "closest"))));
        Assert.Equal("CC-BY-SA-4.0", licenses.Resolve("docs/a/b.py").Expression);
        Assert.Equal("0BSD", licenses.Resolve("docs/conf.py").Expression);
        Assert.Equal("MIT", licenses.Resolve("src/a.py").Expression);
        Assert.Equal(SpdxLicenses.Unknown, licenses.Resolve("lib/a.py").Expression);
        Assert.StartsWith("REUSE.toml@", licenses.Resolve("docs/conf.py").Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_nestedTables_deepestCountsUnlessOneAboveOverrides()
    {
        RepositoryLicenses licenses = Repository(
            ("REUSE.toml", Toml(("**", "MIT", "closest"), ("fixed/**", "ISC", "override"))),
            ("sub/REUSE.toml", Toml(("*.py", "Apache-2.0", "closest"), ("both.py", "MPL-2.0", "aggregate"))),
            ("fixed/REUSE.toml", Toml(("**", "GPL-3.0-only", "override"))));
        Assert.Equal("Apache-2.0", licenses.Resolve("sub/a.py").Expression);
        Assert.Equal("MIT", licenses.Resolve("sub/deep/a.py").Expression);
        Assert.Equal("MIT AND MPL-2.0", licenses.Resolve("sub/both.py").Expression);
        Assert.Equal("ISC", licenses.Resolve("fixed/a.py").Expression);
    }

    [Fact]
    public void Resolve_licenceFileNearer_countsWhereItIsLessFree()
    {
        RepositoryLicenses licenses = Repository(
            ("REUSE.toml", Toml(("**", "MIT", "closest"), ("kept/**", "GPL-3.0-only", "closest"))),
            ("vendor/LICENSE", "GNU General Public License, version 2\n"), ("kept/LICENSE", Sample.Mit));
        Assert.Equal("GPL-2.0-only", licenses.Resolve("vendor/a.py").Expression);
        Assert.Equal("GPL-3.0-only", licenses.Resolve("kept/a.py").Expression);
    }

    [Fact]
    public void Resolve_fileBeside_speaksForItsFileAlone()
    {
        RepositoryLicenses licenses = Repository(
            ("LICENSE", Sample.Mit), ("a.py.license", "SPDX-FileCopyrightText: 2020 Ada\nSPDX-License-Identifier: GPL-3.0-or-later\n"));
        Assert.Equal("GPL-3.0-or-later", licenses.Resolve("a.py").Expression);
        Assert.Equal("MIT", licenses.Resolve("b.py").Expression);
        Assert.Single(licenses.Resolve("a.py").Copyright);
    }

    [Fact]
    public void Resolve_dep5_holdsWithTheFile()
    {
        RepositoryLicenses licenses = Repository(
            ("LICENSE", Sample.Mit),
            (".reuse/dep5",
                "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: 2020 Ada\nLicense: MIT\n\n"
                + "Files: src/old/*\nCopyright: 2020 Ada\nLicense: GPL-2.0-or-later\n"));
        ResolvedLicense old = licenses.Resolve("src/old/sub/a.py");
        Assert.Equal("GPL-2.0-or-later", old.Expression);
        Assert.Equal(ReusePrecedence.Aggregate, ReuseLicenses.PrecedenceOf(old.Source, "src/old/sub/a.py"));
        Assert.Equal("MIT", licenses.Resolve("src/a.py").Expression);
    }

    [Theory]
    [InlineData("override", "MIT", "REUSE.toml:override")]
    [InlineData("aggregate", "GPL-3.0-only AND MIT", "header REUSE.toml:aggregate")]
    [InlineData("closest", "GPL-3.0-only", "header")]
    public void Beside_header_countsAsThePrecedenceSays(string precedence, string expected, string evidence)
    {
        ResolvedLicense found = Repository(("REUSE.toml", Toml(("**", "MIT", precedence)))).Resolve("a.py");
        LicenseFinding header = new LicenseDetector().OfHeader("# SPDX-License-Identifier: GPL-3.0-only\n"u8);
        FileLicense license = HeaderLicense.Of(header).Beside(new FileLicense(found.Expression, found.Class, found.Source), "a.py");
        Assert.Equal((expected, evidence), (license.Expression, license.Evidence.Split('@')[0]));
    }

    [Fact]
    public void Resolve_foldersNamedLikeAMark_doNotOutrankTheHeader()
    {
        ResolvedLicense found = Repository(("REUSE.toml:override@/LICENSE", Sample.Mit)).Resolve("REUSE.toml:override@/a.py");
        Assert.Equal(ReusePrecedence.Closest, ReuseLicenses.PrecedenceOf(found.Source, "REUSE.toml:override@/a.py"));
    }

    [Fact]
    public void Resolve_folderOfTexts_countsWhereNothingElseSpeaks()
    {
        (string, string) gpl = ("LICENSES/GPL-3.0-only.txt", LicenseNearMissTests.TextOf("GPL-3.0-only"));
        (string, string) mit = ("LICENSES/MIT.txt", Sample.Mit);
        Assert.Equal("GPL-3.0-only AND MIT", Repository(mit, gpl).Resolve("a.py").Expression);
        Assert.Equal("MIT", Repository(mit, gpl, ("LICENSE", Sample.Mit)).Resolve("a.py").Expression);
        var named = new RepositoryLicenses(null,
        [
            (mit.Item1, Read(mit.Item1, mit.Item2)), (gpl.Item1, Read(gpl.Item1, gpl.Item2)),
            ("pyproject.toml", Evidence.Read(default, EvidenceKind.PyProject, "[project]\nlicense = \"MIT\"\n"u8, new LicenseDetector())),
        ]);
        Assert.Equal("MIT", named.Resolve("a.py").Expression);
    }

    [Theory]
    [InlineData("LICENSE.license")]
    [InlineData("COPYING.license")]
    public void KindOf_licenseOfALicenseText_isNoEvidence(string path) => Assert.Null(EvidencePath.KindOf(path, FileKind.License));

    [Theory]
    [InlineData("LicenseChecker.java", null)]
    [InlineData("LicenseNames.cs", null)]
    [InlineData("LICENSE.java", EvidenceKind.Other)]
    [InlineData("LICENSE.rst", EvidenceKind.LicenseText)]
    public void KindOf_sourceCode_isNoEvidence(string path, EvidenceKind? expected) =>
        Assert.Equal(expected, EvidencePath.KindOf(path, FileKind.License));

    [Fact]
    public void Clean_repositoryAsReuseHasIt_licencesTravelThroughRows()
    {
        using var raw = new RawWorkspace();
        string header = "# SPDX-License-Identifier: GPL-3.0-only\n";
        raw.AddPart((Sample.Repository(1),
        [
            RawWorkspace.File("REUSE.toml", Toml(("**", "MIT", "closest"), ("over.py", "ISC", "override"))),
            RawWorkspace.File("plain.py", Sample.Python(1)), RawWorkspace.File("own.py", header + Sample.Python(2)),
        ]));
        raw.AddPart((Sample.Repository(1),
        [
            RawWorkspace.File("beside.py", header + Sample.Python(3)),
            RawWorkspace.File("beside.py.license", "SPDX-License-Identifier: Apache-2.0\n"), RawWorkspace.File("over.py", header + Sample.Python(4)),
        ]));
        Corpus.Runs.Run run = raw.Pin("r");
        RawWorkspace.Clean(run, new CleanOptions { Preset = CleanPreset.None });
        Assert.Equal(
            ["beside.py Apache-2.0", "over.py ISC", "plain.py MIT"],
            RawWorkspace.ReadClean(run).Select(row => $"{row.File.Path} {row.File.License}").Order(StringComparer.Ordinal));
        Assert.Equal("GPL-3.0-only (strong-copyleft)", Assert.Single(RawWorkspace.ReadDropped(run)).Value);
    }
}
