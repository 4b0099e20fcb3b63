//! The crate beside the real `kubectl kustomize` of kubectl 1.32: curated folders, and random ones from seeds.
//!
//! Where that kubectl is not present it says so and passes. `FROM` and `SEEDS` choose random trees, `VERBOSE=1` shows what
//! differs, `KEEP=1` keeps the folders.

mod random;

use kustomize::{Files, Found, render, to_yaml};
use manifest::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Disk;

impl Files for Disk {
    fn look(&self, path: &str) -> Found {
        match std::fs::metadata(path) {
            Ok(meta) if meta.is_dir() => Found::Folder,
            Ok(_) => Found::File(std::fs::read(path).expect("a file that is there can be read")),
            Err(_) => Found::Nothing,
        }
    }
}

/// kubectl 1.32, beside the one on the path or as it.
fn kubectl() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|dir| dir.join("kubectl")).find(|file| file.exists())?;
    let real = std::fs::canonicalize(found).ok()?;
    let beside = real.with_file_name("kubectl.1.32");
    if beside.exists() {
        return Some(beside);
    }
    let out = Command::new(&real).args(["version", "--client"]).output().ok()?;
    String::from_utf8_lossy(&out.stdout).contains("Kustomize Version: v5.5.0").then_some(real)
}

fn write(root: &Path, files: &[(String, String)]) {
    for (path, text) in files {
        let file = root.join(path);
        std::fs::create_dir_all(file.parent().expect("a file has a folder")).expect("folders can be made");
        std::fs::write(file, text).expect("files can be written");
    }
}

/// Standard output, standard error and whether it went well.
fn theirs(kubectl: &Path, folder: &Path) -> (String, String, bool) {
    let out = Command::new(kubectl).arg("kustomize").arg(folder).env("KUBECONFIG", "/dev/null").output();
    let out = out.expect("kubectl runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&out.stdout), pointers_hidden(&text(&out.stderr)), out.status.success())
}

/// Addresses in memory are no two times the same.
fn pointers_hidden(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("0xc") {
        out.push_str(&rest[..at]);
        out.push_str("0xc000000000");
        rest = rest[at + 3..].trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    out.push_str(rest);
    out
}

fn ours(folder: &Path) -> (String, String, bool) {
    let rendered = render(&Disk, folder.to_str().expect("the folder's name is text"), Value::null());
    let mut told: String = rendered.warnings.iter().map(|line| format!("{line}\n")).collect();
    match rendered.objects {
        Ok(objects) => (to_yaml(&objects), told, true),
        Err(failure) => {
            told.push_str(&format!("error: {failure}\n"));
            (String::new(), told, false)
        }
    }
}

struct Tally {
    equal: usize,
    all: usize,
    errors: usize,
}

fn compare(kubectl: &Path, root: &Path, name: &str, files: &[(String, String)], start: &str, tally: &mut Tally) {
    let _ = std::fs::remove_dir_all(root);
    write(root, files);
    let folder = root.join(start);
    let (real, own) = (theirs(kubectl, &folder), ours(&folder));
    tally.all += 1;
    tally.errors += usize::from(!real.2);
    if !real.2 && std::env::var_os("ERRORS").is_some() {
        println!("real says: {}", real.1.lines().last().unwrap_or(""));
    }
    if real == own {
        tally.equal += 1;
    } else {
        println!("differs: {name}");
        if std::env::var_os("VERBOSE").is_some() {
            for (path, text) in files {
                println!("  ## {path}\n{text}");
            }
            for (what, real, own) in [("stdout", &real.0, &own.0), ("stderr", &real.1, &own.1)] {
                show(what, real, own);
            }
        }
    }
}

fn show(what: &str, real: &str, own: &str) {
    if real == own {
        return;
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (real.lines().collect(), own.lines().collect());
    let first = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let part = |lines: &[&str]| {
        lines[first.min(lines.len())..].iter().take(8).map(|l| format!("    {l}\n")).collect::<String>()
    };
    println!("  {what} from line {}:\n   real\n{}   ours\n{}", first + 1, part(&a), part(&b));
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

type Case = (String, Vec<(String, String)>, String);

/// The cases of `curated.txt`; its first lines say how it is written.
fn curated() -> Vec<Case> {
    let mut all: Vec<Case> = Vec::new();
    let mut shared: Vec<(String, String)> = Vec::new();
    for line in include_str!("curated.txt").split_inclusive('\n').skip(2) {
        if let Some(name) = line.strip_prefix("=== ") {
            all.push((name.trim().into(), Vec::new(), String::new()));
        } else if let Some(name) = line.strip_prefix("### ") {
            shared.push((name.trim().into(), String::new()));
        } else if let Some((_, files, start)) = all.last_mut() {
            if let Some(path) = line.strip_prefix(">>> ") {
                files.push((path.trim().into(), String::new()));
            } else if let Some(path) = line.strip_prefix("<<< ") {
                let text = shared.iter().find(|(name, _)| path.trim().ends_with(name.as_str()));
                files.push((path.trim().into(), text.expect("a shared file").1.clone()));
            } else if let Some(folder) = line.strip_prefix("@ ") {
                *start = folder.trim().into();
            } else if let Some((_, text)) = files.last_mut() {
                text.push_str(line);
            }
        } else if let Some((_, text)) = shared.last_mut() {
            text.push_str(line);
        }
    }
    all
}

#[test]
fn curated_folders_come_out_as_the_real_one_makes_them() {
    let Some(kubectl) = kubectl() else {
        println!("skipped: kubectl 1.32 is not here");
        return;
    };
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut tally = Tally { equal: 0, all: 0, errors: 0 };
    let cases = curated();
    assert!(cases.len() >= 60, "only {} curated folders", cases.len());
    for (name, files, start) in cases.iter().filter(|(name, ..)| name.contains(&only)) {
        compare(&kubectl, &folder("curated"), name, files, start, &mut tally);
    }
    println!("curated: {} of {} equal ({} of them errors)", tally.equal, tally.all, tally.errors);
    assert!(tally.equal * 100 >= tally.all * 95, "{} of {}", tally.equal, tally.all);
}

#[test]
fn random_folders_come_out_as_the_real_one_makes_them() {
    let Some(kubectl) = kubectl() else {
        println!("skipped: kubectl 1.32 is not here");
        return;
    };
    let (from, seeds) = (number("FROM", 0), number("SEEDS", 25));
    let mut tally = Tally { equal: 0, all: 0, errors: 0 };
    for seed in from..from + seeds {
        let files = random::random(seed);
        let root = folder(&if std::env::var_os("KEEP").is_some() {
            format!("random-{seed}")
        } else {
            format!("random-{from}")
        });
        compare(&kubectl, &root, &format!("seed {seed}"), &files, "overlay", &mut tally);
    }
    println!("random: {} of {} equal ({} of them errors)", tally.equal, tally.all, tally.errors);
    assert!(tally.equal * 100 >= tally.all * 95, "{} of {}", tally.equal, tally.all);
}
