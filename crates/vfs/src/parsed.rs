//! What a file's bytes were read as: kept beside them until they change, so that one who reads a file often parses it once.
//! And the other way round: bytes that are made of a value when they are first read.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// The bytes of a file that was written as a value, made when somebody first asks for them.
#[derive(Clone)]
pub(crate) struct Late(Arc<dyn Bytes + Send + Sync>);

trait Bytes {
    fn bytes(&self) -> &[u8];
}

struct Value<T> {
    value: Arc<T>,
    encode: fn(&T) -> Vec<u8>,
    made: OnceLock<Vec<u8>>,
}

impl<T> Bytes for Value<T> {
    fn bytes(&self) -> &[u8] {
        self.made.get_or_init(|| (self.encode)(&self.value))
    }
}

impl Late {
    pub fn new<T: Send + Sync + 'static>(value: Arc<T>, encode: fn(&T) -> Vec<u8>) -> Self {
        Self(Arc::new(Value { value, encode, made: OnceLock::new() }))
    }

    pub fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }
}

impl fmt::Debug for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Late")
    }
}

/// Nothing, or one value of any type. It is no state: what is saved and compared leaves it out.
#[derive(Clone, Default)]
pub(crate) struct Parsed(OnceLock<Arc<dyn Any + Send + Sync>>);

impl Parsed {
    pub fn of(value: Arc<dyn Any + Send + Sync>) -> Self {
        Self(OnceLock::from(value))
    }

    /// What stands here if it has this type; else what `parse` gives, kept where there is room.
    pub fn get<T: Any + Send + Sync>(&self, parse: impl FnOnce() -> Arc<T>) -> Arc<T> {
        if let Some(known) = self.0.get().and_then(|known| known.clone().downcast().ok()) {
            return known;
        }
        let value = parse();
        // The first type that a file was read as stays, which is nearly always the only one.
        self.0.set(value.clone()).ok();
        value
    }
}

impl fmt::Debug for Parsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.get().is_some() { "Parsed" } else { "NotParsed" })
    }
}
