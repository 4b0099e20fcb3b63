//! `gc`, `repack`, `prune`, `prune-packed`, `pack-refs`: the store is tidied, nothing that is needed goes.

// Unlike git: packs hold whole objects and no deltas, no commit-graph is written, and `gc` expires no reflog entries.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, maybe, only, usage, value};
use git::{ObjectId, Repo, Roots, When};
use order::{OrdMap, OrdSet};

pub(crate) const PACK_REFS: Spec = Spec {
    name: "pack-refs",
    usage: &["pack-refs [--all] [--no-prune]"],
    options: &[&[
        flag('\0', "all", "branches too"),
        flag('\0', "prune", "remove the files of what is packed (default)"),
    ]],
    missing: &["--auto", "--include", "--exclude"],
    dialect: Dialect::Options,
};

pub(crate) fn pack_refs(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    if !given.operands.is_empty() {
        g.err(usage(&PACK_REFS));
        return Ok(129);
    }
    let when = g.when();
    repo.pack_refs(g.cx.files_mut(), given.has("all"), given.state("prune") != Some(false), when)?;
    Ok(0)
}

pub(crate) const PRUNE: Spec = Spec {
    name: "prune",
    usage: &["prune [-n] [-v] [--progress] [--expire <time>] [--] [<head>...]"],
    options: &[&[
        flag('n', "dry-run", "only say what would go"),
        flag('v', "verbose", "say what goes"),
        value('\0', "expire", "time", "only what is older"),
    ]],
    missing: &["--progress", "--exclude-promisor-objects"],
    dialect: Dialect::Options,
};

/// The youngest age that may go, in seconds: everything without a time; `None` for `never`.
fn expiry(text: Option<&str>, now: When) -> Result<Option<u64>, Stop> {
    match text {
        None | Some("now" | "all") => Ok(Some(u64::MAX)),
        Some("never" | "false") => Ok(None),
        Some(text) => match When::parse_approximate(text, now.secs) {
            Some(secs) => Ok(Some(u64::try_from(secs).unwrap_or(0))),
            None => fatal(format!("malformed expiration date '{text}'")),
        },
    }
}

fn is_old(secs: u64, expire: Option<u64>) -> bool {
    expire.is_some_and(|expire| expire == u64::MAX || secs <= expire)
}

#[inline(never)]
pub(crate) fn prune(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    if !given.operands.is_empty() {
        g.err("error: `prune <head>' is real Git, but not part of this sandbox yet\n");
        return Ok(129);
    }
    let expire = expiry(given.value("expire"), g.when())?;
    let ages = repo.unneeded(g.files())?;
    let loose = repo.loose_ids(g.files());
    let gone: Vec<ObjectId> =
        loose.into_iter().filter(|id| ages.get(id).is_some_and(|secs| is_old(*secs, expire))).collect();
    let dry = given.has("dry-run");
    for id in gone.iter().filter(|_| dry || given.has("verbose")) {
        let kind = repo.read_object(g.files(), id).map_or("unknown", |object| object.kind.name());
        g.out(format!("{id} {kind}\n"));
    }
    if !dry {
        let when = g.when();
        repo.remove_loose(g.cx.files_mut(), &gone, when);
        repo.remove_packed_loose(g.cx.files_mut(), when);
    }
    Ok(0)
}

pub(crate) const PRUNE_PACKED: Spec = Spec {
    name: "prune-packed",
    usage: &["prune-packed [-n | --dry-run] [-q | --quiet]"],
    options: &[&[flag('n', "dry-run", "only say what would go"), flag('q', "quiet", "say nothing")]],
    missing: &[],
    dialect: Dialect::Options,
};

#[inline(never)]
pub(crate) fn prune_packed(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let when = g.when();
    if !given.has("dry-run") {
        repo.remove_packed_loose(g.cx.files_mut(), when);
        return Ok(0);
    }
    let packed: OrdSet<ObjectId> = repo.pack_contents(g.files()).into_iter().flat_map(|(_, ids)| ids).collect();
    for id in repo.loose_ids(g.files()).iter().filter(|id| packed.contains(*id)) {
        let path = repo.loose_path(id);
        let shown = match g.cwd.as_str() {
            "/" => path,
            cwd => path.strip_prefix(&format!("{cwd}/")).unwrap_or(&path).to_string(),
        };
        g.out(format!("rm -f {shown}\n"));
    }
    Ok(0)
}

pub(crate) const REPACK: Spec = Spec {
    name: "repack",
    usage: &["repack [-a] [-A] [-d] [-f] [-F] [-l] [-n] [-q]"],
    options: &[&[
        only('a', "", "everything into one pack"),
        only('A', "", "the same, and what nothing leads to becomes loose"),
        only('d', "", "remove packs and loose objects that are not needed any more"),
        only('f', "", "compute all deltas anew (objects are kept whole here)"),
        only('F', "", "compress everything anew"),
        only('q', "quiet", "say nothing"),
        only('l', "local", "not what is borrowed (nothing is here)"),
        only('n', "", "do not run update-server-info"),
        flag('\0', "cruft", "keep what nothing leads to in a pack of its own"),
    ]],
    missing: &[
        "-b",
        "--write-bitmap-index",
        "-g",
        "--geometric",
        "-m",
        "--write-midx",
        "--window",
        "--depth",
        "--threads",
        "--window-memory",
        "--max-pack-size",
        "--keep-pack",
        "--unpack-unreachable",
        "-k",
        "--keep-unreachable",
        "-i",
        "--delta-islands",
        "--filter",
        "--filter-to",
        "--expire-to",
        "--cruft-expiration",
        "--pack-kept-objects",
    ],
    dialect: Dialect::Options,
};

#[inline(never)]
pub(crate) fn repack(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let cruft = given.has("cruft");
    let all = given.has("a") || given.has("A") || cruft;
    let plan = Plan {
        all,
        loosen: given.has("A"),
        delete: given.has("d"),
        cruft: cruft.then_some(None),
        quiet: given.has("quiet"),
    };
    pack_up(g, &repo, &plan)?;
    Ok(0)
}

/// What `repack` is asked for.
struct Plan {
    /// Also what is packed already.
    all: bool,
    /// What nothing leads to comes out of the packs.
    loosen: bool,
    delete: bool,
    /// It goes into a pack of its own, unless it is older than this.
    cruft: Option<Option<u64>>,
    quiet: bool,
}

#[inline(never)]
fn pack_up(g: &mut Git<'_, '_>, repo: &Repo, plan: &Plan) -> Result<(), Stop> {
    let when = g.when();
    let packs = repo.pack_contents(g.files());
    let packed: OrdSet<ObjectId> = packs.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
    let mut ids = repo.needed(g.files(), Roots { logs: true, index: true })?;
    if !plan.all {
        ids.retain(|id| !packed.contains(id));
    }
    let mut made = Vec::new();
    if ids.is_empty() {
        if !plan.quiet {
            g.out("Nothing new to pack.\n");
        }
    } else {
        made.push(repo.write_pack_file(g.cx.files_mut(), &ids, when)?);
    }
    if let Some(expire) = plan.cruft {
        let mut aged: OrdMap<ObjectId, u64> = repo.unneeded(g.files())?;
        aged.retain(|_, secs| !is_old(*secs, expire));
        if !aged.is_empty() {
            made.push(repo.write_cruft_pack(g.cx.files_mut(), &aged, when)?);
        }
    }
    if !plan.delete {
        return Ok(());
    }
    if plan.all && !made.is_empty() {
        let mut unneeded = Vec::new();
        if plan.loosen {
            for (id, _) in repo.unneeded(g.files())? {
                let object = repo.read_object(g.files(), &id)?;
                unneeded.push((object.kind, object.data().to_vec()));
            }
        }
        for (name, _) in packs.iter().filter(|(name, _)| !made.contains(name)) {
            repo.remove_pack(g.cx.files_mut(), name, when);
        }
        for (kind, data) in unneeded {
            repo.write_object(g.cx.files_mut(), kind, &data, when)?;
        }
    }
    repo.remove_packed_loose(g.cx.files_mut(), when);
    let names: String = made_and_kept(g, repo).into_iter().map(|name| format!("P {name}.pack\n")).collect();
    repo.write_state(g.cx.files_mut(), "objects/info/packs", &format!("{names}\n"), when)?;
    server_refs(g, repo)
}

fn made_and_kept(g: &Git<'_, '_>, repo: &Repo) -> Vec<String> {
    repo.pack_contents(g.files()).into_iter().map(|(name, _)| name).collect()
}

/// `info/refs`, which servers that know nothing of Git hand out.
#[inline(never)]
fn server_refs(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    let mut text = String::new();
    for (name, id) in repo.refs(g.files(), "refs/") {
        text.push_str(&format!("{id}\t{name}\n"));
        if let Ok(Some(target)) = repo.peel_tags(g.files(), id)
            && target != id
        {
            text.push_str(&format!("{target}\t{name}^{{}}\n"));
        }
    }
    let when = g.when();
    Ok(repo.write_state(g.cx.files_mut(), "info/refs", &text, when)?)
}

pub(crate) const GC: Spec = Spec {
    name: "gc",
    usage: &["gc [<options>]"],
    options: &[&[
        flag('q', "quiet", "say nothing"),
        maybe('\0', "prune", "date", "remove what nothing leads to and is older (default: two weeks)"),
        flag('\0', "aggressive", "try harder (objects are kept whole here)"),
        flag('\0', "auto", "only where there is much to do"),
        flag('\0', "force", "also where another is running"),
    ]],
    missing: &["--cruft", "--max-cruft-size", "--detach", "--keep-largest-pack", "--expire-to"],
    dialect: Dialect::Options,
};

/// With fewer loose objects `gc --auto` does nothing.
const AUTO_MIN: usize = 6_700;

#[inline(never)]
pub(crate) fn gc(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    if !given.operands.is_empty() {
        g.err(usage(&GC));
        return Ok(129);
    }
    let limit = g.settings().get("gc.auto").and_then(|text| text.parse().ok()).unwrap_or(AUTO_MIN);
    if given.has("auto") && (limit == 0 || repo.loose_ids(g.files()).len() <= limit) {
        return Ok(0);
    }
    let when = g.when();
    let configured = g.settings().get("gc.pruneexpire");
    let text = match given.state("prune") {
        Some(false) => Some("never".to_string()),
        _ => given.value("prune").map(str::to_string).or(configured).or(Some("2.weeks.ago".into())),
    };
    let expire = expiry(text.as_deref(), when)?;
    repo.pack_refs(g.cx.files_mut(), true, true, when)?;
    let plan = Plan { all: true, loosen: false, delete: true, cruft: Some(expire), quiet: given.has("quiet") };
    pack_up(g, &repo, &plan)?;
    let ages = repo.unneeded(g.files())?;
    let loose = repo.loose_ids(g.files());
    let gone: Vec<ObjectId> =
        loose.into_iter().filter(|id| ages.get(id).is_some_and(|secs| is_old(*secs, expire))).collect();
    repo.remove_loose(g.cx.files_mut(), &gone, when);
    Ok(0)
}
