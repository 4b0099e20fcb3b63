//! `apt-get update`, `install`, `purge`, `clean`.

use super::sizes;
use super::{Act, Plan, load_ms, missing, stand_in};
use world::Cx;

const LISTS: &str = "/var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages";
const LISTS_BYTES: u64 = 19_400_000;
const LOAD_PER_SEC: u64 = 11_000_000;
const WRITE_PER_SEC: u64 = 24_000_000;

pub(super) fn plan(cx: &Cx<'_>) -> Plan {
    let args = cx.args();
    let words: Vec<&str> = args.iter().filter(|arg| !arg.starts_with('-')).map(String::as_str).collect();
    let on = |names: &[&str]| args.iter().any(|arg| names.contains(&arg.as_str()));
    let yes = on(&["-y", "--yes", "--assume-yes", "-qy", "-yq", "-qqy", "-yqq"]);
    match words.first().copied() {
        Some("update") => Ok(vec![
            Act::Say("Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]\n".into()),
            Act::Wait(1_700),
            Act::Say("Get:2 http://deb.debian.org/debian bookworm/main amd64 Packages [8793 kB]\n".into()),
            Act::Wait(1_100),
            stand_in(LISTS.into(), LISTS_BYTES, "lists of packages", 0o644),
            Act::Say("Fetched 9325 kB in 3s (3331 kB/s)\nReading package lists...\n".into()),
        ]),
        Some("install") => install(cx, &words[1..], yes, !on(&["--no-install-recommends"])),
        Some("clean" | "autoclean") => Ok(Vec::new()),
        Some("remove" | "purge" | "autoremove") => {
            let mut acts: Vec<Act> = Vec::new();
            for name in &words[1..] {
                acts.extend(
                    ["/usr/bin/", "/usr/lib/", "/usr/share/doc/"].map(|place| Act::Remove([place, name].concat())),
                );
            }
            acts.push(Act::Wait(800));
            acts.push(Act::Say("Reading package lists...\nBuilding dependency tree...\n".into()));
            Ok(acts)
        }
        Some("upgrade" | "dist-upgrade") => Ok(vec![
            Act::Wait(900),
            Act::Say("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n".into()),
        ]),
        Some(other) => Err(missing(&["apt-get ", other].concat())),
        None => Err(missing("apt-get")),
    }
}

fn install(cx: &Cx<'_>, names: &[&str], yes: bool, recommends: bool) -> Plan {
    let lists = cx.files().exists(LISTS);
    let mut acts = vec![Act::Wait(500)];
    let head = "Reading package lists...\nBuilding dependency tree...\nReading state information...\n";
    let (mut bytes, mut count) = (0, 0);
    let mut packages = Vec::new();
    for name in names {
        let bare = name.split('=').next().unwrap_or(name);
        let Some(package) = sizes::system(bare).filter(|_| lists) else {
            return Err((format!("{head}E: Unable to locate package {bare}\n"), 100));
        };
        // What is only recommended comes too, unless it is refused.
        let size = if recommends { package.bytes + package.bytes * 45 / 100 + 2_000_000 } else { package.bytes };
        bytes += size;
        count += package.count + if recommends { package.count / 2 } else { 0 };
        packages.push((package, size));
    }
    let mb = bytes.div_ceil(1_000_000);
    let summary = format!(
        "{head}0 upgraded, {count} newly installed, 0 to remove and 0 not upgraded.\nNeed to get {} MB of archives.\nAfter this \
         operation, {mb} MB of additional disk space will be used.\n",
        mb.div_ceil(4)
    );
    acts.push(Act::Say(summary.clone()));
    if !yes && count > 0 {
        return Err((summary + "Do you want to continue? [Y/n] Abort.\n", 1));
    }
    for (package, size) in packages {
        let what = [&package.name, " ", &package.version].concat();
        acts.push(Act::Wait(150 + load_ms(size / 4, LOAD_PER_SEC) + load_ms(size, WRITE_PER_SEC)));
        acts.push(stand_in(["/usr/bin/", &package.name].concat(), size / 10, &what, 0o755));
        acts.push(stand_in(["/usr/lib/", &package.name, "/files"].concat(), size - size / 10, &what, 0o644));
        acts.push(Act::Say(format!("Setting up {} ({}) ...\n", package.name, package.version)));
    }
    Ok(acts)
}
