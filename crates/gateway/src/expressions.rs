//! `opsfest expressions DIR`: GitHub's own cases of workflow expressions, JSON files of `{name: [{expr, contexts, result or
//! err}]}` as `actions/languageservices` has them in `expressions/testdata`. `cargo xtask conformance` runs it.

use crate::Usage;
use crate::args::Given;
use ci::{Data, evaluate_over};
use std::path::Path;

pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &[], &["--verbose"])?;
    let [dir] = &given.operands[..] else { return Err(Usage("expressions takes one folder".into())) };
    let told = |path: &Path, why: &dyn std::fmt::Display| Usage(format!("{}: {why}", path.display()));
    let dir = Path::new(dir);
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .map_err(|error| told(dir, &error))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let (mut total, mut failures) = (0, Vec::new());
    for file in &files {
        let text = std::fs::read_to_string(file).map_err(|error| told(file, &error))?;
        let cases = Data::from_json(&text).ok_or_else(|| told(file, &"this is no JSON"))?;
        for case in cases.values().iter().flat_map(Data::values) {
            total += 1;
            if let Err(why) = check(&case) {
                failures.push(format!("{}: {why}", file.display()));
            }
        }
    }
    if total == 0 {
        return Err(told(dir, &"no case is in it"));
    }
    println!("github-expressions {}/{total}", total - failures.len());
    if given.has("--verbose") {
        failures.iter().for_each(|failure| println!("  {failure}"));
    }
    Ok(i32::from(!failures.is_empty()))
}

/// Whether a case gives what it says, value and type, or the error that it says.
fn check(case: &Data) -> Result<(), String> {
    let text = |data: Option<&Data>| data.map(Data::to_text).unwrap_or_default();
    let expr = text(case.member("expr"));
    let none = Data::from_json("{}").expect("an empty object is JSON");
    let got = evaluate_over(&expr, case.member("contexts").unwrap_or(&none));
    match (case.member("err"), got) {
        (Some(err), Err(why)) => {
            let wanted = text(err.member("value"));
            if why.contains(&wanted) { Ok(()) } else { Err(format!("`{expr}` fails with {why:?}, not {wanted:?}")) }
        }
        (Some(_), Ok(value)) => Err(format!("`{expr}` gives {}", value.to_json())),
        (None, Err(why)) => Err(format!("`{expr}` fails: {why}")),
        (None, Ok(value)) => {
            let result = case.member("result").ok_or("a case without a result")?;
            let (kind, wanted) = (text(result.member("kind")), result.member("value").unwrap_or(&Data::Null).to_json());
            if value.kind() == kind && value.to_json() == wanted {
                return Ok(());
            }
            Err(format!("`{expr}` gives {} {}, not {kind} {wanted}", value.kind(), value.to_json()))
        }
    }
}
