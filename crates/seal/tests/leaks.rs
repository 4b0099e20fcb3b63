//! Findings: what each rule sees, what is allowed, and the real `gitleaks` where it is (on the path, or named by `GITLEAKS`).

#![allow(clippy::unwrap_used)]

use seal::leaks::{Fragment, Scanner, push};
use std::collections::BTreeSet;
use std::process::Command;

const FILES: [(&str, &str); 6] = [
    (
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: payments\ntype: Opaque\nstringData:\n  PAYMENTS_KEY: sk_live_51Nb8cQ2eZvKYlo2CwX7pTq\n",
    ),
    (
        "b.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: payments\ndata:\n  key: c2tfbGl2ZV81MU5iOGNRMmVadktZbG8yQ3dYN3BUcQ==\n  deep: YzJ0ZmJHbDJaVjgxTVU1aU9HTlJNbVZhZGt0WmJHOHlRM2RZTjNCVWNRPT0=\n",
    ),
    (
        "app.ini",
        "token = \"ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5\"\napi_key: 8f7d6a5b4c3e2f1a0b9c8d7e6f5a4b3c\n# ok\npassword=hunter2hunter2\napi_key: 8f7d6a5b4c3e2f1a0b9c8d7e6f5a4b3d # gitleaks:allow\n",
    ),
    (
        "aws.txt",
        "a=AKIAQYLPMN5HHHFPZ2XA\nb=AKIAIOSFODNN7EXAMPLE\nglpat-aB3dE5fG7hJ9kL1mN3pQ\nxoxb-123456789012-123456789012-aB3dE5fG7hJ9kL1mN3pQ5rS7\nno newline: npm_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5",
    ),
    ("go.sum", "api_key: 8f7d6a5b4c3e2f1a0b9c8d7e6f5a4b3c\n"),
    (
        "key.pem",
        "x\n-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nabcdefgh\n-----END RSA PRIVATE KEY-----\njwt: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U\nage: AGE-SECRET-KEY-1QQPQYWDNTJJCNF0AZAHQVEKQ93XZ0VKKGX6F3ZV5CN2NNCUGPSFQ5SHUYVEZ\n",
    ),
];

fn found(file: &str, text: &str) -> Vec<seal::leaks::Finding> {
    Scanner::new().scan(&Fragment { file, text, start_line: 1, ..Fragment::default() })
}

#[test]
fn rules_find_what_they_are_for() {
    let all = found(FILES[0].0, FILES[0].1);
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].fingerprint().as_str(), all[0].start_column), ("secret.yaml:stripe-access-token:7", 18));
    assert_eq!(format!("{:.6}", all[0].entropy), "4.631616");
    let ids: Vec<&str> = found(FILES[2].0, FILES[2].1).iter().map(|one| one.rule.id).collect();
    assert_eq!(ids, ["github-pat", "generic-api-key"]);
    assert!(found(FILES[4].0, FILES[4].1).is_empty());
    let mut one = found(FILES[2].0, FILES[2].1).remove(1);
    one.redact(100);
    assert_eq!((one.matched.as_str(), one.secret.as_str()), ("api_key: REDACTED", "REDACTED"));
}

#[test]
fn a_push_is_stopped_by_tokens_that_are_ones() {
    let scanner = push::scanner();
    let of = |text: &str| push::scan(&scanner, &Fragment { file: "x", text, start_line: 1, ..Fragment::default() });
    let good = push::token("ghp_", "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1");
    assert!(push::checksum_fits(&good));
    assert_eq!(push::kind(&of(&good)[0]).unwrap().0, "GitHub Personal Access Token");
    let (head, last) = good.split_at(good.len() - 1);
    assert!(of(&format!("{head}{}", if last == "a" { 'b' } else { 'a' })).is_empty());
    assert_eq!(of("k: sk_live_51Nb8cQ2eZvKYlo2CwX7pTq").len(), 1);
    assert!(of("k: sk_test_51Nb8cQ2eZvKYlo2CwX7pTq").is_empty());
    assert!(of("api_key: 8f7d6a5b4c3e2f1a0b9c8d7e6f5a4b3c").is_empty());
    // GitHub's own example of the form, from its article on it, with its checksum.
    assert!(push::checksum_fits("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"));
}

#[test]
fn the_real_gitleaks_finds_the_same() {
    let program = std::env::var("GITLEAKS").unwrap_or_else(|_| "gitleaks".into());
    let folder = std::env::temp_dir().join(format!("leaks-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in FILES {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let out =
        Command::new(&program).args(["dir", ".", "--no-banner", "-r", "-", "-f", "json"]).current_dir(&folder).output();
    let out = match out {
        Ok(out) => out,
        Err(error) => {
            eprintln!("gitleaks: not compared, it is not here ({error})");
            return;
        }
    };
    let report = manifest::Value::from_json(&String::from_utf8_lossy(&out.stdout)).unwrap();
    let theirs: BTreeSet<String> = report
        .items()
        .iter()
        .map(|one| {
            let tags: Vec<&str> = one.list_at("Tags").iter().filter_map(manifest::Value::as_str).collect();
            let number = |name: &str| one.int_at(name).unwrap();
            let columns = [number("StartLine"), number("EndLine"), number("StartColumn"), number("EndColumn")];
            let texts = (one.str_at("Match"), one.str_at("Secret"), one.str_at("Description"));
            let entropy = format!("{:.4}", one.at("Entropy").as_f64().unwrap());
            format!("{} {columns:?} {texts:?} {entropy} {tags:?}", one.str_at("Fingerprint"))
        })
        .collect();
    let ours: BTreeSet<String> = FILES
        .iter()
        .flat_map(|(file, text)| found(file, text))
        .map(|one| {
            let columns = [one.start_line, one.end_line, one.start_column, one.end_column];
            let texts = (one.matched.as_str(), one.secret.as_str(), one.rule.about);
            let entropy = format!("{:.4}", one.entropy);
            format!("{} {columns:?} {texts:?} {entropy} {:?}", one.fingerprint(), one.tags)
        })
        .collect();
    assert!(theirs.len() > 8, "{theirs:#?}");
    let differ: Vec<&String> = theirs.symmetric_difference(&ours).collect();
    assert!(differ.is_empty(), "theirs:\n{theirs:#?}\nours:\n{ours:#?}\ndiffer:\n{differ:#?}");
    std::fs::remove_dir_all(&folder).unwrap();
}
