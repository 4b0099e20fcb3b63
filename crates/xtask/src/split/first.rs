//! The first part: the module as it is, with stubs in the place of late functions that are named from elsewhere.

use super::module::{Module, plain};
use super::{FIRST, LATE, LATES, LOADER, Late, Part, Plan, data};
use anyhow::{Context, Result, ensure};
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    BlockType, CodeSection, ElementSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, ImportSection, MemorySection, Module as Encoded, RefType, TableSection, TableType, TypeSection,
};

/// As many imports bring a late part.
const LOADERS: u32 = LATES as u32;

/// Function numbers of the whole module as those of the first part.
#[derive(Debug)]
struct Renumber {
    new: Vec<Option<u32>>,
}

impl Reencode for Renumber {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        // The plan has a stub for each late function that is named here.
        Ok(self.new.get(index as usize).copied().flatten().expect("a function that is named is there"))
    }
}

impl Renumber {
    /// The loaders are the last imports; then these functions. Those that only their own late part names are left out.
    fn new(module: &Module, here: &[u32]) -> Self {
        let mut new: Vec<Option<u32>> = (0..module.imported).map(Some).collect();
        new.resize(new.len() + module.bodies.len(), None);
        for (number, index) in (module.imported + LOADERS..).zip(here) {
            new[*index as usize] = Some(number);
        }
        Self { new }
    }
}

pub(super) fn encode(module: &Module, plan: &Plan) -> Result<Vec<u8>> {
    ensure!(module.start.is_none(), "the module starts by itself, before its data are where they belong");
    let mut numbers = Renumber::new(module, &plan.here);
    let mut out = Encoded::new();
    let mut types = TypeSection::new();
    numbers.parse_type_section(&mut types, module.types.clone()).map_err(plain)?;
    let nothing = types.len();
    types.ty().function([], []);
    out.section(&types);

    let mut imports = ImportSection::new();
    numbers.parse_import_section(&mut imports, module.imports.clone()).map_err(plain)?;
    for Part { name, .. } in LATE {
        imports.import(LOADER, name, EntityType::Function(nothing));
    }
    out.section(&imports);

    let mut functions = FunctionSection::new();
    for index in &plan.here {
        functions.function(module.function_type(*index)?);
    }
    for _ in 0..LOADERS {
        functions.function(nothing);
    }
    out.section(&functions);
    shared_state(module, plan, &mut numbers, &mut out)?;
    out.section(&exports(module, plan, &mut numbers)?);
    let mut elements = ElementSection::new();
    numbers.parse_element_section(&mut elements, module.elements.clone()).map_err(plain)?;
    out.section(&elements);
    out.section(&code(module, plan, &mut numbers)?);
    out.section(&data::section(FIRST, &plan.pieces.first)?);
    Ok(out.finish())
}

/// Tables with those of late parts as the last, memories, globals.
fn shared_state(module: &Module, plan: &Plan, numbers: &mut Renumber, out: &mut Encoded) -> Result<()> {
    let mut tables = TableSection::new();
    numbers.parse_table_section(&mut tables, module.tables.clone()).map_err(plain)?;
    for late in &plan.late {
        tables.table(late_table(late));
    }
    out.section(&tables);
    let mut memories = MemorySection::new();
    numbers.parse_memory_section(&mut memories, module.memories.clone()).map_err(plain)?;
    out.section(&memories);
    let mut globals = GlobalSection::new();
    numbers.parse_global_section(&mut globals, module.globals.clone()).map_err(plain)?;
    out.section(&globals);
    Ok(())
}

/// The table that a late part fills: one place a stub.
pub(super) fn late_table(late: &Late) -> TableType {
    let minimum = late.stubs.len().max(1) as u64;
    TableType { element_type: RefType::FUNCREF, table64: false, minimum, maximum: None, shared: false }
}

/// The module's own exports, and under one letter and a number all that late parts import.
fn exports(module: &Module, plan: &Plan, numbers: &mut Renumber) -> Result<ExportSection> {
    let mut exports = ExportSection::new();
    numbers.parse_export_section(&mut exports, module.exports.clone()).map_err(plain)?;
    for index in (0..module.imported).chain(plan.here.iter().copied()) {
        let Some(name) = plan.names.get(&index) else { continue };
        exports.export(name, ExportKind::Func, numbers.function_index(index).map_err(plain)?);
    }
    let counts = [
        ('t', ExportKind::Table, module.tables.count() + LOADERS),
        ('m', ExportKind::Memory, module.memories.count()),
        ('g', ExportKind::Global, module.globals.count()),
    ];
    for (letter, kind, count) in counts {
        for at in 0..count {
            exports.export(&format!("{letter}{at}"), kind, at);
        }
    }
    Ok(exports)
}

fn code(module: &Module, plan: &Plan, numbers: &mut Renumber) -> Result<CodeSection> {
    let ensure = module.imported + LOADERS + u32::try_from(plan.here.len())?;
    let mut code = CodeSection::new();
    for index in &plan.here {
        match plan.stub(*index) {
            Some((part, slot)) => {
                let part = u32::try_from(part)?;
                code.function(&stub(module, *index, slot, module.tables.count() + part, ensure + part)?)
            }
            None => {
                numbers.parse_function_body(&mut code, module.body(*index)?.clone()).map_err(plain)?;
                &mut code
            }
        };
    }
    for part in 0..LOADERS {
        code.function(&ensures(module.tables.count() + part, module.imported + part));
    }
    Ok(code)
}

/// Makes sure that the part is there, and calls it with what came.
fn stub(module: &Module, index: u32, slot: u32, table: u32, ensure: u32) -> Result<Function> {
    let kind = module.function_type(index)?;
    let signature = module.signatures.get(kind as usize).context("a function of no type")?;
    let mut stub = Function::new([]);
    let mut words = stub.instructions();
    words.call(ensure);
    for local in 0..u32::try_from(signature.params().len())? {
        words.local_get(local);
    }
    words.i32_const(slot.cast_signed()).call_indirect(table, kind).end();
    Ok(stub)
}

/// Asks for a part if its table is still empty.
fn ensures(table: u32, loader: u32) -> Function {
    let mut function = Function::new([]);
    let mut words = function.instructions();
    words.i32_const(0).table_get(table).ref_is_null();
    words.if_(BlockType::Empty).call(loader).end().end();
    function
}
