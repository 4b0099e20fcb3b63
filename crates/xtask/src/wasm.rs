//! Just enough of the WebAssembly binary format to say how many bytes each function takes, and which crate it
//! comes from.

use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;

const CUSTOM: u8 = 0;
const IMPORTS: u8 = 2;
const CODE: u8 = 10;
const DATA: u8 = 11;
const FUNCTION_NAMES: u8 = 1;

/// Bytes of code by crate, and of constant data under `data`. The module must still have its name section.
pub fn bytes_by_crate(module: &[u8]) -> Result<BTreeMap<String, u64>> {
    ensure!(module.starts_with(b"\0asm"), "this is no wasm module");
    let mut reader = Reader { rest: module.get(8..).unwrap_or_default() };
    let (mut imported, mut bodies, mut names) = (0_u32, Vec::new(), BTreeMap::new());
    let mut sums = BTreeMap::new();
    while !reader.rest.is_empty() {
        let id = reader.byte()?;
        let size = reader.number()?;
        let mut section = Reader { rest: reader.take(size)? };
        match id {
            IMPORTS => imported = imported_functions(&mut section)?,
            CODE => bodies = body_sizes(&mut section)?,
            DATA => *sums.entry("data".to_owned()).or_insert(0) += u64::from(size),
            CUSTOM if section.name()? == "name" => names = function_names(&mut section)?,
            _ => {}
        }
    }
    ensure!(!names.is_empty(), "the module has no names: it was stripped");
    for (index, size) in (imported..).zip(bodies) {
        let name: &str = names.get(&index).map_or("", String::as_str);
        *sums.entry(crate_of(name)).or_insert(0) += u64::from(size);
    }
    Ok(sums)
}

/// The crate that a symbol belongs to; `runtime` for what is no Rust path.
pub fn crate_of(symbol: &str) -> String {
    let path = format!("{:#}", rustc_demangle::demangle(symbol));
    let own = first_segment(&path);
    let segment = own.or_else(|| path.split_once(" as ").and_then(|(_, of_trait)| first_segment(of_trait)));
    segment.unwrap_or("runtime").to_owned()
}

/// `sim` in `<sim::Rng as Debug>::fmt`; nothing in `<T as core::fmt::Debug>::fmt`.
fn first_segment(path: &str) -> Option<&str> {
    let path = path.trim_start_matches(['<', '&', '[', '(', '*']);
    let path = ["mut ", "const ", "dyn "].iter().fold(path, |path, word| path.strip_prefix(word).unwrap_or(path));
    let (segment, _) = path.split_once("::")?;
    let is_name = !segment.is_empty() && segment.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name.then_some(segment)
}

#[derive(Debug)]
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        let (&first, rest) = self.rest.split_first().context("the wasm module ends too early")?;
        self.rest = rest;
        Ok(first)
    }

    /// An unsigned LEB128 number.
    fn number(&mut self) -> Result<u32> {
        let mut value = 0_u64;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(value).context("a number in the wasm module is too large");
            }
        }
        bail!("a number in the wasm module is too long")
    }

    fn take(&mut self, length: u32) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length as usize).context("the wasm module ends too early")?;
        self.rest = rest;
        Ok(taken)
    }

    fn name(&mut self) -> Result<&'a str> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).context("a name in the wasm module is no UTF-8")
    }
}

fn imported_functions(section: &mut Reader) -> Result<u32> {
    let mut functions = 0;
    for _ in 0..section.number()? {
        section.name()?;
        section.name()?;
        match section.byte()? {
            0 => {
                section.number()?;
                functions += 1;
            }
            1 => {
                section.byte()?;
                limits(section)?;
            }
            2 => limits(section)?,
            3 => {
                section.take(2)?;
            }
            kind => bail!("an import of kind {kind} in the wasm module"),
        }
    }
    Ok(functions)
}

fn limits(section: &mut Reader) -> Result<()> {
    let has_max = section.byte()? & 1 == 1;
    section.number()?;
    if has_max {
        section.number()?;
    }
    Ok(())
}

fn body_sizes(section: &mut Reader) -> Result<Vec<u32>> {
    let count = section.number()?;
    let mut sizes = Vec::new();
    for _ in 0..count {
        let size = section.number()?;
        section.take(size)?;
        sizes.push(size);
    }
    Ok(sizes)
}

fn function_names(section: &mut Reader) -> Result<BTreeMap<u32, String>> {
    let mut names = BTreeMap::new();
    while !section.rest.is_empty() {
        let id = section.byte()?;
        let size = section.number()?;
        let mut part = Reader { rest: section.take(size)? };
        if id == FUNCTION_NAMES {
            for _ in 0..part.number()? {
                let index = part.number()?;
                names.insert(index, part.name()?.to_owned());
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_summed_by_crate() {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend(b"\x02\x07\x01\x01a\x01b\x00\x00"); // one imported function
        module.extend(b"\x0a\x06\x01\x04\0\x41\x01\x0b"); // one body of four bytes
        module.extend(b"\x0b\x03\x01\x01\0"); // three bytes of data
        module.extend(b"\x00\x12\x04name\x01\x0b\x01\x01\x08sim::new"); // function 1 is sim::new
        let sums = bytes_by_crate(&module).unwrap();
        assert_eq!(sums, BTreeMap::from([("data".to_owned(), 3), ("sim".to_owned(), 4)]));
    }

    #[test]
    fn a_stripped_or_cut_module_is_refused() {
        assert!(bytes_by_crate(b"\0asm\x01\0\0\0").unwrap_err().to_string().contains("stripped"));
        assert!(bytes_by_crate(b"\0asm\x01\0\0\0\x0a\x06\x01").is_err());
    }

    #[test]
    fn symbols_name_their_crate() {
        assert_eq!(crate_of("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE"), "core");
        assert_eq!(crate_of("<sim::Rng as core::fmt::Debug>::fmt"), "sim");
        assert_eq!(crate_of("<&mut T as core::fmt::Debug>::fmt"), "core");
        assert_eq!(crate_of("memcpy"), "runtime");
    }
}
