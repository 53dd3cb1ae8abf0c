namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>Sentences that take a licence's permission away, or never gave it for the file in question.</summary>
internal static class NearMissWords
{
    private static readonly string[] Who = ["You", "The licensee", "Users of this software", "Recipients"];

    private static readonly string[] MayNot =
        ["may not", "must not", "shall not", "are not permitted to", "are not allowed to", "agree not to", "are forbidden to", "cannot",
            "have no right to",
        "undertake not to"];

    private static readonly string[] Acts =
    [
        "use this software for commercial purposes", "sell copies of this software", "distribute modified versions of this software",
        "offer this software to third parties as a hosted service", "use this software in production", "use this software in a weapon",
        "make derivative works of this software", "use this software to build a competing product",
        "distribute this software in source form",
        "use this software without a paid subscription", "train machine learning models on this software", "redistribute this software",
        "include this software in a product that is sold", "run this software on more than one computer",
        "host this software for customers",
        "let more than ten persons use this software", "transfer this permission to anybody else", "publish benchmarks of this software",
        "use this software in a company with more than 100 employees", "remove or go around the license key of this software",
    ];

    private static readonly string[] Uses =
    [
        "Commercial use", "Redistribution of modified versions", "Use in production", "Use in military systems", "Use by companies",
        "Hosting this software for third parties", "Use by government agencies",
        "Resale", "Sublicensing", "Any form of monetization", "Use in closed-source products", "Deployment on more than two servers",
        "Redistribution in any form", "Any use for profit",
        "Use of this software to train language models", "Making derivative works", "Inclusion of this software in a paid product",
    ];

    private static readonly string[] Refused =
    [
        "is prohibited", "is not permitted", "is forbidden", "is reserved to the authors", "needs our consent", "calls for a paid license",
        "is excluded from this grant", "is off limits", "shall only take place with the consent of Acme Corp.",
        "is available at extra cost",
        "requires a separate license",
            "is not allowed without a commercial agreement",
        "requires the prior written permission of the authors", "is subject to an annual fee", "is strictly prohibited",
        "is only possible under a commercial license, which can be bought from sales@example.com",
    ];

    private static readonly string[] Limits =
    [
        "non-commercial", "academic", "research", "evaluation", "personal", "educational", "internal", "non-profit", "testing",
    ];

    private static readonly string[] Conditions =
    [
        "you have bought a subscription", "your organization has fewer than 50 employees", "it is not offered as a service",
        "you do not compete with the authors", "you are a student or a teacher", "it is used for research and not for profit",
        "your yearly revenue is below one million dollars", "your product is free software", "you have registered at our site",
        "you keep the number of users below 25", "all modified versions are published under the GNU General Public License",
        "you are a member of the consortium", "it is not used by or for the military",
    ];

    private static readonly string[] Projects = ["libquux", "frobnicate", "the Zyx toolkit", "Barlib", "wibble.js",
        "the reference program"];

    private static readonly string[] Restricting =
    [
        "Server Side Public License, version 1", "Business Source License 1.1", "Elastic License 2.0", "Llama 3 Community License",
        "PolyForm Noncommercial License 1.0.0", "Functional Source License, Version 1.1", "NVIDIA Source Code License",
        "CreativeML OpenRAIL-M",
        "Creative Commons Attribution-NonCommercial 4.0 International License", "Sustainable Use License", "Confluent Community License",
        "EUPL v1.2", "CeCILL license, version 2.1", "Unity Companion License", "Timescale License", "Hippocratic License 3.0",
        "Redis Source Available License v2", "Prosperity Public License 3.0.0", "Tencent Hunyuan Community License", "CC BY-NC-SA 4.0",
        "BigScience RAIL License v1.0", "GPLv3 or later", "NVIDIA Open Model License", "Adobe Research License", "LGPL-3.0+",
        "Microsoft Reciprocal License (MS-RL)", "Open Software License 3.0", "GNU GPL v2",
        "Mozilla Public License 2.0", "AGPLv3", "GNU Lesser General Public License, version 2.1 or later", "Eclipse Public License 2.0",
        "Common Development and Distribution License (CDDL) 1.0", "Gemma Terms of Use", "Acme Corporation Software License", "QPL 1.0",
        "Creative Commons Attribution-ShareAlike 4.0 License", "Sleepycat License", "Common Public Attribution License Version 1.0",
    ];

    /// <summary>One of some texts.</summary>
    public static string Any(Random random, params string[] texts) => texts[random.Next(texts.Length)];

    /// <summary>A program's name.</summary>
    public static string Project(Random random) => Any(random, Projects);

    /// <summary>The name of a licence that restricts.</summary>
    public static string RestrictingName(Random random) => Any(random, Restricting);

    /// <summary>A condition of use.</summary>
    public static string Condition(Random random) => Any(random, Conditions);

    /// <summary>A clause that restricts what a permissive licence grants.</summary>
    public static string Clause(Random random) => random.Next(6) switch
    {
        0 or 1 => $"{Any(random, Who)} {Any(random, MayNot)} {Any(random, Acts)}.",
        2 or 3 => $"{Any(random, Uses)} {Any(random, Refused)}.",
        4 => Any(random, "This permission is granted for {0} use only.", "This software is provided for {0} purposes only.",
            "The rights above are limited to {0} use.", "Use is restricted to {0} purposes.", "Free for {0} use.",
            "Only {0} use is covered by this license.",
            "No other than {0} use is allowed.").Replace("{0}", Any(random, Limits)),
        _ => Any(random,
            "Modified versions must be published under the terms of the GNU General Public License.",
            "If you run a modified version on a server, you must offer its source code to everybody who uses the server.",
            "This license ends thirty days after the software was received.",
            "The authors may withdraw this permission at any time.",
            "Anyone who distributes a product based on this software must give the authors five percent of the revenue.",
            "You must delete all copies once the project for which you received them has ended.",
            "Permission is given to members of Example University; all others must ask.", "This permission may be revoked without notice.",
            "The source code must not be disclosed to third parties.",
            "Derived works have to be placed under this license as a whole, and their source has to be made available.",
            "Each company that uses the software shall pay an annual fee of 500 euros to the copyright holder.",
            "The permission above does not extend to companies and their contractors."),
    };

    /// <summary>A sentence that says that a licence does not apply to what it stands in.</summary>
    public static string Denial(Random random, string name, string subject) => Any(random,
        "This {1} is not released under the {0}. All rights reserved.", "This {1} is NOT licensed under the {0}.",
        "The {0} does not apply to this {1}.", "This {1} is excluded from the {0}; all rights are reserved.",
        "No license is granted for this {1}; in particular, it is not covered by the {0}.",
        "This {1} is no longer available under the {0}. It is proprietary.",
        "Contrary to what was said before, the {0} is withdrawn for this {1}.",
        "This {1} contains no code under the {0}. It is confidential and proprietary.",
        "Do not take this {1} to be under the {0}: it is not.",
        "Though its neighbours are under the {0}, this {1} is closed source.", "None of the permissions of the {0} extend to this {1}.",
        "You have no rights under the {0} in this {1}.", "We have stopped offering this {1} under the {0}; it is for customers only.",
        "The {0} covers the other parts of the project, never this {1}.").Replace("{0}", name).Replace("{1}", subject);

    /// <summary>A sentence that speaks of a licence of something else.</summary>
    public static string Mention(Random random, string name) => Any(random,
        "The algorithm follows that of {1}, which is available under the {0}.",
            "Unlike {1}, which is released under the {0}, this one is fast.",
        "The test data were made with {1} (licensed under the {0}).", "Needs {1} at run time, which is distributed under the {0}.",
        "{1} is licensed under the {0}; see its own page.", "If you need something under the {0}, look at {1}.",
        "Our license is compatible with the {0}, under which {1} is published.", "An early draft of {1} was under the {0}.",
        "The interface is the same as that of {1}, a {0} project.", "Inspired by {1} ({0}).",
        "The authors of {1} chose the {0}; we did not.", "See {1} for something similar under the {0}.", "Compare {1} [{0}].",
        "The format was documented by {1}, whose code is under the {0}.").Replace("{0}", name).Replace("{1}", Project(random));
}
