//! `getopts`.

use crate::run::Flow;
use crate::state::Bash;
use world::Cx;

pub(crate) fn getopts(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let [spec, name, rest @ ..] = args else {
        cx.err("getopts: usage: getopts optstring name [arg ...]\n");
        return shell.end(2);
    };
    let words = if rest.is_empty() { shell.params.clone() } else { rest.to_vec() };
    let silent = spec.starts_with(':');
    let mut index: usize = shell.value("OPTIND", cx).and_then(|text| text.parse().ok()).unwrap_or(1).max(1);
    let at = shell.option_at;
    let word = words.get(index - 1).cloned().unwrap_or_default();
    let letters: Vec<char> = word.chars().collect();
    if at == 0 && (letters.len() < 2 || letters[0] != '-' || word == "--") {
        if word == "--" {
            index += 1;
            shell.set("OPTIND", &index.to_string());
        }
        shell.set(name, "?");
        shell.vars.remove("OPTARG");
        return shell.end(1);
    }
    let at = at.max(1);
    let letter = letters.get(at).copied().unwrap_or('?');
    let known = spec.trim_start_matches(':').find(letter).filter(|_| letter != ':');
    let takes = known.is_some_and(|place| spec.trim_start_matches(':')[place + letter.len_utf8()..].starts_with(':'));
    let mut next = at + 1;
    let (mut value, mut argument, mut wrong) = (letter.to_string(), None, None);
    if known.is_none() {
        value = "?".into();
        match silent {
            true => argument = Some(letter.to_string()),
            false => wrong = Some(format!("illegal option -- {letter}")),
        }
    } else if takes {
        if next < letters.len() {
            argument = Some(letters[next..].iter().collect());
        } else if let Some(word) = words.get(index) {
            index += 1;
            argument = Some(word.clone());
        } else {
            value = if silent { ":".into() } else { "?".into() };
            match silent {
                true => argument = Some(letter.to_string()),
                false => wrong = Some(format!("option requires an argument -- {letter}")),
            }
        }
        next = letters.len();
    }
    if next >= letters.len() {
        index += 1;
        next = 0;
    }
    shell.set("OPTIND", &index.to_string());
    shell.option_at = next;
    shell.set(name, &value);
    match argument {
        Some(argument) => shell.set("OPTARG", &argument),
        None => {
            shell.vars.remove("OPTARG");
        }
    }
    if let Some(wrong) = wrong {
        // This message is getopt's own: it names no line.
        if shell.value("OPTERR", cx).as_deref() != Some("0") {
            let name = shell.name.clone();
            cx.err(format!("{name}: {wrong}\n"));
        }
    }
    shell.end(0)
}
