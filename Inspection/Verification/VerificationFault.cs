using DataForge.Corpus;

namespace DataForge.Inspection.Verification;

/// <summary>Faults that <c>verify</c> finds, as exceptions whose message is one line that names the file.</summary>
internal static class VerificationFault
{
    /// <summary>A fault.</summary>
    /// <param name="where">The file or folder.</param>
    /// <param name="fault">What is wrong with it, without a full stop.</param>
    public static DataForgeException Of(string where, string fault) => new($"{where}: {fault}.");

    /// <summary>Checks that two numbers agree.</summary>
    /// <param name="where">The file or folder.</param>
    /// <param name="one">A number.</param>
    /// <param name="other">The number it must be equal to.</param>
    /// <param name="fault">What is wrong where they differ, with both numbers.</param>
    /// <exception cref="DataForgeException">They differ.</exception>
    public static void ThrowUnlessEqual(string where, long one, long other, string fault)
    {
        if (one != other)
        {
            throw Of(where, fault);
        }
    }
}
