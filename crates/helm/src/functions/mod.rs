//! The functions of Sprig 3.3 and Helm's own: each by its name, with the types of its parameters.

mod dates;
mod dicts;
mod formats;
mod hashes;
mod lists;
mod math;
mod merge;
mod names;
mod paths;
mod patterns;
mod random;
mod texts;
mod toml;
mod types;
mod versions;
mod words;

pub use dates::moment;
pub(crate) use dates::{call_time, time_method};
pub(crate) use random::Seed;

use gotemplate::Val;

pub(crate) type Done = Result<Val, String>;

/// A part of the functions: the signature of a name that is in it, and its call.
type Part = (fn(&str) -> Option<&'static str>, fn(&str, &[Val], &mut Around<'_>) -> Done);

/// What some functions look at beside their arguments.
pub(crate) struct Around<'a> {
    /// Microseconds since 1970.
    pub now: i64,
    pub seed: &'a mut Seed,
}

const PARTS: &[Part] = &[
    (texts::signature, texts::call),
    (words::signature, words::call),
    (lists::signature, lists::call),
    (dicts::signature, dicts::call),
    (math::signature, math::call),
    (types::signature, types::call),
    (formats::signature, formats::call),
    (hashes::signature, hashes::call),
    (dates::signature, dates::call),
    (patterns::signature, patterns::call),
    (paths::signature, paths::call),
    (versions::signature, versions::call),
    (random::signature, random::call),
];

/// Real functions that are not here.
fn missing(name: &str) -> Option<&'static str> {
    Some(match name {
        "genPrivateKey" | "bcrypt" | "getHostByName" | "fromToml" => "s",
        "htpasswd" | "encryptAES" | "decryptAES" | "buildCustomCert" => "ss",
        "genCA" => "si",
        "genCAWithKey" => "sis",
        "genSelfSignedCert" => "slli",
        "genSelfSignedCertWithKey" => "sllis",
        "genSignedCert" => "sllia",
        "genSignedCertWithKey" => "slliaa",
        "derivePassword" => "Issss",
        "shuffle" => "s",
        _ => return None,
    })
}

/// `mustToJson` is `toJson`: with us, what must be fails where it does not go.
fn plain_name(name: &str) -> String {
    match name.strip_prefix("must") {
        Some(rest) if rest.starts_with(char::is_uppercase) => rest[..1].to_ascii_lowercase() + &rest[1..],
        _ => name.to_string(),
    }
}

pub(crate) fn signature(name: &str) -> Option<&'static str> {
    let of = |name: &str| PARTS.iter().find_map(|(signature, _)| signature(name)).or_else(|| missing(name));
    of(name).or_else(|| of(&plain_name(name)).filter(|_| must(name)))
}

/// The functions that Sprig also has with `must` in front.
fn must(name: &str) -> bool {
    matches!(
        name,
        "mustAppend"
            | "mustChunk"
            | "mustCompact"
            | "mustDateModify"
            | "mustDeepCopy"
            | "mustFirst"
            | "mustFromJson"
            | "mustHas"
            | "mustInitial"
            | "mustLast"
            | "mustMerge"
            | "mustMergeOverwrite"
            | "mustPrepend"
            | "mustPush"
            | "mustRegexFind"
            | "mustRegexFindAll"
            | "mustRegexMatch"
            | "mustRegexReplaceAll"
            | "mustRegexReplaceAllLiteral"
            | "mustRegexSplit"
            | "mustRest"
            | "mustReverse"
            | "mustSlice"
            | "mustToDate"
            | "mustToJson"
            | "mustToPrettyJson"
            | "mustToRawJson"
            | "mustUniq"
            | "mustWithout"
    )
}

pub(crate) fn call(name: &str, args: &[Val], now: i64, seed: &mut Seed) -> Done {
    let plain = if must(name) { plain_name(name) } else { name.to_string() };
    let mut around = Around { now, seed };
    for (signature, call) in PARTS {
        if signature(&plain).is_some() {
            return call(&plain, args, &mut around);
        }
    }
    Err(format!("{name} is real, but not part of this sandbox yet"))
}

/// Nothing, for an argument that is not there.
pub(crate) fn arg(args: &[Val], index: usize) -> &Val {
    args.get(index).unwrap_or(&Val::Nil)
}

pub(crate) fn text(args: &[Val], index: usize) -> &str {
    arg(args, index).as_str().unwrap_or("")
}

pub(crate) fn int(args: &[Val], index: usize) -> i64 {
    match arg(args, index) {
        Val::Int(n) | Val::Long(n) => *n,
        _ => 0,
    }
}

/// Sprig's `strval`.
pub(crate) fn text_of(value: &Val) -> String {
    gotemplate::shown(value)
}

/// A size that does not come out of a template's mouth too large.
pub(crate) fn size(n: i64) -> usize {
    usize::try_from(n.clamp(0, 1_000_000)).unwrap_or(0)
}
