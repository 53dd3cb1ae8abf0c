namespace DataForge.Cleaner.Survey;

/// <summary>How a passage of a text states a licence.</summary>
public enum PassageKind
{
    /// <summary>The text of the licence.</summary>
    Text,

    /// <summary>An <c>SPDX-License-Identifier</c>.</summary>
    Tag,

    /// <summary>A sentence, a title or a field that names the licence.</summary>
    Name,
}

/// <summary>Lines of a file that state a licence.</summary>
/// <param name="FirstLine">The first line, from 1.</param>
/// <param name="LastLine">The last line.</param>
/// <param name="License">The licence, an SPDX expression.</param>
/// <param name="Kind">How they state it.</param>
public sealed record LicensePassage(int FirstLine, int LastLine, string License, PassageKind Kind);

/// <summary>Lines of a licence file that no licence explains; the detector judges whether they restrict.</summary>
/// <param name="FirstLine">The first line, from 1.</param>
/// <param name="LastLine">The last line.</param>
/// <param name="Text">The text at this place, on one line and cut to 300 characters.</param>
public sealed record UnexplainedPassage(int FirstLine, int LastLine, string Text);
