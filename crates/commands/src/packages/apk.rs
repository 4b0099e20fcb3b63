//! `apk add`, `del`, `update`.

use super::sizes;
use super::{Act, Plan, load_ms, missing, stand_in};
use world::Cx;

const INDEX: &str = "/var/cache/apk/APKINDEX.tar.gz";
const INDEX_BYTES: u64 = 2_430_000;
const LOAD_PER_SEC: u64 = 12_000_000;
const WRITE_PER_SEC: u64 = 70_000_000;

pub(super) fn plan(cx: &Cx<'_>) -> Plan {
    let args = cx.args();
    let on = |names: &[&str]| args.iter().any(|arg| names.contains(&arg.as_str()));
    let mut words: Vec<&str> = Vec::new();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "--virtual" | "-t" | "--repository" | "-X" => {
                rest.next();
            }
            word if word.starts_with('-') => {}
            word => words.push(word),
        }
    }
    let fetch = Act::Say("fetch https://dl-cdn.alpinelinux.org/alpine/v3.22/main/x86_64/APKINDEX.tar.gz\n".into());
    match words.first().copied() {
        Some("add") => {
            let cached = cx.files().exists(INDEX);
            let mut acts = vec![Act::Wait(if cached { 60 } else { 550 })];
            if !cached {
                acts.insert(0, fetch);
                if !on(&["--no-cache"]) {
                    acts.push(stand_in(INDEX.into(), INDEX_BYTES, "the index of packages", 0o644));
                }
            }
            add(&mut acts, &words[1..])?;
            Ok(acts)
        }
        Some("update") => {
            Ok(vec![fetch, Act::Wait(550), stand_in(INDEX.into(), INDEX_BYTES, "the index of packages", 0o644)])
        }
        Some("upgrade") => Ok(vec![fetch, Act::Wait(700)]),
        Some("del") => Ok(words[1..]
            .iter()
            .flat_map(|name| {
                ["/usr/bin/", "/usr/lib/"].map(|place| Act::Remove([place, name.trim_start_matches('.')].concat()))
            })
            .chain([Act::Wait(120)])
            .collect()),
        Some(other) => Err(missing(&["apk ", other].concat())),
        None => Err(missing("apk")),
    }
}

fn add(acts: &mut Vec<Act>, names: &[&str]) -> Result<(), (String, i32)> {
    let mut unknown = String::new();
    let (mut at, mut bytes) = (0, 8_300_000);
    let packages: Vec<_> =
        names.iter().map(|name| (name, sizes::system(name.split(['=', '~', '>']).next().unwrap_or(name)))).collect();
    let all: u64 =
        packages.iter().filter_map(|(_, package)| package.as_ref()).map(|package| package.count.min(9)).sum();
    for (name, package) in packages {
        let Some(package) = package else {
            unknown.push_str(&format!("  {name} (no such package):\n    required by: world[{name}]\n"));
            continue;
        };
        at += package.count.min(9);
        let what = [&package.name, " ", &package.version].concat();
        acts.push(Act::Wait(40 + load_ms(package.bytes * 2 / 5, LOAD_PER_SEC) + load_ms(package.bytes, WRITE_PER_SEC)));
        acts.push(Act::Say(format!("({at}/{all}) Installing {} ({}-r0)\n", package.name, package.version)));
        acts.push(stand_in(["/usr/bin/", &package.name].concat(), package.bytes / 10, &what, 0o755));
        acts.push(stand_in(
            ["/usr/lib/", &package.name, "/files"].concat(),
            package.bytes - package.bytes / 10,
            &what,
            0o644,
        ));
        bytes += package.bytes;
    }
    if !unknown.is_empty() {
        return Err((["ERROR: unable to select packages:\n", &unknown].concat(), 1));
    }
    acts.push(Act::Say(format!("OK: {} MiB in {} packages\n", bytes >> 20, 16 + all)));
    Ok(())
}
