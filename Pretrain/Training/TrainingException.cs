namespace DataForge.Pretrain.Training;

/// <summary>Training cannot start or continue; the message says why in one line, and what to do.</summary>
public class TrainingException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Another process of the group is gone, was stopped, or does not answer: this one cannot continue alone.</summary>
public sealed class PeerLostException(string message, Exception? inner = null) : TrainingException(message, inner);
