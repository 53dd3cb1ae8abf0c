using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>StarCoder: <c>&lt;?xml version=</c> in the first 100 characters.</summary>
internal sealed class XmlRule : TextRule
{
    /// <summary>Whether such files are dropped.</summary>
    public static readonly PresetSwitch DropXml = new(
        nameof(DropXml), "Whether XML is dropped.", CleanPreset.StarCoder, CleanPreset.SantaCoder);

    /// <inheritdoc/>
    public override string Name => "xml";

    /// <inheritdoc/>
    public override string Sentence => "Files that begin as XML.";

    /// <inheritdoc/>
    public override string Detail => "`<?xml version=` is in the first 100 characters.";

    /// <inheritdoc/>
    public override IReadOnlyList<PresetValue> Settings => [DropXml];

    /// <inheritdoc/>
    public override TextCheck? Build(RuleSettings settings, BenchmarkIndex? benchmarks) => settings.IsOn(DropXml) ? new Check(Name) : null;

    private sealed class Check(string name) : TextCheck
    {
        public override AppliedRule Applied => new(name, "no declaration in the", "first 100 characters");

        public override Finding? Judge(JudgedText text)
        {
            int bytes = 0;
            for (int characters = 0; bytes < text.Text.Length && characters < 100; bytes++)
            {
                // Continuation bytes are no characters of their own.
                characters += bytes + 1 < text.Text.Length && (text.Text[bytes + 1] & 0xC0) == 0x80 ? 0 : 1;
            }

            return text.Text[..bytes].IndexOf("<?xml version="u8) >= 0 ? new Finding(name, "<?xml version=", "first 100 characters") : null;
        }
    }
}
