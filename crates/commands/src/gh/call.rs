//! What a call of `gh` is about: a repository of the forge, the branch of the folder, a pull request.

use super::flags::Given;
use git::Repo;
use world::{Cx, FORGE, MachineId, Merger, Pull, World};

/// Why it ends without doing anything more.
#[derive(Debug)]
pub(super) struct Fail {
    pub text: String,
    pub code: i32,
}

pub(super) fn fail<T>(text: impl Into<String>) -> Result<T, Fail> {
    Err(Fail { text: text.into(), code: 1 })
}

pub(super) struct Call {
    pub given: Given,
    /// `encore/web`.
    pub repo: String,
    /// The repository of the folder, where there is one.
    pub local: Option<Repo>,
    /// The branch that it is on.
    pub branch: Option<String>,
}

impl Call {
    pub fn new(cx: &mut Cx<'_>, given: Given) -> Result<Self, Fail> {
        let local = Repo::discover(cx.files(), &cx.cwd()).ok();
        let branch = local.as_ref().and_then(|repo| Some(repo.head(cx.files()).ok()?.branch()?.to_string()));
        let repo = match (given.text("repo"), &local) {
            (Some(text), _) => {
                let name = text.strip_prefix(&format!("{FORGE}/")).unwrap_or(text).to_string();
                if name.split('/').count() != 2 {
                    return fail(format!("expected the \"[HOST/]OWNER/REPO\" format, got \"{text}\""));
                }
                name
            }
            (None, None) => {
                return fail(
                    "failed to run git: fatal: not a git repository (or any of the parent directories): .git\n",
                );
            }
            (None, Some(repo)) => {
                let config = repo.config(cx.files());
                if config.subsections("remote").is_empty() {
                    return fail("no git remotes found");
                }
                let url = config.get("remote.origin.url").map(str::to_string);
                let Some(name) = url.as_deref().and_then(World::repo_of_url) else {
                    return fail(
                        "none of the git remotes configured for this repository point to a known GitHub host. To tell gh about a new GitHub host, please use `gh auth login`",
                    );
                };
                name
            }
        };
        if cx.world.forge_repo(&repo).is_none() {
            let name = repo.clone();
            return fail(format!("GraphQL: Could not resolve to a Repository with the name '{name}'. (repository)"));
        }
        Ok(Self { given, repo, local, branch })
    }

    /// The pull request that the first word names, or that of the branch.
    pub fn pull(&self, cx: &Cx<'_>) -> Result<Pull, Fail> {
        let pulls = cx.world.pulls(&self.repo);
        let Some(word) = self.given.words.first() else {
            let Some(branch) = &self.branch else {
                return fail("could not determine current branch: failed to run git: not on any branch");
            };
            let of_branch = |pull: &&Pull| pull.head == *branch;
            let found = pulls.iter().rev().find(|pull| of_branch(pull) && pull.is_open());
            return match found.or_else(|| pulls.iter().rev().find(of_branch)) {
                Some(pull) => Ok(pull.clone()),
                None => fail(format!("no pull requests found for branch \"{branch}\"")),
            };
        };
        let number = word.rsplit('/').next().unwrap_or(word).trim_start_matches('#').parse::<u32>();
        let found = match number {
            Ok(number) => pulls.iter().find(|pull| pull.number == number),
            Err(_) => pulls.iter().rev().find(|pull| pull.head == *word),
        };
        match (found, number) {
            (Some(pull), _) => Ok(pull.clone()),
            (None, Ok(number)) => fail(format!(
                "GraphQL: Could not resolve to a PullRequest with the number of {number}. (repository.pullRequest)"
            )),
            (None, Err(_)) => fail(format!("no pull requests found for branch \"{word}\"")),
        }
    }

    /// `encore/web#3`.
    pub fn name(&self, pull: &Pull) -> String {
        format!("{}#{}", self.repo, pull.number)
    }

    /// The account of the machine's user.
    pub fn account(cx: &Cx<'_>) -> String {
        if super::token::on_runner(cx) {
            return super::token::account(cx);
        }
        cx.machine().user.clone()
    }

    /// Whose name a commit bears that is made for this account.
    pub fn merger(&self, cx: &Cx<'_>) -> Merger {
        merger(cx.world, &cx.machine_id(), self.local.as_ref())
    }
}

/// The account of a machine's user, with the name that Git's configuration gives to their commits.
pub fn merger(world: &World, machine: &MachineId, repo: Option<&Repo>) -> Merger {
    let Some(host) = world.machine(machine) else {
        return Merger { name: "learner".into(), email: "learner@encore".into(), account: "learner".into() };
    };
    let own = repo.map(|repo| repo.config(&host.files));
    let global = host.files.read(&format!("{}/.gitconfig", host.home())).ok();
    let global = global.map(|bytes| git::Config::parse(&String::from_utf8_lossy(&bytes)));
    let setting = |key: &str| {
        let from = |config: &git::Config| config.get(key).map(str::to_string);
        own.as_ref().and_then(from).or_else(|| global.as_ref().and_then(from))
    };
    Merger {
        name: setting("user.name").unwrap_or_else(|| host.user.clone()),
        email: setting("user.email").unwrap_or_else(|| format!("{}@encore", host.user)),
        account: host.user.clone(),
    }
}
