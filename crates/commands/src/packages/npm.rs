//! `npm install`, `npm ci`, `npm run`; `npx`; `tsc` and its like.

use super::sizes::{self, Package};
use super::{Act, Plan, load_ms, missing, stand_in};
use manifest::Value;
use world::Cx;

/// What a registry sends in a second, and what a disk takes.
const LOAD_PER_SEC: u64 = 5_000_000;
const WRITE_PER_SEC: u64 = 25_000_000;

pub(super) fn plan(cx: &Cx<'_>) -> Plan {
    let args = cx.args();
    let words: Vec<&str> = args.iter().filter(|arg| !arg.starts_with('-')).map(String::as_str).collect();
    match words.first().copied() {
        None if args.iter().any(|arg| arg == "--version" || arg == "-v") => Ok(vec![Act::Say("10.9.3\n".into())]),
        Some("ci" | "clean-install") => install(cx, &args, true, &[]),
        Some("install" | "i" | "add") => install(cx, &args, false, &words[1..]),
        Some("run" | "run-script") => script(cx, words.get(1).copied().unwrap_or_default()),
        Some(name @ ("test" | "start" | "build")) if name != "build" => script(cx, name),
        Some("cache") if words.get(1) == Some(&"clean") => Ok(vec![Act::Remove(cache(cx))]),
        Some("prune") => prune(cx),
        Some("config" | "set") => Ok(Vec::new()),
        Some("version") => Ok(vec![Act::Say("10.9.3\n".into())]),
        Some(other) => Err(missing(&["npm ", other].concat())),
        None => Err((
            "npm <command>\n\nUsage:\n\nnpm install        install all the dependencies in your project\n".into(),
            1,
        )),
    }
}

fn cache(cx: &Cx<'_>) -> String {
    vfs::join(&cx.env("HOME").unwrap_or_else(|| "/root".into()), ".npm")
}

fn read(cx: &Cx<'_>, name: &str) -> Option<Value> {
    let text = cx.files().read_text(&cx.path(name)).ok()?;
    Value::from_json(&text).ok()
}

fn enoent(cx: &Cx<'_>) -> (String, i32) {
    let path = cx.path("package.json");
    let text = format!(
        "npm error code ENOENT\nnpm error syscall open\nnpm error path {path}\nnpm error errno -2\nnpm error enoent Could not read \
         package.json: Error: ENOENT: no such file or directory, open '{path}'\nnpm error enoent This is related to npm not being \
         able to find a file.\nnpm error enoent\n"
    );
    (text, 254)
}

fn names(manifest: &Value, key: &str) -> Vec<String> {
    manifest.map_at(key).keys().map(|name| name.to_string()).collect()
}

fn install(cx: &Cx<'_>, args: &[String], clean: bool, more: &[&str]) -> Plan {
    let manifest = match (read(cx, "package.json"), cx.files().exists(&cx.path("package.json"))) {
        (Some(manifest), _) => manifest,
        (None, true) => {
            return Err(("npm error code EJSONPARSE\nnpm error path package.json\nnpm error JSON.parse Failed to parse JSON data.\n".into(), 1));
        }
        (None, false) if !more.is_empty() => Value::map(),
        (None, false) => return Err(enoent(cx)),
    };
    let mut wanted = names(&manifest, "dependencies");
    let lock = read(cx, "package-lock.json");
    if clean {
        let Some(lock) = &lock else {
            return Err((
                "npm error code EUSAGE\nnpm error\nnpm error The `npm ci` command can only install with an existing \
                 package-lock.json or\nnpm error npm-shrinkwrap.json with lockfileVersion >= 1. Run an install with npm@5 or\nnpm \
                 error later to generate a package-lock.json file, then try again.\n"
                    .into(),
                1,
            ));
        };
        if let Some(name) = wanted.iter().chain(&names(&manifest, "devDependencies")).find(|name| !locked(lock, name)) {
            return Err((
                format!(
                    "npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install packages when your package.json and \
                     package-lock.json or npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before \
                     continuing.\nnpm error\nnpm error Missing: {name} from lock file\n"
                ),
                1,
            ));
        }
    }
    let production = cx.env("NODE_ENV").as_deref() == Some("production");
    let omit = args.iter().any(|arg| matches!(arg.as_str(), "--omit=dev" | "--production" | "--only=production"));
    let include = args.iter().any(|arg| arg == "--include=dev");
    if !(production || omit) || include {
        wanted.extend(names(&manifest, "devDependencies"));
    }
    wanted.extend(more.iter().map(|name| (*name).to_string()));
    let global = args.iter().any(|arg| arg == "-g" || arg == "--global");
    let modules = if global { "/usr/local/lib/node_modules".to_string() } else { cx.path("node_modules") };
    let mut acts = Vec::new();
    if clean {
        acts.push(Act::Remove(modules.clone()));
    }
    let (mut count, mut ms) = (0, 300);
    for name in &wanted {
        let name = name.rsplit_once('@').filter(|(bare, _)| !bare.is_empty()).map_or(name.as_str(), |(bare, _)| bare);
        let package = sizes::npm(name);
        if cx.files().exists(&vfs::join(&modules, name)) && !clean {
            continue;
        }
        count += package.count;
        ms += one(cx, &package, &modules, &mut acts);
    }
    acts.push(Act::Wait(ms));
    if !clean && !global && lock.is_none() && !args.iter().any(|arg| arg == "--no-package-lock") {
        acts.push(Act::Write(cx.path("package-lock.json"), lock_of(&manifest, &wanted), 0o644));
    }
    let secs = ms.div_ceil(1_000);
    let added = if count == 0 {
        format!("\nup to date in {secs}s\n")
    } else {
        format!("\nadded {count} packages in {secs}s\n")
    };
    acts.push(Act::Say(added + "\nfound 0 vulnerabilities\n"));
    Ok(acts)
}

fn locked(lock: &Value, name: &str) -> bool {
    let packages = lock.map_at("packages");
    let root = packages.get("");
    let key = ["node_modules/", name].concat();
    packages.get(&key).is_some()
        || lock.map_at("dependencies").get(name).is_some()
        || root.is_some_and(|root| {
            ["dependencies", "devDependencies"].iter().any(|part| root.map_at(part).get(name).is_some())
        })
}

/// Files of a package and of npm's cache; gives the milliseconds that it takes.
fn one(cx: &Cx<'_>, package: &Package, modules: &str, acts: &mut Vec<Act>) -> u64 {
    let folder = vfs::join(modules, &package.name);
    let about = ["{\"name\": \"", &package.name, "\", \"version\": \"", &package.version, "\"}\n"].concat();
    let what = [&package.name, "@", &package.version].concat();
    let packed = package.bytes / 4;
    let kept = vfs::join(
        &cache(cx),
        &["_cacache/content-v2/", &package.name.replace('/', "+"), "-", &package.version].concat(),
    );
    let load =
        if cx.files().exists(&kept) { 15 } else { 60 * package.count.min(40) / 4 + load_ms(packed, LOAD_PER_SEC) };
    acts.push(Act::Write(vfs::join(&folder, "package.json"), about, 0o644));
    acts.push(stand_in(vfs::join(&folder, "index.js"), package.bytes, &what, 0o644));
    acts.push(stand_in(kept, packed, &[&what, ", packed"].concat(), 0o644));
    load + load_ms(package.bytes, WRITE_PER_SEC)
}

fn lock_of(manifest: &Value, wanted: &[String]) -> String {
    let mut packages = Value::map();
    let mut root = Value::map();
    for key in ["dependencies", "devDependencies"] {
        if !manifest.at(key).is_null() {
            root.put(key, manifest.at(key).clone());
        }
    }
    packages.put("", root);
    for name in wanted {
        let mut entry = Value::map();
        entry.put("version", sizes::npm(name).version.as_str());
        packages.put(&["node_modules/", name].concat(), entry);
    }
    let mut lock = Value::map();
    lock.put("name", manifest.str_at("name"));
    lock.put("lockfileVersion", 3);
    lock.put("packages", packages);
    lock.to_json_with(manifest::JsonStyle { indent: Some(2), escape_html: false }) + "\n"
}

fn script(cx: &Cx<'_>, name: &str) -> Plan {
    let Some(manifest) = read(cx, "package.json") else { return Err(enoent(cx)) };
    let line = manifest.at("scripts").get(name).and_then(Value::as_str).unwrap_or_default().to_string();
    if line.is_empty() {
        return Err((
            format!(
                "npm error Missing script: \"{name}\"\nnpm error\nnpm error To see a list of scripts, run:\nnpm error   npm run\n"
            ),
            1,
        ));
    }
    let title = [manifest.str_at("name"), "@", manifest.str_at("version")].concat();
    Ok(vec![Act::Wait(250), Act::Say(format!("\n> {title} {name}\n> {line}\n\n")), Act::Run(line)])
}

/// What only development needs goes away.
fn prune(cx: &Cx<'_>) -> Plan {
    let Some(manifest) = read(cx, "package.json") else { return Err(enoent(cx)) };
    let mut acts: Vec<Act> = names(&manifest, "devDependencies")
        .iter()
        .map(|name| Act::Remove(vfs::join(&cx.path("node_modules"), name)))
        .collect();
    let count: u64 = names(&manifest, "devDependencies").iter().map(|name| sizes::npm(name).count).sum();
    acts.push(Act::Wait(900));
    acts.push(Act::Say(format!("\nremoved {count} packages in 1s\n\nfound 0 vulnerabilities\n")));
    Ok(acts)
}

pub(super) fn npx(cx: &Cx<'_>) -> Plan {
    let args: Vec<String> = cx.args().into_iter().skip_while(|arg| arg.starts_with('-')).collect();
    match args.first().map(String::as_str) {
        Some("tsc" | "vite" | "esbuild" | "webpack") => Ok(vec![Act::Wait(200), Act::Run(args.join(" "))]),
        Some(name) => Err(missing(&["npx ", name].concat())),
        None => Err(missing("npx")),
    }
}

/// `tsc`, `vite build` and so on: a file of `dist` for each of `src`.
// Unlike bundlers: what tsc, vite, esbuild and webpack would translate is carried over as it is.
pub(super) fn bundle(cx: &Cx<'_>) -> Plan {
    let (tool, files) = (cx.program(), cx.files());
    let package = if tool == "tsc" { "typescript" } else { tool.as_str() };
    let mut folder = cx.cwd();
    while !files.exists(&vfs::join(&folder, &["node_modules/", package].concat())) {
        if folder == "/" {
            return Err((format!("sh: {tool}: not found\n"), 127));
        }
        folder = vfs::parent(&folder).to_string();
    }
    let source = cx.path("src");
    let mut acts = Vec::new();
    let mut bytes = 0;
    for (path, stat) in files.walk(&source, &mut |_| true).unwrap_or_default() {
        if stat.kind != vfs::Kind::File {
            continue;
        }
        let rest = path[source.len()..].trim_start_matches('/');
        let stem = rest.strip_suffix(".tsx").or_else(|| rest.strip_suffix(".ts")).or_else(|| rest.strip_suffix(".jsx"));
        let to = stem.map_or_else(|| rest.to_string(), |stem| [stem, ".js"].concat());
        bytes += stat.size;
        acts.push(Act::Write(cx.path(&["dist/", &to].concat()), files.read_text(&path).unwrap_or_default(), 0o644));
    }
    if acts.is_empty() {
        return Err((format!("error TS18003: No inputs were found in {source}.\n"), 2));
    }
    acts.insert(0, Act::Wait(3_500 + bytes / 20));
    if tool != "tsc" {
        acts.push(Act::Say("built in 3.50s\n".into()));
    }
    Ok(acts)
}
