using DataForge.Cleaner.Licenses;
using DataForge.Corpus;
using System.Text;

namespace DataForge.Cleaner.Tests.Licenses;

public class LicenseNamesTests
{
    [Theory]
    [InlineData("MIT", "MIT")]
    [InlineData("The MIT License (MIT)", "MIT")]
    [InlineData("mit license", "MIT")]
    [InlineData("MIT/X11", "MIT")]
    [InlineData("BSD", "LicenseRef-BSD")]
    [InlineData("New BSD License", "BSD-3-Clause")]
    [InlineData("BSD 3-Clause", "BSD-3-Clause")]
    [InlineData("3-Clause BSD License", "BSD-3-Clause")]
    [InlineData("Apache 2.0", "Apache-2.0")]
    [InlineData("Apache License, Version 2.0", "Apache-2.0")]
    [InlineData("Apache Software License", "Apache-2.0")]
    [InlineData("GPLv3+", "GPL-3.0-or-later")]
    [InlineData("GPL v2", "GPL-2.0-only")]
    [InlineData("GNU GPL v3 or later", "GPL-3.0-or-later")]
    [InlineData("LGPLv2.1+", "LGPL-2.1-or-later")]
    [InlineData("GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only")]
    [InlineData("AGPL-3.0", "AGPL-3.0")]
    [InlineData("PSF", "PSF-2.0")]
    [InlineData("MPL 2.0", "MPL-2.0")]
    [InlineData("MIT OR Apache-2.0", "Apache-2.0 OR MIT")]
    [InlineData("BSD or Apache License, Version 2.0", "Apache-2.0 OR LicenseRef-BSD")]
    [InlineData("MIT/Apache-2.0", "Apache-2.0 OR MIT")]
    [InlineData("Public Domain", "LicenseRef-public-domain")]
    [InlineData("(MIT AND BSD-3-Clause) or GPL-2.0-only WITH Classpath-exception-2.0", "(BSD-3-Clause AND MIT) OR GPL-2.0-only WITH Classpath-exception-2.0")]
    [InlineData("Proprietary", null)]
    [InlineData("MIT with restrictions", null)]
    public void ToSpdx_name_givesExpression(string name, string? expected) => Assert.Equal(expected, LicenseNames.ToSpdx(name));

    [Theory]
    [InlineData("MIT", LicenseClass.Permissive)]
    [InlineData("MIT AND GPL-2.0-only", LicenseClass.StrongCopyleft)]
    [InlineData("MIT OR GPL-2.0-only", LicenseClass.Permissive)]
    [InlineData("CC0-1.0 AND MIT", LicenseClass.PublicDomain)]
    [InlineData("LGPL-2.1-or-later", LicenseClass.WeakCopyleft)]
    [InlineData("MIT AND LicenseRef-unknown", LicenseClass.Unknown)]
    [InlineData("(MIT OR GPL-2.0-only) AND LGPL-3.0-only", LicenseClass.WeakCopyleft)]
    [InlineData("", LicenseClass.None)]
    [InlineData("MIT AND", LicenseClass.Unknown)]
    public void ClassOf_expression_bestOfChoicesWorstOfJointTerms(string expression, LicenseClass expected) => Assert.Equal(expected, SpdxExpression.ClassOf(expression));

    [Theory]
    [InlineData("# Licensed under the Apache License, Version 2.0 (the \"License\");\n# you may not use this file except in compliance with the License.", "Apache-2.0")]
    [InlineData("# This program is free software; you can redistribute it and/or modify\n# it under the terms of the GNU General Public License as published by\n# the Free Software Foundation; either version 2 of the License, or\n# (at your option) any later version.", "GPL-2.0-or-later")]
    [InlineData("# Dual licensed under the MIT license and the GNU GPL version 3.", "GPL-3.0-only OR MIT")]
    [InlineData("# Licensed to PSF under a Contributor Agreement.", "PSF-2.0")]
    [InlineData("# Copyright 2020 Ada. Use of this source code is governed by a BSD-style license that can be found in the LICENSE file.", "LicenseRef-BSD")]
    [InlineData("# SPDX-License-Identifier: (MIT OR GPL-2.0-or-later)", "GPL-2.0-or-later OR MIT")]
    [InlineData("# Permission to use, copy, modify, and distribute this software and its\n# documentation for any purpose and without fee is hereby granted,\n# provided that the above copyright notice appear in all copies and that\n# both that copyright notice and this permission notice appear in\n# supporting documentation, and that the name of Ada Lovelace\n# not be used in advertising or publicity pertaining to distribution\n# of the software without specific, written prior permission.\n# ADA LOVELACE DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE, INCLUDING\n# ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL\n# ADA LOVELACE BE LIABLE FOR ANY SPECIAL, INDIRECT OR CONSEQUENTIAL DAMAGES OR\n# ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER\n# IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT\n# OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.", "HPND")]
    [InlineData("# This library is free software; you can redistribute it and/or modify it under the terms of the GNU Lesser General Public\n# License as published by the Free Software Foundation; either version 2.1 of the License, or (at your option) any later version.\n# See the GNU General Public License for more details.\n# You should have received a copy of the GNU General Public License.", "LGPL-2.1-or-later")]
    [InlineData("# You should have received a copy of the GNU General Public License version 3 with this licensed program.", "GPL-3.0-only")]
    [InlineData("# Released under the GNU LGPL version 2 or later", "LGPL-2.0-or-later")]
    [InlineData("# To the extent possible under law, the author(s) have dedicated all copyright\n# and related and neighboring rights to this software to the public domain worldwide.", "CC0-1.0")]
    [InlineData("# Part of the LLVM Project, under the Apache License v2.0 with LLVM Exceptions.\n# In addition, if you combine or link compiled forms of this Software with software that is licensed under the GPLv2 (\"Combined Software\") and if a court of competent jurisdiction determines that the patent provision conflicts with the conditions of the GPLv2, you may choose", "Apache-2.0")]
    [InlineData("# This file is placed in the public domain.", "LicenseRef-public-domain")]
    [InlineData("# This file is not in the public domain. Copyright 2020 Ada.", "")]
    [InlineData("# A driver for lamps\n# MIT license; Copyright (c) 2016 Ada Lovelace\n\nimport x\n", "")]
    [InlineData("\"\"\"This module is Public Domain and may be used without restrictions.\"\"\"", "LicenseRef-public-domain")]
    [InlineData("# This Source Code Form is subject to the terms of the Mozilla Public\n# License, v. 2.0.", "MPL-2.0")]
    [InlineData("# Copyright 2024 Ada. See LICENSE for details.", "")]
    [InlineData("# PROPRIETARY AND CONFIDENTIAL. Unauthorized copying of this file is prohibited. Copyright 2020 X.", "LicenseRef-unknown")]
    public void OfHeader_notice_givesExpression(string header, string expected) =>
        Assert.Equal(expected, new LicenseDetector().OfHeader(Encoding.UTF8.GetBytes(header)).Expression);

    [Theory]
    [InlineData("LICENCE: all the source code provided by Ada is Public Domain.\n\nUpstream Authors:\n\nAda Lovelace\nBob Lee")]
    [InlineData("The work is public domain (no license).")]
    [InlineData("This is a version of malloc written by\nAda Lee and released to the public domain, as explained at\nhttp://creativecommons.org/licenses/publicdomain.  Send questions,\ncomments, complaints, performance data, etc to ada@lovelace.org")]
    public void OfLicenseFile_statementOfThePublicDomain_isUnderstood(string text) =>
        Assert.Equal("LicenseRef-public-domain", new LicenseDetector().OfLicenseFile(Encoding.UTF8.GetBytes(text)).Expression);

    [Theory]
    [InlineData("The work is public domain (no license for companies).")]
    [InlineData("All the source code provided after 2030 is public domain.")]
    [InlineData("This code is in the public domain. Send complaints and a payment to ada@lovelace.org")]
    public void OfLicenseFile_restrictedPublicDomain_isUnknown(string text) =>
        Assert.False(SpdxExpression.IsPermissive(new LicenseDetector().OfLicenseFile(Encoding.UTF8.GetBytes(text)).Expression));

    [Theory]
    [InlineData("The x package, including all examples, code snippets and attached\ndocumentation is covered by the MIT license.\n\n")]
    [InlineData("Original License:\n\n")]
    public void OfLicenseFile_introductionOfAText_isNeutral(string before) =>
        Assert.Equal("MIT", new LicenseDetector().OfLicenseFile(Encoding.UTF8.GetBytes(before + Sample.Mit)).Expression);

    [Fact]
    public void OfLicenseFile_licenseOfAnImage_isNotThatOfTheCode()
    {
        string text = Sample.Mit + "\n\nThe original image has the following license (where 'software' refers to the image):\n\n"
            + LicenseNearMissTests.TextOf("BSD-3-Clause");
        Assert.Equal("BSD-3-Clause AND MIT", new LicenseDetector().OfLicenseFile(Encoding.UTF8.GetBytes(text)).Expression);
    }

    [Theory]
    [InlineData("3rd party code and data\n=======================\n\nThe photographs may be shown in museums only.\n", "MIT")]
    [InlineData("## Third-party licenses\n\nThe parser is under the GNU General Public License version 2.\n", "GPL-2.0-only AND MIT")]
    public void OfLicenseFile_sectionAboutThirdParties_speaksForThemAlone(string section, string expected) =>
        Assert.Equal(expected, new LicenseDetector().OfLicenseFile(Encoding.UTF8.GetBytes(Sample.Mit + "\n\n" + section)).Expression);

    [Fact]
    public void OfLicenseFile_sentenceAboutThirdParties_isNoSection() =>
        Assert.NotEqual(
            "MIT",
            new LicenseDetector().OfLicenseFile(
                Encoding.UTF8.GetBytes(Sample.Mit + "\n\nThird-party code and the rest may be used in museums only.\n")).Expression);
}
