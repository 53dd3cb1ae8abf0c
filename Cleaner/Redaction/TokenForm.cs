using System.Buffers;
using System.Text;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// The form of an issuer's keys: what they begin with, and of which characters and how many the rest is. The list follows the issuers'
/// documents, as gathered in the published rules of gitleaks (https://github.com/gitleaks/gitleaks, config/gitleaks.toml), trufflehog
/// (https://github.com/trufflesecurity/trufflehog, pkg/detectors) and GitHub
/// (https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns).
/// </summary>
internal sealed class TokenForm
{
    // Where the issuer states no length.
    private const int Any = 400;

    private static readonly SearchValues<byte> Run = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"u8);
    private static readonly SearchValues<byte> Upper = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);
    private static readonly SearchValues<byte> Letter = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);
    private static readonly SearchValues<byte> Word = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"u8);
    private static readonly SearchValues<byte> Hex = SearchValues.Create("0123456789abcdef"u8);
    private static readonly SearchValues<byte> AnyHex = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private TokenForm(string prefix, SearchValues<byte> body, int min, int max) =>
        (Prefix, Body, Min, Max) = (Encoding.ASCII.GetBytes(prefix), body, min, max);

    /// <summary>All forms, by the first byte.</summary>
    public static TokenForm[][] ByFirst { get; } = Group(
    [
        // Clouds: Amazon, Alibaba, Google, DigitalOcean, Databricks, Fly, HashiCorp, Heroku, Supabase, PlanetScale, Tailscale, Netlify.
        .. All(Upper, 16, 17, "AKIA", "ASIA", "ABIA", "ACCA", "AROA", "AIDA", "AGPA", "ANPA"),
        .. All(Letter, 20, 20, "LTAI"), .. All(Run, 35, 35, "AIza"), .. All(Run, 28, 28, "GOCSPX-"),
        .. All(Hex, 64, 64, "dop_v1_", "doo_v1_", "dor_v1_"), .. All(Hex, 32, 32, "dapi"), .. All(Run, 43, 43, "fo1_"),
        .. All(Run, 58, 60, "HRKU-AA"), .. All(Hex, 40, 40, "sbp_"), .. All(Word, 20, Any, "sb_secret_"),
        .. All(Run, 32, 64, "pscale_oauth_", "pscale_tkn_", "pscale_pw_"), .. All(Run, 20, Any, "tskey-"), .. All(Letter, 36, 60, "nfp_"),
        .. All(Letter, 58, 58, "AGE-SECRET-KEY-1"),

        // Places of code and packages: GitHub, GitLab, Atlassian, Artifactory, npm, PyPI, RubyGems, Clojars, Docker, Sourcegraph, Pulumi.
        .. All(Letter, 36, Any, "ghp_", "gho_", "ghu_", "ghs_", "ghr_"), .. All(Word, 60, Any, "github_pat_"),
        .. All(Run, 20, Any, "glpat-", "gldt-", "glrt-", "glcbt-", "glffct-", "glft-", "glimt-", "glagent-", "gloas-", "glsoat-"),
        .. All(Hex, 40, 40, "glptt-"), .. All(Run, 20, 20, "GR1348941"), .. All(Run, 100, Any, "ATATT3", "ATCTT3"),
        .. All(Letter, 69, 69, "AKCp"), .. All(Letter, 59, 59, "cmVmd"), .. All(Letter, 36, 36, "npm_"), .. All(Run, 50, Any, "pypi-"),
        .. All(Hex, 48, 48, "rubygems_"), .. All(Letter, 60, 60, "CLOJARS_"), .. All(Run, 27, 40, "dckr_pat_", "dckr_oat_"),
        .. All(Word, 40, 64, "sgp_"), .. All(Hex, 40, 40, "pul-"), .. All(Letter, 36, 36, "pnu_"),

        // Models: OpenAI, Anthropic, Hugging Face, Groq, Replicate, xAI, Perplexity, OpenRouter, NVIDIA, Cerebras, LangSmith, Pinecone.
        .. All(Run, 40, Any, "sk-ant-", "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"), .. All(Letter, 40, 60, "sk-"),
        .. All(Letter, 30, 40, "hf_", "api_org_"), .. All(Letter, 48, 60, "gsk_"), .. All(Letter, 37, 40, "r8_"),
        .. All(Letter, 70, 90, "xai-"), .. All(Letter, 48, 56, "pplx-"), .. All(Hex, 64, 64, "sk-or-v1-"), .. All(Run, 60, 70, "nvapi-"),
        .. All(Letter, 40, 52, "csk-"), .. All(Word, 40, 80, "lsv2_pt_", "lsv2_sk_"), .. All(Word, 50, 80, "pcsk_"),
        .. All(Letter, 30, 36, "tvly-"), .. All(Run, 40, 50, "tgp_v1_"), .. All(Letter, 36, 40, "apify_api_"), .. All(Word, 50, 70,
        "jina_"),

        // Messages and mail: Slack, Twilio, Mailgun, Brevo, Intercom.
        .. All(Run, 16, Any, "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxc-", "xoxd-", "xoxo-"), .. All(Run, 40, Any,
        "xapp-"),
        .. All(AnyHex, 32, 32, "SK"), .. All(Hex, 32, 32, "key-"), .. All(Run, 81, 81, "xkeysib-"), .. All(Letter, 32, 32, "ico-"),

        // Shops and payments: Stripe, Shopify, Square, Shippo, EasyPost, Duffel, Flutterwave, Frame.io.
        .. All(Letter, 16, Any, "sk_live_", "sk_test_", "sk_prod_", "rk_live_", "rk_test_", "rk_prod_"), .. All(Letter, 24, Any, "whsec_"),
        .. All(AnyHex, 32, 32, "shpat_", "shpca_", "shppa_", "shpss_"), .. All(Run, 22, 60, "sq0atp-", "sq0csp-"),
        .. All(Run, 56, 60, "EAAA"), .. All(AnyHex, 40, 40, "shippo_live_", "shippo_test_"), .. All(Letter, 54, 54, "EZAK", "EZTK"),
        .. All(Run, 43, 43, "duffel_live_", "duffel_test_"), .. All(Run, 12, 40, "FLWSECK_TEST-"), .. All(Run, 64, 64, "fio-u-"),

        // Tools: Postman, New Relic, Linear, Notion, Grafana, Sentry, ReadMe, Octopus, SettleMint, Figma, PostHog.
        .. All(Run, 59, 59, "PMAK-"), .. All(Upper, 27, 27, "NRAK-"), .. All(Letter, 40, 40, "lin_api_"), .. All(Letter, 43, 50, "ntn_"),
        .. All(Letter, 43, 43, "secret_"), .. All(Word, 32, Any, "glsa_", "glc_"), .. All(Hex, 64, 64, "sntryu_"),
        .. All(Word, 40, Any, "sntrys_"), .. All(Letter, 70, 70, "rdme_"), .. All(Upper, 26, 26, "API-"),
        .. All(Letter, 16, 16, "sm_aat_", "sm_pat_", "sm_sat_"), .. All(Run, 40, 50, "figd_"), .. All(Letter, 40, 50, "phx_"),
    ]);

    /// <summary>Forms that begin before a dot: HashiCorp Vault, Doppler, Google's access tokens.</summary>
    public static TokenForm[] Dotted { get; } =
        [.. All(Run, 24, 300, "hvs."), .. All(Run, 24, 300, "hvb."), .. All(Letter, 40, 44, "dp.pt."), .. All(Run, 20, Any, "ya29.")];

    /// <summary>What a key begins with.</summary>
    public byte[] Prefix { get; }

    /// <summary>The characters of the rest.</summary>
    public SearchValues<byte> Body { get; }

    /// <summary>The fewest of them.</summary>
    public int Min { get; }

    /// <summary>The most of them.</summary>
    public int Max { get; }

    private static IEnumerable<TokenForm> All(SearchValues<byte> body, int min, int max, params string[] prefixes) =>
        prefixes.Select(prefix => new TokenForm(prefix, body, min, max));

    private static TokenForm[][] Group(IEnumerable<TokenForm> forms)
    {
        ILookup<byte, TokenForm> byFirst = forms.ToLookup(form => form.Prefix[0]);
        return [.. Enumerable.Range(0, 256).Select(first => byFirst[(byte)first].ToArray())];
    }
}
