using System.Text;
using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>Texts that resemble a permissive licence and are none; none of them may pass.</summary>
public class LicenseNearMissTests
{
    private static readonly string[] Restrictions =
    [
        "The Software may not be used for commercial purposes.",
        "The Software shall not be used for military purposes.",
        "The Software shall be used for Good, not Evil.",
        "Use of the Software for nuclear facilities is prohibited.",
        "Commercial use requires a separate license from the author.",
        "You may not sell the Software or any product containing it.",
        "Redistribution of modified versions is not permitted.",
        "The Software may only be used for academic research.",
        "This license applies only to individuals; companies must purchase a license.",
        "You must not use the Software to train machine learning models.",
        "Any use of this Software must display the author's logo prominently.",
        "All derivative works must be sent back to the author.",
        "The Software may be used for evaluation purposes only.",
        "This permission expires on December 31, 2025.",
        "You are required to notify the author of every deployment.",
        "Use by government agencies is forbidden.",
        "The Software may not be used by competitors of the author.",
        "For non-commercial use only.",
        "Noncommercial use is free; for anything else contact the author.",
        "Distribution in binary form without source code is not allowed.",
    ];

    public static IEnumerable<TheoryDataRow<string, string>> NearMisses()
    {
        string mit = TextOf("MIT");
        string bsd3 = TextOf("BSD-3-Clause");
        string bsd2 = TextOf("BSD-2-Clause");
        string isc = TextOf("ISC");
        for (int i = 0; i < Restrictions.Length; i++)
        {
            yield return new($"MIT, then {i}", mit + "\n\n" + Restrictions[i]);
            yield return new($"{i}, then BSD-3", Restrictions[i] + "\n\n" + bsd3);
            yield return new($"MIT with {i} inside", mit.Replace("portions of the Software.", "portions of the Software.\n\n" + Restrictions[i]));
        }

        yield return new("MIT without selling", mit.Replace(", and/or sell\ncopies of the Software", " copies of the Software"));
        yield return new("MIT with restriction", mit.Replace("without restriction", "with restriction"));
        yield return new("MIT non-commercial grant", mit.Replace("to any person obtaining", "for non-commercial use, to any person obtaining"));
        yield return new("MIT for a fee", mit.Replace("free of charge", "for a fee"));
        yield return new("BSD-4", TextOf("BSD-4-Clause"));
        yield return new("BSD-4 UC", TextOf("BSD-4-Clause-UC"));
        yield return new("BSD-2 with advertising clause", bsd2.Replace("THIS SOFTWARE IS", "3. All advertising materials mentioning features or use of this software must display the following acknowledgement:\nThis product includes software developed by Acme.\n\nTHIS SOFTWARE IS"));
        yield return new("BSD no modification", bsd2.Replace("with or without modification", "without modification"));
        yield return new("BSD not permitted", bsd3.Replace("are permitted provided", "are not permitted unless provided"));
        yield return new("BSD non-commercial", bsd3.Replace("Redistribution and use in source and binary forms", "Non-commercial redistribution and use in source and binary forms"));
        yield return new("ISC without fee only", isc.Replace("for any purpose with or without fee", "for any non-commercial purpose without fee"));
        yield return new("ISC academic", isc.Replace("for any purpose with or without fee", "for academic purposes only"));
        yield return new("Commons Clause before MIT", "\"Commons Clause\" License Condition v1.0\n\nThe Software is provided to you by the Licensor under the License, as defined below, subject to the following condition.\n\nWithout limiting other conditions in the License, the grant of rights under the License will not include, and the License does not grant to you, the right to Sell the Software.\n\nLicense: MIT\n\n" + mit);
        yield return new("Commons Clause behind Apache", TextOf("Apache-2.0") + "\n\n\"Commons Clause\" License Condition v1.0\n\nThe grant of rights under the License will not include, and the License does not grant to you, the right to Sell the Software.");
        yield return new("Apache with use limit", TextOf("Apache-2.0") + "\n\nIn addition, the Work may only be used for research purposes.");
        yield return new("CC BY-NC", TextOf("CC-BY-NC-4.0"));
        yield return new("JSON", TextOf("JSON"));
        yield return new("PolyForm", TextOf("PolyForm-Noncommercial-1.0.0"));
        yield return new("BUSL", TextOf("BUSL-1.1"));
        yield return new("Elastic", TextOf("Elastic-2.0"));
        yield return new("no licence", "All rights reserved. No part of this software may be copied or distributed without permission.");
        yield return new("proprietary", "Proprietary and confidential. Unauthorized copying of this file is strictly prohibited.");
    }

    /// <summary>Python's licence has this footnote, and projects that took it over put their name into it.</summary>
    [Fact]
    public void OfLicenseFile_footnoteThatDeniesTheGpl_namesNoGpl()
    {
        const string text = """
            Weather is licensed under the MIT license.

            (1) A GPL-compatible license makes it possible to
                combine Weather with other software that is released
                under the GPL, it does not mean that we're distributing
                Weather under the GPL license.  The BSD license, unlike the GPL,
                let you distribute a modified version without making your
                changes open source.
            """;
        Assert.DoesNotContain("GPL", new LicenseDetector().OfLicenseFile(Encoding.UTF8.GetBytes(text)).Expression, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(NearMisses))]
    public void OfLicenseFile_nearMiss_isNotPermissive(string name, string text)
    {
        string found = new LicenseDetector().OfLicenseFile(Encoding.UTF8.GetBytes(text)).Expression;
        Assert.True(SpdxExpression.ClassOf(found) > LicenseClass.PublicDomain, $"{name}: {found}");
    }

    internal static string TextOf(string id) =>
        Encoding.UTF8.GetString(LicenseTemplates.ReadTexts().First(item => item.Ids.Contains(id)).Text);
}
