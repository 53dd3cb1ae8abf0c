using System.Globalization;

namespace DataForge.Cleaner.Tests.Redaction;

/// <summary>Secrets made up after their issuers' published formats, and things that only look like them, each in a line of Python.</summary>
internal static class PlantedSecrets
{
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const string Alphanumeric = Lower + Upper + Digits;
    private const string Hex = "0123456789abcdef";

    /// <summary>One of each kind: the line, and what must not be in it afterwards.</summary>
    public static IEnumerable<(string Text, string Secret)> Secrets(Random random)
    {
        string Of(string alphabet, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => alphabet[random.Next(alphabet.Length)]));
        string Name() => Of(Lower, random.Next(3, 9));
        string email = $"{Name()}.{Name()}@{Name()}.{Pick(random, "com", "org", "de", "co.uk", "io")}";
        string ip = $"{random.Next(40, 100)}.{random.Next(256)}.{random.Next(1, 256)}.{random.Next(1, 255)}";
        string ip6 = $"2a0{random.Next(1, 9)}:{Of(Hex, 4)}:{Of(Hex, 3)}::{Of(Hex, 4)}:{random.Next(1, 99)}";
        string password = Of(Lower, 3) + Of(Digits, 2) + Of(Alphanumeric, 7) + Of(Upper, 2);
        string header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
        yield return ($"# Author: {Name()} <{email}>", email);
        yield return ($"__author__ = '{email}'", email);
        yield return ($"def f():\n    \"\"\"Ask {email} for help.\"\"\"", email);
        yield return ($"HOST = '{ip}'", ip);
        yield return ($"urls = ['http://{ip}:8080/{Name()}']", ip);
        yield return ($"# ssh root@{ip}", ip);
        yield return ($"server = '{ip6}'", ip6);
        yield return Line("AWS_KEY", "AKIA" + Of(Upper + Digits, 16));
        yield return Line("aws_secret_access_key", Of(Alphanumeric + "+/", 40));
        yield return Line("x", "ghp_" + Of(Alphanumeric, 36));
        yield return Line("x", "github_pat_" + Of(Alphanumeric, 22) + "_" + Of(Alphanumeric, 59));
        yield return Line("x", "glpat-" + Of(Alphanumeric + "-_", 20));
        yield return Line("x", $"xoxb-{Of(Digits, 11)}-{Of(Digits, 12)}-{Of(Alphanumeric, 24)}");
        yield return Line("x", $"https://hooks.slack.com/services/T{Of(Upper + Digits, 8)}/B{Of(Upper + Digits, 8)}/{Of(Alphanumeric, 24)}", 24);
        yield return Line("x", "sk_live_" + Of(Alphanumeric, 24));
        yield return Line("x", "AIza" + Of(Alphanumeric + "-_", 35));
        yield return Line("x", $"{header}.eyJ{Of(Alphanumeric, 40)}.{Of(Alphanumeric + "-_", 43)}", 43);
        yield return Line("x", "npm_" + Of(Alphanumeric, 36));
        yield return Line("x", $"SG.{Of(Alphanumeric, 22)}.{Of(Alphanumeric, 43)}", 43);
        yield return Line("x", $"{Of("123456789", 9)}:AA{Of(Alphanumeric, 33)}", 33);
        yield return Line("x", "hf_" + Of(Alphanumeric, 34));
        yield return ($"u = 'mysql://{Name()}:{password}@db.{Name()}.com/x'", password);
        yield return Line("password", password);
        string apiKey = Of(Alphanumeric, 32);
        yield return ($"d = {{\"api_key\": \"{apiKey}\"}}", apiKey);
        yield return ($"connect(user='x', passwd='{password}')", password);
        string generated = Generated(random);
        yield return ($"# password: {generated}", generated);
        yield return ($"x = 1  # api key = {generated}, ask {Name()}", generated);
        yield return ($"def f():\n    # {Name()}_token={generated}\n    pass", generated);
        string key = Of(Alphanumeric + "+/", 64);
        yield return ($"k = '''-----BEGIN RSA PRIVATE KEY-----\n{key}\n{Of(Alphanumeric, 40)}==\n-----END RSA PRIVATE KEY-----'''", key);
    }

    /// <summary>One of each kind of what must stay.</summary>
    public static IEnumerable<string> LookAlikes(Random random)
    {
        string Of(string alphabet, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => alphabet[random.Next(alphabet.Length)]));
        string Name() => Of(Lower, random.Next(3, 9));
        string N(int most) => random.Next(most).ToString(CultureInfo.InvariantCulture);
        string uuid = $"{Of(Hex, 8)}-{Of(Hex, 4)}-4{Of(Hex, 3)}-a{Of(Hex, 3)}-{Of(Hex, 12)}";
        yield return $"__version__ = '{N(20)}.{N(200)}.{N(20)}.{N(200)}'";
        yield return $"requires = ['{Name()}=={N(200)}.{N(20)}.{N(200)}.{N(20)}']";
        yield return $"# version {N(30)}.{N(30)}.{N(30)}.{N(30)} of {Name()}";
        yield return $"agent = 'Chrome/{N(99)}.0.{N(255)}.{N(99)}'";
        yield return $"x = '{N(9)}.{N(9)}.{N(9)}'";
        yield return $"md5 = '{Of(Hex, 32)}'";
        yield return $"commit = '{Of(Hex, 40)}'";
        yield return $"sha256 = '{Of(Hex, 64)}'";
        yield return $"id = '{uuid}'";
        yield return $"session_token = '{uuid}'";
        yield return $"x = '10.{N(255)}.{N(255)}.{N(255)}'";
        yield return $"x = '192.168.{N(255)}.{N(255)}'";
        yield return $"x = '203.0.113.{N(255)}'";
        yield return $"x = '2001:db8::{Of(Hex, 4)}'";
        yield return $"x = '{Name()}@example.com'";
        yield return $"c_{Name()} = a_{Name()}@b_{Name()}.T";
        yield return $"@{Name()}.{Name()}\ndef f(): pass";
        yield return $"x = 'git@github.com:{Name()}/{Name()}.git'";
        yield return $"x = 'rsync {Name()}@{Name()}:/tmp'";
        yield return $"password = 'your_{Name()}'";
        yield return $"token = get_token('{Name()}')";
        yield return $"password_field = '{Name()}{N(9)}{Name()}'";
        yield return $"secret_name = 'prod/{Name()}/{N(99)}'";
        yield return $"time = '{N(24)}:{N(60)}:{N(60)}'";
        yield return $"mac = '{Of(Hex, 2)}:{Of(Hex, 2)}:{Of(Hex, 2)}:{Of(Hex, 2)}:{Of(Hex, 2)}:{Of(Hex, 2)}'";
        yield return $"x = '{Name()}_{Name()}_{Name()}_{Name()}_{Name()}_{Name()}'";
        yield return $"# token = {Name()}_token({Name()}{N(9)})";
        yield return $"# password: {Name()}{N(9999)}{Name()}_{Name()}";
        yield return $"# secret_key: {char.ToUpperInvariant(Name()[0])}{Name()}{N(99)}Provider";
        yield return $"# tokens: {Name()}[{N(99)}].{Name()}{N(9)}";
        yield return $"token = {Name()}{N(99)}{Name()}{N(99)}{Name()}{N(99)}  # {Name()}";
        yield return $"# commit: {Of(Hex, 40)}";
        yield return $"asset = '{Name()}@{N(4)}x.png'";
    }

    /// <summary>What password generators give: letters of both cases and at least three digits, all mixed.</summary>
    private static string Generated(Random random)
    {
        while (true)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(10, 25)).Select(_ => Alphanumeric[random.Next(Alphanumeric.Length)]));
            if (text.Count(char.IsAsciiDigit) >= 3 && text.Any(char.IsAsciiLetterLower) && text.Any(char.IsAsciiLetterUpper))
            {
                return text;
            }
        }
    }

    private static (string Text, string Secret) Line(string name, string value, int tail = 0) => ($"{name} = '{value}'", tail == 0 ? value : value[^tail..]);

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
