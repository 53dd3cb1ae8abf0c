using System.Text;
using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Tests.Licenses;

public class EvidenceTests
{
    private static Evidence Read(string path, FileKind kind, string text) =>
        Evidence.Read(BlobId.Of(Encoding.UTF8.GetBytes(text)), EvidencePath.KindOf(path, kind)!.Value, Encoding.UTF8.GetBytes(text), new LicenseDetector());

    [Theory]
    [InlineData("x.dist-info/METADATA", FileKind.Metadata, "Metadata-Version: 2.4\nName: x\nLicense-Expression: MIT OR Apache-2.0\nLicense: BSD\n\nLicense: GPL\n", "Apache-2.0 OR MIT")]
    [InlineData("x.egg-info/PKG-INFO", FileKind.Metadata, "Name: x\nLicense: UNKNOWN\nClassifier: License :: OSI Approved :: BSD License\n", "LicenseRef-BSD")]
    [InlineData("PKG-INFO", FileKind.Metadata, "Name: x\nLicense: GPL\nClassifier: License :: OSI Approved :: MIT License\n", "GPL-1.0-or-later")]
    [InlineData("PKG-INFO", FileKind.Metadata, "Name: x\nClassifier: License :: OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)\n", "LGPL-3.0-or-later")]
    [InlineData("PKG-INFO", FileKind.Metadata, "Name: x\nLicense: Free for academic use\n", "LicenseRef-unknown")]
    [InlineData("pyproject.toml", FileKind.Metadata, "[project]\nname = \"x\"\nlicense = { text = \"MIT\" }\n", "MIT")]
    [InlineData("pyproject.toml", FileKind.Metadata, "[project]\nlicense = \"BSD-3-Clause\"\n", "BSD-3-Clause")]
    [InlineData("pyproject.toml", FileKind.Metadata, "[project]\nlicense = { file = \"LICENSE\" }\nclassifiers = [\"License :: OSI Approved :: Apache Software License\"]\n", "Apache-2.0")]
    [InlineData("setup.cfg", FileKind.Metadata, "[metadata]\nname = x\nlicense = ISC\n", "ISC")]
    [InlineData("setup.py", FileKind.Python, "setup(name='x',\n    license='BSD 2-Clause',\n)", "BSD-2-Clause")]
    [InlineData("README.md", FileKind.Metadata, "# X\nReads GPL files.\n\n## License\n\nReleased under the MIT License.\n", "MIT")]
    [InlineData("README.md", FileKind.Metadata, "# X\nWorks with MIT licensed things.\n", "")]
    [InlineData("LICENSE", FileKind.License, "MIT", "MIT")]
    [InlineData("README.md", FileKind.Metadata, "# X\n\n## License\n\nLicensed under either of\n\n * Apache License, Version 2.0 (LICENSE-APACHE)\n * MIT license (LICENSE-MIT)\n\nat your option.\n", "Apache-2.0 OR MIT")]
    [InlineData("README.md", FileKind.Metadata, "# X\n\n### License\n\nLicensed under either of <a href=\"LICENSE-APACHE\">Apache License, Version 2.0</a> or <a href=\"LICENSE-MIT\">MIT license</a> at your option.\n", "Apache-2.0 OR MIT")]
    [InlineData("README.rst", FileKind.Metadata, "X\n=\n\nLicense\n-------\n\nThis project is dual licensed under the MIT license and the GNU GPL version 2 or later.\n", "GPL-2.0-or-later OR MIT")]
    [InlineData("README.rst", FileKind.Metadata, "X\n=\n\nLicense: code under the BSD 3-Clause license, and data under the Mozilla Public License 2.0.\n", "BSD-3-Clause AND MPL-2.0")]
    public void Read_metadata_givesExpression(string path, FileKind kind, string text, string expected) =>
        Assert.Equal(expected, Read(path, kind, text).Expression);

    [Fact]
    public void Resolve_nearestFolderWins_andForgeOnlyWithoutFiles()
    {
        var licenses = new RepositoryLicenses("GPL-3.0",
        [
            ("LICENSE", Read("LICENSE", FileKind.License, Sample.Mit)),
            ("lib/x/LICENSE", Read("lib/x/LICENSE", FileKind.License, LicenseNearMissTests.TextOf("Apache-2.0"))),
            ("setup.py", Read("setup.py", FileKind.Python, "setup(license='GPLv2')")),
        ]);
        Assert.Equal("MIT", licenses.Resolve("a.py").Expression);
        Assert.Equal("MIT", licenses.Resolve("lib/b.py").Expression);
        Assert.Equal("Apache-2.0", licenses.Resolve("lib/x/y/c.py").Expression);
        Assert.Equal(("GPL-3.0", "forge"), (new RepositoryLicenses("GPL-3.0", []).Resolve("a.py").Expression, new RepositoryLicenses("GPL-3.0", []).Resolve("a.py").Source));
        Assert.Equal(LicenseClass.None, new RepositoryLicenses(null, []).Resolve("a.py").Class);
        Assert.Equal(LicenseClass.Unknown, new RepositoryLicenses("NOASSERTION", []).Resolve("a.py").Class);
    }

    [Fact]
    public void Resolve_metadataAloneBelowATextThatDoesNotPass_bothHold()
    {
        const string Restricted = "Lab License 1.0\n\nRedistribution and use for non-commercial purpose in source and binary forms are permitted.\n";
        var licenses = new RepositoryLicenses(null,
        [
            ("LICENSE", Read("LICENSE", FileKind.License, Restricted)),
            ("copied/setup.py", Read("copied/setup.py", FileKind.Python, "setup(license='Apache License 2.0')")),
            ("whole/setup.py", Read("whole/setup.py", FileKind.Python, "setup(license='MIT')")),
            ("whole/LICENSE", Read("whole/LICENSE", FileKind.License, Sample.Mit)),
        ]);

        ResolvedLicense copied = licenses.Resolve("copied/a/b.py");
        Assert.Equal(LicenseClass.Unknown, copied.Class);
        Assert.StartsWith("metadata:copied/setup.py LICENSE@", copied.Source, StringComparison.Ordinal);
        Assert.Equal("MIT", licenses.Resolve("whole/b.py").Expression);
    }

    [Theory]
    [InlineData("LICENSE_DEJAVU.txt")]
    [InlineData("SIL Open Font License.txt")]
    [InlineData("OFL.txt")]
    public void KindOf_licenseOfAFont_isNoEvidence(string name) => Assert.Null(EvidencePath.KindOf("plugin/" + name, FileKind.License));

    [Theory]
    [InlineData("## License\n\nDual licensed under the MIT license or the GNU GPL version 3, at your choice.\n", "GPL-3.0-only OR MIT", LicenseClass.Permissive)]
    [InlineData("## License\n\nSee the LICENSE files.\n", "GPL-3.0-only AND MIT", LicenseClass.StrongCopyleft)]
    public void Resolve_twoTexts_readmeSaysHowTheyRelate(string readme, string expected, LicenseClass value)
    {
        var licenses = new RepositoryLicenses(null,
        [
            ("LICENSE-MIT", Read("LICENSE-MIT", FileKind.License, Sample.Mit)),
            ("LICENSE-GPL", Read("LICENSE-GPL", FileKind.License, LicenseNearMissTests.TextOf("GPL-3.0-only"))),
            ("README.md", Read("README.md", FileKind.Metadata, readme)),
        ]);
        Assert.Equal((expected, value), (licenses.Resolve("a.py").Expression, licenses.Resolve("a.py").Class));
    }

    [Theory]
    [InlineData("", "BSD-3-Clause AND MIT")]
    [InlineData("You may choose either license.\n\n", "BSD-3-Clause OR MIT")]
    public void Read_severalTextsInOneFile_givesAllOfThem(string before, string expected) =>
        Assert.Equal(expected, Read("LICENSE", FileKind.License, before + Sample.Mit + "\n\n----\n\n" + LicenseNearMissTests.TextOf("BSD-3-Clause")).Expression);

    [Theory]
    [InlineData("MIT")]
    [InlineData("ISC")]
    [InlineData("BSD-2-Clause")]
    [InlineData("BSD-3-Clause")]
    [InlineData("Zlib")]
    [InlineData("Unlicense")]
    public void OfHeader_wholeTextInCommentsOrDocstring_isFound(string id)
    {
        string text = LicenseNearMissTests.TextOf(id);
        var detector = new LicenseDetector();
        string comments = string.Concat(text.Split('\n').Select(line => $"# {line}\n"));
        Assert.Equal(id, detector.OfHeader(Encoding.UTF8.GetBytes("#!/usr/bin/env python\n#\n# Copyright (c) 2020 Ada Lovelace\n#\n" + comments)).Expression);
        Assert.Equal(id, detector.OfHeader(Encoding.UTF8.GetBytes($"'''\nReads files.\n\nCopyright (c) 2020 Ada Lovelace\n\n{text}\n'''\n")).Expression);
    }

    [Fact]
    public void Resolve_projectsSideBySide_eachByItsOwnMetadata()
    {
        var licenses = new RepositoryLicenses(null,
        [
            ("Foo_Bar-1.0.dist-info/METADATA", Read("Foo_Bar-1.0.dist-info/METADATA", FileKind.Metadata, "License: MIT\n")),
            ("baz-2.dist-info/LICENSE", Read("baz-2.dist-info/LICENSE", FileKind.License, LicenseNearMissTests.TextOf("GPL-3.0-only"))),
        ]);
        Assert.Equal("MIT", licenses.Resolve("foo_bar/a.py").Expression);
        Assert.Equal("GPL-3.0-only", licenses.Resolve("baz/b.py").Expression);
        Assert.Equal("", licenses.Resolve("other/c.py").Expression);
    }

    [Fact]
    public void Resolve_debianCopyright_lastNarrowMatchWins()
    {
        const string text = """
            Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
            Upstream-Name: x

            Files: *
            Copyright: 2020 Ada
            License: Expat

            Files: src/x/vendored/*
            Copyright: 2019 Bob
            License: GPL-2+

            Files: src/x/vendored/ok.py
            Copyright: 2019 Bob
            License: BSD-3-clause or PSF-2

            Files: debian/*
            Copyright: 2021 Eve
            License: GPL-3

            License: Expat
             Permission is hereby granted.
            """;
        var licenses = new RepositoryLicenses(null, [("debian/copyright", Read("debian/copyright", FileKind.License, text))]);
        Assert.Equal("MIT", licenses.Resolve("x/a.py").Expression);
        Assert.Equal("GPL-2.0-or-later", licenses.Resolve("x/vendored/b.py").Expression);
        Assert.Equal("BSD-3-Clause OR PSF-2.0", licenses.Resolve("x/vendored/ok.py").Expression);
        Assert.StartsWith("debian/copyright@", licenses.Resolve("x/a.py").Source);
    }

    [Fact]
    public void Read_debianCopyrightsOfTheMachine_mostHaveALicense()
    {
        string[] files = Directory.Exists("/usr/share/doc") ? Directory.GetFiles("/usr/share/doc", "copyright", SearchOption.AllDirectories) : [];
        Assert.SkipWhen(files.Length < 50, "no Debian copyright files on this machine");
        var detector = new LicenseDetector();
        int machineReadable = 0;
        int known = 0;
        foreach (string file in files.Order(StringComparer.Ordinal).Take(300))
        {
            if (DebianCopyright.Read(File.ReadAllBytes(file), detector) is { Count: > 0 } paragraphs)
            {
                machineReadable++;
                known += SpdxExpression.ClassOf(DebianCopyright.LicenseOf(paragraphs, "x") ?? paragraphs[0].License) < LicenseClass.Unknown ? 1 : 0;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{machineReadable} machine-readable files, of {known} the main licence is known");
        Assert.True(known >= 0.7 * machineReadable, $"{known} of {machineReadable}");
    }
}
