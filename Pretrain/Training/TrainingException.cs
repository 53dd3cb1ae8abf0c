namespace DataForge.Pretrain.Training;

/// <summary>Training cannot begin or go on; the message says why in one line, and what to do.</summary>
public class TrainingException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Another process of the group is gone, was stopped, or does not answer: this one cannot go on alone.</summary>
public sealed class PeerLostException(string message, Exception? inner = null) : TrainingException(message, inner);
