using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DataForge.Pretrain.Tests")]
