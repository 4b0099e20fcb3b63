//! What BuildKit warns of in a Dockerfile that it builds (`frontend/dockerfile/linter`).

use crate::{Dockerfile, Instruction};

/// Words in a name that point to a secret.
const SECRET: [&str; 7] = ["apikey", "auth", "credential", "key", "password", "secret", "token"];
/// Words that point away from one.
const PUBLIC: [&str; 2] = ["public", "path"];

/// The warnings below a build, or nothing.
#[inline(never)]
pub(crate) fn warnings(file: &Dockerfile) -> String {
    let mut found: Vec<(&str, String, usize)> = Vec::new();
    let mut stage_start = 0;
    for (index, made) in file.instructions.iter().enumerate() {
        if made.word == "FROM" {
            stage_start = index;
        }
        let earlier = &file.instructions[stage_start..index];
        let again = matches!(made.word.as_str(), "CMD" | "ENTRYPOINT" | "HEALTHCHECK")
            && file.instructions[index + 1..]
                .iter()
                .take_while(|next| next.word != "FROM")
                .any(|next| next.word == made.word);
        if again {
            let text = format!(
                "Multiple {} instructions should not be used in the same stage because only the last one will be used",
                made.word
            );
            found.push(("MultipleInstructionsDisallowed", text, made.first));
        }
        of_one(file, made, earlier, &mut found);
    }
    if found.is_empty() {
        return String::new();
    }
    let many =
        if found.len() == 1 { "1 warning".to_string() } else { [&found.len().to_string(), " warnings"].concat() };
    let mut out = ["\n ", &many, " found (use docker --debug to expand):\n"].concat();
    for (rule, text, line) in found {
        out.push_str(&[" - ", rule, ": ", &text, " (line ", &line.to_string(), ")\n"].concat());
    }
    out
}

#[inline(never)]
fn of_one(
    file: &Dockerfile,
    made: &Instruction,
    earlier: &[Instruction],
    found: &mut Vec<(&'static str, String, usize)>,
) {
    let line = file.text.lines().nth(made.first.saturating_sub(1)).unwrap_or_default().trim_start();
    let raw = line.split_whitespace().next().unwrap_or_default();
    let words = made.words();
    match made.word.as_str() {
        "CMD" | "ENTRYPOINT" if made.json.is_none() => {
            let own_shell = earlier.iter().any(|one| one.word == "SHELL");
            if !own_shell {
                let text = format!(
                    "JSON arguments recommended for {} to prevent unintended behavior related to OS signals",
                    made.word
                );
                found.push(("JSONArgsRecommended", text, made.first));
            }
        }
        "MAINTAINER" => {
            let text = "Maintainer instruction is deprecated in favor of using label".to_string();
            found.push(("MaintainerDeprecated", text, made.first));
        }
        "FROM" if words.len() == 3 => {
            let upper = raw == raw.to_ascii_uppercase();
            if (words[1] == words[1].to_ascii_uppercase()) != upper {
                found.push((
                    "FromAsCasing",
                    "'as' and 'FROM' keywords' casing do not match"
                        .replace("'as'", &["'", &words[1], "'"].concat())
                        .replace("'FROM'", &["'", raw, "'"].concat()),
                    made.first,
                ));
            }
            if words[2] != words[2].to_ascii_lowercase() {
                found.push(("StageNameCasing", format!("Stage name '{}' should be lowercase", words[2]), made.first));
            }
        }
        "ENV" | "LABEL" if !words.first().is_some_and(|word| word.contains('=')) => {
            let text =
                format!("\"{0} key=value\" should be used instead of legacy \"{0} key value\" format", made.word);
            found.push(("LegacyKeyValueFormat", text, made.first));
        }
        "WORKDIR" if !made.rest.starts_with(['/', '$', '"']) && !earlier.iter().any(|one| one.word == "WORKDIR") => {
            let text =
                format!("Relative workdir {:?} can have unexpected results if the base image changes", made.rest);
            found.push(("WorkdirRelativePath", text, made.first));
        }
        _ => {}
    }
    if matches!(made.word.as_str(), "ENV" | "ARG") {
        for name in words.iter().map(|word| word.split('=').next().unwrap_or(word)) {
            let lower = name.to_ascii_lowercase();
            let parts: Vec<&str> = lower.split('_').collect();
            if parts.iter().any(|part| SECRET.contains(part)) && !parts.iter().any(|part| PUBLIC.contains(part)) {
                let text = format!("Do not use ARG or ENV instructions for sensitive data ({} {name:?})", made.word);
                found.push(("SecretsUsedInArgOrEnv", text, made.first));
            }
        }
    }
}
