//! Compression as a static host does it: brotli and gzip at their best.

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// Best quality, for figures: slow.
pub const BEST: i32 = 11;
/// Nearly as small, for a server at work.
pub const QUICK: i32 = 9;

pub fn brotli(bytes: &[u8], quality: i32) -> Result<Vec<u8>> {
    let params = BrotliEncoderParams { quality, lgwin: 24, size_hint: bytes.len(), ..BrotliEncoderParams::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &params).context("compressing with brotli")?;
    Ok(packed)
}

pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).context("compressing with gzip")?;
    encoder.finish().context("compressing with gzip")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_packs_well() {
        let bytes = b"doors open at seven; ".repeat(200);
        assert!(brotli(&bytes, BEST).unwrap().len() < 100);
        assert!(gzip(&bytes).unwrap().len() < 150);
    }
}
