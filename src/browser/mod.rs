//! The browser's parts, each behind a few functions. None of them panics: what is missing is an `Err` or a `None`.

pub mod bytes;
pub mod clipboard;
pub mod codemirror;
pub mod dom;
pub mod fetch;
pub mod files;
pub mod js;
pub mod later;
pub mod lock;
pub mod share;
pub mod storage;
pub mod theme;
pub mod worker;
