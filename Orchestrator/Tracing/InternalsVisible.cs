using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DataForge.EndToEnd.Tests")]
