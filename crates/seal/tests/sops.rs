//! SOPS: round trips, what stays readable, and the real `sops` where it is (on the path, or named by `SOPS`).

#![allow(clippy::unwrap_used)]

use seal::sops::{self, Error, Format, Item, Metadata, Step, Tree};
use seal::{Chance, age};
use std::process::Command;

fn chance() -> impl FnMut(&mut [u8]) {
    let mut state = 5_u64;
    move |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
    }
}

const YAML: &str = "# top comment
apiVersion: v1
kind: Secret
metadata:
    # inline
    name: db
    labels:
        a: b
stringData:
    password: hunter2
    \"n\": 5
    f: 1.5
    \"yes\": true
    empty: \"\"
    nothing: null
    quoted: \"12\"
    at: '@x'
    multi: |
        line one
        line two
    lead: |4
          two spaces
        none
    # a comment
    list:
        - a
        # of a map
        - b: 1
          c:
            d: 2
            e:
                - 1
        - - x
          - \"y\"
    date: 2024-01-01T00:00:00Z
foo_unencrypted: bar
# foot
";
const JSON: &str = "{\n\t\"z\": 1,\n\t\"a\": {\n\t\t\"c\": \"x\\u003cy\\n\",\n\t\t\"d\": [\n\t\t\t1,\n\t\t\t2.5,\n\t\t\ttrue,\n\t\t\tnull\n\t\t],\n\t\t\"e\": []\n\t}\n}\n";
const DOTENV: &str = "# c\nA=b\nB=\"q r\"\nC=\n";

fn encrypt(chance: Chance, format: Format, text: &str, to: &[String], rule: (&str, &str)) -> (String, [u8; 32]) {
    let mut tree = Tree::read(format, text).unwrap();
    let mut key = [0; 32];
    chance(&mut key);
    let age = sops::wrap(&mut *chance, &key, to).unwrap();
    let rule = Some((rule.0.to_string(), rule.1.to_string())).filter(|_| format != Format::Binary);
    tree.metadata = Some(Metadata { age, rule, ..Metadata::default() });
    tree.encrypt(chance, &key, &Vec::new(), "2026-11-26T23:51:16Z").unwrap();
    (tree.write(format), key)
}

#[test]
fn a_file_comes_back_as_it_was() {
    let mut chance = chance();
    let identity = age::generate(&mut chance);
    let to = [age::write_recipient(&age::recipient_of(&identity))];
    for (format, text) in
        [(Format::Yaml, YAML), (Format::Json, JSON), (Format::Dotenv, DOTENV), (Format::Binary, "x\n")]
    {
        let (file, key) = encrypt(&mut chance, format, text, &to, ("unencrypted_suffix", "_unencrypted"));
        assert!(!file.contains("hunter2") && file.contains("ENC[AES256_GCM,data:"), "{file}");
        let mut tree = Tree::read_encrypted(format, &file).unwrap();
        assert_eq!(tree.write(format), file);
        assert_eq!(sops::data_key(tree.metadata.as_ref().unwrap(), &[identity]), Some(key));
        let stash = tree.decrypt(&key, false).unwrap();
        // Encrypted again at the same time nothing but the MAC's nonce changes.
        let mut again = tree.clone();
        again.encrypt(&mut chance, &key, &stash, "2026-11-26T23:51:16Z").unwrap();
        let other = again.write(format);
        let differ = file.lines().zip(other.lines()).filter(|(one, two)| one != two).count();
        assert_eq!(differ, 1, "{file}\n{other}");
        tree.metadata = None;
        let back = tree.write(format);
        assert_eq!(back, text);
    }
}

#[test]
fn a_rule_chooses_and_the_mac_covers_all() {
    let mut chance = chance();
    let identity = age::generate(&mut chance);
    let to = [age::write_recipient(&age::recipient_of(&identity))];
    let (file, key) = encrypt(&mut chance, Format::Yaml, YAML, &to, ("encrypted_regex", "^(data|stringData)$"));
    assert!(file.contains("kind: Secret\n") && file.contains("    name: db\n") && !file.contains("hunter2"));
    let changed = file.replace("name: db", "name: other");
    let mut tree = Tree::read_encrypted(Format::Yaml, &changed).unwrap();
    assert!(matches!(tree.decrypt(&key, false), Err(Error::Mac { .. })));
    let mut tree = Tree::read_encrypted(Format::Yaml, &changed).unwrap();
    assert!(tree.decrypt(&key, true).is_ok());
    // A value cannot be moved to another place.
    let moved = file.replace("    password: ENC", "    pass: ENC");
    let mut tree = Tree::read_encrypted(Format::Yaml, &moved).unwrap();
    let error = tree.decrypt(&key, true).unwrap_err().to_string();
    assert_eq!(error, "Could not decrypt value: Could not decrypt with AES_GCM: cipher: message authentication failed");
    assert_eq!(Tree::read_encrypted(Format::Yaml, YAML), Err(Error::NoMetadata));
}

#[test]
fn paths_are_set_and_unset() {
    let mut tree = Tree::read(Format::Yaml, YAML).unwrap();
    let path = sops::path(r#"["stringData"]["list"][1]"#).unwrap();
    assert_eq!(path[2], Step::Index(1));
    assert!(matches!(tree.at(&path), Ok(Item::Map(_))));
    let new = sops::path(r#"["stringData"]["new"]["deep"]"#).unwrap();
    assert!(tree.set(&new, sops::read_value("\"v\"").unwrap()));
    assert!(!tree.set(&new, Item::Text("v".into())));
    assert_eq!(tree.at(&new), Ok(Item::Text("v".into())));
    tree.unset(&new).unwrap();
    assert_eq!(tree.unset(&new).unwrap_err().to_string(), "Key not found: deep");
}

#[test]
fn a_configuration_chooses_by_path() {
    let text = "creation_rules:\n- path_regex: prod/.*\\.yaml$\n  age: a1,b2\n  encrypted_regex: ^data$\n- path_regex: dev/\n  age: [c3]\n";
    let of = |path: &str| sops::config::creation(text, path);
    let found = of("prod/x.yaml").unwrap().unwrap();
    assert_eq!((found.age.len(), found.rule.unwrap().1.as_str()), (2, "^data$"));
    assert_eq!(of("dev/y").unwrap().unwrap().age, ["c3"]);
    assert_eq!(of("other").unwrap_err().to_string(), "error loading config: no matching creation rules found");
    assert_eq!(sops::config::creation("stores: {}", "x"), Ok(None));
}

#[test]
fn the_real_sops_agrees() {
    let program = std::env::var("SOPS").unwrap_or_else(|_| "sops".into());
    let folder = std::env::temp_dir().join(format!("sops-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut chance = chance();
    let identity = age::generate(&mut chance);
    let to = [age::write_recipient(&age::recipient_of(&identity))];
    std::fs::write(folder.join("key.txt"), age::write_identity(&identity)).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(&folder).env("SOPS_AGE_KEY_FILE", folder.join("key.txt"));
        let out = command.output().ok()?;
        Some(String::from_utf8_lossy(&out.stdout).into_owned())
    };
    if run(&["--version", "--disable-version-check"]).is_none() {
        eprintln!("sops: not compared, it is not here");
        return;
    }
    for (name, text) in [("a.yaml", YAML), ("a.json", JSON), ("a.env", DOTENV), ("a.bin", "some\ntext\n")] {
        let format = Format::of_path(name);
        for rule in [("unencrypted_suffix", "_unencrypted"), ("encrypted_regex", "^(stringData|a|A|data)$")] {
            // What they write, we read, and write in the same form.
            std::fs::write(folder.join(name), text).unwrap();
            let flag = format!("--{}", rule.0.replace('_', "-"));
            let theirs = run(&["encrypt", "--age", &to[0], &flag, rule.1, name]).unwrap();
            let mut tree = Tree::read_encrypted(format, &theirs).unwrap_or_else(|error| panic!("{error}: {theirs}"));
            // 3.11 writes its version last and the suffix before it, as we do.
            assert_eq!(tree.write(format), theirs);
            let key = sops::data_key(tree.metadata.as_ref().unwrap(), &[identity]).unwrap();
            tree.decrypt(&key, false).unwrap_or_else(|error| panic!("{error}: {theirs}"));
            tree.metadata = None;
            // What we write, they read.
            let (ours, _) = encrypt(&mut chance, format, text, &to, rule);
            std::fs::write(folder.join(name), ours).unwrap();
            let back = run(&["decrypt", name]).unwrap();
            assert_eq!(back, tree.write(format));
            assert_eq!(back, text, "{name}");
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
