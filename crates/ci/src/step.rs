//! What a step is to do: its environment, its condition, and the ask that carries it out.

use crate::action::{self, Action};
use crate::artifacts::{self, Upload};
use crate::composite;
use crate::contexts::{Place, TEMP, TOKEN, base_ref, head_ref, place, ref_name, ref_type, reference, workspace};
use crate::engine::{Ask, Ci, Outcome, Token, Wants};
use crate::expr::{self, Scope};
use crate::job::{Step, Work};
use crate::metadata;
use crate::run::{JobRun, Run, State};
use order::OrdMap;
use std::time::Duration;

/// How a step begins.
pub(crate) enum Plan {
    Skip,
    Now(Ask),
    /// Takes this long, then [`effect`] says what it does; the log shows this meanwhile.
    After(Duration, String),
    Fail(String),
}

/// Whether a job runs: its `if`, or that all it needs have passed.
#[inline(never)]
pub(crate) fn job_condition(ci: &Ci, run: &Run, job: usize) -> Result<bool, String> {
    let Some(place) = place(run, job) else { return Ok(false) };
    let contexts = place.contexts(ci, &OrdMap::new());
    let needed = |state: State| before(run, &place.state.needs).any(|other| other.state == state && !other.forgiven);
    let scope = Scope {
        failed: needed(State::Failed),
        cancelled: run.cancelled,
        skipped: needed(State::Skipped) || needed(State::Cancelled),
        ..Scope::of(&contexts)
    };
    expr::condition(place.job.condition.as_deref().unwrap_or("success()"), scope)
}

/// The jobs that these ids name and all that those need.
#[inline(never)]
fn before<'a>(run: &'a Run, needs: &'a [String]) -> impl Iterator<Item = &'a JobRun> {
    let mut ids: Vec<&String> = needs.iter().collect();
    let mut at = 0;
    while let Some(id) = ids.get(at).copied() {
        at += 1;
        for need in run.jobs.iter().filter(|job| job.id == *id).flat_map(|job| &job.needs) {
            if !ids.contains(&need) {
                ids.push(need);
            }
        }
    }
    run.jobs.iter().filter(move |job| ids.contains(&&job.id))
}

/// What a text of a job says, such as its `timeout-minutes`.
pub(crate) fn said(ci: &Ci, run: &Run, job: usize, text: &str) -> Result<crate::Data, String> {
    let place = place(run, job).ok_or("the job is gone")?;
    let contexts = place.contexts(ci, &OrdMap::new());
    expr::value_of(text, place.scope(&contexts))
}

/// `outputs:` of a job, once its steps are done.
pub(crate) fn job_outputs(ci: &Ci, run: &Run, job: usize) -> OrdMap<String, String> {
    let Some(place) = place(run, job) else { return OrdMap::new() };
    let contexts = place.contexts(ci, &OrdMap::new());
    place
        .job
        .outputs
        .iter()
        .filter_map(|(key, value)| Some((key.clone(), expr::interpolate(value, place.scope(&contexts)).ok()?)))
        .collect()
}

pub(crate) fn plan(ci: &Ci, run: &Run, token: Token) -> Plan {
    match try_plan(ci, run, token) {
        Ok(plan) => plan,
        Err(message) => Plan::Fail(message),
    }
}

#[inline(never)]
fn try_plan(ci: &Ci, run: &Run, token: Token) -> Result<Plan, String> {
    let place = place(run, token.job).ok_or("the job is gone")?;
    let step = place.step(token.step).ok_or("the step is gone")?;
    if place.state.listing.is_none() && names_files(step) {
        let (base, machine) = (workspace(run), place.state.machine.clone());
        return Ok(Plan::Now(Ask::Pack { token, machine, base, wants: Wants::Hash }));
    }
    let env = place.env(ci, Some(&step.env))?;
    let contexts = place.contexts(ci, &env);
    let scope = place.scope(&contexts);
    if !expr::condition(step.condition.as_deref().unwrap_or("success()"), scope)? {
        return Ok(Plan::Skip);
    }
    match &step.work {
        Work::Run { script, shell, directory } => {
            let script = expr::interpolate(script, scope)?;
            let file = format!("{TEMP}/step-{}.sh", token.step + 1);
            let shell = shell.as_deref().map(|shell| expr::interpolate(shell, scope)).transpose()?;
            let argv = shell_of(shell.as_deref(), &file)?;
            let directory = match directory {
                Some(relative) => vfs::join(&workspace(run), &expr::interpolate(relative, scope)?),
                None => workspace(run),
            };
            let env = script_env(&place, env, token);
            let causes = place.causes();
            let machine = place.state.machine.clone();
            Ok(Plan::Now(Ask::Script { token, machine, argv, script, directory, env, causes }))
        }
        Work::Containers => {
            let env = script_env(&place, env, token);
            crate::services::plan(&place, scope, env, token)
        }
        Work::Uses { .. } if let Some(folder) = composite::local(&step.work) => {
            let (base, machine) =
                (vfs::join(&workspace(run), folder.trim_end_matches('/')), place.state.machine.clone());
            Ok(Plan::Now(Ask::Pack { token, machine, base, wants: Wants::Action }))
        }
        Work::Uses { action, with } => {
            let with = inputs(with, scope)?;
            let action = action::read(action, &with)?;
            Ok(Plan::After(action.duration(), action.opening()))
        }
    }
}

/// Whether an expression of a step asks for `hashFiles`.
fn names_files(step: &Step) -> bool {
    let asks = |text: &String| crate::cache::asks(text);
    let work = match &step.work {
        Work::Run { script, directory, .. } => asks(script) || directory.as_ref().is_some_and(asks),
        Work::Uses { action, with } => {
            with.values().any(asks)
                || (action.starts_with("actions/setup-") && crate::cache::setup::looks(action, with))
        }
        Work::Containers => false,
    };
    work || step.condition.as_ref().is_some_and(asks) || step.env.values().any(asks)
}

fn inputs(with: &OrdMap<String, String>, scope: Scope<'_>) -> Result<OrdMap<String, String>, String> {
    with.iter().map(|(key, value)| Ok((key.clone(), expr::interpolate(value, scope)?))).collect()
}

/// As the real runner's templates: `bash -e {0}` where nothing is said, with pipefail where `bash` is.
#[inline(never)]
fn shell_of(shell: Option<&str>, file: &str) -> Result<Vec<String>, String> {
    let words: &[&str] = match shell {
        None => &["bash", "-e"],
        Some("bash") => &["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"],
        Some("sh") => &["sh", "-e"],
        Some(template) if template.contains("{0}") => {
            let words = template.split_whitespace().map(|word| word.replace("{0}", file));
            return Ok(words.collect());
        }
        Some(other @ ("python" | "pwsh" | "powershell" | "cmd")) => {
            return Err(format!("shell: {other} is real, but not part of this sandbox yet"));
        }
        Some(other) => {
            return Err(format!(
                "Invalid shell option. Shell must be a valid built-in (bash, sh, cmd, powershell, pwsh) or a format \
                 string containing '{{0}}'. Actual '{other}'"
            ));
        }
    };
    Ok(words.iter().map(|word| (*word).to_string()).chain([file.to_string()]).collect())
}

#[inline(never)]
fn script_env(place: &Place<'_>, env: OrdMap<String, String>, token: Token) -> OrdMap<String, String> {
    let run = place.run;
    let mut all: OrdMap<String, String> = [
        ("CI", "true".to_string()),
        ("GITHUB_ACTIONS", "true".to_string()),
        ("GITHUB_ACTOR", run.actor.clone()),
        ("GITHUB_ENV", format!("{TEMP}/env-{}", token.step)),
        ("GITHUB_EVENT_NAME", run.event_name.clone()),
        ("GITHUB_BASE_REF", base_ref(run)),
        ("GITHUB_HEAD_REF", head_ref(run)),
        ("GITHUB_REF_TYPE", ref_type(run).to_string()),
        ("GITHUB_JOB", place.job.id.clone()),
        ("GITHUB_PATH", format!("{TEMP}/path-{}", token.step)),
        ("GITHUB_OUTPUT", format!("{TEMP}/output-{}", token.step)),
        ("GITHUB_REF", reference(run)),
        ("GITHUB_REF_NAME", ref_name(run)),
        ("GITHUB_REPOSITORY", run.repo.clone()),
        ("GITHUB_RUN_ID", run.number.to_string()),
        ("GITHUB_RUN_NUMBER", run.number.to_string()),
        ("GITHUB_SERVER_URL", "https://forge.encore".to_string()),
        ("GITHUB_SHA", run.commit.clone()),
        ("GITHUB_STEP_SUMMARY", format!("{TEMP}/summary-{}", token.step)),
        ("GITHUB_WORKFLOW", run.workflow_name.clone()),
        ("GITHUB_WORKSPACE", workspace(run)),
        ("RUNNER_NAME", place.state.machine.clone()),
        ("RUNNER_OS", "Linux".to_string()),
        ("RUNNER_TEMP", TEMP.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_string(), value))
    .collect();
    if let Some(frame) = place.state.frames.last() {
        all.insert("GITHUB_ACTION_PATH".into(), frame.path.clone());
    }
    if !place.state.paths.is_empty() {
        let paths = place.state.paths.iter().rev().filter(|path| !path.is_empty()).cloned();
        all.insert(FIRST_ON_PATH.into(), paths.collect::<Vec<_>>().join(":"));
    }
    all.extend(env);
    all
}

/// Not a variable of the script's: folders that come first in its `PATH`.
pub const FIRST_ON_PATH: &str = "\0PATH";

/// What an action does when its time is over.
pub(crate) enum Effect {
    Ask(Ask),
    Done(Outcome),
    Cache(crate::cache::Wanted),
    /// To Encore's registry, and whether with the job's own token.
    Login(bool),
}

/// `docker/metadata-action`
#[inline(never)]
fn told(run: &Run, action: &Action) -> Result<Outcome, String> {
    let Action::Metadata { images, tags, flavor, labels, annotations, between } = action else {
        return Ok(Outcome::default());
    };
    metadata(run, &metadata::Wanted { images, tags, flavor, labels, annotations }, between)
}

#[inline(never)]
pub(crate) fn effect(ci: &Ci, run: &Run, token: Token) -> Result<Effect, String> {
    let place = place(run, token.job).ok_or("the job is gone")?;
    let Some(action) = used(ci, &place, token)? else { return Ok(Effect::Done(Outcome::default())) };
    let machine = place.state.machine.clone();
    let causes = place.causes();
    let base = workspace(run);
    // Of another repository the default branch counts.
    let other = matches!(&action, Action::Checkout { repository: Some(name), .. } if *name != run.repo);
    Ok(match action {
        Action::Checkout { repository, reference, path, keeps, clean, tags } => Effect::Ask(Ask::Checkout {
            clean,
            tags,
            shown: reference
                .clone()
                .unwrap_or_else(|| if other { "refs/heads/main".into() } else { self::reference(run) }),
            keeps: keeps.unwrap_or_else(|| TOKEN.into()),
            token,
            machine,
            repo: repository.unwrap_or_else(|| run.repo.clone()),
            reference: reference.unwrap_or_else(|| if other { "main".into() } else { run.commit.clone() }),
            path: below(&base, path.as_deref().unwrap_or("."))?,
            causes,
        }),
        Action::Build { context, dockerfile, tags, push, more } => Effect::Ask(Ask::Build {
            token,
            machine,
            context: vfs::join(&base, &context),
            dockerfile,
            tags,
            push,
            more,
            revision: run.commit.clone(),
            causes,
        }),
        Action::Cache(wanted) => Effect::Cache(wanted),
        Action::Login { own, .. } => Effect::Login(own),
        Action::Upload(_) => Effect::Ask(Ask::Pack { token, machine, base, wants: Wants::Upload }),
        Action::Download(wanted) => Effect::Ask(artifacts::download(run, token, machine, &base, &wanted)?),
        action @ Action::Metadata { .. } => Effect::Done(told(run, &action)?),
        Action::Setup(setup) => match setup.wanted(place.state.listing.as_ref(), &base)? {
            Ok(wanted) => Effect::Cache(wanted),
            Err(outcome) => Effect::Done(outcome),
        },
        Action::Packages(packages) => Effect::Ask(packages.ask(&place, token)),
        Action::Quiet { outputs, .. } => Effect::Done(Outcome {
            outputs: outputs.into_iter().map(|(key, value)| (key.to_string(), value)).collect(),
            ..Outcome::default()
        }),
    })
}

/// The action of a step, its inputs filled in; `None` where it runs a script.
fn used(ci: &Ci, place: &Place<'_>, token: Token) -> Result<Option<Action>, String> {
    let step = place.step(token.step).ok_or("the step is gone")?;
    let Work::Uses { action, with } = &step.work else { return Ok(None) };
    let env = place.env(ci, Some(&step.env))?;
    let contexts = place.contexts(ci, &env);
    let with = inputs(with, place.scope(&contexts))?;
    action::read(action, &with).map(Some)
}

/// What a step uploads.
pub(crate) fn upload(ci: &Ci, run: &Run, token: Token) -> Result<Upload, String> {
    let place = place(run, token.job).ok_or("the job is gone")?;
    match used(ci, &place, token)? {
        Some(Action::Upload(upload)) => Ok(upload),
        _ => Err("the step uploads nothing".into()),
    }
}

/// A folder of the workspace.
fn below(base: &str, path: &str) -> Result<String, String> {
    let full = vfs::join(base, path);
    let inside = full == base || full.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
    if inside { Ok(full) } else { Err(format!("Repository path '{full}' is not under '{base}'")) }
}

#[inline(never)]
fn metadata(run: &Run, wanted: &metadata::Wanted<'_>, between: &[String; 3]) -> Result<Outcome, String> {
    let about = metadata::About {
        repo: &run.repo,
        name: &run.branch,
        tag: run.tag,
        pull: run.pull.as_ref().map(|pull| pull.number),
        commit: &run.commit,
        created: run.created.rfc3339(),
        event: &run.event_name,
        base: run.pull.as_ref().map_or("", |pull| pull.base.as_str()),
        default_branch: "main",
    };
    Ok(metadata::make(wanted, &about)?.outcome(between))
}
