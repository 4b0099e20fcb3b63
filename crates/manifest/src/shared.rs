//! One copy of what objects repeat: texts and small values that were made lately. It is no state: what is shared is equal
//! to what is not, and another thread shares with itself.

use crate::value::Value;
use std::cell::RefCell;
use std::sync::Arc;

/// Places for texts; a new text takes the place of one with the same number.
const TEXTS: usize = 1_024;
/// Longer texts are as a rule all different.
const TEXT_MAX: usize = 96;
/// Places for values.
const VALUES: usize = 4_096;

thread_local! {
    static SHARED: RefCell<Shared> = const { RefCell::new(Shared { texts: Vec::new(), values: Vec::new() }) };
}

struct Shared {
    texts: Vec<Option<Arc<str>>>,
    values: Vec<Value>,
}

/// FNV-1a.
fn mix(hash: usize, bytes: &[u8]) -> usize {
    bytes.iter().fold(hash, |hash, byte| (hash ^ usize::from(*byte)).wrapping_mul(0x0100_0193))
}

const SEED: usize = 0x811c_9dc5;

/// The shared copy of a text that objects repeat, or a new one.
pub fn word(text: &str) -> Arc<str> {
    if text.len() > TEXT_MAX {
        return Arc::from(text);
    }
    let at = mix(SEED, text.as_bytes());
    let at = (at ^ (at >> 15)) % TEXTS;
    SHARED.with_borrow_mut(|shared| {
        if shared.texts.is_empty() {
            shared.texts.resize(TEXTS, None);
        }
        match &mut shared.texts[at] {
            Some(known) if **known == *text => known.clone(),
            place => place.insert(Arc::from(text)).clone(),
        }
    })
}

/// What a value counts for: what is in lists and maps by its place, for it is shared already.
fn mix_value(hash: usize, value: &Value) -> usize {
    match value {
        Value::Null => hash ^ 1,
        Value::Bool(on) => hash ^ (2 + usize::from(*on)),
        Value::Int(n) => mix(hash, &n.to_le_bytes()),
        Value::Float(x) => mix(hash, &x.to_le_bytes()),
        Value::Str(text) => mix(hash, text.as_bytes()),
        Value::List(items) => mix(hash, &(Arc::as_ptr(items).cast::<u8>() as usize).to_le_bytes()),
        Value::Map(map) => mix(hash, &(Arc::as_ptr(map).cast::<u8>() as usize).to_le_bytes()),
    }
}

/// The shared copy of a small map or list that objects repeat, such as a condition.
pub fn shared(value: Value) -> Value {
    let hash = match &value {
        Value::Map(map) => map.iter().fold(SEED, |hash, (key, value)| mix_value(mix(hash, key.as_bytes()), value)),
        Value::List(items) => items.iter().fold(SEED, mix_value),
        _ => return value,
    };
    let at = (hash ^ (hash >> 15)) % VALUES;
    SHARED
        .with_borrow_mut(|shared| {
            if shared.values.is_empty() {
                shared.values.resize(VALUES, Value::Null);
            }
            let place = &mut shared.values[at];
            if *place != value {
                // What it replaces is dropped after the borrow ends: dropping may not come back here.
                return (value.clone(), std::mem::replace(place, value));
            }
            (place.clone(), Value::Null)
        })
        .0
}
