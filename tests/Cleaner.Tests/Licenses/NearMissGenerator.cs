using System.Text;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>
/// Repositories whose file looks permissively licensed and is not: a clause added, a licence denied, of another time, of something else,
/// only mentioned, under conditions; or one named that restricts. Made without knowledge of how the detector works.
/// </summary>
internal static class NearMissGenerator
{
    private static readonly Func<Random, GeneratedLicenseCase>[] Kinds =
    [
        ClauseInFile, ClauseInHeader, DeniedInFile, DeniedInHeader, Dated, Elsewhere, MentionedInHeader, MentionedInReadme, Conditioned,
        ConditionedInHeader, RestrictingInHeader, RestrictingTag, RestrictedBesideMetadata,
    ];

    /// <summary>The case of a number; the kinds take turns.</summary>
    public static GeneratedLicenseCase Make(int seed, int index) => Kinds[index % Kinds.Length](new Random((seed * 1_000_003) + index));

    private static GeneratedLicenseCase ClauseInFile(Random random)
    {
        (string id, string text) = GeneratorTexts.AnyPermissive(random);
        return GeneratedLicenseCase.OfFile("clause added", id, FileName(random), Insert(text, NearMissWords.Clause(random), random));
    }

    private static GeneratedLicenseCase ClauseInHeader(Random random)
    {
        (string id, string text) = GeneratorTexts.AnyPermissive(random);
        string header = text.Length > 4000 ? $"Licensed under the {GeneratorTexts.NameOf(id)}.\n" : text;
        string comment = Comment($"{Insert(header, NearMissWords.Clause(random), random)}\n");
        return GeneratedLicenseCase.OfHeader("clause added in a header", id, comment, random.Next(2) == 0 ? null : text);
    }

    private static GeneratedLicenseCase DeniedInFile(Random random)
    {
        (string id, string text) = GeneratorTexts.AnyPermissive(random);
        string denial = random.Next(2) == 0
            ? NearMissWords.Denial(random, GeneratorTexts.NameOf(id), "software")
            : NearMissWords.Any(random, "The license below does not apply to this software; it is reproduced for reference only.",
            "The text below belongs to the template from which this project was created, and grants nothing here.",
            "The following license has been withdrawn. No rights are granted.",
                "What follows is quoted from another project and is not our license.",
                "Draft. The terms below are under discussion and not in force.",
                "Please do not apply the terms below to this program; we have not adopted them.",
            "This software is proprietary. The text below is the license of an unrelated program and is shown as an example.");
        return GeneratedLicenseCase.OfFile("denied", id, FileName(random), $"{denial}\n\n{text}");
    }

    private static GeneratedLicenseCase DeniedInHeader(Random random)
    {
        (string id, string text) = GeneratorTexts.AnyPermissive(random);
        string denial = NearMissWords.Denial(random, GeneratorTexts.NameOf(id), NearMissWords.Any(random, "file", "module"));
        return GeneratedLicenseCase.OfHeader("denied in a header", id, Comment($"Copyright (c) 2021 Acme Corp.\n{denial}\n"), text);
    }

    private static GeneratedLicenseCase Dated(Random random)
    {
        (string id, string text) = GeneratorTexts.AnyPermissive(random);
        string name = GeneratorTexts.NameOf(id);
        string intro = NearMissWords.Any(random,
            $"Versions before 2.0 were released under the {name}:\n\n{{0}}\nVersion 2.0 and all later versions are proprietary.\n",
            $"Until 31 December 2019 this software was available under the {name}:\n\n{{0}}\nSince then all rights are reserved.\n",
            $"On 1 January 2031 this software becomes available under the {name}. Until then, all rights are reserved.\n\n{{0}}",
            $"Four years after its publication, each version is licensed under the {name}. Before, it may be evaluated only.\n\n{{0}}",
            $"Change Date: 2030-05-01\nChange License: {id}\n\nBefore the Change Date, production use is not permitted.\n\n{{0}}",
            "The license of the 1.x series was:\n\n{0}\nThis is the 2.x series, which is not open source.\n",
            $"From 2015 to 2018 this program was under the {name}. It is now a commercial product.\n\n{{0}}",
            "{0}\nThe above holds for releases up to and including 3.4; newer releases are covered by a commercial agreement.\n",
            $"This release comes under the {name} two years from now; until that day its use is limited to evaluation.\n\n{{0}}",
            "Old license (superseded in 2022):\n\n{0}\nNew license: see your contract with Acme Corp.\n");
        return GeneratedLicenseCase.OfFile("dated", id, FileName(random), intro.Replace("{0}", text));
    }

    private static GeneratedLicenseCase Elsewhere(Random random)
    {
        (string id, string text) = GeneratorTexts.AnyPermissive(random);
        string thing = NearMissWords.Any(random, "the folder vendor/", "docs/", "the fonts in assets/fonts", "the file third_party/foo.c",
            "everything below examples/", "the sample images", "tests/data", "the bundled copy of zlib", "the Debian packaging",
            "the JavaScript files in static/", "the C++ sources (*.cc, *.h)", "the documentation",
            "the logo");
        string intro = NearMissWords.Any(random, $"For {thing}, the following license applies:",
            $"License of {thing} (and of nothing else):",
            $"Only {thing} is licensed as follows:", $"Terms for {thing} alone:", $"We received {thing} under these terms:",
            $"This notice belongs to {thing}.", $"The following terms cover {thing}.",
            $"Files in this list are under the license below: {thing}");
        string rest = NearMissWords.Any(random, string.Empty, "\nAll other files are proprietary. All rights reserved.\n",
            "\nFor everything else, no license is granted.\n", "\nOur own code is closed.\n",
            "\nThe program itself is licensed to customers of Acme Corp. only.\n",
            "\nThe rest of this repository is licensed under the GNU General Public License v3.\n");
        return GeneratedLicenseCase.OfFile("of something else", id, FileName(random), $"{intro}\n\n{text}{rest}");
    }

    private static GeneratedLicenseCase MentionedInHeader(Random random)
    {
        (string id, _) = GeneratorTexts.AnyPermissive(random);
        (string folder, string text) = GeneratorTexts.Restricting[random.Next(GeneratorTexts.Restricting.Length)];
        string header = $"A module of the program.\n{NearMissWords.Mention(random, GeneratorTexts.NameOf(id))}\n";
        string written = random.Next(2) == 0 ? Comment(header) : $"\"\"\"{header}\"\"\"\n";
        return GeneratedLicenseCase.OfHeader($"mentioned, in a folder under {folder}", id, written, text);
    }

    private static GeneratedLicenseCase MentionedInReadme(Random random)
    {
        (string id, _) = GeneratorTexts.AnyPermissive(random);
        string mention = NearMissWords.Mention(random, GeneratorTexts.NameOf(id));
        string heading = NearMissWords.Any(random, "## Related work", "## License", "## Acknowledgements", "## Dependencies");
        return GeneratedLicenseCase.OfFile("mentioned in a README", id, "README.md",
            $"# Program\n\nDoes things.\n\n{heading}\n\n{mention}\n");
    }

    private static GeneratedLicenseCase Conditioned(Random random)
    {
        (string id, string text) = GeneratorTexts.AnyPermissive(random);
        string name = GeneratorTexts.NameOf(id);
        string condition = NearMissWords.Condition(random);
        string whole = NearMissWords.Any(random,
            $"Licensed under the {name}, with the following additional conditions:\n\n{NearMissWords.Clause(random)}\n\n{text}",
            $"You may use this software under the license below provided that {condition}.\n\n{text}",
            $"Subject to your payment of the license fee, the terms below apply.\n\n{text}",
            $"Free software projects may use these terms:\n\n{text}\nAll others need to buy a license.\n",
            $"The grant below takes effect once you have signed the agreement with us.\n\n{text}",
            $"If {condition}, the following license applies to you:\n\n{text}\nEverybody else needs a commercial license.\n",
            $"This software is under the {name} for non-commercial use:\n\n{text}\nFor commercial use, write to sales@example.com.\n",
            $"{text}\nThe license above is subject to the following condition. {NearMissWords.Clause(random)}\n",
            $"{text}\nNotwithstanding the above, the grant is valid only as long as {condition}.\n");
        return GeneratedLicenseCase.OfFile("conditioned", id, FileName(random), whole);
    }

    private static GeneratedLicenseCase ConditionedInHeader(Random random)
    {
        (string id, string text) = GeneratorTexts.AnyPermissive(random);
        string name = GeneratorTexts.NameOf(id);
        string header = NearMissWords.Any(random, $"Licensed under the {name}, provided that {NearMissWords.Condition(random)}.",
            $"Licensed under the {name} for non-commercial use only; commercial use requires a separate agreement.",
            $"Licensed under the {name} with an additional condition: {NearMissWords.Clause(random)}",
            $"You may use this file under the {name} only if {NearMissWords.Condition(random)}.", $"{name}, but not for commercial use.",
            $"{name} for individuals, commercial license for companies.", $"{name} (educational institutions only).",
            $"Licensed under the {name}. {NearMissWords.Clause(random)}");
        return GeneratedLicenseCase.OfHeader("conditioned in a header", id, Comment($"Copyright 2022 Acme Corp.\n{header}\n"), text);
    }

    private static GeneratedLicenseCase RestrictingInHeader(Random random)
    {
        (_, string text) = GeneratorTexts.AnyPermissive(random);
        string name = NearMissWords.RestrictingName(random);
        string header = NearMissWords.Any(random, $"This file is licensed under the {name}.", $"License: {name}",
            $"Released under the {name}; see the web page.", $"The {name} governs this file.", $"Subject to the {name}.",
            $"You should have received a copy of the {name} with this file.", $"Published under {name}", $"Licence: {name}",
            $"Use of this source code is governed by the {name}.", $"This file is distributed under the terms of the {name}.",
            $"This software may be used and distributed according to the terms of the {name}.", $"Licensed under {name}.");
        return GeneratedLicenseCase.OfHeader("a restricting licence named", name, Comment($"Copyright (c) 2020 A. B.\n\n{header}\n"), text);
    }

    private static GeneratedLicenseCase RestrictingTag(Random random)
    {
        (_, string text) = GeneratorTexts.AnyPermissive(random);
        string id = GeneratorTexts.Restricting[random.Next(GeneratorTexts.Restricting.Length)].Id;
        string header = NearMissWords.Any(random, $"# SPDX-License-Identifier: {id}\n",
            $"\"\"\"Things.\"\"\"\n\n__license__ = \"{id}\"\n",
            $"#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n# SPDX-FileCopyrightText: 2021 Acme\n# SPDX-License-Identifier: {id}\n",
            $"\"\"\"Things.\n\n:license: {id}\n\"\"\"\n", $"# License: {id}\n");
        return GeneratedLicenseCase.OfHeader("a restricting licence's tag", id, header, text);
    }

    private static GeneratedLicenseCase RestrictedBesideMetadata(Random random)
    {
        (string id, _) = GeneratorTexts.AnyPermissive(random);
        string text = $"Copyright (c) 2023 Acme Corp.\n\n{NearMissWords.Clause(random)}\n{NearMissWords.Clause(random)}\n";
        GeneratedLicenseCase made = GeneratedLicenseCase.OfFile("restrictions beside metadata", id, FileName(random), text);
        made.Files.Insert(0, ("pyproject.toml", Encoding.UTF8.GetBytes($"[project]\nname = \"thing\"\nlicense = \"{id}\"\n")));
        return made;
    }

    private static string FileName(Random random) => NearMissWords.Any(random, "LICENSE", "LICENSE.txt", "LICENSE.md", "COPYING",
        "LICENCE", "License.rst");

    // At the start, at the end, or between two paragraphs.
    private static string Insert(string text, string clause, Random random)
    {
        List<string> paragraphs = [.. text.Trim().Split("\n\n")];
        paragraphs.Insert(random.Next(3) == 0 ? paragraphs.Count : random.Next(paragraphs.Count + 1), clause);
        return string.Join("\n\n", paragraphs) + "\n";
    }

    private static string Comment(string text) =>
        string.Join('\n', text.TrimEnd().Split('\n').Select(line => $"# {line}".TrimEnd())) + "\n";
}
