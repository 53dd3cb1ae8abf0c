using System.Text.Json;
using DataForge.Cleaner.Redaction;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Redaction;

/// <summary>
/// Python's standard library, redacted: it parses, and its own tests pass wherever they pass on the original. The tests are redacted
/// too. A test whose own data are addresses or keys fails then; it has to pass with its own text on the redacted library.
/// </summary>
public class RedactedLibraryTests
{
    private const int MostWithOwnText = 12;

    // Beside the modules of files that redaction changes. They need no network, no screen and no long time.
    private static readonly string[] Broad = (
        "test_argparse test_array test_ast test_base64 test_binascii test_bisect test_bytes test_bz2 test_calendar "
        + "test_cmd test_code test_codecs test_codeop test_collections test_compile test_configparser test_contextlib "
        + "test_copy test_copyreg test_csv test_dataclasses test_datetime test_decimal test_dict test_difflib test_dis "
        + "test_doctest test_email test_enum test_float test_fnmatch test_format test_fractions test_fstring "
        + "test_functools test_getopt test_gettext test_glob test_graphlib test_gzip test_hashlib test_heapq test_hmac "
        + "test_html test_htmlparser test_http_cookiejar test_http_cookies test_inspect test_int test_ipaddress "
        + "test_itertools test_json test_linecache test_list test_locale test_lzma test_mimetypes test_minidom test_netrc "
        + "test_ntpath test_operator test_optparse test_pathlib test_plistlib test_poplib test_posixpath test_pprint "
        + "test_pyclbr test_queue test_quopri test_random test_re test_reprlib test_sax test_sched test_secrets test_set "
        + "test_shlex test_smtplib test_statistics test_string test_stringprep test_struct test_symtable test_tempfile "
        + "test_textwrap test_tokenize test_tomllib test_traceback test_typing test_unicodedata test_urllib test_urlparse "
        + "test_uuid test_wsgiref test_xml_etree test_xmlrpc test_zipfile test_zlib")
        .Split(' ');

    [Fact(Explicit = true)]
    public void Redact_standardLibrary_itsOwnTestsStillPass()
    {
        StandardLibrary? installed = StandardLibrary.Find();
        Assert.SkipWhen(installed is null, "no python3 with its own tests on this machine; name one in DATAFORGE_TEST_PYTHON");
        using var home = new TemporaryFolder();
        StandardLibrary original = installed!.CopyTo(home["original"]);
        StandardLibrary all = original.CopyTo(home["all"]);
        string[] changed = [.. Redact(all.Folder)];
        Assert.True(changed.Length > 50);
        Assert.Equal("", all.NoLongerParsed(original, changed));

        StandardLibrary ownTests = all.CopyTo(home["own-tests"]);
        ownTests.TakeTestsOf(original);
        string[] modules = [.. Broad.Union(original.TestsOf(changed)).Where(original.HasTest).Order(StringComparer.Ordinal)];
        string[] failed = all.Failing(modules);
        string[] failedOnOriginal = original.Failing(failed);

        // Once more, since some tests depend on time.
        string[] withOwnText = all.Failing([.. failed.Except(failedOnOriginal)]);
        string[] broken = ownTests.Failing(withOwnText);
        broken = ownTests.Failing(broken);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{installed.Folder}: {changed.Length} of {original.Files().Count()} files redacted, all parse; {modules.Length} test modules, "
            + $"{modules.Length - failed.Length} pass on the redacted copy, {failedOnOriginal.Length} fail on the original too "
            + $"({string.Join(' ', failedOnOriginal)}), {withOwnText.Length} need the addresses and keys in their own data "
            + $"({string.Join(' ', withOwnText)}), {broken.Length} are broken ({string.Join(' ', broken)})");
        TestContext.Current.TestOutputHelper?.WriteLine(JsonSerializer.Serialize(changed));
        Assert.Empty(broken);
        Assert.True(withOwnText.Length <= MostWithOwnText, string.Join(' ', withOwnText));
    }

    // Redacts all files in place; those that no CPython reads stay. Gives the paths of the files that changed.
    private static IEnumerable<string> Redact(string folder)
    {
        var redaction = new SourceRedaction();
        foreach (string file in Directory.GetFiles(folder, "*.py", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (redaction.Redact(File.ReadAllBytes(file)) is null && redaction.Replaced.Count > 0)
            {
                File.WriteAllBytes(file, redaction.Text.ToArray());
                yield return Path.GetRelativePath(folder, file);
            }
        }
    }
}
