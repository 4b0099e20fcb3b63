//! Variables as text: as `declare -p` prints them, and as `set` does.

use crate::vars::{Value, Var, map_keys};

/// The flags of a variable, as `declare -p` prints them.
pub(crate) fn letters(var: &Var) -> String {
    let mut out = String::new();
    for (on, letter) in [
        (matches!(var.value, Value::List(_)), 'a'),
        (matches!(var.value, Value::Map(_)), 'A'),
        (var.integer, 'i'),
        (var.case == Some('l'), 'l'),
        (var.nameref, 'n'),
        (var.readonly, 'r'),
        (var.case == Some('u'), 'u'),
        (var.exported, 'x'),
    ] {
        if on {
            out.push(letter);
        }
    }
    out
}

/// A variable as the `declare` that would make it.
pub(crate) fn as_command(name: &str, var: &Var) -> String {
    let letters = letters(var);
    let letters = if letters.is_empty() { "-" } else { &letters };
    let value = match &var.value {
        Value::Unset => return format!("declare -{letters} {name}"),
        Value::Text(text) => crate::quote::double(text),
        Value::List(items) => {
            let items: Vec<String> =
                items.iter().map(|(at, text)| format!("[{at}]={}", crate::quote::double(text))).collect();
            format!("({})", items.join(" "))
        }
        Value::Map(items) => {
            let keys = map_keys(items).into_iter();
            let pairs = keys.map(|key| {
                let text = items.get(&key).map_or("", String::as_str);
                let plain = key.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:@%+,".contains(c));
                let key = if plain { key } else { crate::quote::double(&key) };
                format!("[{key}]={} ", crate::quote::double(text))
            });
            format!("({})", pairs.collect::<String>())
        }
    };
    format!("declare -{letters} {name}={value}")
}

/// A variable as `set` prints it.
pub(crate) fn plain(name: &str, var: &Var) -> String {
    match &var.value {
        Value::Unset => String::new(),
        Value::Text(text) if text.is_empty() => format!("{name}=\n"),
        Value::Text(text) => format!("{name}={}\n", crate::quote::word(text)),
        _ => {
            let command = as_command(name, var);
            command.split_once(&format!(" {name}=")).map_or(String::new(), |(_, value)| format!("{name}={value}\n"))
        }
    }
}
