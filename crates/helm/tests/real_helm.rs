//! The crate beside the real `helm template` of Helm 3.17: curated charts, random ones from seeds, and charts from a folder.
//!
//! Where that helm is not on the path (or named by `HELM`) it says so and passes. `FROM` and `SEEDS` choose random charts,
//! `VERBOSE=1` shows what differs, `ONLY` picks by name, `CHARTS=DIR` compares all charts in a folder of your own.

mod random;

use helm::{Capabilities, Chart, Failure, File, How, Release, Rendered, Setting};
use manifest::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

fn real_helm() -> Option<PathBuf> {
    let found = std::env::var_os("HELM").map(PathBuf::from).or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|dir| dir.join("helm")).find(|file| file.exists())
    })?;
    let out = Command::new(&found).arg("version").output().ok()?;
    String::from_utf8_lossy(&out.stdout).contains("v3.17.").then_some(found)
}

fn write(root: &Path, files: &[(String, String)]) {
    for (path, text) in files {
        let file = root.join(path);
        std::fs::create_dir_all(file.parent().expect("a file has a folder")).expect("folders can be made");
        std::fs::write(file, text).expect("files can be written");
    }
}

/// Standard output, standard error and whether it went well.
type Seen = (String, String, bool);

fn theirs(helm: &Path, folder: &Path, args: &[String]) -> Seen {
    let mut command = Command::new(helm);
    command.args(["template", "rel", "chart"]).args(args).current_dir(folder);
    let out = command.env("HOME", folder).env("KUBECONFIG", "/dev/null").output().expect("helm runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&out.stdout), log_sorted(&without_places(&text(&out.stderr))), out.status.success())
}

/// Go walks maps in another order each time, and so come its warnings.
fn log_sorted(text: &str) -> String {
    let end = text.find("Error: ").unwrap_or(text.len());
    let mut lines: Vec<&str> = text[..end].lines().collect();
    lines.sort_unstable();
    lines.iter().map(|line| format!("{line}\n")).collect::<String>() + &text[end..]
}

/// Log lines name a file of Helm's source and a line in it.
fn without_places(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let place = line.find(".go:").and_then(|at| {
            let digits = line[at + 4..].find(": ")?;
            line[at + 4..at + 4 + digits].bytes().all(|b| b.is_ascii_digit()).then_some(at + 4 + digits + 2)
        });
        out.push_str(&line[place.unwrap_or(0)..]);
    }
    out
}

fn files_of(root: &Path, folder: &Path, files: &mut Vec<File>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_of(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below").to_str().expect("a text").to_string();
            files.push(File { name, bytes: std::fs::read(&path).expect("a file") });
        }
    }
}

fn ours(folder: &Path, args: &[String]) -> Seen {
    let mut log = Vec::new();
    let done = template(folder, args, &mut log);
    let mut told = log_sorted(&log.iter().map(|line| format!("{line}\n")).collect::<String>());
    match done {
        Ok(rendered) => (helm::template_text(&rendered, true, false), told, true),
        Err(failure) => {
            told.push_str(&format!("Error: {}\n", failure.told));
            if failure.rendered {
                told.push_str("\nUse --debug flag to render out invalid YAML\n");
            }
            (String::new(), told, false)
        }
    }
}

fn early<T>(told: String) -> Result<T, Failure> {
    Err(Failure { told, rendered: false })
}

fn template(folder: &Path, args: &[String], log: &mut Vec<String>) -> Result<Rendered, Failure> {
    let read = |path: &str| {
        std::fs::read_to_string(folder.join(path)).map_err(|_| format!("open {path}: no such file or directory"))
    };
    let mut values = Value::map();
    let mut release = Release { name: "rel".into(), namespace: "default".into(), revision: 1, ..Release::default() };
    let mut capabilities = Capabilities::default();
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    let mut rest = args.iter();
    while let Some(flag) = rest.next() {
        let alone = flag.ends_with("=true");
        pairs.push((flag, if alone { "" } else { rest.next().map_or("", |arg| arg) }));
    }
    for (flag, value) in pairs.iter().filter(|(flag, _)| *flag == "-f") {
        let text = read(value).or_else(early)?;
        let file = helm::read_values(&text).or_else(|told| early(format!("failed to parse {value}: {told}")))?;
        values = helm::merge_maps(&values, &file);
        assert_eq!(*flag, "-f");
    }
    for name in ["--set-json", "--set", "--set-string", "--set-file", "--set-literal"] {
        for (_, value) in pairs.iter().filter(|(flag, _)| *flag == name) {
            let how = match name {
                "--set-json" => How::Json,
                "--set" => How::Typed,
                "--set-string" => How::Text,
                "--set-literal" => How::Literal,
                _ => How::File(&read),
            };
            helm::set(&mut values, value, how).or_else(|told| match name {
                "--set-json" => early(format!("failed parsing --set-json data {value}")),
                _ => early(format!("failed parsing {name} data: {told}")),
            })?;
        }
    }
    for (flag, value) in pairs {
        match flag {
            "-n" => release.namespace = value.into(),
            "--is-upgrade=true" => release.is_upgrade = true,
            "--include-crds=true" => release.include_crds = true,
            "--api-versions" => capabilities.api_versions.push(value.into()),
            "--kube-version" => {
                let version = helm::Version::parse(value).expect("a version");
                capabilities.kube_version = format!("v{}", version.full());
            }
            _ => {}
        }
    }
    let mut files = Vec::new();
    files_of(&folder.join("chart"), &folder.join("chart"), &mut files);
    let mut chart: Chart = helm::load(files, log).or_else(early)?;
    if chart.is_library() {
        return early("library charts are not installable".into());
    }
    let missing = chart.missing();
    if !missing.is_empty() {
        return early(helm::missing_told(&missing));
    }
    let setting = Setting { capabilities, lint: false, now: 1_700_000_000_000_000, seed: 1, lookup: None };
    helm::render(&mut chart, &values, &release, &setting, log)
}

#[derive(Default)]
struct Tally {
    equal: usize,
    all: usize,
    errors: usize,
}

fn compare(helm: &Path, folder: &Path, name: &str, args: &[String], tally: &mut Tally) {
    let (real, own) = (theirs(helm, folder, args), ours(folder, args));
    tally.all += 1;
    tally.errors += usize::from(!real.2);
    if !real.2 && std::env::var_os("ERRORS").is_some() {
        println!("{name}: {}", real.1.lines().find(|line| line.starts_with("Error")).unwrap_or(""));
    }
    if real == own {
        tally.equal += 1;
        return;
    }
    println!("differs: {name} {args:?}");
    if std::env::var_os("VERBOSE").is_some() {
        for (what, real, own) in [("stdout", &real.0, &own.0), ("stderr", &real.1, &own.1)] {
            show(what, real, own);
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
        lines[first.min(lines.len())..].iter().take(5).map(|l| format!("    {l}\n")).collect::<String>()
    };
    println!("  {what} from line {}:\n   real\n{}   ours\n{}", first + 1, part(&a), part(&b));
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

type Case = (String, Vec<(String, String)>, Vec<String>);

/// The cases of `curated.txt`; its first lines say how it is written.
fn curated() -> Vec<Case> {
    let mut all: Vec<Case> = Vec::new();
    for line in include_str!("curated.txt").split_inclusive('\n').skip(3) {
        if let Some(name) = line.strip_prefix("=== ") {
            all.push((
                name.trim().into(),
                vec![(
                    String::from("chart/Chart.yaml"),
                    "apiVersion: v2\nname: chart\nversion: 0.1.0\nappVersion: \"1.16\"\n".into(),
                )],
                Vec::new(),
            ));
        } else if let Some((_, files, args)) = all.last_mut() {
            if let Some(path) = line.strip_prefix(">>> ") {
                files.retain(|(have, _)| have != path.trim());
                files.push((path.trim().into(), String::new()));
            } else if let Some(line) = line.strip_prefix("@ ") {
                args.extend(line.trim().split(' ').map(Into::into));
            } else if let Some((_, text)) = files.last_mut() {
                text.push_str(line);
            }
        }
    }
    all
}

#[test]
fn curated_charts_come_out_as_the_real_one_makes_them() {
    let Some(helm) = real_helm() else {
        println!("skipped: Helm 3.17 is not here");
        return;
    };
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut tally = Tally::default();
    let cases = curated();
    for (name, files, args) in cases.iter().filter(|(name, ..)| name.contains(&only)) {
        let root = folder("curated");
        write(&root, files);
        compare(&helm, &root, name, args, &mut tally);
    }
    println!("curated: {} of {} equal ({} of them errors)", tally.equal, tally.all, tally.errors);
    assert!(tally.equal * 100 >= tally.all * 95, "{} of {}", tally.equal, tally.all);
}

#[test]
fn random_charts_come_out_as_the_real_one_makes_them() {
    let Some(helm) = real_helm() else {
        println!("skipped: Helm 3.17 is not here");
        return;
    };
    let (from, seeds) = (number("FROM", 0), number("SEEDS", 25));
    let mut tally = Tally::default();
    for seed in from..from + seeds {
        let (files, args) = random::random(seed);
        let root = folder("random");
        write(&root, &files);
        compare(&helm, &root, &format!("seed {seed}"), &args, &mut tally);
    }
    println!("random: {} of {} equal ({} of them errors)", tally.equal, tally.all, tally.errors);
    assert!(tally.equal * 100 >= tally.all * 95, "{} of {}", tally.equal, tally.all);
}

/// Every folder named by `CHARTS` that holds a chart, each by itself.
#[test]
fn charts_of_a_folder_come_out_as_the_real_one_makes_them() {
    let (Some(helm), Some(charts)) = (real_helm(), std::env::var_os("CHARTS")) else {
        println!("skipped: no Helm 3.17, or no CHARTS");
        return;
    };
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut tally = Tally::default();
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(charts).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for chart in entries.iter().filter(|chart| chart.join("Chart.yaml").exists()) {
        let name = chart.file_name().expect("a name").to_str().expect("a text").to_string();
        if !name.contains(&only) {
            continue;
        }
        let root = folder("outside");
        std::fs::create_dir_all(&root).expect("folders can be made");
        std::os::unix::fs::symlink(chart, root.join("chart")).expect("a link can be made");
        compare(&helm, &root, &name, &[], &mut tally);
        let values: Vec<PathBuf> = std::fs::read_dir(chart.join("ci"))
            .into_iter()
            .flatten()
            .map(|entry| entry.expect("an entry").path())
            .collect();
        for file in values.iter().filter(|file| file.extension().is_some_and(|end| end == "yaml")) {
            let args = vec![
                "-f".to_string(),
                format!("chart/ci/{}", file.file_name().expect("a name").to_str().expect("a text")),
            ];
            compare(&helm, &root, &name, &args, &mut tally);
        }
    }
    println!("outside: {} of {} equal ({} of them errors)", tally.equal, tally.all, tally.errors);
}
