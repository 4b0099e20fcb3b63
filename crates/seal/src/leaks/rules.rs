//! gitleaks' rules for the kinds that are met most, and what its rules allow: data of its default configuration (8.30,
//! MIT).
// Unlike gitleaks: 23 of its 222 rules are here.

/// A rule. Of its keywords one must be there, in small letters.
#[derive(Debug, PartialEq)]
pub struct Rule {
    pub id: &'static str,
    pub about: &'static str,
    pub keywords: &'static str,
    /// What a secret must have more of; none asks for nothing.
    pub entropy: f64,
    /// Of files that it looks into; empty: all.
    pub path: &'static str,
    pub regex: &'static str,
}

/// What an exception is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Path,
    Secret,
    Match,
    Line,
}

/// By its name.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// In secrets of all rules.
pub(super) const STOPWORDS: &str = "014df517-39d1-4453-b7b3-9930c563627c\nabcdefghijklmnopqrstuvwxyz";

#[rustfmt::skip]
pub(super) static RULES: [Rule; 23] = [
    Rule {
        id: "private-key",
        about: "Identified a Private Key, which may compromise cryptographic security and sensitive data encryption.",
        keywords: "-----begin",
        entropy: 0.0,
        path: "",
        regex: r"(?i)-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----[\s\S-]{64,}?KEY(?: BLOCK)?-----",
    },
    Rule {
        id: "kubernetes-secret-yaml",
        about: "Possible Kubernetes Secret detected, posing a risk of leaking credentials/tokens from your deployments",
        keywords: "secret",
        entropy: 0.0,
        path: r"(?i)\.ya?ml$",
        regex: r#"(?i)(?:\bkind:[ \t]*["']?\bsecret\b["']?(?s:.){0,200}?\bdata:(?s:.){0,100}?\s+([\w.-]+:(?:[ \t]*(?:\||>[-+]?)\s+)?[ \t]*(?:["']?[a-z0-9+/]{10,}={0,3}["']?|\{\{[ \t\w"|$:=,.-]+}}|""|''))|\bdata:(?s:.){0,100}?\s+([\w.-]+:(?:[ \t]*(?:\||>[-+]?)\s+)?[ \t]*(?:["']?[a-z0-9+/]{10,}={0,3}["']?|\{\{[ \t\w"|$:=,.-]+}}|""|''))(?s:.){0,200}?\bkind:[ \t]*["']?\bsecret\b["']?)"#,
    },
    Rule {
        id: "aws-access-token",
        about: "Identified a pattern that may indicate AWS credentials, risking unauthorized cloud resource access and data breaches on AWS platforms.",
        keywords: "a3t akia asia abia acca",
        entropy: 3.0,
        path: "",
        regex: r"\b((?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b",
    },
    Rule {
        id: "gcp-api-key",
        about: "Uncovered a GCP API key, which could lead to unauthorized access to Google Cloud services and data breaches.",
        keywords: "aiza",
        entropy: 4.0,
        path: "",
        regex: r#"\b(AIza[\w-]{35})(?:[\x60'"\s;]|\\[nr]|$)"#,
    },
    Rule {
        id: "github-pat",
        about: "Uncovered a GitHub Personal Access Token, potentially leading to unauthorized repository access and sensitive content exposure.",
        keywords: "ghp_",
        entropy: 3.0,
        path: "",
        regex: "ghp_[0-9a-zA-Z]{36}",
    },
    Rule {
        id: "github-fine-grained-pat",
        about: "Found a GitHub Fine-Grained Personal Access Token, risking unauthorized repository access and code manipulation.",
        keywords: "github_pat_",
        entropy: 3.0,
        path: "",
        regex: r"github_pat_\w{82}",
    },
    Rule {
        id: "github-oauth",
        about: "Discovered a GitHub OAuth Access Token, posing a risk of compromised GitHub account integrations and data leaks.",
        keywords: "gho_",
        entropy: 3.0,
        path: "",
        regex: "gho_[0-9a-zA-Z]{36}",
    },
    Rule {
        id: "github-app-token",
        about: "Identified a GitHub App Token, which may compromise GitHub application integrations and source code security.",
        keywords: "ghu_ ghs_",
        entropy: 3.0,
        path: "",
        regex: "(?:ghu|ghs)_[0-9a-zA-Z]{36}",
    },
    Rule {
        id: "github-refresh-token",
        about: "Detected a GitHub Refresh Token, which could allow prolonged unauthorized access to GitHub services.",
        keywords: "ghr_",
        entropy: 3.0,
        path: "",
        regex: "ghr_[0-9a-zA-Z]{36}",
    },
    Rule {
        id: "gitlab-pat",
        about: "Identified a GitLab Personal Access Token, risking unauthorized access to GitLab repositories and codebase exposure.",
        keywords: "glpat-",
        entropy: 3.0,
        path: "",
        regex: r"glpat-[\w-]{20}",
    },
    Rule {
        id: "slack-bot-token",
        about: "Identified a Slack Bot token, which may compromise bot integrations and communication channel security.",
        keywords: "xoxb",
        entropy: 3.0,
        path: "",
        regex: "xoxb-[0-9]{10,13}-[0-9]{10,13}[a-zA-Z0-9-]*",
    },
    Rule {
        id: "slack-user-token",
        about: "Found a Slack User token, posing a risk of unauthorized user impersonation and data access within Slack workspaces.",
        keywords: "xoxp- xoxe-",
        entropy: 2.0,
        path: "",
        regex: "xox[pe](?:-[0-9]{10,13}){3}-[a-zA-Z0-9-]{28,34}",
    },
    Rule {
        id: "slack-app-token",
        about: "Detected a Slack App-level token, risking unauthorized access to Slack applications and workspace data.",
        keywords: "xapp",
        entropy: 2.0,
        path: "",
        regex: r"(?i)xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]+",
    },
    Rule {
        id: "slack-webhook-url",
        about: "Discovered a Slack Webhook, which could lead to unauthorized message posting and data leakage in Slack channels.",
        keywords: "hooks.slack.com",
        entropy: 0.0,
        path: "",
        regex: "(?:https?://)?hooks.slack.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{43,56}",
    },
    Rule {
        id: "stripe-access-token",
        about: "Found a Stripe Access Token, posing a risk to payment processing services and sensitive financial data.",
        keywords: "sk_test sk_live sk_prod rk_test rk_live rk_prod",
        entropy: 2.0,
        path: "",
        regex: r#"\b((?:sk|rk)_(?:test|live|prod)_[a-zA-Z0-9]{10,99})(?:[\x60'"\s;]|\\[nr]|$)"#,
    },
    Rule {
        id: "npm-access-token",
        about: "Uncovered an npm access token, potentially compromising package management and code repository access.",
        keywords: "npm_",
        entropy: 2.0,
        path: "",
        regex: r#"(?i)\b(npm_[a-z0-9]{36})(?:[\x60'"\s;]|\\[nr]|$)"#,
    },
    Rule {
        id: "pypi-upload-token",
        about: "Discovered a PyPI upload token, potentially compromising Python package distribution and repository integrity.",
        keywords: "pypi-ageichlwas5vcmc",
        entropy: 3.0,
        path: "",
        regex: r"pypi-AgEIcHlwaS5vcmc[\w-]{50,1000}",
    },
    Rule {
        id: "sendgrid-api-token",
        about: "Detected a SendGrid API token, posing a risk of unauthorized email service operations and data exposure.",
        keywords: "sg.",
        entropy: 2.0,
        path: "",
        regex: r#"\b(SG\.(?i)[a-z0-9=_\-\.]{66})(?:[\x60'"\s;]|\\[nr]|$)"#,
    },
    Rule {
        id: "openai-api-key",
        about: "Found an OpenAI API Key, posing a risk of unauthorized access to AI services and data manipulation.",
        keywords: "t3blbkfj",
        entropy: 3.0,
        path: "",
        regex: r#"\b(sk-(?:proj|svcacct|admin)-(?:[A-Za-z0-9_-]{74}|[A-Za-z0-9_-]{58})T3BlbkFJ(?:[A-Za-z0-9_-]{74}|[A-Za-z0-9_-]{58})\b|sk-[a-zA-Z0-9]{20}T3BlbkFJ[a-zA-Z0-9]{20})(?:[\x60'"\s;]|\\[nr]|$)"#,
    },
    Rule {
        id: "anthropic-api-key",
        about: "Identified an Anthropic API Key, which may compromise AI assistant integrations and expose sensitive data to unauthorized access.",
        keywords: "sk-ant-api03",
        entropy: 0.0,
        path: "",
        regex: r#"\b(sk-ant-api03-[a-zA-Z0-9_\-]{93}AA)(?:[\x60'"\s;]|\\[nr]|$)"#,
    },
    Rule {
        id: "age-secret-key",
        about: "Discovered a potential Age encryption tool secret key, risking data decryption and unauthorized access to sensitive information.",
        keywords: "age-secret-key-1",
        entropy: 0.0,
        path: "",
        regex: "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
    },
    Rule {
        id: "jwt",
        about: "Uncovered a JSON Web Token, which may lead to unauthorized access to web applications and sensitive user data.",
        keywords: "ey",
        entropy: 3.0,
        path: "",
        regex: r#"\b(ey[a-zA-Z0-9]{17,}\.ey[a-zA-Z0-9\/\\_-]{17,}\.(?:[a-zA-Z0-9\/\\_-]{10,}={0,2})?)(?:[\x60'"\s;]|\\[nr]|$)"#,
    },
    Rule {
        id: "generic-api-key",
        about: "Detected a Generic API Key, potentially exposing access to various services and sensitive operations.",
        keywords: "access api auth key credential creds passwd password secret token",
        entropy: 3.5,
        path: "",
        regex: r#"(?i)[\w.-]{0,50}?(?:access|auth|(?-i:[Aa]pi|API)|credential|creds|key|passw(?:or)?d|secret|token)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}([\w.=-]{10,150}|[a-z0-9][a-z0-9+/]{11,}={0,3})(?:[\x60'"\s;]|\\[nr]|$)"#,
    },
];

/// The rule (none: all), what it looks at, an expression.
#[rustfmt::skip]
pub(super) static ALLOWED: [(&str, Target, &str); 45] = [
    ("", Target::Path, r"gitleaks\.toml"),
    ("", Target::Path, r"(?i)\.(?:bmp|gif|jpe?g|png|svg|tiff?)$"),
    ("", Target::Path, r"(?i)\.(?:eot|[ot]tf|woff2?)$"),
    ("", Target::Path, r"(?i)\.(?:docx?|xlsx?|pdf|bin|socket|vsidx|v2|suo|wsuo|.dll|pdb|exe|gltf)$"),
    ("", Target::Path, r"go\.(?:mod|sum|work(?:\.sum)?)$"),
    ("", Target::Path, r"(?:^|/)vendor/modules\.txt$"),
    ("", Target::Path, r"(?:^|/)vendor/(?:github\.com|golang\.org/x|google\.golang\.org|gopkg\.in|istio\.io|k8s\.io|sigs\.k8s\.io)(?:/.*)?$"),
    ("", Target::Path, r"(?:^|/)gradlew(?:\.bat)?$"),
    ("", Target::Path, r"(?:^|/)gradle\.lockfile$"),
    ("", Target::Path, r"(?:^|/)mvnw(?:\.cmd)?$"),
    ("", Target::Path, r"(?:^|/)\.mvn/wrapper/MavenWrapperDownloader\.java$"),
    ("", Target::Path, "(?:^|/)node_modules(?:/.*)?$"),
    ("", Target::Path, r"(?:^|/)(?:deno\.lock|npm-shrinkwrap\.json|package-lock\.json|pnpm-lock\.yaml|yarn\.lock)$"),
    ("", Target::Path, "(?:^|/)bower_components(?:/.*)?$"),
    ("", Target::Path, r"(?:^|/)(?:angular|bootstrap|jquery(?:-?ui)?|plotly|swagger-?ui)[a-zA-Z0-9.-]*(?:\.min)?\.js(?:\.map)?$"),
    ("", Target::Path, r"(?:^|/)javascript\.json$"),
    ("", Target::Path, r"(?:^|/)(?:Pipfile|poetry)\.lock$"),
    ("", Target::Path, "(?i)(?:^|/)(?:v?env|virtualenv)/lib(?:64)?(?:/.*)?$"),
    ("", Target::Path, r"(?i)(?:^|/)(?:lib(?:64)?/python[23](?:\.\d{1,2})+|python/[23](?:\.\d{1,2})+/lib(?:64)?)(?:/.*)?$"),
    ("", Target::Path, r"(?i)(?:^|/)[a-z0-9_.]+-[0-9.]+\.dist-info(?:/.+)?$"),
    ("", Target::Path, "(?:^|/)vendor/(?:bundle|ruby)(?:/.*?)?$"),
    ("", Target::Path, r"\.gem$"),
    ("", Target::Path, r"verification-metadata\.xml"),
    ("", Target::Path, "Database.refactorlog"),
    ("", Target::Path, r"(?:^|/)\.git$"),
    ("", Target::Secret, "(?i)^true|false|null$"),
    ("", Target::Secret, r"^(?i:a+|b+|c+|d+|e+|f+|g+|h+|i+|j+|k+|l+|m+|n+|o+|p+|q+|r+|s+|t+|u+|v+|w+|x+|y+|z+|\*+|\.+)$"),
    ("", Target::Secret, r"^\$(?:\d+|\{\d+})$"),
    ("", Target::Secret, r"^\$(?:[A-Z_]+|[a-z_]+)$"),
    ("", Target::Secret, r"^\$\{(?:[A-Z_]+|[a-z_]+)}$"),
    ("", Target::Secret, r"^\{\{[ \t]*[\w ().|]+[ \t]*}}$"),
    ("", Target::Secret, r#"^\$\{\{[ \t]*(?:(?:env|github|secrets|vars)(?:\.[A-Za-z]\w+)+[\w "'&./=|]*)[ \t]*}}$"#),
    ("", Target::Secret, "^%(?:[A-Z_]+|[a-z_]+)%$"),
    ("", Target::Secret, r"^%[+\-# 0]?[bcdeEfFgGoOpqstTUvxX]$"),
    ("", Target::Secret, r"^\{\d{0,2}}$"),
    ("", Target::Secret, "^@(?:[A-Z_]+|[a-z_]+)@$"),
    ("", Target::Secret, r"^/Users/(?i)[a-z0-9]+/[\w .-/]+$"),
    ("", Target::Secret, r"^/(?:bin|etc|home|opt|tmp|usr|var)/[\w ./-]+$"),
    ("kubernetes-secret-yaml", Target::Secret, r#"[\w.-]+:(?:[ \t]*(?:\||>[-+]?)\s+)?[ \t]*(?:\{\{[ \t\w"|$:=,.-]+}}|""|'')"#),
    ("kubernetes-secret-yaml", Target::Match, r"(kind:(?s:.)+\n---\n(?s:.)+\bdata:|data:(?s:.)+\n---\n(?s:.)+\bkind:)"),
    ("aws-access-token", Target::Secret, ".+EXAMPLE$"),
    ("generic-api-key", Target::Secret, "^[a-zA-Z_.-]+$"),
    ("generic-api-key", Target::Match, r"(?i)(?:access(?:ibility|or)|access[_.-]?id|random[_.-]?access|api[_.-]?(?:id|name|version)|rapid|capital|[a-z0-9-]*?api[a-z0-9-]*?:jar:|author|X-MS-Exchange-Organization-Auth|Authentication-Results|(?:credentials?[_.-]?id|withCredentials)|(?:bucket|foreign|hot|idx|natural|primary|pub(?:lic)?|schema|sequence)[_.-]?key|(?:turkey)|key[_.-]?(?:alias|board|code|frame|id|length|mesh|name|pair|press(?:ed)?|ring|selector|signature|size|stone|storetype|word|up|down|left|right)|key[_.-]?vault[_.-]?(?:id|name)|keyVaultToStoreSecrets|key(?:store|tab)[_.-]?(?:file|path)|issuerkeyhash|(?-i:[DdMm]onkey|[DM]ONKEY)|keying|(?:secret)[_.-]?(?:length|name|size)|UserSecretsId|(?:csrf)[_.-]?token|(?:io\.jsonwebtoken[ \t]?:[ \t]?[\w-]+)|(?:api|credentials|token)[_.-]?(?:endpoint|ur[il])|public[_.-]?token|(?:key|token)[_.-]?file|(?-i:(?:[A-Z_]+=\n[A-Z_]+=|[a-z_]+=\n[a-z_]+=)(?:\n|\z))|(?-i:(?:[A-Z.]+=\n[A-Z.]+=|[a-z.]+=\n[a-z.]+=)(?:\n|\z)))"),
    ("generic-api-key", Target::Line, "--mount=type=secret,"),
    ("generic-api-key", Target::Line, r#"import[ \t]+\{[ \t\w,]+}[ \t]+from[ \t]+['"][^'"]+['"]"#),
];
