//! Protobuf bodies, as far as `kubectl` sends them: an envelope, and in it the kinds that its typed clients write. Fields
//! and their numbers are those of the `.proto` files of `k8s.io/api` 0.32.

use manifest::Value;

/// What such a body begins with.
pub(super) const MAGIC: &[u8] = b"k8s\0";

const MESSAGES: &str = include_str!("messages.txt");

/// Numbers and switches that Go keeps as pointers: a zero was set.
const POINTERS: &[&str] = &[
    "replicas",
    "minReplicas",
    "parallelism",
    "completions",
    "backoffLimit",
    "gracePeriodSeconds",
    "terminationGracePeriodSeconds",
    "ttlSecondsAfterFinished",
    "partition",
    "value",
    "suspend",
    "automountServiceAccountToken",
    "optional",
];

/// Messages whose fields stand among those of the message around in JSON.
const INLINE: &[&str] = &[
    "volumeSource",
    "handler",
    "localObjectReference",
    "persistentVolumeSource",
    "ephemeralContainerCommon",
    "ingressRuleValue",
];

const DEPTH_MAX: usize = 16;

/// A field of the wire: its number, and its value as a number or as bytes.
enum Wire<'b> {
    Number(u64),
    Bytes(&'b [u8]),
}

struct Reader<'b> {
    bytes: &'b [u8],
}

impl<'b> Reader<'b> {
    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (first, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            value |= u64::from(first & 0x7f).checked_shl(shift)?;
            if first & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    /// The next field; nothing at the end, an error where it is none.
    fn field(&mut self) -> Option<Result<(u64, Wire<'b>), String>> {
        if self.bytes.is_empty() {
            return None;
        }
        let broken = || "the body is no protobuf".to_string();
        let read = |reader: &mut Self| {
            let key = reader.number()?;
            let value = match key & 7 {
                0 => Wire::Number(reader.number()?),
                1 => Wire::Number(u64::from_le_bytes(reader.take(8)?.try_into().ok()?)),
                2 => {
                    let length = usize::try_from(reader.number()?).ok()?;
                    Wire::Bytes(reader.take(length)?)
                }
                5 => Wire::Number(u64::from(u32::from_le_bytes(reader.take(4)?.try_into().ok()?))),
                _ => return None,
            };
            Some((key >> 3, value))
        };
        Some(read(self).ok_or_else(broken))
    }
}

/// The object of an envelope.
pub(super) fn decode(body: &[u8]) -> Result<Value, String> {
    let mut reader = Reader { bytes: body.get(MAGIC.len()..).unwrap_or_default() };
    let (mut api, mut kind, mut raw): (String, String, &[u8]) = (String::new(), String::new(), &[]);
    while let Some(field) = reader.field() {
        match field? {
            (1, Wire::Bytes(bytes)) => {
                let mut names = Reader { bytes };
                while let Some(field) = names.field() {
                    match field? {
                        (1, Wire::Bytes(text)) => api = String::from_utf8_lossy(text).into_owned(),
                        (2, Wire::Bytes(text)) => kind = String::from_utf8_lossy(text).into_owned(),
                        _ => {}
                    }
                }
            }
            (2, Wire::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    let mut value = message(&kind, raw, 0)?;
    value.put("apiVersion", api);
    value.put("kind", kind);
    Ok(value)
}

fn message(name: &str, bytes: &[u8], depth: usize) -> Result<Value, String> {
    if depth > DEPTH_MAX {
        return Err("the body is nested too deeply".into());
    }
    let found = MESSAGES.lines().filter_map(|line| line.split_once(" = ")).find(|(own, _)| *own == name);
    let Some((_, fields)) = found else {
        return Err(format!("protobuf bodies of {name} are real, but not part of this sandbox yet"));
    };
    let row = |number: u64| {
        fields.split_whitespace().find_map(|field| {
            let mut parts = field.split(':');
            let own = parts.next()?.parse::<u64>().ok()?;
            if own == number { Some((parts.next()?, parts.next()?)) } else { None }
        })
    };
    let mut out = Value::map();
    let mut reader = Reader { bytes };
    while let Some(field) = reader.field() {
        let (number, wire) = field?;
        let Some((field, kind)) = row(number) else { continue };
        let (list, kind) = kind.strip_prefix('*').map_or((false, kind), |kind| (true, kind));
        if let (b'm' | b'M' | b'Q', Wire::Bytes(entry)) = (kind.as_bytes()[0], &wire) {
            let (key, value) = pair(kind, entry)?;
            out.at_mut(field).put(&key, value);
            continue;
        }
        let Some(value) = scalar(kind, wire, depth)? else { continue };
        if INLINE.contains(&field) {
            for (key, inner) in value.entries().iter() {
                out.put(key, inner.clone());
            }
        } else if list {
            out.at_mut(field).make_list().push(value);
        } else if !value.is_zero() || POINTERS.contains(&field) {
            // Go writes what was not set too, where its type has no other way.
            out.put(field, value);
        }
    }
    Ok(out)
}

fn scalar(kind: &str, wire: Wire<'_>, depth: usize) -> Result<Option<Value>, String> {
    let text = |bytes: &[u8]| Value::from(String::from_utf8_lossy(bytes).into_owned());
    Ok(Some(match (kind.as_bytes()[0], wire) {
        (b's', Wire::Bytes(bytes)) => text(bytes),
        (b'y', Wire::Bytes(bytes)) => Value::from(cluster::base64::encode(bytes)),
        (b'b', Wire::Number(n)) => Value::Bool(n != 0),
        // Go writes negative numbers as their two's complement.
        (b'i', Wire::Number(n)) => Value::Int(n.cast_signed()),
        (b'q', Wire::Bytes(bytes)) => quantity(bytes)?,
        (b'o', Wire::Bytes(bytes)) => number_or_text(bytes)?,
        (b'@', Wire::Bytes(bytes)) => message(&kind[1..], bytes, depth + 1)?,
        _ => return Ok(None),
    }))
}

/// A quantity is a message with its text.
fn quantity(bytes: &[u8]) -> Result<Value, String> {
    let mut reader = Reader { bytes };
    while let Some(field) = reader.field() {
        if let (1, Wire::Bytes(text)) = field? {
            return Ok(Value::from(String::from_utf8_lossy(text).into_owned()));
        }
    }
    Ok(Value::from("0"))
}

fn number_or_text(bytes: &[u8]) -> Result<Value, String> {
    let (mut is_text, mut number, mut text) = (false, 0, String::new());
    let mut reader = Reader { bytes };
    while let Some(field) = reader.field() {
        match field? {
            (1, Wire::Number(kind)) => is_text = kind == 1,
            (2, Wire::Number(n)) => number = n.cast_signed(),
            (3, Wire::Bytes(bytes)) => text = String::from_utf8_lossy(bytes).into_owned(),
            _ => {}
        }
    }
    Ok(if is_text { Value::from(text) } else { Value::Int(number) })
}

/// An entry of a map.
fn pair(kind: &str, bytes: &[u8]) -> Result<(String, Value), String> {
    let (mut key, mut value) = (String::new(), Value::from(""));
    let mut reader = Reader { bytes };
    while let Some(field) = reader.field() {
        match field? {
            (1, Wire::Bytes(text)) => key = String::from_utf8_lossy(text).into_owned(),
            (2, Wire::Bytes(bytes)) => {
                value = match kind {
                    "Q" => quantity(bytes)?,
                    "M" => Value::from(cluster::base64::encode(bytes)),
                    _ => Value::from(String::from_utf8_lossy(bytes).into_owned()),
                }
            }
            _ => {}
        }
    }
    Ok((key, value))
}
