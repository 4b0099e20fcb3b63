//! A late part: its functions and their data, on the first part's memory, tables and globals.

use super::first::late_table;
use super::module::{Module, plain};
use super::{FIRST, LATE, Plan, data};
use anyhow::{Context, Result};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, FunctionSection, ImportSection, Module as Encoded,
    TypeSection,
};

/// Function numbers of the whole module as those of this part: what it calls back first, then its own.
struct Renumber(BTreeMap<u32, u32>);

impl Reencode for Renumber {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        Ok(*self.0.get(&index).expect("the plan has every function that is named"))
    }
}

/// The part with this number among the late ones.
pub(super) fn encode(module: &Module, plan: &Plan, part: usize) -> Result<Vec<u8>> {
    let late = &plan.late[part];
    let all = late.called_back.iter().chain(&late.functions);
    let mut numbers = Renumber(all.copied().zip(0..).collect());
    let mut out = Encoded::new();
    let mut types = TypeSection::new();
    numbers.parse_type_section(&mut types, module.types.clone()).map_err(plain)?;
    out.section(&types).section(&imports(module, plan, part, &mut numbers)?);
    let mut functions = FunctionSection::new();
    for index in &late.functions {
        functions.function(module.function_type(*index)?);
    }
    out.section(&functions);
    let mut filled = Vec::new();
    for index in &late.stubs {
        filled.push(numbers.function_index(*index).map_err(plain)?);
    }
    let mut elements = ElementSection::new();
    let table = module.tables.count() + u32::try_from(part)?;
    elements.active(Some(table), &ConstExpr::i32_const(0), Elements::Functions(Cow::Owned(filled)));
    out.section(&elements);
    let mut code = CodeSection::new();
    for index in &late.functions {
        numbers.parse_function_body(&mut code, module.body(*index)?.clone()).map_err(plain)?;
    }
    out.section(&code).section(&data::section(LATE[part].name, &plan.pieces.late[part])?);
    Ok(out.finish())
}

/// Names as `first` exports them.
fn imports(module: &Module, plan: &Plan, part: usize, numbers: &mut Renumber) -> Result<ImportSection> {
    let mut imports = ImportSection::new();
    for index in &plan.late[part].called_back {
        let name = plan.names.get(index).context("a function that is called back has no name")?;
        imports.import(FIRST, name, EntityType::Function(module.function_type(*index)?));
    }
    for (at, table) in module.tables.clone().into_iter().enumerate() {
        imports.import(FIRST, &format!("t{at}"), numbers.table_type(table?.ty).map_err(plain)?);
    }
    for (at, late) in (module.tables.count()..).zip(&plan.late) {
        imports.import(FIRST, &format!("t{at}"), late_table(late));
    }
    for (at, memory) in module.memories.clone().into_iter().enumerate() {
        imports.import(FIRST, &format!("m{at}"), numbers.memory_type(memory?).map_err(plain)?);
    }
    for (at, global) in module.globals.clone().into_iter().enumerate() {
        imports.import(FIRST, &format!("g{at}"), numbers.global_type(global?.ty).map_err(plain)?);
    }
    Ok(imports)
}
