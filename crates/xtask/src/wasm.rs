//! How many bytes of a wasm module each crate takes.

use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use wasmparser::{KnownCustom, Name, NameSectionReader, Parser, Payload, TypeRef};

/// Bytes of code by crate, and of constant data under `data`. The module must still have its name section.
pub fn bytes_by_crate(module: &[u8]) -> Result<BTreeMap<String, u64>> {
    let (mut imported, mut bodies, mut names) = (0_u32, Vec::new(), BTreeMap::new());
    let mut sums = BTreeMap::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload.context("reading the wasm module")? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes().len() as u64),
            Payload::DataSection(section) => {
                let place = section.range();
                *sums.entry("data".to_owned()).or_insert(0) += place.end.saturating_sub(place.start);
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(reader) = section.as_known() {
                    names = function_names(reader)?;
                }
            }
            _ => {}
        }
    }
    ensure!(!names.is_empty(), "the module has no names: it was stripped");
    for (index, size) in (imported..).zip(bodies) {
        let name: &str = names.get(&index).map_or("", String::as_str);
        *sums.entry(crate_of(name)).or_insert(0) += size;
    }
    Ok(sums)
}

fn function_names(reader: NameSectionReader<'_>) -> Result<BTreeMap<u32, String>> {
    let mut names = BTreeMap::new();
    for part in reader {
        let Name::Function(functions) = part? else { continue };
        for naming in functions {
            let naming = naming?;
            names.insert(naming.index, naming.name.to_owned());
        }
    }
    Ok(names)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_summed_by_crate() {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend(b"\x01\x04\x01\x60\0\0"); // one type
        module.extend(b"\x02\x07\x01\x01a\x01b\x00\x00"); // one imported function
        module.extend(b"\x03\x02\x01\0"); // one function of it
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
