using DataForge.Corpus;

namespace DataForge.Orchestrator.Quickstart;

/// <summary>
/// Public repositories with permissive licences, each at one commit: the quickstart's input on a machine without Python, and wherever two
/// machines are to build the same bytes. Together some 90 MB of Python; git fetches that alone, one commit deep.
/// </summary>
internal static class PinnedRepositories
{
    /// <summary>Where they are fetched from, unless <c>--forge</c> names another address.</summary>
    public const string DefaultForge = "https://github.com";

    /// <summary>The names and commits, in the order of the names.</summary>
    public static IReadOnlyList<(string Name, string Commit)> List { get; } =
    [
        ("agronholm/anyio", "660a06d548ca72759e9d89ed722dd1ad5227afe4"),
        ("bdaiinstitute/spatialmath-python", "89875f3d517e4f4dc646b0f019b15d83ca3cb1e7"),
        ("benoitc/gunicorn", "65ac1a3a4c0aa00960968c720d6e6bd2ac32f1b9"),
        ("bottlepy/bottle", "2a743a302a71460bfe4c0b8b7cb99a306b0328c6"),
        ("celery/celery", "5dc781f0bd5f36186bfcc74e0a4f9f654452c69b"),
        ("CorentinJ/Real-Time-Voice-Cloning", "865eba8826bb6d76721a9d828a546724779c23ab"),
        ("dateutil/dateutil", "c981f9c7aa91b83cc9bd33a09ecee9e751b06e8d"),
        ("facebookresearch/dinov2", "b8931f7bf91576930313be2c6d6af376033b35f0"),
        ("facebookresearch/segment-anything", "dca509fe793f601edb92606367a655c15ac00fdf"),
        ("gitpython-developers/GitPython", "d160fb4124a56bd463a542a7bbff623354fb3397"),
        ("h5py/h5py", "25a98242cf67db329ad3854cf92a1a4b0a6c4c65"),
        ("kivy/kivy", "26f870bbf6d187f5dceed6680a6f0bf05b77eaed"),
        ("Lightning-AI/litgpt", "26857050fe3ff627cd714fe92f5838f51a3d5efa"),
        ("mesonbuild/meson", "cd1a097e10d3a16062772c985a0dfdd6f5d824bf"),
        ("mkdocs/mkdocs", "2862536793b3c67d9d83c33e0dd6d50a791928f8"),
        ("mwaskom/seaborn", "f04b6cd5484267a0885d1fed068e99dff3a1b226"),
        ("Netflix/metaflow", "d2dd7f953574369d5b4715822b12377d44ba1cf8"),
        ("nltk/nltk", "f2a92bd7e360e39a4439e4d97540fd68f2721451"),
        ("numpy/numpy", "1f90bbb55e65e7de68921bc3f1a2d94492fdf689"),
        ("openai/CLIP", "d05afc436d78f1c48dc0dbf8e5980a9d471f35f6"),
        ("pallets/flask", "2ac89889f4cc330eabd50f295dcef02828522c69"),
        ("psf/requests", "1f6589ec3a1ee910f9a65cc3ceac60b26677bc0e"),
        ("pypa/pip", "6d309205789d368b2749d93fd6193d584811efd5"),
        ("pyqtgraph/pyqtgraph", "1e0c0fa5e60b0be9ec026fb851715d7f5997b929"),
        ("python-attrs/attrs", "c1dc5dcba16ed827aa6dcad896b41a3afedb4e32"),
        ("scipy/scipy", "3dbf660a919b1479cdf30d533176053b428d08d3"),
        ("simplejson/simplejson", "639b2ee73b2de6b385fcd4d44e0e08054a4d8a0e"),
        ("Textualize/rich", "42899d8a0a96b121a514516f4be9db44ff7aeaf3"),
        ("tornadoweb/tornado", "e530031405e2154654dedc4c84d5656b557ea310"),
        ("wagtail/wagtail", "c2ae43b9265d085c95142cd1a1f8563ad2eb4de9"),
        ("zopefoundation/ZODB", "1079a96cd8e27d6e1333e03239013cb03467b8cf"),
    ];

    /// <summary>The sources, one for each repository.</summary>
    /// <param name="forge">Where to fetch them from: <c>https://HOST</c>, <c>ssh://HOST</c> or <c>file:///FOLDER</c>.</param>
    /// <exception cref="DataForgeException">It is no such address.</exception>
    public static IEnumerable<string> Sources(string forge) =>
        Uri.TryCreate(forge, UriKind.Absolute, out Uri? address) && address.Scheme is "https" or "ssh" or "file"
            ? List.Select(repository => $"git:{forge.TrimEnd('/')}/{repository.Name}#{repository.Commit}")
            : throw DataForgeException.Usage($"--forge {forge}: give an address that begins with https://, ssh:// or file://.");
}
