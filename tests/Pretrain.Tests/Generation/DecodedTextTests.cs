using System.Text;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Tests.Generation;

public class DecodedTextTests
{
    [Theory]
    [InlineData("ab\ndef x", "\ndef", "ab")]
    [InlineData("ab\nde\ndef", "\ndef", "ab\nde")]
    [InlineData("aababac", "abac", "aab")]
    [InlineData("xéy€z", "€", "xéy")]
    [InlineData("no stop", "\nclass", "no stop")]
    public void Append_everySplitIntoTokens_endsBeforeTheStopString(string text, string stop, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[][] parts =
        [
            .. from start in Enumerable.Range(0, bytes.Length)
               from length in Enumerable.Range(2, Math.Max(0, bytes.Length - start - 1))
               where start + length <= bytes.Length
               select bytes[start..(start + length)],
        ];
        BpeVocabulary vocabulary = ByteVocabulary.With(parts.DistinctBy(Convert.ToHexString));
        Dictionary<string, int> ids = Enumerable.Range(0, vocabulary.Count - 1)
            .ToDictionary(id => Convert.ToHexString(vocabulary.BytesOf(id)), StringComparer.Ordinal);
        for (int splits = 0; splits < 1 << (bytes.Length - 1); splits++)
        {
            DecodedText decoded = new(vocabulary, ["never there", stop]);
            StringBuilder streamed = new();
            int start = 0;
            bool goesOn = true;
            for (int end = 1; end <= bytes.Length && goesOn; end++)
            {
                if (end == bytes.Length || ((splits >> (end - 1)) & 1) == 1)
                {
                    goesOn = decoded.Append(ids[Convert.ToHexString(bytes[start..end])]);
                    streamed.Append(decoded.Take(atEnd: !goesOn || end == bytes.Length));
                    Assert.StartsWith(streamed.ToString(), expected, StringComparison.Ordinal);
                    start = end;
                }
            }

            Assert.Equal(expected, decoded.Text);
            Assert.Equal(expected, streamed.ToString());
        }
    }
}
