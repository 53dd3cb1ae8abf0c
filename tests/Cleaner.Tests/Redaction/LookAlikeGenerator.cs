using DataForge.Cleaner.Tests.Licenses;

namespace DataForge.Cleaner.Tests.Redaction;

/// <summary>Sources that look as though they held a secret, and hold none. Made without knowledge of how the redactor works.</summary>
internal static class LookAlikeGenerator
{
    private static readonly string[] Tokenizers =
    [
        "tokenizer = \"{0}\"", "tokenizer_name = '{0}'", "tokenizer = AutoTokenizer.from_pretrained(\"{0}\")", "token_classifier = \"{0}\"",
        "pad_token = \"<pad>\"\neos_token = \"</s>\"\nunk_token = \"[UNK]\"", "mask_token = \"<mask>\"", "token_type = \"bearer\"",
        "parser.add_argument(\"--tokenizer\", default=\"{0}\")", "max_tokens = \"4096\"", "token_pattern = r\"(?u)\\b\\w\\w+\\b\"",
        "stop_token = \"<|endoftext|>\"", "tokens = [\"the\", \"quick\", \"brown\", \"fox\"]", "bos_token: str = \"<|begin_of_text|>\"",
        "tokenizer_class = \"PreTrainedTokenizerFast\"", "image_token = \"<image>\"", "special_tokens = {{\"cls_token\": \"[CLS]\"}}",
        "token = \"NUMBER\"", "token_kind = 'IDENTIFIER'", "next_token = \"RIGHT_PARENTHESIS\"", "split_token = \"\\n\\n\"",
    ];

    private static readonly string[] Models =
    [
        "bert-base-uncased", "meta-llama/Llama-2-7b-chat-hf", "sentence-transformers/all-MiniLM-L6-v2", "gpt-4o-2024-08-06",
        "dslim/bert-base-NER",
        "google/flan-t5-xxl", "mistralai/Mixtral-8x7B-Instruct-v0.1", "openai/clip-vit-large-patch14-336", "text-embedding-3-small",
        "claude-3-5-sonnet-20241022", "facebook/opt-1.3b", "stabilityai/stable-diffusion-xl-base-1.0", "Qwen/Qwen2.5-Coder-32B-Instruct",
        "microsoft/deberta-v3-large", "bigcode/starcoder2-15b-instruct-v0.1", "cl100k_base",
    ];

    private static readonly string[] Lookups =
    [
        "password = os.environ[\"DB_PASSWORD\"]", "api_key = os.getenv(\"OPENAI_API_KEY\")", "token = config.get(\"auth\", \"token\")",
        "secret = keyring.get_password(\"system\", \"user\")", "password = getpass.getpass(\"Password: \")",
        "SECRET_KEY = settings.SECRET_KEY",
        "token = os.environ.get('GITHUB_TOKEN', '')", "client = Client(api_key=os.environ[\"API_KEY\"])",
        "password = request.form[\"password\"]",
        "secret = boto3.client(\"secretsmanager\").get_secret_value(SecretId=\"prod/db/credentials\")", "api_key = args.api_key or None",
        "password = str(self.password_field.text())", "token = data[\"access_token\"]", "auth_token = session.get(\"auth_token\")",
        "password = sys.argv[2]", "secret_key = vault.read(\"secret/data/app\")[\"data\"][\"key\"]",
        "password = generate_password(length=20)",
    ];

    private static readonly string[] Labels =
    [
        "password_label = \"Enter your password\"", "PASSWORD_FIELD = \"password_hash\"",
        "token_url = \"https://auth.example.com/oauth/token\"",
        "secret_name = \"prod/db/credentials\"", "api_key_header = \"X-API-Key\"", "password_regex = r\"^[A-Za-z0-9]{8,}$\"",
        "csrf_token_name = \"csrfmiddlewaretoken\"", "keyfile = \"/etc/ssl/private/server.key\"", "cache_key = \"user:profile:v2\"",
        "primary_key = \"customer_id\"", "token_endpoint_auth_method = \"client_secret_post\"", "key_type = \"ed25519\"",
        "ALPHABET = \"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789\"", "password_help = 'At least eight characters.'",
        "secret_file = \"/run/secrets/db_password\"", "sort_key = \"created_at\"", "error = \"Invalid password or user name\"",
        "password_hasher = \"django.contrib.auth.hashers.Argon2PasswordHasher\"", "key_name = \"deployment-key-production\"",
        "token_env = \"GITHUB_TOKEN\"", "password_column = 'pwd_sha256_hex'", "foreign_key = \"accounts_customer.customer_number\"",
        "password_reset_template = \"registration/password_reset_email.html\"", "auth_token_lifetime = \"30 days\"",
    ];

    private static readonly string[] Others =
    [
        "secret = \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf\"", "token = \"END_OF_PARAGRAPH_SEPARATOR\"",
        "properties = {\"password\": \"string\", \"token\": \"string\"}", "password = \"Passwort vergessen?\"",
        "\"\"\"Sets password: a string.\"\"\"",
        "PUBLIC_KEY = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHc5ZmY0b3Vyc2VyaWVzb2ZyYW5kb21ieXRlczEy\"", "api_key: Optional[str] = None",
        "password_input = \"#login-form input[type=password]\"", "password_xpath = \"//input[@name='passwd' and @id='login-passwd']\"",
        "messages = {\"password\": \"Mot de passe\", \"secret\": \"Geheimnis\"}",
        "token_uri = \"https://oauth2.example.com/v2/token?grant=code\"",
        "sql = \"SELECT password, salt FROM users WHERE name = ?\"", "auth_backend = \"django.contrib.auth.backends.ModelBackend\"",
        "PEM = \"\"\"-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYL\n-----END PUBLIC KEY-----\n\"\"\"",
        "secret_key_path = os.path.join(BASE, \"conf\", \"secret_key.txt\")",
        "token_mint = \"EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v\"",
        "class TokenType(Enum):\n    IDENTIFIER = \"identifier\"\n    SECRET = \"secret\"",
        "assert page.title == \"Password reset on testserver\"",
        "password_validators = [\"UserAttributeSimilarityValidator\", \"MinimumLengthValidator\"]",
        "key = \"authentication.token.expired\"",
        "doc = \"Use --password=FILE or set the variable DB_PASSWORD.\"", "secretName: str = \"database-credentials-production\"",
        "text = \"postgresql://localhost:5432/app\"", "url = \"redis://localhost:6379/0\"", "# The password is read from the keyring.",
        "names = (\"user\", \"password\", \"token\")", "user, password = credentials", "token = token or default_token",
        "auth_scheme = \"AWS4-HMAC-SHA256\"", "cipher = \"ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-SHA256\"",
        "key_id = \"alias/aws/s3\"",
    ];

    private static readonly string[] Formats =
    [
        "email = \"%s@example.org\" % user", "address = \"{}@example.org\".format(name)", "to = f\"{user}@example.org\"",
        "target = \"%(user)s@%(host)s\" % options", "url = \"postgresql://%s:%s@%s/%s\" % (user, password, host, name)",
        "url = f\"mysql://{user}:{password}@{host}/{database}\"", "broker = \"redis://:{}@{}:6379/0\".format(password, host)",
        "url = \"https://{token}@github.com/{owner}/{repo}.git\".format(**values)", "login = \"%s:%s@%s\" % (user, secret, host)",
        "dsn = \"host={host} user={user} password={password}\".format(**settings)", "header = f\"Bearer {token}\"",
        "auth = \"token %s\" % token",
        "key = f\"api_key={api_key}&format=json\"", "command = \"mysql -u%s -p%s %s\" % (user, password, database)",
        "dsn = \"Server=%s;Database=%s;Uid=%s;Pwd=%s;\" % parts", "conn = f'amqp://{USER}:{PASSWORD}@rabbit//'",
        "message = \"password: {password}\".format(password=value)", "line = 'api_key = \"{}\"'.format(key)",
    ];

    private static readonly string[] Remotes =
    [
        "remote = \"git@github.com:acme/tool.git\"", "url = \"ssh://git@git.acme.io/team/app.git\"",
        "dep = \"git+ssh://git@github.com/acme/lib.git@v1.2\"",
        "url = 'https://jdoe@bitbucket.org/acme/app.git'", "host = \"svn+ssh://svn@svn.acme.io/trunk\"",
        "clone('git@gitlab.com:group/project.git')",
        "# clone with: git clone git@github.com:acme/tool.git", "target = \"rsync://backup@files.acme.io/daily\"",
        "cmd = [\"scp\", \"f\", \"deploy@web1:/srv\"]",
        "requirements = [\"lib @ git+https://git@github.com/acme/lib.git\"]",
    ];

    private static readonly string[] Placeholders =
    [
        "changeme", "your-api-key-here", "<YOUR_TOKEN>", "xxxxxxxxxxxxxxxx", "********", "REPLACE_ME", "{{ api_key }}", "${DB_PASSWORD}",
        "TODO",
        "insert your token here", "YOUR_SECRET_KEY", "<password>", "not-a-real-key", "...", "sk-xxxxxxxxxxxxxxxxxxxx", "[REDACTED]", "none",
        "password", "test", "secret", "dummy", "foobar", "admin", "guest", "mysecret", "letmein", "fake-token", "test-token", "testing",
        "my-secret", "pass", "example", "12345678", "qwerty", "hunter2", "enter-your-key", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "AKIAIOSFODNN7EXAMPLE", "dummy_api_key", "test_secret", "placeholder", "%(password)s", "$PASSWORD", "<your password>",
        "your_password",
    ];

    private static readonly int[] Lengths = [32, 40, 64, 128];

    private static readonly Func<Random, (string Kind, string Line)>[] Kinds =
    [
        random => ("tokenizer", string.Format(NearMissWords.Any(random, Tokenizers), NearMissWords.Any(random, Models))),
        random => ("model",
            string.Format(NearMissWords.Any(random, "model = \"{0}\"", "config = {{'model_name': '{0}'}}", "run(model=\"{0}\")",
            "model_key = \"{0}\"", "parser.add_argument(\"--model\", default=\"{0}\")", "DEFAULT = os.getenv(\"MODEL\", \"{0}\")"),
            NearMissWords.Any(random, Models))),
        TokenAddress,
        random => ("remote", NearMissWords.Any(random, Remotes)),
        random => ("format", NearMissWords.Any(random, Formats)),
        Hash,
        Identifier,
        Image,
        Placeholder,
        random => ("lookup", NearMissWords.Any(random, Lookups)),
        random => ("label", NearMissWords.Any(random, Labels)),
        random => ("other", NearMissWords.Any(random, Others)),
    ];

    /// <summary>The case of a number; the kinds take turns.</summary>
    public static SecretCase Make(int seed, int index)
    {
        var random = new Random((seed * 1_000_003) + index);
        (string kind, string line) = Kinds[index % Kinds.Length](random);
        return SecretCase.Around(random, kind, line, string.Empty);
    }

    private static (string Kind, string Line) TokenAddress(Random random)
    {
        string address = "0x" + SecretForms.Hex(random, 40);
        string name = NearMissWords.Any(random, "token_address", "USDC_TOKEN", "contract_token", "token_contract_address", "weth_token",
            "TOKEN",
            "token0", "pool_token_address", "lp_token");
        return ("token address", NearMissWords.Any(random, $"{name} = \"{address}\"", $"TOKENS = {{\"USDC\": \"{address}\"}}",
            $"swap(token_in=\"{address}\", amount=3)", $"{name}: str = '{address}'", $"balance = get(token_address=\"{address}\")"));
    }

    private static (string Kind, string Line) Hash(Random random)
    {
        string hash = SecretForms.Hex(random, Lengths[random.Next(Lengths.Length)]);
        string sri = "sha512-" + Convert.ToBase64String(SecretForms.Bytes(random, 64));
        return ("hash",
            NearMissWords.Any(random, $"sha256 = \"{hash}\"", $"checksum = '{hash}'", $"commit = \"{hash}\"", $"integrity = \"{sri}\"",
            $"assert digest(data) == \"{hash}\"", $"EXPECTED_MD5 = \"{hash}\"", $"revision = '{hash}'", $"etag = \"{hash}\"",
            $"files = {{\"a.tar.gz\": \"{hash}\"}}", $"# built from {hash}", $"hashes = [\"sha256:{hash}\"]", $"fingerprint = \"{hash}\""));
    }

    private static (string Kind, string Line) Identifier(Random random)
    {
        string uuid = SecretForms.Uuid(random);
        return ("identifier", NearMissWords.Any(random, $"namespace = uuid.UUID(\"{uuid}\")", $"request_id = \"{uuid}\"", $"id = '{uuid}'",
            $"down_revision = \"{uuid[24..]}\"", $"device = {{\"uuid\": \"{uuid}\"}}", $"GUID = \"{{{uuid.ToUpperInvariant()}}}\"",
            $"path = f\"/v1/items/{uuid}\"", $"correlation_id = \"{uuid}\"", $"SERVICE_UUID = \"{uuid}\"", $"tenant_id = \"{uuid}\""));
    }

    private static (string Kind, string Line) Image(Random random)
    {
        string png = "iVBORw0KGgoAAAANSUhEUgAAAB" + Convert.ToBase64String(SecretForms.Bytes(random, random.Next(90, 400)));
        string gif = "R0lGODlhAQABAIAAAAAAAP" + Convert.ToBase64String(SecretForms.Bytes(random, 60));
        return ("image", NearMissWords.Any(random, $"ICON = \"{png}\"", $"src = \"data:image/png;base64,{png}\"", $"PIXEL = b\"{gif}\"",
            $"icon = base64.b64decode('{png}')", $"IMAGES = {{\"logo\": \"{png}\"}}",
            $"html = '<img src=\"data:image/gif;base64,{gif}\">'"));
    }

    private static (string Kind, string Line) Placeholder(Random random)
    {
        string name = NearMissWords.Any(random, "password", "api_key", "SECRET_KEY", "token", "client_secret", "DB_PASSWORD",
            "access_token");
        string value = NearMissWords.Any(random, Placeholders);
        return ("placeholder",
            NearMissWords.Any(random, $"{name} = \"{value}\"", $"connect({name}='{value}')", $"config = {{\"{name}\": \"{value}\"}}",
            $"{name} = os.getenv(\"{name.ToUpperInvariant()}\", \"{value}\")", $"def login({name}=\"{value}\"):\n    return {name}"));
    }
}
