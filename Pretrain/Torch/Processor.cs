using System.Runtime.Intrinsics.X86;

namespace DataForge.Pretrain.Torch;

/// <summary>
/// What the processor can do beyond what .NET says: CPUID's leaves in Intel's manual, volume 2A
/// (https://www.intel.com/content/www/us/en/developer/articles/technical/intel-sdm.html).
/// </summary>
internal static class Processor
{
    private const int FirstLettersOfGenuineIntel = 0x756e6547; // "Genu"
    private const int FirstLettersOfAuthenticAmd = 0x68747541; // "Auth"
    private const int ExtendedFamily = 0xF;                    // the family from which on another field is added to it
    private const int FeatureLeaf = 7, StateLeaf = 0xD;        // CPUID's leaves of extended features, and of saved registers
    private const int TileDataComponent = 18;                  // of the registers that the system saves: AMX's tiles
    private const int AmxBits = (1 << 22) | (1 << 24);         // leaf 7, EDX: AMX-BF16 and AMX-TILE

    /// <summary>Whether Intel made it.</summary>
    internal static bool IsIntel { get; } = X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx == FirstLettersOfGenuineIntel;

    /// <summary>Whether AMD made it.</summary>
    internal static bool IsAmd { get; } = X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx == FirstLettersOfAuthenticAmd;

    /// <summary>The maker's number of its design, as Linux counts: AMD's Zen 5 is 0x1A; 0 on processors that are no x86.</summary>
    internal static int Family { get; } = X86Base.IsSupported ? FamilyIn(X86Base.CpuId(1, 0).Eax) : 0;

    /// <summary>Whether it, and the system, have the AVX-512 that libraries mean by the word: F, BW, DQ and VL.</summary>
    internal static bool HasAvx512 => Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512BW.VL.IsSupported;

    /// <summary>
    /// Whether it, and the system, have AMX for bfloat16, with which libtorch multiplies matrices faster than in float32. With AVX512-bf16
    /// alone it is slower: libtorch 1.13, limited to that (<c>DNNL_MAX_CPU_ISA=AVX512_CORE_BF16</c>), took 1.5 times as long.
    /// </summary>
    internal static bool HasAmxBFloat16 { get; } = HasAvx512 && X86Base.CpuId(0, 0).Eax >= StateLeaf
        && (X86Base.CpuId(FeatureLeaf, 0).Edx & AmxBits) == AmxBits && SavesTiles();

    private static int FamilyIn(int signature)
    {
        int family = (signature >> 8) & 0xF;
        return family < ExtendedFamily ? family : family + ((signature >> 20) & 0xFF);
    }

    // A system that does not know the tiles does not save them: what it saves then ends before them.
    private static bool SavesTiles()
    {
        (int size, int offset, _, _) = X86Base.CpuId(StateLeaf, TileDataComponent);
        return size > 0 && X86Base.CpuId(StateLeaf, 0).Ebx >= offset + size;
    }
}
