using System.Text;
using DataForge.Cleaner.Redaction;
using DataForge.Cleaner.Text;
using DataForge.Python;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Redaction;

public class RedactionTests
{
    private static string Redact(string text)
    {
        var source = new SourceText();
        Assert.True(source.Decode(Encoding.UTF8.GetBytes(text)));
        new Redactor().Redact(source);
        return Encoding.UTF8.GetString(source.Text);
    }

    [Theory]
    [InlineData("# by ada@lovelace.org", "# by <EMAIL>")]
    [InlineData("x = 'Ada <ada.l+x@sub.lovelace.co.uk>'", "x = 'Ada <<EMAIL>>'")]
    [InlineData("x = '\\nada@lovelace.org'", "x = '\\n<EMAIL>'")]
    [InlineData("x = '\\x41da@lovelace.org'", "x = '\\x41<EMAIL>'")]
    [InlineData("x = f'{y}ada@lovelace.org{z}'", "x = f'{y}<EMAIL>{z}'")]
    [InlineData("x = '93.184.216.34:80'", "x = '<IP_ADDRESS>:80'")]
    [InlineData("# host 2606:2800:220:1:248:1893:25c8:1946", "# host <IP_ADDRESS>")]
    [InlineData("u = 'postgres://ada:hunter22x@db.lovelace.org/x'", "u = 'postgres://ada:<PASSWORD>@db.lovelace.org/x'")]
    [InlineData("PASSWORD = 'x7Gh2kQp9'", "PASSWORD = '<PASSWORD>'")]
    [InlineData("d = {'api_key': 'Zk3mQ81xT0aPq7LwVn5e'}", "d = {'api_key': '<PASSWORD>'}")]
    [InlineData("settings['SECRET_KEY'] = '8w$k1z!q9v@3m#7p'", "settings['SECRET_KEY'] = '<PASSWORD>'")]
    [InlineData("# password: hunter2Xk9\nx = 1", "# password: <PASSWORD>\nx = 1")]
    [InlineData("x = 1  # db_password=tR4x9Qz2, ask Ada", "x = 1  # db_password=<PASSWORD>, ask Ada")]
    [InlineData("# API key: Zk3mQ81xT0aPq7LwVn5e.", "# API key: <PASSWORD>.")]
    [InlineData("# SECRET_KEY = 8w$k1z!q9v@3m#7p", "# SECRET_KEY = <PASSWORD>")]
    [InlineData("# token: deadbeef01ab9c7e", "# token: <PASSWORD>")]
    [InlineData("token: str = 'a81Jk29dLqPz73Mx'", "token: str = '<PASSWORD>'")]
    [InlineData("k = '-----BEGIN RSA PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA75\\nabcdefghijklmnop0123\\n-----END RSA PRIVATE KEY-----'", "k = '-----BEGIN RSA PRIVATE KEY-----\\n<KEY>\\n<KEY>\\n-----END RSA PRIVATE KEY-----'")]
    [InlineData("h = {'Authorization': 'Basic YWRhOmh1bnRlcjJYazk='}", "h = {'Authorization': 'Basic <PASSWORD>'}")]
    public void Redact_secret_givesPlaceholder(string text, string expected) => Assert.Equal(expected, Redact(text));

    [Theory]
    [InlineData("c = a@b.T")]
    [InlineData("@app.route\ndef f(): pass")]
    [InlineData("x = 'a @ b'")]
    [InlineData("x = 'git@github.com:ada/x.git'")]
    [InlineData("x = 'icon@2x.png'")]
    [InlineData("x = 'user@example.com'")]
    [InlineData("x = 'user@host'")]
    [InlineData("x = '192.168.0.1' or '127.0.0.1' or '198.51.100.7' or '8.8.8.8'")]
    [InlineData("__version__ = '1.2.3.4'")]
    [InlineData("x = 'lib==100.20.30.40'")]
    [InlineData("x = 'Chrome/41.0.249.0'")]
    [InlineData("x = '2001:db8::1' or 'fe80::1' or '12:34:56' or 'aa:bb:cc:dd:ee:ff'")]
    [InlineData("sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'")]
    [InlineData("token = '123e4567-e89b-12d3-a456-426614174000'")]
    [InlineData("password = 'your-password-1'")]
    [InlineData("token_type = 'urn:ietf:params:2a9Kx'")]
    [InlineData("AWS = 'AKIAIOSFODNN7EXAMPLE'")]
    [InlineData("OID = ObjectIdentifier('2.5.29.32')")]
    [InlineData("# see 8.2.4.43 Markup declaration")]
    [InlineData("net = IPv6Network('2001:10::/28') or '2001::1'")]
    [InlineData("publicKeyToken = '6595b64144ccf1df'")]
    [InlineData("u = 'http://user:password@host/'")]
    [InlineData("token = a81Jk29dLqPz73Mx  # from above")]
    [InlineData("x = '''password: a81Jk29dLqPz73Mx'''")]
    [InlineData("# token = read_token2(file3name)")]
    [InlineData("# token: tokens2ids[x1y2z3]")]
    [InlineData("# password = utf8mb4_general_ci")]
    [InlineData("# token: AccessTokenV2Response")]
    [InlineData("# secret: Iso8601DateFormat")]
    [InlineData("# password hash: a81Jk29dLqPz73Mx")]
    [InlineData("# token_id = a81Jk29dLqPz73Mx")]
    [InlineData("# token: see RFC7519, section 4.1.2")]
    [InlineData("# key: a81Jk29dLqPz73Mx")]
    [InlineData("a_very_long_identifier_name_that_goes_on = sk_live_wires")]
    [InlineData("h = {'Authorization': 'Basic dXNlcg=='}")]
    public void Redact_lookAlike_stays(string text) => Assert.Equal(text, Redact(text));

    [Fact]
    public void Redact_plantedSecretsAndLookAlikes_recallAndPrecision()
    {
        var random = new Random(11);
        int found = 0;
        int secrets = 0;
        int wrong = 0;
        int lookAlikes = 0;
        var faults = new List<string>();
        for (int i = 0; i < 200; i++)
        {
            foreach ((string text, string secret) in PlantedSecrets.Secrets(random))
            {
                string redacted = Redact(text);
                secrets++;
                bool isGone = !redacted.Contains(secret, StringComparison.Ordinal);
                found += isGone ? 1 : 0;
                Assert.NotEqual(ParseOutcome.Invalid, PythonParser.Check(Encoding.UTF8.GetBytes(redacted)).Outcome);
                if (!isGone)
                {
                    faults.Add("missed: " + text);
                }
            }

            foreach (string text in PlantedSecrets.LookAlikes(random))
            {
                lookAlikes++;
                if (Redact(text) != text)
                {
                    wrong++;
                    faults.Add("wrong: " + text + " -> " + Redact(text));
                }
            }
        }

        double recall = (double)found / secrets;
        double precision = (double)found / (found + wrong);
        TestContext.Current.TestOutputHelper?.WriteLine($"{secrets} secrets, recall {recall:F4}; {lookAlikes} look-alikes, precision {precision:F4}");
        Assert.True(secrets >= 2000 && lookAlikes >= 2000);
        Assert.True(recall >= 0.98 && precision >= 0.98, $"recall {recall:F4}, precision {precision:F4}\n" + string.Join('\n', faults.Take(40)));
    }

    [Fact]
    public void Redact_realFiles_stillParse()
    {
        string[] files = [.. RealPython.Files().Where((_, i) => i % 12 == 0).Take(600)];
        Assert.SkipWhen(files.Length < 50, "no Python library on this machine");
        var source = new SourceText();
        var redactor = new Redactor();
        int redacted = 0;
        foreach (string file in files)
        {
            if (source.Decode(File.ReadAllBytes(file)) && PythonParser.Check(source.Text).Outcome == ParseOutcome.Valid && redactor.Redact(source))
            {
                redacted++;
                Assert.True(PythonParser.Check(source.Text).Outcome == ParseOutcome.Valid, file);
            }
        }

        Assert.True(redacted > 0);
    }
}
