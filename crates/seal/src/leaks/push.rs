//! What a forge's push protection knows: tokens whose form alone tells what they are, GitHub's own by their checksum.

use super::{Finding, Fragment, Scanner};

/// gitleaks' rule, GitHub's name of the kind, and its name in the API.
const KINDS: [(&str, &str, &str); 14] = [
    ("github-pat", "GitHub Personal Access Token", "github_personal_access_token"),
    ("github-fine-grained-pat", "GitHub Personal Access Token", "github_personal_access_token"),
    ("github-oauth", "GitHub OAuth Access Token", "github_oauth_access_token"),
    ("github-app-token", "GitHub App Installation Access Token", "github_app_installation_access_token"),
    ("github-refresh-token", "GitHub Refresh Token", "github_refresh_token"),
    ("gitlab-pat", "GitLab Access Token", "gitlab_access_token"),
    ("slack-bot-token", "Slack API Token", "slack_api_token"),
    ("slack-user-token", "Slack API Token", "slack_api_token"),
    ("slack-webhook-url", "Slack Incoming Webhook URL", "slack_incoming_webhook_url"),
    ("stripe-access-token", "Stripe API Key", "stripe_api_key"),
    ("npm-access-token", "npm Access Token", "npm_access_token"),
    ("pypi-upload-token", "PyPI API Token", "pypi_api_token"),
    ("sendgrid-api-token", "SendGrid API Key", "sendgrid_api_key"),
    ("anthropic-api-key", "Anthropic API Key", "anthropic_api_key"),
];

/// How the forge calls what a finding is: in words, and in the API.
pub fn kind(finding: &Finding) -> Option<(&'static str, &'static str)> {
    KINDS.iter().find(|(id, ..)| *id == finding.rule.id).map(|(_, words, name)| (*words, *name))
}

/// A scanner for those kinds.
// Unlike GitHub: a key of AWS is not looked for, which it takes for one only beside its secret.
pub fn scanner() -> Scanner {
    let mut scanner = Scanner::new();
    scanner.only = KINDS.iter().map(|(id, ..)| (*id).to_string()).collect();
    // What is in base64 is not looked into, and no comment allows anything.
    scanner.depth = 0;
    scanner.ignore_allow = true;
    scanner
}

/// What would stop a push of these lines.
pub fn scan(scanner: &Scanner, fragment: &Fragment) -> Vec<Finding> {
    let mut found = scanner.scan(fragment);
    let checked = |one: &Finding| {
        let own = ["github-pat", "github-oauth", "github-app-token", "github-refresh-token", "npm-access-token"];
        !own.contains(&one.rule.id) || checksum_fits(&one.secret)
    };
    // Of Stripe's keys those that pay count.
    let live = |one: &Finding| one.rule.id != "stripe-access-token" || one.secret.contains("_live_");
    found.retain(|one| checked(one) && live(one));
    found
}

/// The last six characters are the CRC-32 of what stands behind the prefix, in base 62.
pub fn checksum_fits(token: &str) -> bool {
    let Some((_, body)) = token.split_once('_') else { return false };
    body.len() == 36 && body.is_ascii() && base62(crc32(&body.as_bytes()[..30])) == body[30..]
}

/// A token of that form: `prefix` is `ghp_`, the body is of 30 letters and digits.
pub fn token(prefix: &str, body: &str) -> String {
    format!("{prefix}{body}{}", base62(crc32(body.as_bytes())))
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = !0_u32;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    !sum
}

fn base62(mut number: u32) -> String {
    let signs = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut out = [b'0'; 6];
    for place in out.iter_mut().rev() {
        *place = signs[(number % 62) as usize];
        number /= 62;
    }
    String::from_utf8_lossy(&out).into_owned()
}
