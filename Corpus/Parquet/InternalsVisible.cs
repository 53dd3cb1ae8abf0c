using System.Runtime.CompilerServices;

// Encodings and codecs have tests of their own, by properties that whole files would hide.
[assembly: InternalsVisibleTo("DataForge.Corpus.Tests")]
