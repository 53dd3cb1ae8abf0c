namespace DataForge.Pretrain.Model;

/// <summary>
/// Texts that one pass through the model extends: several by one position each, or one by several. Rows of tensors stand in the order of
/// the texts. What an engine needs besides its matrix products is here, once for both.
/// </summary>
/// <param name="config">The model's shape.</param>
/// <param name="texts">The texts.</param>
/// <param name="rows">Positions that each is extended by; 1 where there are several texts.</param>
/// <param name="sharing">The threads of the attention.</param>
internal sealed unsafe class HostTexts(GptNeoConfig config, IReadOnlyList<HostTextCache> texts, int rows, WorkSharing sharing)
{
    /// <summary>The position of each row, [texts * rows].</summary>
    /// <exception cref="ArgumentException">A text has no room.</exception>
    internal long[] Positions()
    {
        long[] positions = new long[texts.Count * rows];
        for (int text = 0; text < texts.Count; text++)
        {
            if (texts[text].Length + rows > texts[text].Capacity)
            {
                throw new ArgumentException($"{texts[text].Length + rows} positions where the text has room for {texts[text].Capacity}");
            }

            for (int row = 0; row < rows; row++)
            {
                positions[(text * rows) + row] = texts[text].Length + row;
            }
        }

        return positions;
    }

    /// <summary>The attention of all rows to their own texts.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="projected">Keys, values and queries of all rows.</param>
    /// <param name="output">[texts * rows, hidden].</param>
    internal void Attend(int layer, ProjectedRows projected, float* output)
    {
        int heads = config.NumHeads;
        long products = 0; // of queries and keys, and of weights and values
        foreach (HostTextCache text in texts)
        {
            products += 2L * rows * (text.Length + rows) * config.HiddenSize;
        }

        sharing.Run(texts.Count * heads, products, piece =>
        {
            int text = piece / heads;
            long first = (long)text * rows;
            ProjectedRows own = new(
                projected.Keys + (first * projected.Stride), projected.Values + (first * projected.Stride),
                projected.Queries + (first * projected.Stride), projected.Stride, rows);
            texts[text].Attend(layer, piece % heads, own, output + (first * config.HiddenSize));
        });
    }

    /// <summary>Records, after the last layer, that the rows are stored.</summary>
    internal void Advance()
    {
        foreach (HostTextCache text in texts)
        {
            text.Advance(rows);
        }
    }
}
