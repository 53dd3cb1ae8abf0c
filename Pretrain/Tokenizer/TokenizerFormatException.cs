namespace DataForge.Pretrain.Tokenizer;

/// <summary>Tokenizer files that cannot be used; the message says what is wrong and, where known, what to do.</summary>
public sealed class TokenizerFormatException(string message, Exception? inner = null) : Exception(message, inner);
