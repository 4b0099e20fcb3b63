//! Bundles of version 2: references and a pack in one file, as `git bundle` writes and reads them.

use crate::object::{ObjectId, PackEntry, parse_id, read_pack, write_pack};
use crate::{GitError, Repo, Result, When};
use order::OrdSet;
use vfs::Vfs;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Commits that the reader must have already, with their subjects.
    pub needs: Vec<(ObjectId, String)>,
    pub refs: Vec<(String, ObjectId)>,
    pack: Vec<u8>,
}

const MAGIC: &str = "# v2 git bundle\n";

impl Bundle {
    /// Reads the file; the pack in it is read when it is unpacked.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let bad = || GitError::error("file does not look like a v2 or v3 bundle file");
        let body = bytes.strip_prefix(MAGIC.as_bytes()).ok_or_else(bad)?;
        let end = body.windows(2).position(|two| two == b"\n\n");
        let (head, pack) = match end {
            Some(end) => (&body[..end], &body[end + 2..]),
            None => (&b""[..], body.strip_prefix(b"\n").ok_or_else(bad)?),
        };
        let mut bundle = Self { needs: Vec::new(), refs: Vec::new(), pack: pack.to_vec() };
        for line in String::from_utf8_lossy(head).lines() {
            let (line, needed) = line.strip_prefix('-').map_or((line, false), |rest| (rest, true));
            let (id, name) = line.split_once(' ').unwrap_or((line, ""));
            let id = parse_id(id).ok_or_else(bad)?;
            if needed { bundle.needs.push((id, name.into())) } else { bundle.refs.push((name.into(), id)) }
        }
        Ok(bundle)
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.as_bytes().to_vec();
        for (id, subject) in &self.needs {
            bytes.extend_from_slice(format!("-{id} {subject}\n").as_bytes());
        }
        for (name, id) in &self.refs {
            bytes.extend_from_slice(format!("{id} {name}\n").as_bytes());
        }
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.pack);
        bytes
    }
}

impl Repo {
    /// Packs what these references need beyond what the reader has.
    pub fn bundle(&self, files: &Vfs, refs: &[(String, ObjectId)], has: &[ObjectId]) -> Result<Bundle> {
        let known: OrdSet<ObjectId> = self.objects_from(files, has, &|_| false)?.into_iter().collect();
        let tips: Vec<ObjectId> = refs.iter().map(|(_, id)| *id).collect();
        let mut entries = Vec::new();
        for id in self.objects_from(files, &tips, &|id| known.contains(id))? {
            let object = self.read_object(files, &id)?;
            entries.push(PackEntry { id, kind: object.kind, data: object.data().to_vec() });
        }
        let mut needs = Vec::new();
        for id in has {
            needs.push((*id, self.read_commit(files, id)?.subject()));
        }
        Ok(Bundle { needs, refs: refs.to_vec(), pack: write_pack(&entries) })
    }

    /// Writes a bundle's objects into the store, and checks that nothing they need is missing.
    pub fn unbundle(&self, files: &mut Vfs, bundle: &Bundle, when: When) -> Result<usize> {
        if let Some((id, _)) = bundle.needs.iter().find(|(id, _)| !self.has_object(files, id)) {
            return Err(GitError::error(format!("Repository lacks these prerequisite commits:\nerror: {id} ")));
        }
        let entries = {
            let here: &Vfs = files;
            let known = |id: &ObjectId| {
                let object = self.read_object(here, id).ok()?;
                Some(PackEntry { id: *id, kind: object.kind, data: object.data().to_vec() })
            };
            read_pack(&bundle.pack, &known)?
        };
        for entry in &entries {
            self.write_object(files, entry.kind, &entry.data, when)?;
        }
        let tips: Vec<ObjectId> = bundle.refs.iter().map(|(_, id)| *id).collect();
        self.objects_from(files, &tips, &|_| false)?;
        Ok(entries.len())
    }
}
