//! Images: Dockerfiles, layers with the digests of their content, the build's cache, a machine's store of images, and the
//! registry that CI, `docker` and the cluster share.
//!
//! It runs no command: a build asks for what its `RUN` needs ([`Next::Run`]) and is told the result. It knows no clock
//! but the times that it is given.

mod base;
mod build;
mod build_copy;
mod build_from;
mod build_meta;
mod build_run;
mod build_words;
mod config;
mod dockerfile;
mod expand;
mod history;
mod ignore;
mod layer;
mod lint;
mod reference;
mod registry;
mod stage;
mod store;
mod tar;

pub use base::{known, public};
pub use build::{Build, BuildError, Finished, Next, Options};
pub use build_run::{Job, Mount};
pub use build_words::{duration, size_words};
pub use config::{Config, Image, Made};
pub use dockerfile::{Dockerfile, Heredoc, Instruction};
pub use history::History;
pub use ignore::Ignore;
pub use layer::{Change, Content, Layer, apply, diff, stand_in, weight};
pub use reference::ImageRef;
pub use registry::{Registry, RegistryError, Retention};
pub use stage::Stage;
pub use store::{Cached, Record, Store};
pub use tar::tar;

use sha2::{Digest, Sha256};

/// `sha256:` and the digest in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let mut text = String::with_capacity(71);
    text.push_str("sha256:");
    for byte in digest {
        for half in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
        }
    }
    text
}

#[cfg(test)]
mod tests;
