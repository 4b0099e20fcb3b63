//! `git fsck`: whether everything is there, and what nothing leads to.

use super::cli::{Answer, Git, Stop};
use super::options::{Dialect, Given, Spec, flag};
use git::{Head, Kind, ObjectId, Repo, Roots, hash_object};
use order::{OrdMap, OrdSet};

pub(crate) const SPEC: Spec = Spec {
    name: "fsck",
    usage: &["fsck [<options>] [<object>...]"],
    options: &[&[
        flag('\0', "unreachable", "everything that nothing leads to"),
        flag('\0', "dangling", "what nothing names at all (default)"),
        flag('\0', "tags", "the annotated tags"),
        flag('\0', "root", "the commits without parents"),
        flag('\0', "cache", "the index counts too"),
        flag('\0', "reflogs", "what only logs name counts as reached (default)"),
        flag('\0', "full", "look into packs too (default)"),
        flag('\0', "strict", "check more strictly"),
        flag('\0', "lost-found", "write what dangles to .git/lost-found"),
        flag('\0', "progress", "show progress (on a terminal)"),
    ]],
    missing: &["--connectivity-only", "-v", "--verbose", "--name-objects"],
    dialect: Dialect::Options,
};

/// What the check found, and what it knows.
struct Check {
    /// Everything in the store, and what it names, by kind as far as known.
    kinds: OrdMap<ObjectId, Option<Kind>>,
    present: OrdSet<ObjectId>,
    reached: OrdSet<ObjectId>,
    /// Named by something.
    used: OrdSet<ObjectId>,
    code: i32,
}

/// Something cannot be reached that should be.
const UNREACHED: i32 = 2;

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let mut check =
        Check { kinds: OrdMap::new(), present: OrdSet::new(), reached: OrdSet::new(), used: OrdSet::new(), code: 0 };
    check.store(g, &repo, given)?;
    let start = check.start(g, &repo, given)?;
    check.reach(g, &repo, start)?;
    check.tell(g, &repo, given)?;
    Ok(check.code)
}

impl Check {
    /// Reads every object.
    fn store(&mut self, g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Result<(), Stop> {
        for id in repo.all_ids(g.files()) {
            let object = match repo.read_object(g.files(), &id) {
                Ok(object) if hash_object(object.kind, object.data()) == id => object,
                _ => {
                    g.err(format!("error: {id}: object corrupt or missing\n"));
                    self.code |= 1;
                    continue;
                }
            };
            self.present.insert(id);
            self.kinds.insert(id, Some(object.kind));
            for (kind, named) in repo.names(g.files(), &id)? {
                self.used.insert(named);
                self.kinds.entry(named).or_insert(kind);
            }
            if given.has("root") && object.kind == Kind::Commit && repo.read_commit(g.files(), &id)?.parents.is_empty()
            {
                g.out(format!("root {id}\n"));
            }
            if given.has("tags") && object.kind == Kind::Tag {
                let tag = repo.read_tag(g.files(), &id)?;
                let kind = repo.read_object(g.files(), &tag.target).map_or("unknown", |object| object.kind.name());
                g.out(format!("tagged {kind} {} ({}) in {id}\n", tag.target, tag.name));
            }
        }
        Ok(())
    }

    /// From where everything has to be reached.
    fn start(&mut self, g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Result<Vec<ObjectId>, Stop> {
        if !given.operands.is_empty() {
            let mut ids = Vec::new();
            for name in &given.operands {
                match repo.try_resolve(g.files(), name)? {
                    Some(id) => ids.push(id),
                    None => {
                        g.err(format!("error: invalid parameter: expected sha1, got '{name}'\n"));
                        self.code |= 1;
                    }
                }
            }
            return Ok(ids);
        }
        if let Head::Branch { id: None, .. } = repo.head(g.files())? {
            let head = repo.head(g.files())?;
            g.err(format!("notice: HEAD points to an unborn branch ({})\n", head.branch().unwrap_or_default()));
        }
        let broken = self.broken_refs(g, repo);
        if repo.all_tips(g.files()).is_empty() && !broken {
            g.err("notice: No default references\n");
        }
        let roots = Roots { logs: given.state("reflogs") != Some(false), index: true };
        let mut ids = repo.roots(g.files(), roots)?;
        // What only logs or broken references name may be gone.
        ids.retain(|id| self.kinds.contains_key(id));
        let index = repo.read_index(g.files())?;
        for (.., entry) in index.all().filter(|(_, _, entry)| entry.mode != git::Mode::GITLINK) {
            self.kinds.entry(entry.id).or_insert(Some(Kind::Blob));
            self.used.insert(entry.id);
            ids.push(entry.id);
        }
        Ok(ids)
    }

    #[inline(never)]
    fn broken_refs(&mut self, g: &mut Git<'_, '_>, repo: &Repo) -> bool {
        let root = format!("{}/", repo.common_dir());
        let walked = g.files().walk(&format!("{root}refs"), &mut |_| true).unwrap_or_default();
        let mut broken = false;
        for (path, _) in walked.iter().filter(|(_, stat)| stat.kind == vfs::Kind::File) {
            let name = path.strip_prefix(&root).unwrap_or(path);
            let id = repo.read_ref(g.files(), name);
            if id.is_none_or(|id| !self.present.contains(&id)) {
                let id = id.unwrap_or_else(git::null_id);
                g.err(format!("error: {name}: invalid sha1 pointer {id}\n"));
                self.code |= UNREACHED;
                broken = true;
            }
        }
        broken
    }

    #[inline(never)]
    fn reach(&mut self, g: &mut Git<'_, '_>, repo: &Repo, start: Vec<ObjectId>) -> Result<(), Stop> {
        let mut queue = Vec::new();
        for id in start {
            if self.reached.insert(id) && self.present.contains(&id) {
                queue.push(id);
            }
        }
        while let Some(id) = queue.pop() {
            for (_, named) in repo.names(g.files(), &id)? {
                if !self.reached.insert(named) {
                    continue;
                }
                if self.present.contains(&named) {
                    queue.push(named);
                    continue;
                }
                let word = |id: &ObjectId| self.kinds.get(id).copied().flatten().map_or("unknown", Kind::name);
                g.out(format!(
                    "broken link from {:>7} {id}\n              to {:>7} {named}\n",
                    word(&id),
                    word(&named)
                ));
                self.code |= UNREACHED;
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn tell(&mut self, g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Result<(), Stop> {
        for id in table_order(&self.kinds) {
            let kind = self.kinds.get(&id).copied().flatten().map_or("unknown", Kind::name);
            if self.reached.contains(&id) {
                if !self.present.contains(&id) {
                    g.out(format!("missing {kind} {id}\n"));
                    self.code |= UNREACHED;
                }
                continue;
            }
            if !self.present.contains(&id) {
                continue;
            }
            if given.has("unreachable") {
                g.out(format!("unreachable {kind} {id}\n"));
                continue;
            }
            if self.used.contains(&id) {
                continue;
            }
            if given.state("dangling") != Some(false) {
                g.out(format!("dangling {kind} {id}\n"));
            }
            if given.has("lost-found") {
                keep(g, repo, &id)?;
            }
        }
        Ok(())
    }
}

/// Writes what dangles where it can be looked at.
fn keep(g: &mut Git<'_, '_>, repo: &Repo, id: &ObjectId) -> Result<(), Stop> {
    let object = repo.read_object(g.files(), id)?;
    let folder = if object.kind == Kind::Commit { "commit" } else { "other" };
    let text = if object.kind == Kind::Blob { object.text() } else { format!("{id}\n") };
    let when = g.when();
    Ok(repo.write_state(g.cx.files_mut(), &format!("lost-found/{folder}/{id}"), &text, when)?)
}

/// The order in which real Git comes upon them: that of its hash table, which grows as it fills.
#[inline(never)]
fn table_order(ids: &OrdMap<ObjectId, Option<Kind>>) -> Vec<ObjectId> {
    let mut table: Vec<Option<ObjectId>> = Vec::new();
    for (count, id) in ids.keys().enumerate() {
        if table.len().saturating_sub(1) <= count * 2 {
            let old = std::mem::take(&mut table);
            table = vec![None; (old.len() * 2).max(32)];
            for id in old.into_iter().flatten() {
                place(&mut table, id);
            }
        }
        place(&mut table, *id);
    }
    table.into_iter().flatten().collect()
}

fn place(table: &mut [Option<ObjectId>], id: ObjectId) {
    let b = id.as_slice();
    let hash = u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize;
    let mut at = hash & (table.len() - 1);
    while table[at].is_some() {
        at = (at + 1) % table.len();
    }
    table[at] = Some(id);
}
