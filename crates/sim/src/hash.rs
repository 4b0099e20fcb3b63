//! The canonical state hash: every serialisable value has one encoding (64-bit lengths, one NaN, declared order),
//! the same on native and on wasm. SHA-256 of that encoding, cut to 128 bits.

use serde::ser::{self, Serialize};
use serde::{Deserialize, Serialize as SerializeDerive};
use sha2::{Digest, Sha256};
use std::fmt;

/// A hash of a whole state. Two states are equal if and only if (collisions aside) their hashes are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, SerializeDerive, Deserialize)]
pub struct StateHash(u128);

impl fmt::Display for StateHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for StateHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Hashes a value by its canonical encoding.
pub fn state_hash<T: Serialize + ?Sized>(value: &T) -> StateHash {
    let mut encoder = Encoder { digest: Sha256::new() };
    value.serialize(&mut encoder).expect("state serialises: no map of unknown length, no failing Serialize");
    let full = encoder.digest.finalize();
    let mut half = [0; 16];
    half.copy_from_slice(&full[..16]);
    StateHash(u128::from_be_bytes(half))
}

/// Why a value has no canonical encoding.
#[derive(Debug)]
struct Unencodable(String);

impl fmt::Display for Unencodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unencodable {}

impl ser::Error for Unencodable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

struct Encoder {
    digest: Sha256,
}

impl Encoder {
    fn word(&mut self, n: u64) {
        self.digest.update(n.to_le_bytes());
    }

    fn length(&mut self, len: Option<usize>) -> Result<(), Unencodable> {
        let len = len.ok_or_else(|| Unencodable("a list or map of unknown length".into()))?;
        self.word(len as u64);
        Ok(())
    }
}

macro_rules! words {
    ($($name:ident: $ty:ty),*) => {
        $(fn $name(self, v: $ty) -> Result<(), Unencodable> { self.word(u64::from(v)); Ok(()) })*
    };
}

macro_rules! signed {
    ($($name:ident: $ty:ty),*) => {
        $(fn $name(self, v: $ty) -> Result<(), Unencodable> { self.digest.update(i64::from(v).to_le_bytes()); Ok(()) })*
    };
}

impl ser::Serializer for &mut Encoder {
    type Ok = ();
    type Error = Unencodable;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    words!(serialize_bool: bool, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_char: char);
    signed!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);

    fn is_human_readable(&self) -> bool {
        false
    }
    fn serialize_i128(self, v: i128) -> Result<(), Unencodable> {
        self.digest.update(v.to_le_bytes());
        Ok(())
    }
    fn serialize_u128(self, v: u128) -> Result<(), Unencodable> {
        self.digest.update(v.to_le_bytes());
        Ok(())
    }
    fn serialize_f32(self, v: f32) -> Result<(), Unencodable> {
        self.serialize_f64(f64::from(v))
    }
    fn serialize_f64(self, v: f64) -> Result<(), Unencodable> {
        let bits = if v.is_nan() { 0x7ff8_0000_0000_0000 } else { v.to_bits() };
        self.word(bits);
        Ok(())
    }
    fn serialize_str(self, v: &str) -> Result<(), Unencodable> {
        self.serialize_bytes(v.as_bytes())
    }
    fn serialize_bytes(self, v: &[u8]) -> Result<(), Unencodable> {
        self.word(v.len() as u64);
        self.digest.update(v);
        Ok(())
    }
    fn serialize_none(self) -> Result<(), Unencodable> {
        self.word(0);
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, v: &T) -> Result<(), Unencodable> {
        self.word(1);
        v.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Unencodable> {
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unencodable> {
        Ok(())
    }
    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result<(), Unencodable> {
        self.word(u64::from(index));
        Ok(())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, v: &T) -> Result<(), Unencodable> {
        v.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        v: &T,
    ) -> Result<(), Unencodable> {
        self.word(u64::from(index));
        v.serialize(self)
    }
    fn serialize_seq(self, len: Option<usize>) -> Result<Self, Unencodable> {
        self.length(len)?;
        Ok(self)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self, Unencodable> {
        Ok(self)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Unencodable> {
        Ok(self)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Unencodable> {
        self.word(u64::from(index));
        Ok(self)
    }
    fn serialize_map(self, len: Option<usize>) -> Result<Self, Unencodable> {
        self.length(len)?;
        Ok(self)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unencodable> {
        Ok(self)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Unencodable> {
        self.word(u64::from(index));
        Ok(self)
    }
}

macro_rules! compound {
    ($($trait:ident $method:ident),*) => {
        $(impl ser::$trait for &mut Encoder {
            type Ok = ();
            type Error = Unencodable;
            fn $method<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Unencodable> { v.serialize(&mut **self) }
            fn end(self) -> Result<(), Unencodable> { Ok(()) }
        })*
    };
}
compound!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field);

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl ser::$trait for &mut Encoder {
            type Ok = ();
            type Error = Unencodable;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, v: &T) -> Result<(), Unencodable> { v.serialize(&mut **self) }
            fn end(self) -> Result<(), Unencodable> { Ok(()) }
        })*
    };
}
fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for &mut Encoder {
    type Ok = ();
    type Error = Unencodable;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unencodable> {
        key.serialize(&mut **self)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Unencodable> {
        v.serialize(&mut **self)
    }
    fn end(self) -> Result<(), Unencodable> {
        Ok(())
    }
}
