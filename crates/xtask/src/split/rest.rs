//! The second half: the deferred functions and their data, on the first half's memory, tables and globals.

use super::first::rest_table;
use super::choice::alike;
use super::module::{Module, plain};
use super::{FIRST, Plan, data, name_of};
use anyhow::{Result, anyhow};
use std::borrow::Cow;
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, FunctionSection, ImportSection, Module as Encoded,
    TypeSection,
};

/// Function numbers of the whole module as those of the rest: what it calls back first, then its own.
struct Renumber<'a> {
    plan: &'a Plan,
    /// Where each deferred function stands among them.
    places: Vec<usize>,
}

impl Reencode for Renumber<'_> {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        let Plan { deferred, called_back, .. } = self.plan;
        let at = match called_back.binary_search(&index) {
            Ok(at) => at,
            Err(_) => {
                let at = deferred.binary_search(&index).expect("a function is in one of the halves");
                called_back.len() + self.places[at]
            }
        };
        Ok(u32::try_from(at).expect("a module has fewer functions"))
    }
}

pub(super) fn encode(module: &Module, plan: &Plan) -> Result<Vec<u8>> {
    let order = alike(module, &plan.deferred)?;
    let mut places = vec![0; order.len()];
    for (place, index) in order.iter().enumerate() {
        places[plan.deferred.binary_search(index).map_err(|_| anyhow!("a function is not there"))?] = place;
    }
    let mut numbers = Renumber { plan, places };
    let mut out = Encoded::new();
    let mut types = TypeSection::new();
    numbers.parse_type_section(&mut types, module.types.clone()).map_err(plain)?;
    out.section(&types).section(&imports(module, plan, &mut numbers)?);
    let mut functions = FunctionSection::new();
    for index in &order {
        functions.function(module.function_type(*index)?);
    }
    out.section(&functions);
    let mut filled = Vec::new();
    for index in &plan.stubs {
        filled.push(numbers.function_index(*index).map_err(plain)?);
    }
    let mut elements = ElementSection::new();
    elements.active(Some(module.tables.count()), &ConstExpr::i32_const(0), Elements::Functions(Cow::Owned(filled)));
    out.section(&elements);
    let mut code = CodeSection::new();
    for index in &order {
        numbers.parse_function_body(&mut code, module.body(*index)?.clone()).map_err(plain)?;
    }
    out.section(&code).section(&data::section(&plan.pieces.rest)?);
    Ok(out.finish())
}

/// Names as `first` exports them.
fn imports(module: &Module, plan: &Plan, numbers: &mut Renumber) -> Result<ImportSection> {
    let mut imports = ImportSection::new();
    for (at, index) in plan.called_back.iter().enumerate() {
        imports.import(FIRST, &name_of(at), EntityType::Function(module.function_type(*index)?));
    }
    for (at, table) in module.tables.clone().into_iter().enumerate() {
        imports.import(FIRST, &format!("t{at}"), numbers.table_type(table?.ty).map_err(plain)?);
    }
    imports.import(FIRST, &format!("t{}", module.tables.count()), rest_table(plan));
    for (at, memory) in module.memories.clone().into_iter().enumerate() {
        imports.import(FIRST, &format!("m{at}"), numbers.memory_type(memory?).map_err(plain)?);
    }
    for (at, global) in module.globals.clone().into_iter().enumerate() {
        imports.import(FIRST, &format!("g{at}"), numbers.global_type(global?.ty).map_err(plain)?);
    }
    Ok(imports)
}
