//! Maps: made, read, changed in place.

use super::{Around, Done, arg, merge, text, text_of};
use gotemplate::{Entries, Val};

pub(super) fn signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "dict" => "a*",
        "get" | "hasKey" | "unset" => "ms",
        "set" => "msa",
        "pluck" => "sm*",
        "keys" => "m*",
        "values" => "m",
        "pick" | "omit" => "ms*",
        "merge" | "mergeOverwrite" => "mm*",
        "dig" => "a*",
        _ => return None,
    })
}

pub(super) fn call(name: &str, args: &[Val], _: &mut Around<'_>) -> Done {
    let first = arg(args, 0);
    let entries = || first.as_map().map(|map| map.entries.borrow().clone()).unwrap_or_default();
    let wanted = |key: &str| args[1..].iter().any(|arg| arg.as_str() == Some(key));
    Ok(match name {
        "dict" => {
            let mut made = Entries::new();
            for pair in args.chunks(2) {
                made.insert(text_of(&pair[0]).into(), pair.get(1).cloned().unwrap_or(Val::text("")));
            }
            Val::map(made)
        }
        "get" => entries().get(text(args, 1)).cloned().unwrap_or(Val::text("")),
        "hasKey" => Val::Bool(entries().contains_key(text(args, 1))),
        "set" => match first.as_map() {
            Some(map) => {
                map.entries.borrow_mut().insert(text(args, 1).into(), arg(args, 2).clone());
                first.clone()
            }
            None => return Err("assignment to entry in nil map".into()),
        },
        "unset" => {
            if let Some(map) = first.as_map() {
                map.entries.borrow_mut().remove(text(args, 1));
            }
            first.clone()
        }
        "pluck" => {
            let key = text(args, 0);
            let has = |map: &Val| map.as_map().and_then(|map| map.entries.borrow().get(key).cloned());
            Val::list(args[1..].iter().filter_map(has).collect())
        }
        // Unlike Helm: keys and values come in the order of the keys, not in one that changes from call to call.
        "keys" => {
            let all = args.iter().filter_map(Val::as_map);
            let keys = all.flat_map(|map| map.entries.borrow().keys().cloned().collect::<Vec<_>>());
            Val::texts(keys.map(Val::Str).collect())
        }
        "values" => Val::list(entries().values().cloned().collect()),
        "pick" => Val::map(entries().iter().filter(|(key, _)| wanted(key)).map(owned).collect()),
        "omit" => Val::map(entries().iter().filter(|(key, _)| !wanted(key)).map(owned).collect()),
        "merge" | "mergeOverwrite" => {
            let overwrite = name == "mergeOverwrite";
            let dest = if matches!(first, Val::Nil) { Val::map(Entries::new()) } else { first.clone() };
            for source in &args[1..] {
                merge::into(&dest, source, overwrite, 60);
            }
            dest
        }
        _ => return dig(args),
    })
}

fn owned((key, value): (&std::sync::Arc<str>, &Val)) -> (std::sync::Arc<str>, Val) {
    (key.clone(), value.clone())
}

fn dig(args: &[Val]) -> Done {
    if args.len() < 3 {
        return Err("dig needs at least three arguments".into());
    }
    let (keys, rest) = args.split_at(args.len() - 2);
    let mut at = rest[1].clone();
    if at.type_name() != "map[string]interface {}" {
        let found = if matches!(at, Val::Nil) { "nil" } else { at.type_name() };
        return Err(format!("interface conversion: interface {{}} is {found}, not map[string]interface {{}}"));
    }
    for (index, key) in keys.iter().enumerate() {
        let Some(key) = key.as_str() else {
            return Err(format!("interface conversion: interface {{}} is {}, not string", key.type_name()));
        };
        let found = at.as_map().and_then(|map| map.entries.borrow().get(key).cloned());
        match found {
            None => return Ok(rest[0].clone()),
            Some(value) if index + 1 == keys.len() => return Ok(value),
            Some(value @ Val::Map(_)) => at = value,
            Some(value) => {
                let found = if matches!(value, Val::Nil) { "nil" } else { value.type_name() };
                return Err(format!("interface conversion: interface {{}} is {found}, not map[string]interface {{}}"));
            }
        }
    }
    Ok(rest[0].clone())
}
