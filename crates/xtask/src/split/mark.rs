//! A module that tells which of its functions run.

use super::module::{Module, plain};
use anyhow::Result;
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, DataCountSection, DataSection, ElementSection, EntityType, ExportSection, FunctionSection,
    GlobalSection, ImportSection, MemorySection, Module as Encoded, StartSection, TableSection, TypeSection, ValType,
};

/// Where the module imports what it tells, and under which name: a function of one number.
const MARKER: (&str, &str) = ("rest", "mark");

/// Makes room for one more import.
struct Shift {
    imported: u32,
}

impl Reencode for Shift {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        Ok(if index < self.imported { index } else { index + 1 })
    }
}

/// The module, telling `rest.mark` the number of each function that is entered, imports not counted.
pub fn marked(module: &[u8]) -> Result<Vec<u8>> {
    let module = Module::read(module)?;
    let mut shift = Shift { imported: module.imported };
    let mut out = Encoded::new();
    let mut types = TypeSection::new();
    shift.parse_type_section(&mut types, module.types.clone()).map_err(plain)?;
    let tells = types.len();
    types.ty().function([ValType::I32], []);
    let mut imports = ImportSection::new();
    shift.parse_import_section(&mut imports, module.imports.clone()).map_err(plain)?;
    imports.import(MARKER.0, MARKER.1, EntityType::Function(tells));
    let mut functions = FunctionSection::new();
    shift.parse_function_section(&mut functions, module.functions.clone()).map_err(plain)?;
    let mut tables = TableSection::new();
    shift.parse_table_section(&mut tables, module.tables.clone()).map_err(plain)?;
    let mut memories = MemorySection::new();
    shift.parse_memory_section(&mut memories, module.memories.clone()).map_err(plain)?;
    let mut globals = GlobalSection::new();
    shift.parse_global_section(&mut globals, module.globals.clone()).map_err(plain)?;
    let mut exports = ExportSection::new();
    shift.parse_export_section(&mut exports, module.exports.clone()).map_err(plain)?;
    out.section(&types).section(&imports).section(&functions).section(&tables).section(&memories).section(&globals);
    out.section(&exports);
    if let Some(start) = module.start {
        out.section(&StartSection { function_index: shift.function_index(start).map_err(plain)? });
    }
    let mut elements = ElementSection::new();
    shift.parse_element_section(&mut elements, module.elements.clone()).map_err(plain)?;
    out.section(&elements);
    if let Some(count) = module.data_count {
        out.section(&DataCountSection { count });
    }
    out.section(&code(&module, &mut shift)?);
    if let Some(section) = &module.data {
        let mut data = DataSection::new();
        shift.parse_data_section(&mut data, section.clone()).map_err(plain)?;
        out.section(&data);
    }
    Ok(out.finish())
}

fn code(module: &Module, shift: &mut Shift) -> Result<CodeSection> {
    let mut code = CodeSection::new();
    for (number, body) in (0_i32..).zip(&module.bodies) {
        let mut function = shift.new_function_with_parsed_locals(body).map_err(plain)?;
        function.instructions().i32_const(number).call(module.imported);
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            function.instruction(&shift.parse_instruction(&mut operators).map_err(plain)?);
        }
        code.function(&function);
    }
    Ok(code)
}
