//! `opsfest workflows DIR`: GitHub's own workflow files, each a text of documents between `---`: settings, the workflow, what a
//! reader makes of it in JSON, as `actions/languageservices` has them in `workflow-parser/testdata/reader`. What it compares is
//! whether a workflow is refused, and then the first error with its line; a workflow that is fine must be read.

use crate::Usage;
use crate::args::Given;
use ci::{Data, Workflow};
use std::path::Path;

pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &[], &["--verbose"])?;
    let [dir] = &given.operands[..] else { return Err(Usage("workflows takes one folder".into())) };
    let told = |path: &Path, why: &dyn std::fmt::Display| Usage(format!("{}: {why}", path.display()));
    let dir = Path::new(dir);
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .map_err(|error| told(dir, &error))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "yml"))
        .collect();
    files.sort();
    let (mut total, mut failures) = (0, Vec::new());
    for file in &files {
        let text = std::fs::read_to_string(file).map_err(|error| told(file, &error))?;
        total += 1;
        if let Err(why) = check(&text) {
            failures.push(format!("{}: {why}", file.display()));
        }
    }
    if total == 0 {
        return Err(told(dir, &"no workflow is in it"));
    }
    println!("github-workflows {}/{total}", total - failures.len());
    if given.has("--verbose") {
        failures.iter().for_each(|failure| println!("  {failure}"));
    }
    Ok(i32::from(!failures.is_empty()))
}

/// Whether a workflow is read as the last document says.
fn check(text: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.split("\n---\n").collect();
    let (Some(workflow), Some(expected)) = (parts.get(1), parts.last().filter(|_| parts.len() > 2)) else {
        return Err("fewer than three documents".into());
    };
    let expected = Data::from_json(expected.trim()).ok_or("what is expected is no JSON")?;
    let errors = expected.member("errors").map(Data::values).unwrap_or_default();
    let first = errors.first().map(|error| error.member("Message").map(Data::to_text).unwrap_or_default());
    // Between the workflow and what is expected: names and texts of what it calls.
    let files: Vec<(String, String)> = parts[2..parts.len() - 1]
        .chunks_exact(2)
        .map(|pair| (pair[0].trim().trim_start_matches("./").to_string(), pair[1].to_string()))
        .collect();
    let writes = !parts[0].contains("permissions-policy: LimitedRead");
    let read = Workflow::parse("w.yml", workflow);
    if let (Some(wanted), Ok(read)) = (&first, &read)
        && let Some(told) = ci::fault(read, &files, writes)
    {
        let tail = wanted.split_once(".yml ").map_or(wanted.as_str(), |(_, tail)| tail);
        return if told.ends_with(tail) { Ok(()) } else { Err(format!("{told}, not {wanted}")) };
    }
    if let (None, Ok(read)) = (&first, &read) {
        return ci::fault(read, &files, writes).map_or(Ok(()), |told| Err(format!("refused: {told}")));
    }
    match (first, read) {
        (None, Ok(_)) => Ok(()),
        (None, Err(error)) => Err(format!("refused at line {}: {}", error.line, error.message)),
        (Some(wanted), Ok(_)) => Err(format!("is read, which should fail: {wanted}")),
        (Some(wanted), Err(error)) => {
            if !error.all.is_empty() {
                return same(&errors, &error.all);
            }
            let line = wanted.split_once("(Line: ").and_then(|(_, rest)| rest.split(',').next()?.parse::<usize>().ok());
            let at = line.is_none_or(|line| line == error.line);
            if at && wanted.ends_with(&error.message) {
                return Ok(());
            }
            Err(format!("line {}: {}, not {wanted}", error.line, error.message))
        }
    }
}

/// Whether all that is wrong is told, each with its line and column where those are given.
fn same(wanted: &[Data], told: &[(usize, usize, String)]) -> Result<(), String> {
    let shown: Vec<String> =
        told.iter().map(|(line, column, message)| format!("(Line: {line}, Col: {column}): {message}")).collect();
    let words: Vec<String> =
        wanted.iter().map(|error| error.member("Message").map(Data::to_text).unwrap_or_default()).collect();
    let fits = |wanted: &String| {
        shown.iter().any(|told| wanted.ends_with(told))
            || (!wanted.contains("(Line: ") && told.iter().any(|(_, _, message)| wanted.ends_with(message)))
    };
    match words.iter().find(|wanted| !fits(wanted)) {
        Some(wanted) => Err(format!("{}, not {wanted}", shown.join("; "))),
        None if words.len() != shown.len() => {
            Err(format!("{} errors, not {}: {}", shown.len(), words.len(), shown.join("; ")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn the_first_error_and_its_line_must_be_those() {
        let case = |line: usize| {
            format!(
                "a: b\n---\non: push\njobs:\n  a:\n    runs-on: x\n    steps: [{{run: a}}]\n    stepz: []\n---\n{{\"errors\": [{{\"Message\": \"w.yml (Line: \
                 {line}, Col: 5): Unexpected value 'stepz'\"}}]}}"
            )
        };
        assert_eq!(check(&case(6)), Ok(()));
        assert!(check(&case(4)).unwrap_err().starts_with("(Line: 6, Col: 5): Unexpected value 'stepz', not"));
    }
}
