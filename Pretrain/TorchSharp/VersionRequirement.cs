using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>
/// Loads a library that asks for a version of libstdc++ which this machine has not, although none of its symbols is of that version. A
/// copy in memory is loaded in which the requirement is marked as weak; the dynamic linker then does not insist on it. Layout of the
/// tables: https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html.
/// </summary>
internal static partial class VersionRequirement
{
    private const int ProgramHeader = 32, ProgramHeaderSize = 54, ProgramHeaderCount = 56; // offsets in the ELF header
    private const uint LoadSegment = 1, DynamicSegment = 2;                                // p_type
    private const long StringTable = 5, VersionNeeded = 0x6ffffffe;                        // d_tag
    private const ushort WeakFlag = 2;                                                     // VER_FLG_WEAK

    /// <summary>Loads the library with that version no longer required.</summary>
    /// <exception cref="DllNotFoundException">It does not load all the same.</exception>
    internal static void LoadWithout(string path, string version)
    {
        byte[] library = File.ReadAllBytes(path);
        if (!Weaken(library, version))
        {
            NativeLibrary.Load(path); // something else is missing: the loader's own message says what
            return;
        }

        int memory = memfd_create(Path.GetFileName(path), 0);
        string name = $"/proc/self/fd/{memory}";
        using (FileStream copy = new(name, FileMode.Open, FileAccess.Write))
        {
            copy.Write(library);
        }

        NativeLibrary.Load(name);
    }

    /// <summary>Sets the weak flag of each requirement of a version in a library's bytes.</summary>
    /// <returns>Whether there is one.</returns>
    internal static bool Weaken(Span<byte> library, string version)
    {
        try
        {
            return Find(library, DynamicSegment, 0) is { } dynamic && Weaken(library, dynamic, Encoding.ASCII.GetBytes(version + "\0"));
        }
        catch (ArgumentOutOfRangeException)
        {
            return false; // cut short, or no ELF file
        }
    }

    private static bool Weaken(Span<byte> library, int dynamic, ReadOnlySpan<byte> version)
    {
        int strings = Table(library, dynamic, StringTable), needed = Table(library, dynamic, VersionNeeded);
        bool found = false;
        for (int next = needed > 0 ? 1 : 0; next > 0;)
        {
            int entry = needed + (int)U32(library, needed + 8); // vn_aux
            for (int count = U16(library, needed + 2); count > 0; count--)
            {
                if (library[(strings + (int)U32(library, entry + 8))..].StartsWith(version)) // vna_name
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(library[(entry + 4)..], WeakFlag); // vna_flags
                    found = true;
                }

                entry += (int)U32(library, entry + 12); // vna_next
            }

            next = (int)U32(library, needed + 12); // vn_next
            needed += next;
        }

        return found;
    }

    /// <summary>The place in the file of the table that an entry of the dynamic segment points at; 0 if there is none.</summary>
    private static int Table(ReadOnlySpan<byte> library, int dynamic, long tag)
    {
        for (int at = dynamic; U64(library, at) != 0; at += 16)
        {
            if (U64(library, at) == tag)
            {
                return Find(library, LoadSegment, U64(library, at + 8)) ?? 0;
            }
        }

        return 0;
    }

    /// <summary>The place in the file of a segment, or of an address within a loaded one.</summary>
    private static int? Find(ReadOnlySpan<byte> library, uint type, long address)
    {
        int header = (int)U64(library, ProgramHeader);
        for (int i = 0; i < U16(library, ProgramHeaderCount); i++, header += U16(library, ProgramHeaderSize))
        {
            long offset = U64(library, header + 8), begin = U64(library, header + 16), size = U64(library, header + 32);
            if (U32(library, header) == type && (type == DynamicSegment || (address >= begin && address < begin + size)))
            {
                return (int)(type == DynamicSegment ? offset : address - begin + offset);
            }
        }

        return null;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);
}
