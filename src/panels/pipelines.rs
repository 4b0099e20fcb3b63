//! Pipelines: runs, their jobs in stages, and the log of each step.

use crate::acts::Acts;
use crate::components::{empty, icon, icon_named, skeleton, state_word, station, yes};
use screen::{Control, Input, Job, Pipelines, Run, RunStep};
use std::rc::Rc;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub pipelines: Option<Rc<Pipelines>>,
    pub acts: Acts,
}

#[component]
pub fn PipelinesPanel(props: &Props) -> Html {
    let Some(pipelines) = &props.pipelines else {
        return html! { <div class="body">{ skeleton() }</div> };
    };
    if pipelines.runs.is_empty() {
        return empty(
            "pipeline",
            "No runs yet",
            "A run starts when a push brings a commit with a workflow in .github/workflows.",
        );
    }
    let acts = &props.acts;
    let shown = pipelines.runs.iter().find(|run| Some(run.number) == pipelines.shown);
    let runs = pipelines.runs.iter().map(|run| run_button(run, pipelines.shown, acts)).collect::<Html>();
    html! {
        <>
            <ol class="loop way" aria-label="The commit's way">{ pipelines.way.iter().map(station).collect::<Html>() }</ol>
            <div class="runs" role="group" aria-label="Runs">{ runs }</div>
            if let Some(run) = shown {
                <RunView key={run.number} run={run.clone()} acts={acts.clone()} />
            }
        </>
    }
}

fn run_button(run: &Run, shown: Option<u32>, acts: &Acts) -> Html {
    let onclick = acts.on_control(Control::ShowRun(run.number));
    let current = (shown == Some(run.number)).then_some("true");
    html! {
        <button key={run.number} class="run" type="button" aria-current={current} data-s={state(&run.state)} {onclick}>
            { icon_named(sign(&run.state), run.state.clone()) }<span class="cut">{ &run.subject }</span>
            <time>{ &run.duration }</time>
        </button>
    }
}

#[derive(PartialEq, Properties)]
struct RunProps {
    run: Run,
    acts: Acts,
}

#[component]
fn RunView(props: &RunProps) -> Html {
    let picked = use_state_eq(|| None::<String>);
    let run = &props.run;
    let jobs = || run.stages.iter().flatten();
    // The one that failed or runs is what everybody wants to see first.
    let wanted = jobs().find(|job| job.state == "failed").or_else(|| jobs().find(|job| job.state == "running"));
    let job = jobs().find(|job| Some(&job.id) == picked.as_ref()).or(wanted).or_else(|| jobs().next());
    let pick = {
        let picked = picked.setter();
        Callback::from(move |id: String| picked.set(Some(id)))
    };
    let again = props.acts.on_input(Input::Rerun { run: run.number });
    let stages = run.stages.iter().map(|stage| {
        let jobs = stage.iter().map(|other| job_button(other, job, &pick)).collect::<Html>();
        html! { <li>{ jobs }</li> }
    });
    let stages = stages.collect::<Html>();
    html! {
        <div class="body">
            <div class="head">
                <h2>{ format!("Run {}", run.number) }</h2>
                { state_word(state(&run.state), run.state.clone()) }
                <span class="dim">{ format!("{} · {} · {}", run.workflow, run.repo, run.branch) }</span>
                <span class="dim mono">{ &run.commit }</span>
                <span class="grow"></span>
                <button class="btn" type="button" onclick={again}>{ "Run again" }</button>
            </div>
            if let Some(error) = &run.error {
                <p class="explain" data-s="bad">{ error }</p>
            }
            { for run.waiting.iter().map(|waiting| review(run.number, waiting, &props.acts)) }
            <ol class="jobs" aria-label="Jobs">{ stages }</ol>
            { for job.map(steps) }
        </div>
    }
}

fn job_button(job: &Job, shown: Option<&Job>, pick: &Callback<String>) -> Html {
    let id = job.id.clone();
    let onclick = pick.reform(move |_: MouseEvent| id.clone());
    let pressed = shown.is_some_and(|shown| shown.id == job.id);
    html! {
        <button key={job.id.clone()} class="job" type="button" data-s={state(&job.state)} aria-pressed={yes(pressed)}
            {onclick}>
            { icon_named(sign(&job.state), job.state.clone()) }{ &job.name }
            <span class="faint">{ &job.duration }</span>
        </button>
    }
}

/// An environment that waits for somebody to say yes.
fn review(run: u32, (environment, may): &(String, bool), acts: &Acts) -> Html {
    let act = |approve: bool| acts.on_input(Input::Review { run, environment: environment.clone(), approve });
    html! {
        <div class="head review" role="group" aria-label={format!("Review of {environment}")}>
            { icon("pending") }<span>{ format!("Waiting for review: {environment}") }</span>
            <span class="grow"></span>
            if *may {
                <button class="btn" type="button" onclick={act(false)}>{ "Reject" }</button>
                <button class="btn" type="button" onclick={act(true)}>{ "Approve and deploy" }</button>
            } else {
                <span class="dim">{ "somebody else must review it" }</span>
            }
        </div>
    }
}

/// A log in parts: each group folded under its title.
fn log_of(step: &RunStep) -> Html {
    let mut parts: Vec<(Option<&str>, String)> = vec![(None, String::new())];
    for line in step.log.lines() {
        match line.strip_prefix("##[group]") {
            Some(title) => parts.push((Some(title), String::new())),
            None if line == "##[endgroup]" => parts.push((None, String::new())),
            None => {
                if let Some((_, text)) = parts.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    let part = |(title, text): (Option<&str>, String)| match title {
        Some(title) => html! {
            <details class="group"><summary>{ title.to_string() }</summary><pre class="out">{ text }</pre></details>
        },
        None if text.is_empty() => html! {},
        None => html! { <pre class="out">{ text }</pre> },
    };
    parts.into_iter().map(part).collect()
}

fn steps(job: &Job) -> Html {
    let step = |(at, step): (usize, &RunStep)| {
        let open = matches!(step.state.as_str(), "failed" | "running");
        html! {
            <details key={format!("{} {at}", job.id)} {open}>
                <summary data-s={state(&step.state)}>
                    { icon(sign(&step.state)) }<span class="sr">{ format!("{}: ", step.state) }</span>{ &step.name }
                    <time>{ &step.duration }</time>
                </summary>
                <div role="group" tabindex="0" aria-label={format!("Log of {}", step.name)}>{ log_of(step) }</div>
            </details>
        }
    };
    let steps = job.steps.iter().enumerate().map(step).collect::<Html>();
    let place = (!job.environment.is_empty()).then(|| {
        let place =
            if job.url.is_empty() { job.environment.clone() } else { format!("{} · {}", job.environment, job.url) };
        html! { <p class="dim">{ format!("Environment: {place}") }</p> }
    });
    html! { <div class="jsteps">{ for place }{ steps }</div> }
}

fn state(word: &str) -> &'static str {
    match word {
        "passed" => "ok",
        "running" => "run",
        "failed" => "bad",
        _ => "idle",
    }
}

fn sign(word: &str) -> &'static str {
    match word {
        "passed" => "check",
        "running" => "running",
        "failed" => "x",
        "skipped" | "cancelled" => "terminating",
        _ => "pending",
    }
}

/// What the tab says of it: the latest run.
pub fn dot(pipelines: &Pipelines) -> Option<&'static str> {
    match pipelines.runs.first()?.state.as_str() {
        "failed" => Some("bad"),
        "running" | "queued" | "waiting" => Some("run"),
        _ => None,
    }
}
