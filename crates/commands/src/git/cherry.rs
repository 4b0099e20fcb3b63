//! `git cherry`: which commits upstream does not have yet.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, maybe, usage};
use git::{ObjectId, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "cherry",
    usage: &["cherry [-v] [<upstream> [<head> [<limit>]]]"],
    options: &[&[maybe('\0', "abbrev", "n", "short ids"), flag('v', "verbose", "with subjects")]],
    missing: &[],
    dialect: Dialect::Options,
};

fn commit(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Result<ObjectId, Stop> {
    repo.resolve_commit(g.files(), name).or_else(|_| fatal(format!("unknown commit {name}")))
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let upstream = match given.operands.first() {
        Some(name) => name.clone(),
        None => {
            let head = repo.head(g.files())?;
            match head.branch().and_then(|branch| repo.upstream(g.files(), branch)) {
                Some(full) => full,
                None => {
                    g.err("Could not find a tracked remote branch, please specify <upstream> manually.\n");
                    g.err(usage(&SPEC));
                    return Ok(129);
                }
            }
        }
    };
    let head = commit(g, &repo, given.operands.get(1).map_or("HEAD", String::as_str))?;
    let upstream = commit(g, &repo, &upstream)?;
    let mut hidden = vec![upstream];
    if let Some(limit) = given.operands.get(2) {
        hidden.push(commit(g, &repo, limit)?);
    }
    let mut ours = repo.walk(g.files(), &[head], &hidden)?;
    ours.reverse();
    let mut plain = Vec::new();
    for id in ours {
        if repo.read_commit(g.files(), &id)?.parents.len() < 2 {
            plain.push(id);
        }
    }
    let theirs = repo.walk(g.files(), &[upstream], &[head])?;
    let same = super::rebase_start::equivalent(g, &repo, &plain, &theirs)?;
    for id in plain {
        let sign = if same.contains(&id) { '-' } else { '+' };
        let shown = match given.state("abbrev") {
            Some(true) => {
                let length = given.value("abbrev").and_then(|text| text.parse().ok()).unwrap_or(7);
                repo.short_id(g.files(), &id, length)
            }
            _ => id.to_string(),
        };
        let subject = match given.has("verbose") {
            true => format!(" {}", repo.read_commit(g.files(), &id)?.subject()),
            false => String::new(),
        };
        g.out(format!("{sign} {shown}{subject}\n"));
    }
    Ok(0)
}
