//! A world in a link: base64url after `#s=`.

use super::js;
use wasm_bindgen::JsValue;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The world in this page's address, if there is one; `Err` if it is cut or damaged.
pub fn in_address() -> Option<Result<Vec<u8>, String>> {
    let hash = js::text(&js::get(&js::part("location"), "hash"));
    let code = hash.strip_prefix("#s=")?;
    Some(decode(code).ok_or_else(|| "the link was cut or changed on its way".to_owned()))
}

/// The link to a world. `code` is what the worker gives, with or without its `#s=`.
pub fn link(code: &str) -> String {
    let code = code.trim_start_matches('#').trim_start_matches("s=");
    let href = js::text(&js::get(&js::part("location"), "href"));
    let page = href.split('#').next().unwrap_or_default();
    format!("{page}#s={code}")
}

/// Takes the world out of the address, without loading the page again.
pub fn forget() {
    let href = js::text(&js::get(&js::part("location"), "href"));
    let page = href.split('#').next().unwrap_or_default();
    let history = js::part("history");
    js::tell(&history, "replaceState", &[&JsValue::NULL, &JsValue::from_str(""), &JsValue::from_str(page)]);
}

pub fn decode(code: &str) -> Option<Vec<u8>> {
    let code = code.trim_end_matches('=');
    if code.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(code.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for letter in code.bytes() {
        let value = ALPHABET.iter().position(|&other| other == letter)?;
        bits = (bits << 6) | u32::try_from(value).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_is_read() {
        assert_eq!(decode("Zm9vYg").unwrap(), b"foob");
        assert_eq!(decode("Zm9vYmE=").unwrap(), b"fooba");
        assert_eq!(decode("-_8").unwrap(), [0xfb, 0xff]);
        assert_eq!(decode("").unwrap(), b"");
    }

    #[test]
    fn a_cut_or_changed_link_is_refused() {
        assert_eq!(decode("Zm9vY"), None);
        assert_eq!(decode("Zm9v*g"), None);
    }
}
