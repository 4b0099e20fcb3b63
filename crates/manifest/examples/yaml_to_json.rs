//! Reads YAML from stdin and prints it as JSON, or as YAML again (`--yaml`): for comparing with the real kubectl.

use manifest::Value;
use std::io::Read;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let (documents, diagnostics) = Value::parse_yaml(&text);
    for diagnostic in diagnostics {
        eprintln!("{:?} {}", diagnostic.level, diagnostic.message);
    }
    for document in documents {
        let yaml = std::env::args().any(|arg| arg == "--yaml");
        print!("{}", if yaml { document.value.to_yaml() } else { document.value.to_json_pretty() });
    }
    Ok(())
}
