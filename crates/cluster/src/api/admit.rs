//! What happens to an object on its way in: strict decoding, defaults, validation, addresses.

use crate::custom;
use crate::engine::Cluster;
use crate::kinds::{self, KindId, KindInfo, behaviour_of};
use crate::schema::{self, Flaw};
use crate::status::{FieldError, Status};
use crate::store::Store;
use crate::validate::{self, NameForm};
use manifest::{Value, list};

/// Strict decoding, as `fieldValidation=Strict` asks for it.
pub(super) fn decode(store: &Store, info: &KindInfo, value: &Value) -> Result<(), Status> {
    let checked = match behaviour_of(info.id) {
        Some(_) => schema::check(&info.kind, value),
        None => match custom::unknown(store, info, value) {
            paths if paths.is_empty() => Ok(()),
            paths => Err(Flaw::Unknown(paths)),
        },
    };
    let told = match checked {
        Ok(()) => return Ok(()),
        Err(Flaw::Type(why)) => why,
        Err(Flaw::Unknown(paths)) => strict(&paths),
    };
    let version = &info.version;
    Err(Status::bad_request(format!("{0} in version \"{version}\" cannot be handled as a {0}: {told}", info.kind)))
}

/// The words of `runtime.NewStrictDecodingError`.
pub(super) fn strict(paths: &[String]) -> String {
    let told: Vec<String> = paths.iter().map(|path| format!("unknown field {path:?}")).collect();
    format!("strict decoding error: {}", told.join(", "))
}

fn name_form(kind: KindId) -> NameForm {
    match kind {
        kinds::NAMESPACE => NameForm::Label,
        kinds::SERVICE => NameForm::Label1035,
        kinds::ROLE | kinds::ROLEBINDING | kinds::CLUSTERROLE | kinds::CLUSTERROLEBINDING => NameForm::Path,
        _ => NameForm::Subdomain,
    }
}

/// Checks a finished object against the one that it replaces.
pub(super) fn validate(store: &Store, info: &KindInfo, value: &Value, old: Option<&Value>) -> Result<(), Status> {
    let mut errors = validate::metadata(value, name_form(info.id));
    if let Some(behaviour) = behaviour_of(info.id) {
        errors.extend((behaviour.validate)(value, old));
    } else {
        errors.extend(custom::validate(store, info, value));
    }
    if errors.is_empty() {
        return Ok(());
    }
    Err(Status::invalid(info.group_kind(), value.str_at("metadata.name"), errors))
}

pub(super) fn default(store: &Store, info: &KindInfo, value: &mut Value) {
    match behaviour_of(info.id) {
        Some(behaviour) => (behaviour.default)(value),
        None => custom::default(store, info, value),
    }
}

impl Cluster {
    /// Refuses a write into a namespace that is not there or is going.
    pub(super) fn check_namespace(&self, info: &KindInfo, namespace: &str, name: &str) -> Result<(), Status> {
        if !info.namespaced {
            return Ok(());
        }
        let Some(space) = self.store.get(kinds::NAMESPACE, "", namespace) else {
            return Err(Status::not_found(("", "namespaces"), namespace));
        };
        if space.deleting() {
            let why = format!("unable to create new content in namespace {namespace} because it is being terminated");
            return Err(Status::forbidden(info.resource(), name, &why));
        }
        Ok(())
    }

    /// Gives a Service its cluster IP and its node ports.
    pub(super) fn allocate(&mut self, value: &mut Value, old: Option<&Value>, dry_run: bool) -> Result<(), Status> {
        let kind = value.str_at("spec.type").to_string();
        if kind == "ExternalName" {
            return Ok(());
        }
        if let Some(old) = old
            && value.at("spec.clusterIP").is_zero()
        {
            value.set("spec.clusterIP", old.at("spec.clusterIP").clone());
            value.set("spec.clusterIPs", old.at("spec.clusterIPs").clone());
        }
        if value.str_at("spec.clusterIP").is_empty() {
            let ip = if dry_run { self.addresses.clone().cluster_ip() } else { self.addresses.cluster_ip() };
            value.set("spec.clusterIP", ip);
        }
        if value.list_at("spec.clusterIPs").is_empty() {
            let ip = value.at("spec.clusterIP").clone();
            value.set("spec.clusterIPs", list![ip]);
        }
        if kind != "NodePort" && kind != "LoadBalancer" {
            return Ok(());
        }
        for at in 0..value.list_at("spec.ports").len() {
            self.node_port(value, old, at, dry_run)?;
        }
        Ok(())
    }

    fn node_port(&mut self, value: &mut Value, old: Option<&Value>, at: usize, dry_run: bool) -> Result<(), Status> {
        let path = format!("spec.ports[{at}].nodePort");
        let kept = old.and_then(|old| old.int_at(&path));
        let asked = value.int_at(&path).filter(|n| *n != 0);
        if asked.is_some() && asked == kept {
            return Ok(());
        }
        match asked {
            Some(port) if self.addresses.port_taken(port) => {
                let why = FieldError::invalid(path, &Value::Int(port), "provided port is already allocated");
                Err(Status::invalid(("", "Service"), value.str_at("metadata.name"), vec![why]))
            }
            Some(port) => {
                if !dry_run {
                    self.addresses.take_port(port);
                }
                Ok(())
            }
            None => {
                let fresh =
                    kept.unwrap_or_else(|| if dry_run { self.addresses.clone().port() } else { self.addresses.port() });
                value.set(&path, fresh);
                Ok(())
            }
        }
    }
}
