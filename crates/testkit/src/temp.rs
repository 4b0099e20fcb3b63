//! A folder of a test's own on the real disk.

use std::path::{Path, PathBuf};

/// Empty at first, gone when dropped.
#[derive(Debug)]
pub struct Temp(PathBuf);

impl Temp {
    /// `name` tells apart the folders of one test program.
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("opsfest-{}-{name}", std::process::id()));
        std::fs::remove_dir_all(&folder).ok();
        std::fs::create_dir_all(&folder).expect("the temporary folder takes folders");
        Self(folder)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file; gives its path.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("the temporary folder takes folders");
        std::fs::write(&path, bytes).expect("the temporary folder takes files");
        path
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
