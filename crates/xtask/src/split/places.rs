//! Where constant data lies, and what names it: read from a module that the linker left its relocations in.

use super::module::words;
use anyhow::{Context, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use wasmparser::{
    DataKind, DataSectionReader, KnownCustom, Linking, LinkingSectionReader, Operator, Parser, Payload,
    RelocSectionReader, RelocationEntry, RelocationType, SymbolInfo,
};

/// A constant within so many bytes of a symbol may still mean it, if the linker wrote no such constant: a loop that
/// counts before it reads starts an element early.
const NEAR_BYTES: u32 = 64;

/// The symbols of constant data. Addresses are those of the program's memory, in bytes.
#[derive(Debug, Default)]
pub struct Places {
    /// Without bytes for what is no defined datum, so that numbers are those of the symbol table.
    symbols: Vec<Range<u32>>,
    /// Which symbols a number in code was written for.
    meant: BTreeMap<u32, BTreeSet<usize>>,
    /// Which symbols a symbol's bytes name.
    named: BTreeMap<usize, BTreeSet<usize>>,
}

/// A segment: where its bytes lie in memory and in the file's section of data.
struct Segment {
    address: u32,
    in_section: Range<u64>,
}

impl Places {
    /// Reads a module as rustc left it, linked with `--emit-relocs`.
    pub fn read(linked: &[u8]) -> Result<Self> {
        let (mut sections, mut data, mut segments) = (0_u32, None, Vec::new());
        let (mut relocations, mut places) = (Vec::new(), Self::default());
        let mut code = None;
        for payload in Parser::new(0).parse_all(linked) {
            let payload = payload.context("reading the linked module")?;
            match &payload {
                Payload::DataSection(section) => {
                    data = Some(sections);
                    segments = read_segments(section)?;
                }
                Payload::CodeSectionStart { .. } => code = Some(sections),
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(reader) => places.symbols = read_symbols(reader, &segments)?,
                    KnownCustom::Reloc(reader) => relocations.push(reader),
                    _ => {}
                },
                _ => {}
            }
            sections += u32::from(payload.as_section().is_some());
        }
        ensure!(!places.symbols.is_empty(), "the linked module has no symbols: it wants the linker's --emit-relocs");
        for reader in relocations {
            places.relocate(&reader, code, data, &segments)?;
        }
        ensure!(!places.meant.is_empty(), "the linked module has no relocations of code");
        Ok(places)
    }

    fn relocate(
        &mut self,
        reader: &RelocSectionReader<'_>,
        code: Option<u32>,
        data: Option<u32>,
        segments: &[Segment],
    ) -> Result<()> {
        let section = Some(reader.section_index());
        for entry in reader.entries() {
            let entry = entry?;
            if section == code && matches!(entry.ty, RelocationType::MemoryAddrLeb | RelocationType::MemoryAddrSleb) {
                let symbol = self.symbol(&entry)?;
                let value = i64::from(self.symbols.get(symbol).map_or(0, |place| place.start)) + entry.addend;
                self.meant.entry(u32::try_from(value)?).or_default().insert(symbol);
            } else if section == data && entry.ty == RelocationType::MemoryAddrI32 {
                let symbol = self.symbol(&entry)?;
                let at = u64::from(entry.offset);
                let holder = segments.iter().find(|segment| segment.in_section.contains(&at));
                let holder = holder.context("a relocation lies outside of all data")?;
                let address = holder.address + u32::try_from(at - holder.in_section.start)?;
                let holders: Vec<usize> = self.around(address, 0).collect();
                for from in holders {
                    self.named.entry(from).or_default().insert(symbol);
                }
            } else {
                ensure!(
                    section != code && section != data || !is_of_memory(entry.ty),
                    "the linker wrote a relocation that is not known here: {:?}",
                    entry.ty
                );
            }
        }
        Ok(())
    }

    fn symbol(&self, entry: &RelocationEntry) -> Result<usize> {
        let symbol = entry.index as usize;
        ensure!(symbol < self.symbols.len(), "a relocation names symbol {symbol}, which is not there");
        Ok(symbol)
    }

    /// The symbols that have bytes within so many of an address.
    fn around(&self, address: u32, near: u32) -> impl Iterator<Item = usize> {
        let close = move |place: &Range<u32>| {
            !place.is_empty() && place.start.saturating_sub(near) <= address && address < place.end.saturating_add(near)
        };
        self.symbols.iter().enumerate().filter(move |(_, place)| close(place)).map(|(symbol, _)| symbol)
    }

    /// The bytes that code with these numbers can come to, by symbols that name symbols.
    pub(super) fn reached(&self, numbers: &BTreeSet<u32>) -> Vec<Range<u32>> {
        let mut open: Vec<usize> = Vec::new();
        for number in numbers {
            match self.meant.get(number) {
                Some(symbols) => open.extend(symbols),
                None => open.extend(self.around(*number, NEAR_BYTES)),
            }
        }
        let mut reached = BTreeSet::new();
        while let Some(symbol) = open.pop() {
            if reached.insert(symbol) {
                open.extend(self.named.get(&symbol).into_iter().flatten());
            }
        }
        reached.iter().filter_map(|symbol| self.symbols.get(*symbol).cloned()).collect()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Range<u32>> {
        self.symbols.iter().filter(|place| !place.is_empty()).cloned()
    }
}

/// Those that name an address in a form that is not read above.
fn is_of_memory(kind: RelocationType) -> bool {
    use RelocationType as R;
    matches!(
        kind,
        R::MemoryAddrLeb
            | R::MemoryAddrSleb
            | R::MemoryAddrI32
            | R::MemoryAddrRelSleb
            | R::MemoryAddrLocrelI32
            | R::MemoryAddrTlsSleb
    )
}

/// The module without what the linker left in it: other tools take it for an object file.
pub fn without_relocations(module: &[u8]) -> Result<Vec<u8>> {
    let mut out = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.context("reading the wasm module")?;
        if let Payload::CustomSection(section) = &payload
            && (section.name() == "linking" || section.name().starts_with("reloc."))
        {
            continue;
        }
        if let Some((id, range)) = payload.as_section() {
            let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
            let data = module.get(range).context("a section lies outside of its module")?;
            out.section(&wasm_encoder::RawSection { id, data });
        }
    }
    Ok(out.finish())
}

fn read_segments(section: &DataSectionReader<'_>) -> Result<Vec<Segment>> {
    let start = section.range().start;
    let mut segments = Vec::new();
    for segment in section.clone() {
        let segment = segment?;
        let end = segment.range.end - start;
        let in_section = end - segment.data.len() as u64..end;
        segments.push(Segment { address: address(&segment.kind)?, in_section });
    }
    Ok(segments)
}

/// Where an active segment of the one memory begins.
pub(super) fn address(kind: &DataKind<'_>) -> Result<u32> {
    let DataKind::Active { memory_index: 0, offset_expr } = kind else {
        anyhow::bail!("the module has data that are not placed at its start, which cannot be split");
    };
    match words(offset_expr)?.as_slice() {
        [Operator::I32Const { value }, Operator::End] => Ok(value.cast_unsigned()),
        other => anyhow::bail!("data are placed by {other:?}, which cannot be split"),
    }
}

fn read_symbols(reader: LinkingSectionReader<'_>, segments: &[Segment]) -> Result<Vec<Range<u32>>> {
    let mut symbols = Vec::new();
    for part in reader {
        let Linking::SymbolTable(table) = part? else { continue };
        for symbol in table {
            let place = match symbol? {
                SymbolInfo::Data { symbol: Some(datum), .. } => {
                    let segment = segments.get(datum.index as usize);
                    segment.map(|segment| {
                        let start = segment.address + datum.offset;
                        start..start + datum.size
                    })
                }
                _ => None,
            };
            symbols.push(place.unwrap_or(0..0));
        }
    }
    Ok(symbols)
}

#[cfg(test)]
mod tests {
    use super::super::split;
    use super::super::tests::{bodies_of, late_pieces_of, pieces_of};
    use super::*;
    use wasm_encoder::{
        CodeSection, ConstExpr, CustomSection, DataSection, DataSymbolDefinition, ElementSection, Encode, ExportKind,
        ExportSection, Function, FunctionSection, GlobalSection, ImportSection, LinkingSection, MemorySection,
        MemoryType, Module, SymbolTable, TableSection, TypeSection,
    };

    /// Where the linker put the data.
    const BASE: i32 = 1 << 20;
    /// Two functions of one constant each, long enough to be deferred.
    const BODY_NOPS: usize = 200;

    /// Symbol 0 is named by the first function, 2 bytes before its start; 1 by symbol 0's bytes; 2 by the second function.
    fn linked() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut functions = FunctionSection::new();
        functions.function(0).function(0);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 17,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut exports = ExportSection::new();
        exports.export("now", ExportKind::Func, 0).export("late", ExportKind::Func, 1);
        let mut code = CodeSection::new();
        for address in [BASE + 14, BASE + 48] {
            let mut function = Function::new([]);
            let mut words = function.instructions();
            words.i32_const(address).drop();
            (0..BODY_NOPS).for_each(|_| {
                words.nop();
            });
            words.end();
            code.function(&function);
        }
        let mut data = DataSection::new();
        let mut bytes = [[b'n'; 16], [b'a'; 16], [b'x'; 16], [b'l'; 16]].concat();
        bytes[16..20].copy_from_slice(&(BASE + 32).to_le_bytes());
        data.active(0, &ConstExpr::i32_const(BASE), bytes);
        let mut symbols = SymbolTable::new();
        for offset in [16, 32, 48] {
            symbols.data(0, &format!("s{offset}"), Some(DataSymbolDefinition { index: 0, offset, size: 16 }));
        }
        let mut linking = LinkingSection::new();
        linking.symbol_table(&symbols);
        let mut module = Module::new();
        module.section(&types).section(&ImportSection::new()).section(&functions).section(&TableSection::new());
        module.section(&memories).section(&GlobalSection::new()).section(&exports).section(&ElementSection::new());
        module.section(&code).section(&data).section(&linking);
        // Kinds 4 (a constant in code) and 5 (a word of data), each with offset, symbol and addend.
        let in_data = 1 + 1 + 1 + 4 + 1 + 1 + 16;
        relocations(&mut module, "reloc.CODE", 8, &[(4, 9, 0, -2), (4, 220, 2, 0)]);
        relocations(&mut module, "reloc.DATA", 9, &[(5, in_data, 1, 0)]);
        module.finish()
    }

    fn relocations(module: &mut Module, name: &str, section: u32, entries: &[(u8, u32, u32, i32)]) {
        let mut bytes = Vec::new();
        section.encode(&mut bytes);
        (entries.len() as u32).encode(&mut bytes);
        for (kind, offset, symbol, addend) in entries {
            bytes.push(*kind);
            offset.encode(&mut bytes);
            symbol.encode(&mut bytes);
            addend.encode(&mut bytes);
        }
        module.section(&CustomSection { name: name.into(), data: bytes.into() });
    }

    #[test]
    fn data_go_with_the_functions_that_can_come_to_them() {
        let module = linked();
        let places = Places::read(&module).unwrap();
        let parts = split(&module, &BTreeSet::from([0]), &places).unwrap();
        assert_eq!(parts.late_data, 16);
        let base = BASE.cast_unsigned();
        assert_eq!(late_pieces_of(&parts.late[0].1), [(base + 48, vec![b'l'; 16])]);
        let [(at, bytes)] = late_pieces_of(&parts.first).try_into().unwrap();
        assert_eq!((at, bytes.len()), (base, 48), "also what no symbol covers, and what a symbol's bytes name");
        assert_eq!(bodies_of(&parts.late[0].1), 1);
        // The other way round: a constant before its symbol means the symbol, and all that it names.
        let parts = split(&module, &BTreeSet::from([1]), &places).unwrap();
        assert_eq!(late_pieces_of(&parts.late[0].1).iter().map(|(_, bytes)| bytes.len()).sum::<usize>(), 32);
    }

    #[test]
    fn numbers_that_the_linker_did_not_write_mean_what_is_near() {
        let places = Places::read(&linked()).unwrap();
        let base = BASE.cast_unsigned();
        let near = |number| places.reached(&BTreeSet::from([number])).len();
        assert_eq!((near(base + 48), near(base + 49), near(base + 400), near(7)), (1, 3, 0, 0));
    }

    #[test]
    fn what_the_linker_left_can_be_taken_out() {
        let plain = without_relocations(&linked()).unwrap();
        assert!(Places::read(&plain).unwrap_err().to_string().contains("--emit-relocs"));
        assert_eq!((bodies_of(&plain), pieces_of(&plain)), (bodies_of(&linked()), pieces_of(&linked())));
    }

    #[test]
    fn a_module_without_relocations_is_refused() {
        let error = Places::read(b"\0asm\x01\0\0\0").unwrap_err().to_string();
        assert!(error.contains("--emit-relocs"), "{error}");
    }
}
