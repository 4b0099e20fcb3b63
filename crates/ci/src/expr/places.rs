//! Which contexts and special functions may stand at a place of a workflow file.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#context-availability>; where that differs
//! from what GitHub checks: `workflow-v1.0.json` of `actions/languageservices`.

/// Of every place.
const BASE: &str = "github inputs vars";
const STATUS: &str = "always() failure() cancelled() success()";
const JOB: &str = "needs strategy matrix";
const STEP: &str = "steps job runner env";

/// Lists that together name all that a place has; a function by its name and `()`. `None`: not one that is told apart.
#[inline(never)]
fn lists(path: &str) -> Option<[&'static str; 5]> {
    let part = |text: &str| text.split(['.', '[']).next().unwrap_or_default().to_string();
    let first = part(path);
    if first != "jobs" {
        return match first.as_str() {
            "run-name" | "concurrency" => Some([BASE, "", "", "", ""]),
            "env" => Some([BASE, "secrets", "", "", ""]),
            "on" if path.ends_with(".default") => Some([BASE, "", "", "", ""]),
            "on" if path.ends_with(".value") => Some([BASE, "jobs", "", "", ""]),
            _ => None,
        };
    }
    let rest = path.splitn(3, '.').nth(2)?;
    Some(match part(rest).as_str() {
        "if" => [BASE, "needs", STATUS, "", ""],
        "strategy" => [BASE, "needs", "", "", ""],
        "name" | "runs-on" | "concurrency" | "continue-on-error" | "timeout-minutes" | "with" => {
            [BASE, JOB, "", "", ""]
        }
        "env" | "secrets" => [BASE, JOB, "secrets", "", ""],
        "environment" if rest.starts_with("environment.url") => [BASE, JOB, STEP, "", ""],
        "environment" => [BASE, JOB, "", "", ""],
        "defaults" => [BASE, JOB, "env", "", ""],
        "container" | "services" if rest.contains(".credentials") || rest.starts_with("container.credentials") => {
            [BASE, "secrets env", "", "", ""]
        }
        "container" | "services" if rest.contains(".env.") => [BASE, JOB, STEP, "secrets", ""],
        "container" | "services" => [BASE, JOB, "", "", ""],
        "outputs" => [BASE, JOB, STEP, "secrets", ""],
        "steps" => match part(rest.split_once("].").map_or("", |(_, key)| key)).as_str() {
            "if" => [BASE, JOB, STEP, STATUS, "hashfiles()"],
            "id" | "uses" | "shell" | "" => return None,
            _ => [BASE, JOB, STEP, "secrets", "hashfiles()"],
        },
        _ => return None,
    })
}

/// Those that some places do not have; all others stand everywhere.
const SPECIAL: [&str; 5] = ["always()", "failure()", "cancelled()", "success()", "hashfiles()"];

/// Whether a context, or a function as `name()`, may stand there.
#[inline(never)]
pub(crate) fn allows(path: &str, name: &str) -> bool {
    let function = name.ends_with("()");
    if function && !SPECIAL.contains(&name) {
        return true;
    }
    match lists(path) {
        None => super::is_context(name),
        Some(lists) => lists
            .iter()
            .flat_map(|list| list.split(' '))
            .any(|known| !known.is_empty() && known.eq_ignore_ascii_case(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::allows;

    #[test]
    fn every_place_has_its_own() {
        for (path, yes, no) in [
            ("run-name", "github", "env"),
            ("env.A", "secrets", "matrix"),
            ("jobs.a.if", "always()", "env"),
            ("jobs.a.if", "needs", "hashfiles()"),
            ("jobs.a.strategy.matrix.x[0]", "needs", "matrix"),
            ("jobs.a.env.B", "secrets", "runner"),
            ("jobs.a.services.db.image", "matrix", "secrets"),
            ("jobs.a.services.db.env.X", "secrets", "hashfiles()"),
            ("jobs.a.services.db.credentials.password", "secrets", "matrix"),
            ("jobs.a.environment.url", "steps", "secrets"),
            ("jobs.a.outputs.x", "steps", "hashfiles()"),
            ("jobs.a.steps[0].if", "hashfiles()", "secrets"),
            ("jobs.a.steps[12].run", "hashfiles()", "always()"),
            ("jobs.a.steps[0].with.if", "secrets", "jobs"),
            ("on.workflow_call.outputs.x.value", "jobs", "secrets"),
        ] {
            assert!(allows(path, yes) && !allows(path, no), "{path}");
            assert!(allows(path, "tojson()") && allows(path, "GitHub"));
        }
        assert!(allows("jobs.a.steps[0].uses", "env"), "what is wrong there is another thing");
    }
}
