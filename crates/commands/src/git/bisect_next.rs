//! What follows from what is known: the next commit to test, or the first bad one.

use super::bisect::{FOUND, ONLY_SKIPPED, Terms, log, write};
use super::bisect_find::{Next, find};
use super::cli::{Answer, Git};
use super::switching::{Goal, go};
use git::{ObjectId, Repo};

/// What is known: the bad commit and the good ones.
pub(crate) fn known(g: &Git<'_, '_>, repo: &Repo, terms: &Terms) -> (Option<ObjectId>, Vec<ObjectId>) {
    let bad = repo.read_ref(g.files(), &format!("refs/bisect/{}", terms.bad));
    let good = repo.refs(g.files(), &format!("refs/bisect/{}-", terms.good)).into_values().collect();
    (bad, good)
}

/// Goes on where both states are known; else it says what is missing.
#[inline(never)]
pub(crate) fn auto_next(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    let terms = Terms::read(g, repo);
    let (bad, good) = known(g, repo, &terms);
    let status = match (bad, good.len()) {
        (Some(_), 1..) => return next(g, repo),
        (None, 0) => "waiting for both good and bad commits".to_string(),
        (Some(_), 0) => "waiting for good commit(s), bad commit known".into(),
        (None, count) => {
            format!("waiting for bad commit, {count} good commit{} known", if count == 1 { "" } else { "s" })
        }
    };
    g.out(format!("status: {status}\n"));
    log(g, repo, &format!("# status: {status}\n"))?;
    Ok(0)
}

pub(crate) fn next(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    let terms = Terms::read(g, repo);
    let (Some(bad), good) = known(g, repo, &terms) else {
        g.err("error: You need to give me at least one good and bad revision.\nYou can use \"git bisect good\" and \"git bisect bad\" for that.\n");
        return Ok(1);
    };
    let skipped: Vec<ObjectId> = repo.refs(g.files(), "refs/bisect/skip-").into_values().collect();
    match find(g, repo, bad, &good, &skipped)? {
        Next::Mistaken => {
            g.err(format!("Some {0} revs are not ancestors of the {1} rev.\ngit bisect cannot work properly in this case.\nMaybe you mistook {0} and {1} revs?\n", terms.good, terms.bad));
            Ok(1)
        }
        Next::Fixed(base) => {
            let list: Vec<String> = good.iter().map(ToString::to_string).collect();
            g.err(format!(
                "The merge base {base} is {1}.\nThis means the bug has been fixed between {base} and [{0}].\n",
                list.join(" "),
                terms.bad
            ));
            Ok(3)
        }
        Next::Base(id) => {
            g.out("Bisecting: a merge base must be tested\n");
            visit(g, repo, id)
        }
        Next::Test { id, left, steps } => {
            write(g, repo, "BISECT_ANCESTORS_OK", "")?;
            let plural = |count: usize| if count == 1 { "" } else { "s" };
            g.out(format!(
                "Bisecting: {left} revision{} left to test after this (roughly {steps} step{})\n",
                plural(left),
                plural(steps)
            ));
            visit(g, repo, id)
        }
        Next::Nothing => {
            g.err("No testable commit found.\nMaybe you started with bad path arguments?\n\n");
            Ok(4)
        }
        Next::Both => {
            g.out(format!("{bad} was both {} and {}\n", terms.good, terms.bad));
            Ok(1)
        }
        Next::Skipped(tried) => only_skipped(g, repo, &terms, bad, &good, &tried),
        Next::Found(id) => found(g, repo, &terms, id),
    }
}

/// Nothing can be told between the bad commit and those that were skipped.
#[inline(never)]
pub(crate) fn only_skipped(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    terms: &Terms,
    bad: ObjectId,
    good: &[ObjectId],
    tried: &[ObjectId],
) -> Answer {
    g.out(format!("There are only 'skip'ped commits left to test.\nThe first {} commit could be any of:\n", terms.bad));
    let mut lines = "# only skipped commits left to test\n".to_string();
    for id in tried {
        g.out(format!("{id}\n"));
    }
    let possible = repo.walk(g.files(), &[bad], good)?;
    for id in possible {
        let subject = repo.read_commit(g.files(), &id)?.subject();
        lines.push_str(&format!("# possible first {} commit: [{id}] {subject}\n", terms.bad));
    }
    g.out("We cannot bisect more!\n");
    log(g, repo, &lines)?;
    Ok(ONLY_SKIPPED)
}

/// The first bad commit is known.
pub(crate) fn found(g: &mut Git<'_, '_>, repo: &Repo, terms: &Terms, id: ObjectId) -> Answer {
    g.out(format!("{id} is the first {} commit\n", terms.bad));
    let args = [id.to_string(), "--stat".into(), "--summary".into(), "--no-abbrev-commit".into()];
    if let Ok(given) = super::options::parse(&args, &super::show::SPEC) {
        super::show::run(g, &given)?;
    }
    let subject = repo.read_commit(g.files(), &id)?.subject();
    log(g, repo, &format!("# first {} commit: [{id}] {subject}\n", terms.bad))?;
    Ok(FOUND)
}

/// Checks the commit out, to be tested.
#[inline(never)]
pub(crate) fn visit(g: &mut Git<'_, '_>, repo: &Repo, id: ObjectId) -> Answer {
    write(g, repo, "BISECT_EXPECTED_REV", &format!("{id}\n"))?;
    let goal = Goal {
        id: Some(id),
        branch: None,
        typed: id.to_string(),
        quiet: true,
        force: false,
        stays: false,
        note: None,
        merge: None,
    };
    go(g, repo, &goal, None)?;
    let subject = repo.read_commit(g.files(), &id)?.subject();
    g.out(format!("[{id}] {subject}\n"));
    Ok(0)
}
