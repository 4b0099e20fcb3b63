//! A module whole, with functions that look alike side by side: it packs better.

use super::choice::alike;
use super::module::{Module, plain};
use anyhow::Result;
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, DataCountSection, DataSection, ElementSection, ExportSection, FunctionSection, GlobalSection,
    ImportSection, MemorySection, Module as Encoded, StartSection, TableSection, TypeSection,
};

/// The new number of each function.
struct Renumber(Vec<u32>);

impl Reencode for Renumber {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.0[index as usize])
    }
}

/// The same program; custom sections are left out.
pub fn arranged(module: &[u8]) -> Result<Vec<u8>> {
    let module = Module::read(module)?;
    let all: Vec<u32> = (module.imported..).take(module.bodies.len()).collect();
    let order = alike(&module, &all)?;
    let mut numbers = Renumber((0..module.imported).chain(all).collect());
    for (number, index) in (module.imported..).zip(&order) {
        numbers.0[*index as usize] = number;
    }
    let mut out = Encoded::new();
    let mut types = TypeSection::new();
    numbers.parse_type_section(&mut types, module.types.clone()).map_err(plain)?;
    let mut imports = ImportSection::new();
    numbers.parse_import_section(&mut imports, module.imports.clone()).map_err(plain)?;
    let mut functions = FunctionSection::new();
    for index in &order {
        functions.function(module.function_type(*index)?);
    }
    let mut tables = TableSection::new();
    numbers.parse_table_section(&mut tables, module.tables.clone()).map_err(plain)?;
    let mut memories = MemorySection::new();
    numbers.parse_memory_section(&mut memories, module.memories.clone()).map_err(plain)?;
    let mut globals = GlobalSection::new();
    numbers.parse_global_section(&mut globals, module.globals.clone()).map_err(plain)?;
    let mut exports = ExportSection::new();
    numbers.parse_export_section(&mut exports, module.exports.clone()).map_err(plain)?;
    out.section(&types).section(&imports).section(&functions).section(&tables).section(&memories).section(&globals);
    out.section(&exports);
    if let Some(start) = module.start {
        out.section(&StartSection { function_index: numbers.function_index(start).map_err(plain)? });
    }
    let mut elements = ElementSection::new();
    numbers.parse_element_section(&mut elements, module.elements.clone()).map_err(plain)?;
    out.section(&elements);
    if let Some(count) = module.data_count {
        out.section(&DataCountSection { count });
    }
    let mut code = CodeSection::new();
    for index in &order {
        numbers.parse_function_body(&mut code, module.body(*index)?.clone()).map_err(plain)?;
    }
    out.section(&code);
    if let Some(section) = &module.data {
        let mut data = DataSection::new();
        numbers.parse_data_section(&mut data, section.clone()).map_err(plain)?;
        out.section(&data);
    }
    Ok(out.finish())
}
