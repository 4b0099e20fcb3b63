//! `merge` and `mergeOverwrite`: a map into another, as dario.cat/mergo does it with maps of any values.

use gotemplate::Val;

/// What mergo takes for empty.
fn empty(value: &Val) -> bool {
    match value {
        Val::Object(_) | Val::Time(_) => false,
        other => !other.truth(),
    }
}

pub(super) fn into(dest: &Val, source: &Val, overwrite: bool, depth: usize) {
    let (Some(dest), Some(source)) = (dest.as_map(), source.as_map()) else {
        return;
    };
    if depth == 0 || std::rc::Rc::ptr_eq(&dest.entries, &source.entries) {
        return;
    }
    let pairs: Vec<_> = source.entries.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    for (key, value) in pairs {
        let have = dest.entries.borrow().get(&*key).cloned();
        let take = match (&have, &value) {
            (_, Val::Nil) => overwrite,
            (Some(have @ Val::Map(_)), Val::Map(_)) => {
                into(have, &value, overwrite, depth - 1);
                empty(have)
            }
            (Some(have @ Val::List(..)), Val::List(_, items)) => (!items.is_empty() && overwrite) || empty(have),
            (Some(have), _) => overwrite || empty(have),
            (None, _) => true,
        };
        if take {
            dest.entries.borrow_mut().insert(key, value);
        }
    }
}
