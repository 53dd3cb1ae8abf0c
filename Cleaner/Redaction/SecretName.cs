using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// Tells the names of secrets (<c>DB_PASSWORD</c>, <c>clientSecret</c>, <c>x-api-key</c>) from names of other things that only mention one
/// (<c>tokenizer</c>, <c>token_address</c>, <c>password_hasher</c>, <c>secretary</c>). A name is read as words: at '_', '-', ' ' and where
/// a capital follows a small letter. The last words of a name say what it names.
/// </summary>
internal static class SecretName
{
    private const int MaxName = 64;

    // What a word that names a secret ends with, so that "dbpassword" does too.
    private static readonly byte[][] Secrets = Words(
        "password", "passwd", "pwd", "passphrase", "passcode", "secret", "token", "credential");

    // What a key that is secret has before "key".
    private static readonly byte[][] Keys = Words(
        "api", "access", "auth", "private", "signing", "encryption", "client", "consumer", "account", "secret", "service", "app", "master",
        "shared", "admin");

    private static readonly byte[][] IssuedTokens = Words("auth", "access", "private", "api", "secret");

    // Behind a token: words that leave it one. Tokens of programs that read text have all sorts of words behind them.
    private static readonly byte[][] BehindToken = Words(
        "value", "val", "str", "string", "secret", "key", "default", "prod", "production", "dev", "staging", "live", "old", "new", "raw",
        "b64");

    // Behind a password or a key: words that make it something else.
    private static readonly byte[][] Others = Words(
        "hash", "hashed", "hasher", "hashers", "hashing", "name", "names", "type", "types", "file", "filename", "path", "url", "uri",
        "field",
        "fields", "header", "prefix", "suffix", "regex", "pattern", "length", "len", "size", "label", "id", "ids", "endpoint", "class",
        "format", "env", "var", "re", "kind", "message", "msg", "error", "help", "text", "title", "template", "param", "attr", "index",
        "count", "arn", "address", "expired", "expires", "expiry", "expiration", "timeout", "manager", "reset", "validator", "validators",
        "policy", "version", "column", "table", "algorithm", "algo", "method", "mode", "scheme", "strength", "store", "provider", "backend",
        "vault", "ref", "reference", "resource", "location", "dir", "folder", "alias", "encoder", "form", "view", "page", "input", "widget",
        "button", "selector", "xpath", "css", "callback", "handler", "model", "date", "time", "created", "changed", "updated", "prompt",
        "hint", "question", "fingerprint", "digest", "checksum", "salt");

    /// <summary>Whether this is the name of a secret.</summary>
    /// <param name="name">The name.</param>
    public static bool Is(ReadOnlySpan<byte> name)
    {
        // "key" alone, as in key=…, is the most frequent of all and no secret.
        bool isShort = name.Length < 5 && !(name.Length >= 3 && CopyrightLine.StartsWithIgnoreCase(name[^3..], "pwd"u8));
        if (isShort || name.Length > MaxName || !SecretWords.AreIn(name))
        {
            return false;
        }

        Span<byte> buffer = stackalloc byte[2 * MaxName];
        ReadOnlySpan<byte> words = buffer[..Split(name, buffer)];
        int end = EndOfKey(words);
        bool isToken = false;
        foreach (byte[] secret in Secrets)
        {
            int found = EndOf(words, secret);
            if (found > end)
            {
                end = found;
                isToken = secret[0] == 't';
            }
        }

        return end >= 0
            && words.IndexOf("public"u8) < 0
            && (words[end..].SequenceEqual("_id"u8) ? words[..end].EndsWith("access_key"u8) : IsSecretWith(words[end..], isToken));
    }

    /// <summary>
    /// Whether a UUID given to this name of a secret is one. Issuers give UUIDs as keys and client secrets; tokens of sessions and the like
    /// are seldom more than ids.
    /// </summary>
    /// <param name="name">The name of a secret.</param>
    public static bool TakesUuid(ReadOnlySpan<byte> name)
    {
        if (CopyrightLine.IndexOfIgnoreCase(name, "token"u8) < 0)
        {
            return true;
        }

        foreach (byte[] issued in IssuedTokens)
        {
            if (CopyrightLine.IndexOfIgnoreCase(name, issued) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    // The words behind the secret, each with a '_' before it.
    private static bool IsSecretWith(ReadOnlySpan<byte> rest, bool isToken)
    {
        while (rest.Length > 1)
        {
            rest = rest[1..];
            int length = rest.IndexOf((byte)'_');
            ReadOnlySpan<byte> word = length < 0 ? rest : rest[..length];
            bool isNumber = word.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
            if (!isNumber && (isToken ? !IsOneOf(word, BehindToken) : IsOneOf(word, Others)))
            {
                return false;
            }

            rest = length < 0 ? [] : rest[length..];
        }

        return true;
    }

    // Where the last place of a secret's word ends that is also the end of a word, plural or not; −1 where it is not there.
    private static int EndOf(ReadOnlySpan<byte> words, byte[] secret)
    {
        int at = words.LastIndexOf(secret);
        while (at >= 0)
        {
            // "tokens" alone are those of a text; "access_tokens" are secrets.
            int end = EndOfWord(words, at + secret.Length, at > 0 || secret[0] != 't');
            if (end >= 0)
            {
                return end;
            }

            at = words[..at].LastIndexOf(secret);
        }

        return -1;
    }

    // The same for the keys.
    private static int EndOfKey(ReadOnlySpan<byte> words)
    {
        int at = words.LastIndexOf("key"u8);
        while (at > 0)
        {
            ReadOnlySpan<byte> before = words[at - 1] == '_' ? words[..(at - 1)] : words[..at];
            int end = EndOfWord(words, at + 3, true);
            if (end >= 0 && EndsWithOneOf(before, Keys))
            {
                return end;
            }

            at = words[..at].LastIndexOf("key"u8);
        }

        return -1;
    }

    // The end of the word, behind a plural and a number; −1 where it goes on.
    private static int EndOfWord(ReadOnlySpan<byte> words, int end, bool mayBePlural)
    {
        end += mayBePlural && end < words.Length && words[end] == 's' ? 1 : 0;
        while (end < words.Length && char.IsAsciiDigit((char)words[end]))
        {
            end++;
        }

        return end == words.Length || words[end] == '_' ? end : -1;
    }

    private static bool EndsWithOneOf(ReadOnlySpan<byte> words, byte[][] list)
    {
        foreach (byte[] word in list)
        {
            if (words.EndsWith(word))
            {
                return true;
            }
        }

        return false;
    }

    // The name in small letters, with '_' between its words.
    private static int Split(ReadOnlySpan<byte> name, Span<byte> words)
    {
        int length = 0;
        for (int i = 0; i < name.Length; i++)
        {
            char c = (char)name[i];
            bool begins = i > 0
                && char.IsAsciiLetterUpper(c)
                && (char.IsAsciiLetterLower((char)name[i - 1])
                    || (char.IsAsciiLetterUpper((char)name[i - 1]) && i + 1 < name.Length && char.IsAsciiLetterLower((char)name[i + 1])));
            bool isBorder = c is '_' or '-' or ' ' or '.';
            if ((begins || isBorder) && length > 0 && words[length - 1] != '_')
            {
                words[length++] = (byte)'_';
            }

            if (!isBorder)
            {
                words[length++] = (byte)char.ToLowerInvariant(c);
            }
        }

        return length > 0 && words[length - 1] == '_' ? length - 1 : length;
    }

    private static bool IsOneOf(ReadOnlySpan<byte> word, byte[][] list)
    {
        foreach (byte[] other in list)
        {
            if (word.SequenceEqual(other))
            {
                return true;
            }
        }

        return false;
    }

    private static byte[][] Words(params string[] words) => [.. words.Select(System.Text.Encoding.ASCII.GetBytes)];
}
