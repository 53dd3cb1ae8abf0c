using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Tests.Tokenizer;

/// <summary>Small vocabularies that several tests share: trained on the machine's Python where there is some, else on made-up code.</summary>
internal static class TrainedTokenizers
{
    private static readonly Lazy<BpeVocabulary> Gpt2 = new(() => Train(PreTokenization.Gpt2)), Code = new(() => Train(PreTokenization.Code));

    public static BpeVocabulary Get(PreTokenization form) => (form == PreTokenization.Gpt2 ? Gpt2 : Code).Value;

    private static BpeVocabulary Train(PreTokenization form)
    {
        // The long comparison (see ConformanceTests) is made with a vocabulary of the full size.
        string? many = Environment.GetEnvironmentVariable("DATAFORGE_TEST_CONFORMANCE_FILES");
        PreTokenCounter counter = new(form);
        foreach (byte[] file in PythonFiles.Read(many is null ? 400 : int.Parse(many, System.Globalization.CultureInfo.InvariantCulture)).DefaultIfEmpty(MadeUp()))
        {
            counter.Count(file);
        }

        return BpeTrainer.Train(counter, new BpeTrainerOptions { VocabularySize = many is null ? 6000 : 32_000 });
    }

    private static byte[] MadeUp() => System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 2000).Select(i =>
        $"def function_{i % 37}(self, value={i}):\n    # größer — 数\n    if value > {i % 11}:\n        return self.items[value]\n\n")));
}
