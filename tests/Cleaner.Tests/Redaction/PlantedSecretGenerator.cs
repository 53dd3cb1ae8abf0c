using DataForge.Cleaner.Tests.Licenses;

namespace DataForge.Cleaner.Tests.Redaction;

/// <summary>
/// Sources with one secret each, made up at random: of a vendor's form anywhere, or of no form, where it reaches a secret's name. Made
/// without knowledge of how the redactor works.
/// </summary>
internal static class PlantedSecretGenerator
{
    private static readonly string[] Vendors =
    [
        "algolia", "asana", "bittrex", "cloudflare", "codecov", "cohere", "coinbase", "confluent", "datadog", "discord", "etsy", "fastly",
        "finnhub", "flickr", "gitter", "heroku", "jira", "kraken", "kucoin", "launchdarkly", "linkedin", "looker", "mattermost", "netlify",
        "okta", "rapidapi", "sendbird", "snyk", "sonar", "travis", "trello", "twitch", "twitter", "zendesk", "acme", "internal",
    ];

    private static readonly Func<Random, string, string, string>[] Ways =
    [
        // What a name and a value become. The plain ones first, then those that lie between the two.
        (random, name, value) => $"{name} = {value}", (random, name, value) => $"{name}: str = {value}",
        (random, name, value) => $"config = {{\"host\": \"localhost\", \"{name}\": {value}}}",
        (random, name, value) => $"client = Client(host, {name}={value})", (random, name, value) => $"settings.{name} = {value}",
        (random, name, value) => $"{name} = ({value})", (random, name, value) => $"settings[\"{name}\"] = {value}",
        (random, name, value) => $"os.environ['{name}'] = {value}", (random, name, value) => $"{name} = [{value}]",
        (random, name, value) => $"{name} = (\n    {value}\n)",
        (random, name, value) => $"def connect(host, {name}={value}):\n    return host, {name}",
        (random, name, value) => $"def connect(host: str, *, {name}: str = {value}) -> None:\n    open(host)",
        (random, name, value) => $"get = lambda {name}={value}: {name}",
        (random, name, value) => $"{name} = os.environ.get(\"NAME\") or {value}", (random, name, value) => $"{name} = {name} or {value}",
        (random, name, value) => $"{name} = {value} if DEBUG else None", (random, name, value) => $"{name} = None or {value}",
        (random, name, value) => $"user, {name} = \"admin\", {value}", (random, name, value) => $"({name}, user) = ({value}, \"admin\")",
        (random, name, value) => $"options = [(\"host\", \"localhost\"), (\"{name}\", {value})]",
        (random, name, value) => $"@dataclass\nclass Config:\n    {name}: str = field(default={value})",
        (random, name, value) => $"class Config(BaseSettings):\n    {name}: str = Field({value}, description=\"as given\")",
        (random, name, value) => $"class Config(BaseSettings):\n    {name}: SecretStr = SecretStr({value})",
        (random, name, value) => $"value = os.getenv(\"{name.ToUpperInvariant()}\", {value})",
        (random, name, value) => $"{name} = os.getenv(\"SOME_NAME\", {value})",
        (random, name, value) => $"value = os.environ.get('{name.ToUpperInvariant()}', {value})",
        (random, name, value) => $"{name} = config(\"SOME_NAME\", default={value})",
        (random, name, value) => $"os.environ.setdefault(\"{name.ToUpperInvariant()}\", {value})",
        (random, name, value) => $"parser.add_argument(\"--{name.ToLowerInvariant().Replace('_', '-')}\", default={value})",
        (random, name, value) => $"kwargs.setdefault(\"{name}\", {value})",
        (random, name, value) => $"setattr(settings, \"{name}\", {value})",
        (random, name, value) => $"config = dict(host=\"localhost\", {name}={value})",
        (random, name, value) => $"if {name} == {value}:\n    log.info(\"right\")", (random, name, value) => $"self_.{name} = str({value})",
        (random, name, value) => $"if ({name} := {value}):\n    print(1)", (random, name, value) => $"# {name} = {value}",
    ];

    private static readonly string[] Texts =
    [
        "CONFIG = \"\"\"\ndatabase:\n  host: db.internal\n  {0}: {1}\n  port: 5432\n\"\"\"",
        "ENV = \"\"\"\nDEBUG=1\n{2}={1}\nHOST=db.internal\n\"\"\"",
        "INI = \"\"\"\n[db]\nhost = db.internal\n{0} = {1}\nport = 5432\n\"\"\"",
        "BODY = '{{\"host\": \"db.internal\", \"{0}\": \"{1}\"}}'",
        "YAML = \"server: web1\\n{0}: {1}\\nretries: 3\\n\"", "ENV = 'export {2}=\"{1}\"'",
        "command = \"{2}={1} python manage.py migrate\"",
        "BODY = \"{{\\\"{0}\\\": \\\"{1}\\\"}}\"", "YAML = '''\n{0}: \"{1}\"\n'''", "TOML = \"\"\"\n[auth]\n{0} = \"{1}\"\n\"\"\"",
    ];

    private static readonly string[] Connections =
    [
        "url = \"postgresql://app:{0}@db.internal:5432/app\"",
        "engine = create_engine('mysql+pymysql://root:{0}@localhost/shop?charset=utf8mb4')",
        "BROKER = \"amqp://worker:{0}@rabbit:5672//\"", "cache = \"redis://:{0}@cache.internal:6379/0\"",
        "client = MongoClient(\"mongodb+srv://app:{0}@cluster0.abcde.mongodb.net/test\")",
        "conn = \"Server=tcp:sql1,1433;Database=app;User ID=sa;Password={0};Encrypt=True\"",
        "dsn = \"host=localhost port=5432 dbname=app user=app password={0}\"", "proxy = \"http://proxyuser:{0}@proxy.internal:3128\"",
        "remote = \"https://deploy:{0}@git.example.com/team/app.git\"", "dsn = \"DRIVER={{ODBC Driver 17}};SERVER=sql1;UID=sa;PWD={0}\"",
        "ftp = 'ftp://backup:{0}@files.internal/daily'", "ldap = \"ldap://admin:{0}@directory.internal\"",
    ];

    private static readonly string[] Anywhere =
    [
        "value = {0}", "x = [1, {0}, 2]", "send({0})", "# used until March: {1}", "headers = {{\"Authorization\": \"Bearer {1}\"}}",
        "print(\"curl -H 'X-Auth: {1}' https://api.example.com/v1\")", "def f():\n    \"\"\"Calls with {1} as its first argument.\"\"\"",
        "assert call({0}, 3) == 4", "data = {{'first': {0}}}", "y = z or {0}", "TEXT = \"\"\"\nline one\n{1}\nline three\n\"\"\"",
    ];

    /// <summary>The case of a number.</summary>
    public static SecretCase Make(int seed, int index)
    {
        var random = new Random((seed * 1_000_003) + index);
        return (index % 8) switch
        {
            0 or 1 or 2 => OfForm(random, SecretForms.All[((index / 8 * 3) + (index % 8)) % SecretForms.All.Length]),
            6 => InText(random),
            7 => random.Next(4) switch
            {
                0 => Django(random),
                1 => PrivateKey(random),
                _ => Connection(random),
            },
            _ => Named(random),
        };
    }

    private static SecretCase OfForm(Random random, (string Vendor, bool IsNamed, string Form) form)
    {
        string value = SecretForms.Expand(random, form.Form);
        bool isNamed = form.IsNamed || random.Next(3) == 0;
        string line = isNamed
            ? Ways[random.Next(Ways.Length)](random, form.Vendor + NearMissWords.Any(random, "_key", "_token", "_secret", "_api_key"),
                Quote(random, value))
            : string.Format(NearMissWords.Any(random, Anywhere), Quote(random, value), value);
        return SecretCase.Around(random, $"form of {form.Vendor} {form.Form}{(isNamed ? ", named" : string.Empty)}", line, value);
    }

    private static SecretCase Named(Random random)
    {
        (string name, string value) = NameAndValue(random);
        int way = random.Next(Ways.Length);
        return SecretCase.Around(random, $"way {way}", Ways[way](random, name, Quote(random, value)), value);
    }

    private static SecretCase InText(Random random)
    {
        (string name, string value) = NameAndValue(random);
        string text = NearMissWords.Any(random, Texts);
        return SecretCase.Around(random, "in a text", string.Format(text, name.ToLowerInvariant(), value, name.ToUpperInvariant()), value);
    }

    private static SecretCase Connection(Random random)
    {
        string value = SecretForms.Expand(random, $"{{A:{random.Next(10, 25)}}}");
        return SecretCase.Around(random, "connection", string.Format(NearMissWords.Any(random, Connections), value), value);
    }

    private static SecretCase Django(Random random)
    {
        string value = SecretForms.Expand(random, "django-insecure-{a:20}#{a:10}&^{a:18}");
        string line = NearMissWords.Any(random, "SECRET_KEY = '{0}'", "SECRET_KEY = os.environ.get(\"KEY\", \"{0}\")",
            "settings.configure(SECRET_KEY=\"{0}\")");
        return SecretCase.Around(random, "django-insecure", string.Format(line, value), value);
    }

    private static SecretCase PrivateKey(Random random)
    {
        string type = NearMissWords.Any(random, "RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY");
        string body = string.Join('\n', Convert.ToBase64String(SecretForms.Bytes(random, 600)).Chunk(64).Select(line => new string(line)));
        return SecretCase.Around(random, "private key", $"PEM = \"\"\"-----BEGIN {type}-----\n{body}\n-----END {type}-----\n\"\"\"",
            body[200..260]);
    }

    private static (string Name, string Value) NameAndValue(Random random)
    {
        bool isPassword = random.Next(2) == 0;
        string prefix = random.Next(2) == 0 ? string.Empty : NearMissWords.Any(random, Vendors) + "_";
        string name = prefix + (isPassword
            ? NearMissWords.Any(random, "password", "passwd", "db_password", "pwd", "smtp_password", "admin_password", "passphrase")
            : NearMissWords.Any(random, "api_key", "secret_key", "access_token", "auth_token", "client_secret", "secret", "apikey",
                "private_token"));
        return (random.Next(3) == 0 ? name.ToUpperInvariant() : name, isPassword ? SecretForms.Password(random) : SecretForms.Key(random));
    }

    private static string Quote(Random random, string value) => random.Next(2) == 0 ? $"\"{value}\"" : $"'{value}'";
}
