namespace DataForge.Cleaner.Tests.Redaction;

/// <summary>A Python source made by a generator.</summary>
/// <param name="Kind">What stands in it.</param>
/// <param name="Source">The source.</param>
/// <param name="Secret">What must go; empty where nothing may change.</param>
internal sealed record SecretCase(string Kind, string Source, string Secret)
{
    private static readonly string[] Before =
    [
        "import os\nimport sys\n\n\n", "\"\"\"A module.\"\"\"\n\nimport json\n\n", "from dataclasses import dataclass, field\n\n",
        "#!/usr/bin/env python3\n",
        "import logging\n\nlog = logging.getLogger(__name__)\n\n",
    ];

    private static readonly string[] After =
    [
        "\n\n\ndef main():\n    print(\"done\")\n", "\n\nDEBUG = False\n", "\n",
        "\n\nclass Thing:\n    size = 3\n\n    def double(self):\n        return 2 * self.size\n",
    ];

    /// <summary>A source around some lines.</summary>
    public static SecretCase Around(Random random, string kind, string lines, string secret) =>
        new(kind, Before[random.Next(Before.Length)] + lines + After[random.Next(After.Length)], secret);
}
