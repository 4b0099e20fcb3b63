//! `opsfest promql DIR`: Prometheus' own cases, the files `*.test` of `promql/promqltest/testdata`. `cargo xtask conformance`
//! runs it.

use crate::Usage;
use crate::args::Given;
use metrics::suite::{self, Outcome};
use std::path::Path;

pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &[], &["--verbose"])?;
    let [dir] = &given.operands[..] else { return Err(Usage("promql takes one folder".into())) };
    let told = |path: &Path, why: &dyn std::fmt::Display| Usage(format!("{}: {why}", path.display()));
    let dir = Path::new(dir);
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .map_err(|error| told(dir, &error))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "test"))
        .collect();
    files.sort();
    let (mut passed, mut out, mut failures) = (0, 0, Vec::new());
    for file in &files {
        let text = std::fs::read_to_string(file).map_err(|error| told(file, &error))?;
        for case in suite::run(&text) {
            match case.outcome {
                Outcome::Passed => passed += 1,
                Outcome::Out => out += 1,
                Outcome::Failed(why) => {
                    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    failures.push(format!("{name}:{}: {}: {why}", case.line, case.expr));
                }
            }
        }
    }
    let total = passed + failures.len();
    if total == 0 {
        return Err(told(dir, &"no case is in it"));
    }
    println!("promql {passed}/{total} ({out} of native histograms left out)");
    if given.has("--verbose") {
        failures.iter().for_each(|failure| println!("  {failure}"));
    }
    Ok(i32::from(!failures.is_empty()))
}
