//! The language of bash and the core tools, compared with the real ones: the scripts of `scripts/*.txt` (a line `%%`
//! stands between two), and random ones that a generator draws.
//!
//! What still differs, and why:
//! - `type f` and `declare -f` do not print a function's text: code is kept, not text;
//! - regular expressions are leftmost-first, not leftmost-longest (`regex-lite`), and know no back-references;
//! - awk prints whole numbers whole and counts characters, as gawk does; mawk prints `1e+12` and counts bytes. Its arrays are
//!   walked in the order in which items came;
//! - an unfinished `((` or array names the end of the file, not the parenthesis;
//! - a reader that ends early is not told of: `xargs: echo: terminated by signal 13`;
//! - jq finds a key that is no text when it runs, not before.
//!
//! `ONLY=word` runs the scripts with that word, `SCRIPTS=file` those of a file; `SEEDS=500` draws more, `VERBOSE=1` shows
//! what differs.

mod both;
mod draw;

use both::{compare_all, ours, there_is_bash};

fn scripts() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts");
    let mut texts = Vec::new();
    if let Ok(file) = std::env::var("SCRIPTS") {
        texts.push(std::fs::read_to_string(file).expect("the file of scripts is there"));
    } else {
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("the folder of scripts is there")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        files.sort();
        texts.extend(files.iter().map(|file| std::fs::read_to_string(file).expect("text")));
    }
    let only = std::env::var("ONLY").unwrap_or_default();
    let all = texts.iter().flat_map(|text| text.split("%%\n")).map(|script| script.trim_end_matches('\n').to_string());
    all.filter(|script| !script.is_empty() && script.contains(&only)).collect()
}

fn judge(what: &str, scripts: &[String], least_percent: usize) {
    let compared = compare_all(scripts);
    let (equal, ran) = (compared.equal(), compared.all - compared.skipped);
    println!("{what}: {equal} of {ran} equal, {} skipped", compared.skipped);
    let differ = compared.differ.join("\n");
    if std::env::var("VERBOSE").is_ok() {
        println!("{differ}");
    }
    assert!(equal * 100 >= ran * least_percent, "{what}: {} differ:\n{differ}", compared.differ.len());
}

#[test]
fn scripts_give_what_real_bash_and_coreutils_give() {
    if !there_is_bash() {
        println!("skipped: no real bash on this machine");
        return;
    }
    let scripts = scripts();
    assert!(!scripts.is_empty(), "there are scripts");
    judge("scripts", &scripts, 98);
}

#[test]
fn random_scripts_give_what_real_bash_and_coreutils_give() {
    if !there_is_bash() {
        println!("skipped: no real bash on this machine");
        return;
    }
    let seeds: u64 = std::env::var("SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(150);
    // Lines alone have no files to work on: their mistakes are compared, too.
    let scripts: Vec<String> = (1..=seeds).map(draw::script).chain((1..=seeds / 3).map(draw::line)).collect();
    judge("random scripts", &scripts, 97);
}

/// There is no real yq on a machine of ours: its documentation says what it prints.
#[test]
fn yq_prints_what_its_documentation_says() {
    let examples = include_str!("yq/examples.txt");
    for example in examples.split("%%\n") {
        let (script, expected) = example.split_once("\n==\n").expect("a script and what it prints");
        let ran = ours(script);
        assert_eq!(ran.out + &ran.err, expected, "{script}");
    }
}
