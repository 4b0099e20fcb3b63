//! `@text`, `@csv` and the other formats.

use super::eval::{Run, fail};
use super::json::{Json, Style};

pub(super) fn plain(value: &Json) -> String {
    match value {
        Json::Text(text) => text.to_string(),
        other => other.write(&Style::default()),
    }
}

fn row(value: &Json, name: &str, cell: &dyn Fn(&Json) -> Run<String>, between: &str) -> Run<String> {
    let Json::List(items) = value else {
        return fail(format!("{} cannot be {name}-formatted, only an array can be", super::builtins::shown(value)));
    };
    let cells = items.iter().map(cell).collect::<Run<Vec<String>>>()?;
    Ok(cells.join(between))
}

fn html(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\'' => out.push_str("&apos;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

pub(super) fn format(name: &str, value: &Json) -> Run<Json> {
    let text = plain(value);
    Ok(Json::text(match name {
        "text" => text,
        "json" => value.write(&Style::default()),
        "csv" => row(
            value,
            "csv",
            &|item| match item {
                Json::Text(text) => Ok(format!("\"{}\"", text.replace('"', "\"\""))),
                Json::Null => Ok(String::new()),
                Json::Number(_) | Json::Bool(_) => Ok(plain(item)),
                other => fail(format!("{} is not valid in a csv row", super::builtins::shown(other))),
            },
            ",",
        )?,
        "tsv" => row(
            value,
            "tsv",
            &|item| match item {
                Json::Text(text) => {
                    Ok(text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r"))
                }
                Json::Null => Ok(String::new()),
                Json::Number(_) | Json::Bool(_) => Ok(plain(item)),
                other => fail(format!("{} is not valid in a tsv row", super::builtins::shown(other))),
            },
            "\t",
        )?,
        "html" => html(&text),
        "uri" => {
            let mut out = String::new();
            for byte in text.bytes() {
                if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
                    out.push(char::from(byte));
                } else {
                    out.push_str(&format!("%{byte:02X}"));
                }
            }
            out
        }
        "sh" => {
            let quoted = |item: &Json| match item {
                Json::Text(text) => Ok(format!("'{}'", text.replace('\'', "'\\''"))),
                Json::List(_) | Json::Map(_) => {
                    fail(format!("{} can not be escaped for shell", super::builtins::shown(item)))
                }
                other => Ok(plain(other)),
            };
            match value {
                Json::List(items) => items.iter().map(quoted).collect::<Run<Vec<String>>>()?.join(" "),
                other => quoted(other)?,
            }
        }
        "base64" => crate::core::encode_base64(text.as_bytes()),
        "base64d" => {
            let (bytes, _) = crate::core::decode_base64(text.trim_end_matches('=').as_bytes(), false);
            if bytes.is_empty() && !text.is_empty() {
                return fail(format!("{} is not valid base64 data", super::builtins::shown(value)));
            }
            String::from_utf8_lossy(&bytes).into_owned()
        }
        other => return fail(format!("{other} is not a valid format")),
    }))
}
