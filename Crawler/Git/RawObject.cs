using System.Runtime.InteropServices;
using DataForge.Corpus;

namespace DataForge.Crawler.Git;

/// <summary>Reads an object's bytes as git stores them. LibGit2Sharp gives a tree's names only as text.</summary>
internal static unsafe class RawObject
{
    private static readonly Lazy<Functions> Native = new(() => new Functions(LibGit2.Library));

    /// <summary>Reads an object; null if it is missing or damaged.</summary>
    /// <param name="objects">The folder of a repository's objects.</param>
    /// <param name="id">The object's id.</param>
    public static byte[]? Read(string objects, BlobId id)
    {
        Functions native = Native.Value;
        nint database = 0;
        nint found = 0;
        byte[] path = [.. System.Text.Encoding.UTF8.GetBytes(objects), 0];
        byte[] bytes = new byte[BlobId.Size];
        id.CopyTo(bytes);
        try
        {
            fixed (byte* name = path)
            fixed (byte* wanted = bytes)
            {
                if (native.Open(&database, name) != 0 || native.Read(&found, database, wanted) != 0)
                {
                    return null;
                }
            }

            return new ReadOnlySpan<byte>((void*)native.Data(found), checked((int)native.Size(found))).ToArray();
        }
        finally
        {
            if (found != 0)
            {
                native.FreeObject(found);
            }

            if (database != 0)
            {
                native.FreeDatabase(database);
            }
        }
    }

    // libgit2, include/git2/odb.h.
    private sealed class Functions(nint library)
    {
        /// <summary>git_odb_open.</summary>
        public readonly delegate* unmanaged[Cdecl]<nint*, byte*, int> Open =
            (delegate* unmanaged[Cdecl]<nint*, byte*, int>)Find(library, "git_odb_open");

        /// <summary>git_odb_read.</summary>
        public readonly delegate* unmanaged[Cdecl]<nint*, nint, byte*, int> Read =
            (delegate* unmanaged[Cdecl]<nint*, nint, byte*, int>)Find(library, "git_odb_read");

        /// <summary>git_odb_object_data.</summary>
        public readonly delegate* unmanaged[Cdecl]<nint, nint> Data =
            (delegate* unmanaged[Cdecl]<nint, nint>)Find(library, "git_odb_object_data");

        /// <summary>git_odb_object_size.</summary>
        public readonly delegate* unmanaged[Cdecl]<nint, nuint> Size =
            (delegate* unmanaged[Cdecl]<nint, nuint>)Find(library, "git_odb_object_size");

        /// <summary>git_odb_object_free.</summary>
        public readonly delegate* unmanaged[Cdecl]<nint, void> FreeObject =
            (delegate* unmanaged[Cdecl]<nint, void>)Find(library, "git_odb_object_free");

        /// <summary>git_odb_free.</summary>
        public readonly delegate* unmanaged[Cdecl]<nint, void> FreeDatabase =
            (delegate* unmanaged[Cdecl]<nint, void>)Find(library, "git_odb_free");

        private static nint Find(nint library, string name) => NativeLibrary.GetExport(library, name);
    }
}
