namespace DataForge.Pretrain.Training;

/// <summary>Training cannot begin or go on; the message says why in one line, and what to do.</summary>
public sealed class TrainingException(string message, Exception? inner = null) : Exception(message, inner);
