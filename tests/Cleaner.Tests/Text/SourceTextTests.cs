using System.Text;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Text;

namespace DataForge.Cleaner.Tests.Text;

public class SourceTextTests
{
    static SourceTextTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory]
    [InlineData("latin-1", "iso-8859-1", "é ü")]
    [InlineData("cp1252", "windows-1252", "“quoted” €")]
    [InlineData("koi8-r", "koi8-r", "привет")]
    [InlineData("cp1251", "windows-1251", "привет")]
    [InlineData("gbk", "gbk", "中文")]
    [InlineData("gb2312", "gb2312", "中文")]
    [InlineData("big5", "big5", "中文")]
    [InlineData("shift_jis", "shift_jis", "日本語")]
    [InlineData("euc-jp", "euc-jp", "日本語")]
    [InlineData("euc_kr", "euc-kr", "한국어")]
    [InlineData("iso-8859-15", "iso-8859-15", "€")]
    [InlineData("iso8859-3", "iso-8859-3", "ĉ")]
    [InlineData("iso8859_13", "iso-8859-13", "ž")]
    [InlineData("gb18030", "gb18030", "中文")]
    [InlineData("cp949", "ks_c_5601-1987", "한국어")]
    [InlineData("cp932", "shift_jis", "日本語")]
    [InlineData("koi8_u", "koi8-u", "їжак")]
    [InlineData("cp437", "ibm437", "é")]
    [InlineData("mac-roman", "macintosh", "é")]
    [InlineData("tis-620", "windows-874", "ไทย")]
    public void Decode_declaredEncoding_givesUtf8ThatSaysSo(string python, string net, string text)
    {
        var source = new SourceText();
        Assert.True(source.Decode(Encoding.GetEncoding(net).GetBytes($"#!/usr/bin/python\n# -*- coding: {python} -*-\nx = '{text}'\n")));
        Assert.Equal($"#!/usr/bin/python\n# -*- coding: utf-8 -*-\nx = '{text}'\n", Encoding.UTF8.GetString(source.Text));
        Assert.Equal(python.Replace('_', '-'), source.Encoding);
    }

    [Theory]
    [InlineData(false, "utf-16-le")]
    [InlineData(true, "utf-16-be")]
    public void Decode_utf16WithMark_givesUtf8(bool bigEndian, string name)
    {
        var source = new SourceText();
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        Assert.True(source.Decode([.. encoding.GetPreamble(), .. encoding.GetBytes("x = 'é𝒜'\r\n")]));
        Assert.Equal("x = 'é𝒜'\n", Encoding.UTF8.GetString(source.Text));
        Assert.Equal(name, source.Encoding);
    }

    [Theory]
    [InlineData("a\r\nb\rc\n\r", "a\nb\nc\n\n")]
    [InlineData("\ufeffa", "a")]
    [InlineData("a\nb", "a\nb")]
    public void Decode_lineEndsAndMark_areNormalized(string text, string expected)
    {
        var source = new SourceText();
        Assert.True(source.Decode(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(expected, Encoding.UTF8.GetString(source.Text));
        Assert.Equal(text != expected, source.IsChanged);
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0x00 }, "binary")]
    [InlineData(new byte[] { 0x61, 0xFF }, "encoding")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0xD8 }, "encoding")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0x00 }, "binary")]
    public void Decode_noText_isFault(byte[] bytes, string rule)
    {
        var source = new SourceText();
        Assert.False(source.Decode(bytes));
        Assert.Equal(rule, source.Fault?.Rule);
    }

    [Fact]
    public void Decode_unknownEncoding_isFault()
    {
        var source = new SourceText();
        Assert.False(source.Decode([.. "# coding: klingon\n# "u8, 0xE9]));
        Assert.Equal(new Finding("encoding", "declared klingon, which is not known", ""), source.Fault);
    }

    [Theory]
    [InlineData("# Copyright 2020 Ada\n# License: MIT\n\nimport os\n", "import os\n")]
    [InlineData(
        "#!/usr/bin/python\n# -*- coding: utf-8 -*-\n# Copyright 2020 Ada\n\nimport os\n",
        "#!/usr/bin/python\n# -*- coding: utf-8 -*-\nimport os\n")]
    [InlineData("# Reads files.\n\n# Copyright 2020 Ada\n\n# All rights reserved.\nimport os\n", "# Reads files.\n\nimport os\n")]
    [InlineData("# Reads files.\nimport os\n# Copyright 2020 Ada\n", "# Reads files.\nimport os\n# Copyright 2020 Ada\n")]
    [InlineData("\"\"\"Copyright 2020 Ada\"\"\"\nimport os\n", "\"\"\"Copyright 2020 Ada\"\"\"\nimport os\n")]
    [InlineData("# License plate recognition.\n#\n# Usage: press q.\n\nimport os\n", "# License plate recognition.\n#\n# Usage: press q.\n\nimport os\n")]
    [InlineData("# Checks a driver license number: no limit.\nimport re\n", "# Checks a driver license number: no limit.\nimport re\n")]
    [InlineData("# Asks the licence server for a key.\nimport re\n", "# Asks the licence server for a key.\nimport re\n")]
    [InlineData("# This file is distributed under the same license as Foo.\nimport re\n", "import re\n")]
    [InlineData("# MIT license\nimport re\n", "import re\n")]
    [InlineData("# See LICENSE for details.\nimport re\n", "import re\n")]
    public void StripRange_header_leavesRest(string text, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        (int start, int end) = LicenseHeader.StripRange(bytes);
        Assert.Equal(expected, Encoding.UTF8.GetString([.. bytes[..start], .. bytes[end..]]));
    }
}
