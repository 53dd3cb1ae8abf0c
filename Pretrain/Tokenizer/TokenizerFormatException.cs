namespace DataForge.Pretrain.Tokenizer;

/// <summary>Tokenizer files that cannot be used; the message says what is wrong and, where known, how to mend it.</summary>
public sealed class TokenizerFormatException(string message, Exception? inner = null) : Exception(message, inner);
