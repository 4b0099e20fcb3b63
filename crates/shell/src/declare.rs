//! `declare`, `local`, `export`, `readonly`, `let`.

use crate::run::Flow;
use crate::shown::{as_command, letters, plain};
use crate::state::Bash;
use crate::vars::{Value, Var};
use order::OrdMap;
use world::Cx;

/// What the flags of a `declare` ask for.
#[derive(Default)]
struct Asked {
    /// With `+`, a flag is taken away.
    flags: Vec<(char, bool)>,
    print: bool,
    functions: bool,
    global: bool,
}

impl Asked {
    fn has(&self, flag: char) -> bool {
        self.flags.iter().any(|(c, on)| *c == flag && *on)
    }
}

/// Reads the flags; the names begin at the index.
fn flags(shell: &mut Bash, name: &str, args: &[String], cx: &mut Cx<'_>) -> Result<(Asked, usize), Flow> {
    let mut asked = Asked::default();
    let mut at = 0;
    while let Some(arg) = args.get(at).filter(|arg| arg.len() > 1 && arg.starts_with(['-', '+'])) {
        at += 1;
        if arg == "--" {
            break;
        }
        let on = arg.starts_with('-');
        for c in arg[1..].chars() {
            match c {
                'p' => asked.print = true,
                'f' | 'F' => {
                    asked.functions = true;
                    asked.flags.push((c, on));
                }
                'g' => asked.global = true,
                'a' | 'A' | 'i' | 'l' | 'u' | 'n' | 'r' | 'x' => asked.flags.push((c, on)),
                'I' | 't' => {
                    let message = format!("{name}: -{c}: is real bash, but not part of this sandbox yet");
                    return Err(shell.usage(cx, &message, 1));
                }
                other => {
                    shell.complain(cx, &format!("{name}: -{other}: invalid option"));
                    let usage = match name {
                        "local" => "local: usage: local [option] name[=value] ...\n".to_string(),
                        "export" => "export: usage: export [-fn] [name[=value] ...] or export -p\n".into(),
                        "readonly" => "readonly: usage: readonly [-aAf] [name[=value] ...] or readonly -p\n".into(),
                        _ => format!(
                            "{name}: usage: {name} [-aAfFgiIlnrtux] [name[=value] ...] or {name} -p [-aAfFilnrtux] [name ...]\n"
                        ),
                    };
                    cx.err(usage);
                    return Err(shell.end(2));
                }
            }
        }
    }
    Ok((asked, at))
}

pub(crate) fn declare(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let (asked, at) = match flags(shell, "declare", args, cx) {
        Ok(found) => found,
        Err(flow) => return flow,
    };
    if asked.functions {
        return functions(shell, &asked, &args[at..], cx);
    }
    if args.len() == at {
        let text: String =
            shell
                .vars
                .iter()
                .filter(|(_, var)| asked.flags.iter().all(|(flag, _)| letters(var).contains(*flag)))
                .map(|(name, var)| {
                    if asked.print || !asked.flags.is_empty() { as_command(name, var) + "\n" } else { plain(name, var) }
                })
                .collect();
        cx.out(text);
        return shell.end(0);
    }
    if asked.print {
        return print(shell, "declare", &args[at..], cx);
    }
    let inside = shell.frames.iter().any(|frame| frame.call.is_some()) && !asked.global;
    change(shell, "declare", &asked, args, at, inside, cx)
}

fn print(shell: &mut Bash, command: &str, names: &[String], cx: &mut Cx<'_>) -> Flow {
    let mut status = 0;
    for name in names {
        match shell.vars.get(name) {
            Some(var) => {
                let text = as_command(name, var) + "\n";
                cx.out(text);
            }
            None => {
                shell.complain(cx, &format!("{command}: {name}: not found"));
                status = 1;
            }
        }
    }
    shell.end(status)
}

fn functions(shell: &mut Bash, asked: &Asked, names: &[String], cx: &mut Cx<'_>) -> Flow {
    if asked.has('f') && names.is_empty() || asked.has('f') && !asked.has('F') {
        if let Some(name) = names.iter().find(|name| !shell.functions.contains_key(*name)) {
            let _ = name;
            return shell.end(1);
        }
        return shell.usage(
            cx,
            "declare: printing a function's text is real bash, but not part of this sandbox yet",
            1,
        );
    }
    let mut status = 0;
    let mut text = String::new();
    if names.is_empty() {
        for name in shell.functions.keys() {
            text.push_str(&format!("declare -f {name}\n"));
        }
    }
    for name in names {
        if shell.functions.contains_key(name) {
            text.push_str(&format!("{name}\n"));
        } else {
            status = 1;
        }
    }
    cx.out(text);
    shell.end(status)
}

fn change(
    shell: &mut Bash,
    command: &str,
    asked: &Asked,
    args: &[String],
    at: usize,
    local: bool,
    cx: &mut Cx<'_>,
) -> Flow {
    let lists = std::mem::take(&mut shell.lists);
    let mut status = 0;
    for (index, arg) in args.iter().enumerate().skip(at) {
        let (name, value) = arg.split_once('=').map_or((arg.as_str(), None), |(name, value)| (name, Some(value)));
        let (name, append) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
        let (name, key) = match name.split_once('[') {
            Some((name, key)) => (name, Some(key.trim_end_matches(']').to_string())),
            None => (name, None),
        };
        if !crate::parse::is_name(name) {
            shell.complain(cx, &format!("{command}: `{arg}': not a valid identifier"));
            status = 1;
            continue;
        }
        // The command's name was the first of what the parser counted.
        let list = lists.iter().find(|(place, _)| *place == index + 1).map(|(_, list)| list.clone());
        if shell.vars.get(name).is_some_and(|var| var.readonly) && (value.is_some() || list.is_some() || local) {
            shell.complain(cx, &format!("{command}: {name}: readonly variable"));
            status = 1;
            continue;
        }
        if local {
            hide(shell, name, append);
        }
        mark(shell, name, asked, key.is_some() || list.is_some());
        let done = match (list, value) {
            (Some(list), _) => shell.assign_list(name, append, list, cx),
            (None, Some(value)) if asked.has('n') => {
                shell.set(name, value);
                Ok(())
            }
            (None, Some(value)) => shell.assign(name, key.as_deref(), append, value, cx),
            (None, None) => Ok(()),
        };
        if asked.has('r') {
            shell.vars.entry(name.into()).or_default().readonly = true;
        }
        if let Err(trouble) = done {
            shell.complain(cx, &trouble.message);
            status = 1;
        }
    }
    shell.end(status)
}

/// Keeps the caller's variable of that name until the function returns.
fn hide(shell: &mut Bash, name: &str, append: bool) {
    let Some(at) = shell.frames.iter().rposition(|frame| frame.call.is_some()) else { return };
    if shell.frames[at].hidden.contains_key(name) {
        return;
    }
    let old = shell.vars.get(name).cloned();
    let exported = old.as_ref().is_some_and(|var| var.exported);
    shell.frames[at].hidden.insert(name.to_string(), old);
    if !append {
        shell.vars.insert(name.into(), Var { exported, ..Var::default() });
    }
}

fn mark(shell: &mut Bash, name: &str, asked: &Asked, list: bool) {
    let name = if asked.has('n') { name.to_string() } else { shell.meant(name) };
    let var = shell.vars.entry(name).or_default();
    for (flag, on) in &asked.flags {
        match flag {
            'x' => var.exported = *on,
            'i' => var.integer = *on,
            'n' => var.nameref = *on,
            'l' | 'u' => var.case = on.then_some(*flag),
            'A' if *on && !matches!(var.value, Value::Map(_)) => var.value = Value::Map(OrdMap::new()),
            'a' if *on && !matches!(var.value, Value::List(_)) => {
                let first = var.scalar().map(|text| (0, text.to_string()));
                var.value = Value::List(first.into_iter().collect());
            }
            _ => {}
        }
    }
    if list && !matches!(var.value, Value::List(_) | Value::Map(_)) {
        var.value = Value::List(OrdMap::new());
    }
}

pub(crate) fn local(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    if !shell.frames.iter().any(|frame| frame.call.is_some()) {
        return shell.usage(cx, "local: can only be used in a function", 1);
    }
    let (asked, at) = match flags(shell, "local", args, cx) {
        Ok(found) => found,
        Err(flow) => return flow,
    };
    if args.len() == at {
        let hidden: Vec<String> = shell
            .frames
            .iter()
            .rev()
            .find(|frame| frame.call.is_some())
            .map(|frame| frame.hidden.keys().cloned().collect())
            .unwrap_or_default();
        let text: String = hidden.iter().filter_map(|name| Some(plain(name, shell.vars.get(name)?))).collect();
        cx.out(text);
        return shell.end(0);
    }
    change(shell, "local", &asked, args, at, true, cx)
}

pub(crate) fn export(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    if args.first().is_some_and(|arg| arg == "-f") {
        return shell.usage(cx, "export: -f: is real bash, but not part of this sandbox yet", 1);
    }
    let (mut asked, at) = match flags(shell, "export", args, cx) {
        Ok(found) => found,
        Err(flow) => return flow,
    };
    if args.len() == at {
        let vars = shell.vars.iter().filter(|(_, var)| var.exported);
        let text: String = vars.map(|(name, var)| as_command(name, var) + "\n").collect();
        cx.out(text);
        return shell.end(0);
    }
    let off = asked.has('n');
    asked.flags = vec![('x', !off)];
    change(shell, "export", &asked, args, at, false, cx)
}

pub(crate) fn readonly(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let (mut asked, at) = match flags(shell, "readonly", args, cx) {
        Ok(found) => found,
        Err(flow) => return flow,
    };
    if args.len() == at {
        let vars = shell.vars.iter().filter(|(_, var)| var.readonly);
        let text: String = vars.map(|(name, var)| as_command(name, var) + "\n").collect();
        cx.out(text);
        return shell.end(0);
    }
    asked.flags.push(('r', true));
    change(shell, "readonly", &asked, args, at, false, cx)
}

pub(crate) fn let_(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    if args.is_empty() {
        return shell.usage(cx, "let: expression expected", 1);
    }
    let mut last = 0;
    for arg in args {
        match shell.arithmetic(arg, cx) {
            Ok(value) => last = value,
            Err(trouble) => return shell.usage(cx, &format!("let: {}", trouble.message), 1),
        }
    }
    shell.end(i32::from(last == 0))
}
