use super::choice::SHORT_BYTES;
use super::*;
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, Encode, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection, MemoryType, Module as Encoded, NameMap,
    NameSection, RefType, Section, TableSection, TableType, TypeSection, ValType,
};
use wasmparser::{BinaryReader, ExternalKind, Validator};

/// Functions: 0 imported; 1 exported `run`, calls 2 and through the table; 2 long, calls 3 and 0; 3 long, in the table.
fn module() -> Vec<u8> {
    made([(2, false), (3, true), (0, true)], 3)
}

/// Three functions by whom each calls and whether it is long, and the one in the table.
fn made(bodies: [(u32, bool); 3], in_table: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32, ValType::I32], [ValType::I32]);
    let mut imports = ImportSection::new();
    imports.import("env", "host", EntityType::Function(0));
    let mut functions = FunctionSection::new();
    (0..3).for_each(|_| {
        functions.function(0);
    });
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 1,
        maximum: None,
        shared: false,
    });
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut globals = GlobalSection::new();
    let number = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
    globals.global(number, &ConstExpr::i32_const(7));
    let mut exports = ExportSection::new();
    exports.export("run", ExportKind::Func, 1);
    let mut elements = ElementSection::new();
    elements.active(None, &ConstExpr::i32_const(0), Elements::Functions(vec![in_table].into()));
    let mut code = CodeSection::new();
    for (calls, long) in bodies {
        let mut function = Function::new([]);
        let mut words = function.instructions();
        for _ in 0..if long { SHORT_BYTES } else { 0 } {
            words.nop();
        }
        words.local_get(0).local_get(1).call(calls).local_get(1).i32_const(0).call_indirect(0, 0).end();
        code.function(&function);
    }
    let mut out = Encoded::new();
    out.section(&types).section(&imports).section(&functions).section(&tables).section(&memories).section(&globals);
    out.section(&exports).section(&elements).section(&code);
    out.finish()
}

pub(super) fn bodies_of(module: &[u8]) -> usize {
    let payloads = wasmparser::Parser::new(0).parse_all(module).map(Result::unwrap);
    payloads.filter(|payload| matches!(payload, wasmparser::Payload::CodeSectionEntry(_))).count()
}

/// The same with a name for function 2, as rustc gives it.
fn named(mut module: Vec<u8>, name: &str) -> Vec<u8> {
    let (mut names, mut functions) = (NameSection::new(), NameMap::new());
    functions.append(2, name);
    names.functions(&functions);
    module.push(names.id());
    names.encode(&mut module);
    module
}

#[test]
fn code_of_a_path_is_a_part_with_all_that_only_it_calls() {
    let parts = |name: &str, in_table| {
        let module = named(made([(2, false), (3, true), (0, true)], in_table), name);
        let parts = split(&module, &BTreeSet::from([0]), &Places::default()).unwrap();
        let all: Vec<&Vec<u8>> = [&parts.first].into_iter().chain(parts.late.iter().map(|(_, part)| part)).collect();
        all.into_iter()
            .map(|part| {
                Validator::new().validate_all(part).unwrap();
                bodies_of(part)
            })
            .collect::<Vec<_>>()
    };
    // `run`, a stub for 2, and what makes sure of each late part; then the rest, the pure ones, the addons, the tools, Prometheus.
    assert_eq!(parts("gotemplate::exec::Exec::run", 1), [7, 0, 2, 0, 0, 0]);
    assert_eq!(parts("cluster::engine::step", 1), [7, 2, 0, 0, 0, 0]);
    assert_eq!(parts("gitops::flux::step", 1), [7, 0, 0, 2, 0, 0]);
    assert_eq!(parts("metrics::eval::Query::call", 1), [7, 0, 0, 0, 0, 2]);
    // The table can call 3, which has no path of its own: two stubs, one of each part.
    assert_eq!(parts("gotemplate::exec::Exec::run", 3), [8, 1, 1, 0, 0, 0]);
}

/// What a part puts into memory, and where.
pub(super) fn late_pieces_of(module: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let section = wasmparser::Parser::new(0).parse_all(module).find_map(|payload| match payload.unwrap() {
        wasmparser::Payload::CustomSection(section) if section.name() != "name" => Some(section),
        _ => None,
    });
    let mut reader = BinaryReader::new(section.unwrap().data(), 0);
    let mut number = || reader.read_var_u32().unwrap();
    let places: Vec<(u32, u32)> = (0..number()).map(|_| (number(), number())).collect();
    let mut end = 0;
    let mut pieces = Vec::new();
    for (gap, len) in places {
        let address = end + gap;
        end = address + len;
        pieces.push((address, reader.read_bytes(len as usize).unwrap().to_vec()));
    }
    assert!(reader.eof());
    pieces
}

/// What a whole module puts into memory, and where.
pub(super) fn pieces_of(module: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let data = wasmparser::Parser::new(0).parse_all(module).find_map(|payload| match payload.unwrap() {
        wasmparser::Payload::DataSection(section) => Some(section),
        _ => None,
    });
    let segments = data.unwrap().into_iter().map(Result::unwrap);
    segments.map(|segment| (places::address(&segment.kind).unwrap(), segment.data.to_vec())).collect()
}

#[test]
fn all_parts_are_valid_and_no_function_is_lost() {
    let parts = split(&module(), &BTreeSet::from([0]), &Places::default()).unwrap();
    Validator::new().validate_all(&parts.first).unwrap();
    parts.late.iter().for_each(|(_, part)| drop(Validator::new().validate_all(part).unwrap()));
    // `run`, two stubs and what makes sure of each late part.
    assert_eq!(bodies_of(&parts.first), LATES + 3);
}

#[test]
fn the_rest_imports_what_the_first_exports() {
    let parts = split(&module(), &BTreeSet::from([0]), &Places::default()).unwrap();
    let first = Module::read(&parts.first).unwrap();
    let exported: Vec<(String, ExternalKind)> =
        first.exports.into_iter().map(|export| export.unwrap()).map(|e| (e.name.to_owned(), e.kind)).collect();
    let names: Vec<&str> = exported.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["run", "f0", "t0", "t1", "t2", "t3", "t4", "t5", "m0", "g0"]);
    let wanted = wasmparser::Parser::new(0).parse_all(&parts.late[0].1).find_map(|payload| match payload.unwrap() {
        wasmparser::Payload::ImportSection(section) => {
            Some(section.into_imports().map(|import| import.unwrap().name.to_owned()).collect::<Vec<_>>())
        }
        _ => None,
    });
    assert_eq!(wanted.unwrap(), ["f0", "t0", "t1", "t2", "t3", "t4", "t5", "m0", "g0"]);
}

#[test]
fn what_is_used_stays() {
    let all = split(&module(), &BTreeSet::from([0, 1, 2]), &Places::default()).unwrap();
    assert_eq!(bodies_of(&all.first), LATES + 3);
    let none_late = Module::read(&all.first).unwrap();
    assert_eq!(none_late.imported as usize, LATES + 1, "the host's function and the loaders");
}

#[test]
fn short_functions_stay_only_where_the_first_half_names_them() {
    let first = |bodies, in_table| {
        let parts = split(&made(bodies, in_table), &BTreeSet::from([0]), &Places::default()).unwrap();
        Validator::new().validate_all(&parts.first).unwrap();
        Validator::new().validate_all(&parts.late[0].1).unwrap();
        bodies_of(&parts.first)
    };
    // `run`, a stub for 2, and what makes sure of the rest: only 2 calls 3.
    assert_eq!(first([(2, false), (3, true), (0, false)], 1), LATES + 2);
    // The table names 3, which stays as it is.
    assert_eq!(first([(2, false), (3, true), (0, false)], 3), LATES + 3);
    // `run` calls 2, which is short and stays, and so does 3, which that one calls.
    assert_eq!(first([(2, false), (3, false), (0, false)], 1), LATES + 3);
}

#[test]
fn an_arranged_module_is_the_same_program() {
    // `run` calls the long function behind a short one; arranged, the short one comes first.
    let before = made([(3, true), (0, false), (0, true)], 2);
    let after = arranged(&before).unwrap();
    Validator::new().validate_all(&after).unwrap();
    let [before, after] = [&before, &after].map(|module| Module::read(module).unwrap());
    let sizes = |module: &Module| module.bodies.iter().map(|body| body.as_bytes().len()).collect::<Vec<_>>();
    assert_ne!(sizes(&before), sizes(&after));
    let run = |module: &Module| module.exports.clone().into_iter().next().unwrap().unwrap().index;
    let called =
        |module: &Module, by: u32| *References::of(module.body(by).unwrap()).unwrap().functions.last().unwrap();
    let long = |module: &Module, index: u32| module.body(index).unwrap().as_bytes().len();
    let [old, new] =
        [(&before, run(&before)), (&after, run(&after))].map(|(module, run)| long(module, called(module, run)));
    assert_eq!(old, new, "it calls what it called");
}

#[test]
fn a_marked_module_is_valid_and_tells_through_one_more_import() {
    let marked = marked(&module()).unwrap();
    Validator::new().validate_all(&marked).unwrap();
    assert_eq!(Module::read(&marked).unwrap().imported, 2);
}

#[test]
fn what_is_no_module_is_refused() {
    assert!(split(b"\0asm", &BTreeSet::new(), &Places::default()).is_err());
    assert!(marked(b"GIF89a").is_err());
}
