//! `pip install`.

use super::sizes;
use super::{Act, Plan, load_ms, missing, stand_in};
use world::Cx;

const LOAD_PER_SEC: u64 = 9_000_000;
const WRITE_PER_SEC: u64 = 60_000_000;
const SITE: &str = "/usr/local/lib/python3.12/site-packages";

pub(super) fn plan(cx: &Cx<'_>) -> Plan {
    let args = cx.args();
    match args.first().map(String::as_str) {
        Some("install") => install(cx, &args[1..]),
        Some("--version") => {
            Ok(vec![Act::Say("pip 25.2 from /usr/local/lib/python3.12/site-packages/pip (python 3.12)\n".into())])
        }
        Some("cache") if args.get(1).is_some_and(|word| word == "purge") => Ok(vec![Act::Remove(cache(cx))]),
        Some(other) => Err(missing(&["pip ", other].concat())),
        None => Err(missing("pip")),
    }
}

fn cache(cx: &Cx<'_>) -> String {
    vfs::join(&cx.env("HOME").unwrap_or_else(|| "/root".into()), ".cache/pip")
}

/// What is asked for, and where it goes.
fn read(cx: &Cx<'_>, args: &[String]) -> Result<(Vec<String>, String), (String, i32)> {
    let (mut wanted, mut site) = (Vec::new(), SITE.to_string());
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "-r" | "--requirement" => {
                let file = rest.next().cloned().unwrap_or_default();
                let Ok(text) = cx.files().read_text(&cx.path(&file)) else {
                    let why = format!(
                        "ERROR: Could not open requirements file: [Errno 2] No such file or directory: '{file}'\n"
                    );
                    return Err((why, 1));
                };
                wanted.extend(
                    text.lines()
                        .map(str::trim)
                        .filter(|line| !line.is_empty() && !line.starts_with(['#', '-']))
                        .map(String::from),
                );
            }
            "--prefix" | "--target" | "-t" => {
                let folder = rest.next().cloned().unwrap_or_default();
                let below = if arg == "--prefix" { "lib/python3.12/site-packages" } else { "" };
                site = vfs::join(&cx.path(&folder), below);
            }
            word if word.starts_with("--prefix=") => {
                site = vfs::join(&cx.path(&word[9..]), "lib/python3.12/site-packages")
            }
            word if word.starts_with("--target=") => site = cx.path(&word[9..]),
            word if word.starts_with('-') => {}
            word => wanted.push(word.to_string()),
        }
    }
    if wanted.is_empty() {
        return Err((
            "ERROR: You must give at least one requirement to install (see \"pip help install\")\n".into(),
            1,
        ));
    }
    Ok((wanted, site))
}

fn install(cx: &Cx<'_>, args: &[String]) -> Plan {
    let keeps = !args.iter().any(|arg| arg == "--no-cache-dir") && cx.env("PIP_NO_CACHE_DIR").is_none();
    let (wanted, site) = read(cx, args)?;
    let (mut acts, mut done) = (vec![Act::Wait(600)], Vec::new());
    for line in &wanted {
        let end = line.find(['=', '<', '>', '~', '!', '[', ';', ' ']).unwrap_or(line.len());
        let package = sizes::pip(&line[..end]);
        let version = line.split_once("==").map_or(package.version.as_str(), |(_, version)| version.trim());
        let what = [&package.name, "-", version].concat();
        let kept = vfs::join(&cache(cx), &what);
        let there = cx.files().exists(&kept);
        let packed = package.bytes * 3 / 10;
        let how = if there { "  Using cached " } else { "  Downloading " };
        acts.push(Act::Say(["Collecting ", line, "\n", how, &what, "-py3-none-any.whl\n"].concat()));
        acts.push(Act::Wait(
            120 + if there { 0 } else { load_ms(packed, LOAD_PER_SEC) } + load_ms(package.bytes, WRITE_PER_SEC),
        ));
        acts.push(stand_in(
            vfs::join(&site, &[&package.name.replace('-', "_"), "/__init__.py"].concat()),
            package.bytes,
            &what,
            0o644,
        ));
        if keeps {
            acts.push(stand_in(kept, packed, &[&what, ", packed"].concat(), 0o644));
        }
        if package.name == "gunicorn" || package.name == "uvicorn" {
            acts.push(stand_in(["/usr/local/bin/", &package.name].concat(), 220, &what, 0o755));
        }
        done.push(what);
    }
    acts.push(Act::Say(format!("Installing collected packages: {}\n", wanted.join(", "))));
    acts.push(Act::Say(format!("Successfully installed {}\n", done.join(" "))));
    Ok(acts)
}
