//! Semantic versions.

use super::{Around, Done, text};
use crate::semver::{Constraint, Version};
use gotemplate::{Object, Val};
use std::rc::Rc;

pub(super) fn signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "semver" => "s",
        "semverCompare" => "ss",
        _ => return None,
    })
}

pub(super) fn call(name: &str, args: &[Val], _: &mut Around<'_>) -> Done {
    const INVALID: &str = "Invalid Semantic Version";
    if name == "semverCompare" {
        let Some(constraint) = Constraint::parse(text(args, 0)) else {
            return Err(format!("improper constraint: {}", text(args, 0)));
        };
        let version = Version::parse(text(args, 1)).ok_or(INVALID)?;
        return Ok(Val::Bool(constraint.fits(&version)));
    }
    let version = Version::parse(text(args, 0)).ok_or(INVALID)?;
    let number = |n: u64| Val::Long(i64::try_from(n).unwrap_or(i64::MAX));
    let fields = vec![
        ("Major", number(version.major)),
        ("Minor", number(version.minor)),
        ("Patch", number(version.patch)),
        ("Prerelease", Val::text(version.pre.as_str())),
        ("Metadata", Val::text(version.meta.as_str())),
        ("Original", Val::text(version.original.as_str())),
    ];
    Ok(Val::Object(Rc::new(Object { type_name: "*semver.Version", fields, text: Some(version.full().into()) })))
}
