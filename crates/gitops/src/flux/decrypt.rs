//! `spec.decryption` of a Kustomization: files and objects that SOPS encrypted are opened before they are applied
//! (`internal/decryptor`).

use super::work::Work;
use cluster::base64;
use manifest::Value;
use seal::age;
use seal::sops::{Format, Item, Tree, data_key};

/// age's identities out of the Secret that `spec.decryption.secretRef` names.
#[derive(Debug, Clone, Default)]
pub struct Keys(Vec<age::Key>);

/// Nothing where nothing is to be decrypted; an error as the controller tells it.
pub(super) fn keys(work: &Work<'_>) -> Result<Option<Keys>, String> {
    let decryption = work.spec().at("decryption");
    if decryption.is_null() {
        return Ok(None);
    }
    match decryption.str_at("provider") {
        "sops" => {}
        other => return Err(format!("failed to decrypt: unsupported decryption provider '{other}'")),
    }
    let name = decryption.str_at("secretRef.name");
    if name.is_empty() {
        return Ok(Some(Keys::default()));
    }
    let space = work.object.namespace();
    let secret = work.cluster.store().get(cluster::SECRET, space, name);
    let told = || format!("cannot get sops decryption Secret '{space}/{name}': secrets \"{name}\" not found");
    let secret = secret.ok_or_else(told)?;
    let mut out = Vec::new();
    for (key, value) in secret.value.at("data").entries().iter().filter(|(key, _)| key.ends_with(".agekey")) {
        let bytes = base64::decode(value.as_str().unwrap_or_default()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let wrong = || {
                format!(
                    "failed to import data from {space}/{name} decryption Secret '{key}': failed to parse age identities: malformed secret key"
                )
            };
            out.push(age::read_identity(line).ok_or_else(wrong)?);
        }
    }
    Ok(Some(Keys(out)))
}

impl Keys {
    fn open(&self, format: Format, text: &str) -> Result<Tree, String> {
        let mut tree = Tree::read_encrypted(format, text).map_err(|error| error.to_string())?;
        let metadata = tree.metadata.take().unwrap_or_default();
        let key = data_key(&metadata, &self.0)
            .ok_or("cannot get sops data key: Error getting data key: 0 successful groups required, got 0")?;
        tree.metadata = Some(metadata);
        // Kustomize has changed names and namespaces by then: the MAC over all of it cannot be asked for.
        tree.decrypt(&key, true).map_err(|error| format!("error decrypting sops tree: {error}"))?;
        tree.metadata = None;
        Ok(tree)
    }

    /// An object with a `sops` field, in place.
    pub fn open_object(&self, object: &mut Value) -> Result<(), String> {
        if object.at("sops.mac").is_null() {
            return Ok(());
        }
        let place = format!(
            "{}/{}/{}",
            object.str_at("kind"),
            object.str_at("metadata.namespace"),
            object.str_at("metadata.name")
        );
        let tree = self
            .open(Format::Yaml, &object.to_yaml())
            .map_err(|told| format!("decryption failed for '{place}': {told}"))?;
        *object = Value::from_yaml(&tree.write(Format::Yaml))?;
        Ok(())
    }

    /// A file that a generator may take: an environment, a JSON, anything that is encrypted as a whole.
    pub fn open_file(&self, path: &str, bytes: &mut Vec<u8>) -> Result<(), String> {
        let format = Format::of_path(path);
        let text = String::from_utf8_lossy(bytes);
        let marked = match format {
            Format::Dotenv => text.contains("\nsops_mac="),
            // Objects are opened after they are built.
            Format::Yaml => false,
            _ => text.contains("\"sops\":") && text.contains("ENC[AES256_GCM,"),
        };
        if !marked {
            return Ok(());
        }
        let tree = self
            .open(format, &text)
            .map_err(|told| format!("error decrypting sources: failed to decrypt file '{path}': {told}"))?;
        let whole =
            matches!(tree.branches.first().map(Vec::as_slice), Some([(_, Item::Text(_))])) || format != Format::Binary;
        debug_assert!(whole, "what is no other format is one value");
        *bytes = tree.write(format).into_bytes();
        Ok(())
    }
}
