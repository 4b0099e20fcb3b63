//! `unset`.

use crate::run::Flow;
use crate::state::Bash;
use crate::vars::Value;
use world::Cx;

pub(crate) fn unset(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let (mut vars, mut functions, mut status) = (true, true, 0);
    for arg in args {
        match arg.as_str() {
            "-v" => functions = false,
            "-f" => vars = false,
            "-n" => functions = false,
            name => {
                let whole = name.split_once('[').map_or(name, |(name, _)| name).to_string();
                if vars && shell.vars.get(&whole).is_some_and(|var| var.readonly) {
                    shell.complain(cx, &format!("unset: {whole}: cannot unset: readonly variable"));
                    status = 1;
                } else if vars && !crate::parse::is_name(&whole) {
                    // A function may have any name.
                    if functions {
                        shell.functions.remove(name);
                    } else {
                        shell.complain(cx, &format!("unset: `{name}': not a valid identifier"));
                        status = 1;
                    }
                } else if let (true, Some((array, key))) = (vars, name.split_once('[')) {
                    unset_item(shell, array, key.trim_end_matches(']'), cx);
                } else {
                    let meant = shell.meant(name);
                    if !(vars && shell.vars.remove(&meant).is_some()) && functions {
                        shell.functions.remove(name);
                    }
                }
            }
        }
    }
    shell.end(status)
}

fn unset_item(shell: &mut Bash, array: &str, key: &str, cx: &mut Cx<'_>) {
    let array = shell.meant(array);
    if matches!(key, "@" | "*") {
        shell.vars.remove(&array);
        return;
    }
    let at = match shell.vars.get(&array).map(|var| &var.value) {
        Some(Value::List(_)) => shell.list_index(&array, key, cx).ok(),
        _ => None,
    };
    match shell.vars.get_mut(&array).map(|var| &mut var.value) {
        Some(Value::List(items)) => {
            if let Some(at) = at {
                items.remove(&at);
            }
        }
        Some(Value::Map(items)) => {
            items.remove(key);
        }
        _ => {}
    }
}
