//! A module read once: its sections, and which functions they name.

use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::convert::Infallible;
use wasm_encoder::reencode::{self, Error, Reencode};
use wasm_encoder::{CodeSection, ElementSection, ExportSection, GlobalSection};
use wasmparser::{
    ConstExpr, DataSectionReader, ElementSectionReader, ExportSectionReader, FuncType, FunctionBody,
    FunctionSectionReader, GlobalSectionReader, ImportSectionReader, KnownCustom, MemorySectionReader, Name,
    NameSectionReader, Naming, Operator, Parser, Payload, TableSectionReader, TypeRef, TypeSectionReader,
};

/// What rustc, wasm-bindgen and wasm-opt emit. Custom sections other than names are left out.
pub(super) struct Module<'a> {
    pub types: TypeSectionReader<'a>,
    pub imports: ImportSectionReader<'a>,
    pub functions: FunctionSectionReader<'a>,
    pub tables: TableSectionReader<'a>,
    pub memories: MemorySectionReader<'a>,
    pub globals: GlobalSectionReader<'a>,
    pub exports: ExportSectionReader<'a>,
    pub start: Option<u32>,
    pub elements: ElementSectionReader<'a>,
    pub data_count: Option<u32>,
    pub data: Option<DataSectionReader<'a>>,
    pub bodies: Vec<FunctionBody<'a>>,
    /// How many functions are imported: the first numbers.
    pub imported: u32,
    /// The type of each function, imports first.
    pub function_types: Vec<u32>,
    pub signatures: Vec<FuncType>,
    /// The name of each function that has a body; empty where there is none.
    pub names: Vec<String>,
}

impl<'a> Module<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self> {
        let (mut types, mut imports, mut functions, mut tables, mut memories) = (None, None, None, None, None);
        let (mut globals, mut exports, mut elements, mut data) = (None, None, None, None);
        let (mut start, mut data_count, mut bodies, mut names) = (None, None, Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.context("reading the wasm module")? {
                Payload::TypeSection(section) => types = Some(section),
                Payload::ImportSection(section) => imports = Some(section),
                Payload::FunctionSection(section) => functions = Some(section),
                Payload::TableSection(section) => tables = Some(section),
                Payload::MemorySection(section) => memories = Some(section),
                Payload::GlobalSection(section) => globals = Some(section),
                Payload::ExportSection(section) => exports = Some(section),
                Payload::ElementSection(section) => elements = Some(section),
                Payload::DataSection(section) => data = Some(section),
                Payload::DataCountSection { count, .. } => data_count = Some(count),
                Payload::StartSection { func, .. } => start = Some(func),
                Payload::CodeSectionEntry(body) => bodies.push(body),
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(reader) = section.as_known() {
                        names = functions_names(reader)?;
                    }
                }
                Payload::TagSection(_) => bail!("the module has exception tags, which cannot be split"),
                _ => {}
            }
        }
        let missing = |name: &str| format!("the module has no section of {name}");
        let mut module = Self {
            types: types.with_context(|| missing("types"))?,
            imports: imports.with_context(|| missing("imports"))?,
            functions: functions.with_context(|| missing("functions"))?,
            tables: tables.with_context(|| missing("tables"))?,
            memories: memories.with_context(|| missing("memories"))?,
            globals: globals.with_context(|| missing("globals"))?,
            exports: exports.with_context(|| missing("exports"))?,
            elements: elements.with_context(|| missing("elements"))?,
            start,
            data_count,
            data,
            bodies,
            imported: 0,
            function_types: Vec::new(),
            signatures: Vec::new(),
            names: Vec::new(),
        };
        module.count_functions()?;
        module.names = vec![String::new(); module.bodies.len()];
        for name in names {
            let at = name.index.checked_sub(module.imported).map(|at| at as usize);
            if let Some(place) = at.and_then(|at| module.names.get_mut(at)) {
                *place = name.name.to_owned();
            }
        }
        Ok(module)
    }

    fn count_functions(&mut self) -> Result<()> {
        for import in self.imports.clone().into_imports() {
            match import?.ty {
                TypeRef::Func(kind) => self.function_types.push(kind),
                // Their numbers would have to be told apart from the module's own.
                _ => bail!("the module imports something other than functions, which cannot be split"),
            }
        }
        self.imported = u32::try_from(self.function_types.len())?;
        for kind in self.functions.clone() {
            self.function_types.push(kind?);
        }
        for signature in self.types.clone().into_iter_err_on_gc_types() {
            self.signatures.push(signature?);
        }
        Ok(())
    }

    pub(super) fn function_type(&self, index: u32) -> Result<u32> {
        self.function_types.get(index as usize).copied().with_context(|| format!("there is no function {index}"))
    }

    pub(super) fn body(&self, index: u32) -> Result<&FunctionBody<'a>> {
        let at = index.checked_sub(self.imported).context("an import has no body")?;
        self.bodies.get(at as usize).with_context(|| format!("function {index} has no body"))
    }

    /// The functions that tables, exports, globals and the start name.
    pub(super) fn named_outside_code(&self) -> Result<References> {
        let mut found = References::default();
        found.functions.extend(self.start);
        found.parse_element_section(&mut ElementSection::new(), self.elements.clone()).map_err(plain)?;
        found.parse_export_section(&mut ExportSection::new(), self.exports.clone()).map_err(plain)?;
        found.parse_global_section(&mut GlobalSection::new(), self.globals.clone()).map_err(plain)?;
        for global in self.globals.clone() {
            if let [Operator::I32Const { value }, ..] = words(&global?.init_expr)?.as_slice() {
                found.numbers.insert(value.cast_unsigned());
            }
        }
        Ok(found)
    }
}

/// Collects which functions are named.
#[derive(Debug, Default)]
pub(super) struct References {
    pub functions: BTreeSet<u32>,
    /// Whether a body makes a reference to a function.
    pub takes_references: bool,
    /// Constants and offsets of loads and stores: among them all addresses of data.
    pub numbers: BTreeSet<u32>,
}

impl Reencode for References {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        self.functions.insert(index);
        Ok(index)
    }

    fn mem_arg(&mut self, place: wasmparser::MemArg) -> Result<wasm_encoder::MemArg, Error<Infallible>> {
        self.numbers.extend(u32::try_from(place.offset));
        reencode::utils::mem_arg(self, place)
    }
}

impl References {
    /// What a body names.
    pub(super) fn of(body: &FunctionBody<'_>) -> Result<Self> {
        let mut found = Self::default();
        found.of_body(body)?;
        Ok(found)
    }

    pub(super) fn add(&mut self, more: Self) {
        self.functions.extend(more.functions);
        self.numbers.extend(more.numbers);
        self.takes_references |= more.takes_references;
    }

    fn of_body(&mut self, body: &FunctionBody<'_>) -> Result<()> {
        for operator in body.get_operators_reader()? {
            match operator? {
                Operator::RefFunc { .. } => self.takes_references = true,
                Operator::I32Const { value } => {
                    self.numbers.insert(value.cast_unsigned());
                }
                _ => {}
            }
        }
        self.parse_function_body(&mut CodeSection::new(), body.clone()).map_err(plain)
    }
}

/// The names of functions by their numbers.
fn functions_names(section: NameSectionReader<'_>) -> Result<Vec<Naming<'_>>> {
    let mut names = Vec::new();
    for part in section {
        if let Name::Function(map) = part.context("reading names")? {
            for name in map {
                names.push(name?);
            }
        }
    }
    Ok(names)
}

/// The words of a constant expression.
pub(super) fn words<'a>(expression: &ConstExpr<'a>) -> Result<Vec<Operator<'a>>> {
    expression.get_operators_reader().into_iter().map(|operator| operator.context("reading a constant")).collect()
}

/// An encoder's error as one of ours.
pub(super) fn plain<E: std::fmt::Debug>(error: Error<E>) -> anyhow::Error
where
    Error<E>: std::fmt::Display,
{
    anyhow::anyhow!("the wasm module cannot be written anew: {error}")
}
