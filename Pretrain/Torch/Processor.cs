using System.Runtime.Intrinsics.X86;

namespace DataForge.Pretrain.Torch;

/// <summary>
/// What the processor can do beyond what .NET says: CPUID's leaves in Intel's manual, volume 2A
/// (https://www.intel.com/content/www/us/en/developer/articles/technical/intel-sdm.html).
/// </summary>
internal static class Processor
{
    private const int FirstLettersOfGenuineIntel = 0x756e6547; // "Genu"
    private const int Features = 7;
    private const int BFloat16Bit = 1 << 5; // leaf 7, subleaf 1, EAX: AVX512_BF16

    /// <summary>Whether Intel made it.</summary>
    internal static bool IsIntel { get; } = X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx == FirstLettersOfGenuineIntel;

    /// <summary>Whether it, and the system, have the AVX-512 that libraries mean by the word: F, BW, DQ and VL.</summary>
    internal static bool HasAvx512 => Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512BW.VL.IsSupported;

    /// <summary>
    /// Whether it multiplies matrices of bfloat16 faster than those of float32: AVX512_BF16. Every processor with AMX has that too.
    /// </summary>
    internal static bool HasBFloat16 { get; } =
        HasAvx512 && X86Base.CpuId(0, 0).Eax >= Features && X86Base.CpuId(Features, 0).Eax >= 1
        && (X86Base.CpuId(Features, 1).Eax & BFloat16Bit) != 0;
}
