using System.Diagnostics;
using System.Text;
using System.Text.Json;
using DataForge.Cleaner.Text;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Text;

/// <summary>Encodings as CPython decodes them: the same sources are given to python3 and to <see cref="SourceText"/>.</summary>
public class PythonCodecsTests
{
    // Says for each source, in hexadecimal, what CPython reads in it: the last string constant, or null where it refuses the source.
    private const string Question = """
        import ast, json, sys, warnings
        warnings.simplefilter('ignore')
        def read(source):
            try:
                return [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)][-1]
            except (SyntaxError, ValueError, LookupError, UnicodeError):
                return None
        print(json.dumps([read(bytes.fromhex(line)) for line in sys.stdin.read().split()]))
        """;

    private const string Samples = """
        import encodings, pkgutil
        from encodings.aliases import aliases
        texts = ['caf\xe9 \xa3 \u20ac', '\u043f\u0440\u0438\u0432\u0435\u0442', '\u4e2d\u6587', '\u65e5\u672c\u8a9e \u30ab\u301c\u2212', '\uff5e\uff0d',
                 '\ud55c\uad6d\uc5b4', '\u0e44\u0e17\u0e22', '\u0627\u0644', '\u05d0\u05d1', '\u0391\u03b2', '\u010d\u0161\u017e', '\u011f\u0131']
        modules = {m.name for m in pkgutil.iter_modules(encodings.__path__)} - {'aliases', 'mbcs', 'oem', 'idna', 'unicode_escape', 'raw_unicode_escape'}
        for name in sorted(modules | set(aliases)):
            if aliases.get(name, name) not in modules:
                continue
            for text in texts:
                try:
                    print((('# coding: %s\nx = "' % name.replace('_', '-')).encode() + text.encode(name) + b'"\n').hex())
                except Exception:
                    pass
        """;

    [Fact]
    public void Decode_fieldSources_areAsCPythonReadsThem()
    {
        string? folder = SharedFiles.Find("cases", "reports", "E1-E4-encodings", "pkg");
        Assert.SkipWhen(folder is null, "the cases are absent");
        byte[][] sources = [.. Directory.GetFiles(folder!, "*.py").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        Assert.True(sources.Length >= 15);
        Compare(sources, unread: 0);
    }

    [Fact]
    public void Decode_namesAtTheEdge_areKnownWhereCPythonKnowsThem()
    {
        string[] names =
        [
            "utf8", "UTF_8", "U8", "utf", "utf-8-unix", "utf8-unix", "utf-8-sig", "utf8_ucs4", "cp65001", "utf-8mb4", "latin-1-x", "latin1-x",
            "ISO_8859-1-dos", "iso8859.1", "utf.8", "iso...8859-1", "iso8859-99", "rot13", "base64", "hex", "undefined", "ansi", "ut", "utf-16",
            "utf-32", "cp037", "windows-1252", "windows_1252", "-cp1252-", "ascii", "646", "koi8.u", "klingon", "punycode", "mac_roman", "macroman",
        ];
        byte[][] sources = [.. names.Select(name => Encoding.ASCII.GetBytes($"# coding: {name}\nx = 'a'\n"))];
        byte[][] marked = [.. sources.Select(source => (byte[])[0xEF, 0xBB, 0xBF, .. source])];
        Compare([.. sources, .. marked], unread: 0);
    }

    [Fact]
    public void Decode_everyCodecAndAlias_givesCPythonsText()
    {
        Assert.SkipWhen(RealPython.StandardLibrary is null, "no python3 on this machine");
        byte[][] sources = [.. Python(Samples, "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Convert.FromHexString)];
        Assert.True(sources.Length > 500);
        Compare(sources, unread: 180);
    }

    [Theory]
    [InlineData("x = '+AOk-'", "x = 'é'")]
    [InlineData("1 +- 2", "1 + 2")]
    [InlineData("+2DXcnA-", "𝒜")]
    [InlineData("+AOk.", "é.")]
    [InlineData("a + b", null)]
    [InlineData("+AOl", null)]
    public void Decode_utf7_readsRunsOfBase64(string source, string? expected)
    {
        string? text = Utf7.Decode(Encoding.ASCII.GetBytes(source));
        Assert.Equal(expected, text);
    }

    // What is decoded must be the same; CPython may read some sources that are refused here.
    private static void Compare(byte[][] sources, int unread)
    {
        Assert.SkipWhen(RealPython.StandardLibrary is null, "no python3 on this machine");
        string[] hex = [.. sources.Select(Convert.ToHexString)];
        string?[] expected = JsonSerializer.Deserialize<string?[]>(Python(Question, string.Join('\n', hex)))!;
        var text = new SourceText();
        var wrong = new List<string>();
        var missing = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int refused = 0;
        for (int i = 0; i < sources.Length; i++)
        {
            string? found = text.Decode(sources[i]) ? Constant(Encoding.UTF8.GetString(text.Text)) : null;
            refused += found is null && expected[i] is not null ? 1 : 0;
            if (found is null && expected[i] is not null)
            {
                string name = EncodingCookie.Find(sources[i])!;
                missing[name] = missing.GetValueOrDefault(name) + 1;
            }

            if (found != expected[i] && (found is not null || unread == 0))
            {
                wrong.Add($"{Encoding.Latin1.GetString(sources[i]).ReplaceLineEndings(" ")}: {found ?? "refused"}, not {expected[i] ?? "refused"}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{sources.Length} sources, {refused} refused that CPython reads: {string.Join(' ', missing.Keys)}");
        Assert.True(wrong.Count == 0 && refused <= unread, $"{refused} refused; {wrong.Count} wrong:\n" + string.Join('\n', wrong.Take(60)));
    }

    // The text between the first quote and the last one; "1" of "x = 1".
    private static string? Constant(string text)
    {
        int first = text.IndexOfAny(['"', '\'']);
        return first < 0 ? "1" : text[(first + 1)..text.LastIndexOfAny(['"', '\''])];
    }

    private static string Python(string program, string input)
    {
        var start = new ProcessStartInfo("python3", ["-I", "-c", program])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
