//! Services.

use super::metadata::{NameForm, labels, name_flaw};
use super::pod::port_name_flaw;
use crate::status::FieldError;
use manifest::Value;
use order::OrdSet;

const TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

pub(crate) fn service(service: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let kind = service.str_at("spec.type");
    if !TYPES.contains(&kind) {
        errors.push(FieldError::unsupported("spec.type", service.at("spec.type"), &TYPES));
    }
    let headless = service.str_at("spec.clusterIP") == "None";
    if service.list_at("spec.ports").is_empty() && !headless && kind != "ExternalName" {
        errors.push(FieldError::required("spec.ports", ""));
    }
    if kind == "ExternalName" && service.str_at("spec.externalName").is_empty() {
        errors.push(FieldError::required("spec.externalName", ""));
    }
    labels(&mut errors, service.map_at("spec.selector"), "spec.selector");
    ports(&mut errors, service);
    if !matches!(service.str_at("spec.sessionAffinity"), "ClientIP" | "None") {
        let given = service.at("spec.sessionAffinity");
        errors.push(FieldError::unsupported("spec.sessionAffinity", given, &["ClientIP", "None"]));
    }
    if let Some(old) = old {
        let (was, is) = (old.str_at("spec.clusterIP"), service.str_at("spec.clusterIP"));
        if !was.is_empty() && was != is && kind != "ExternalName" && old.str_at("spec.type") != "ExternalName" {
            let shown = format!("[]string{{{is:?}}}");
            errors.push(FieldError::invalid_shown("spec.clusterIPs[0]", &shown, "may not change once set"));
        }
    }
    errors
}

fn ports(errors: &mut Vec<FieldError>, service: &Value) {
    let all = service.list_at("spec.ports");
    let (mut names, mut numbers) = (OrdSet::new(), OrdSet::new());
    for (at, port) in all.iter().enumerate() {
        let path = format!("spec.ports[{at}]");
        let name = port.str_at("name");
        if name.is_empty() {
            if all.len() > 1 {
                errors.push(FieldError::required(format!("{path}.name"), ""));
            }
        } else if let Some(why) = name_flaw(NameForm::Label, name) {
            errors.push(FieldError::invalid(format!("{path}.name"), port.at("name"), why));
        } else if !names.insert(name.to_string()) {
            errors.push(FieldError::duplicate(format!("{path}.name"), port.at("name")));
        }
        let number = port.int_at("port").unwrap_or(0);
        if !(1..=65_535).contains(&number) {
            let why = "must be between 1 and 65535, inclusive";
            errors.push(FieldError::invalid(format!("{path}.port"), &Value::Int(number), why));
        }
        match port.at("targetPort") {
            Value::Int(n) if !(1..=65_535).contains(n) => {
                let why = "must be between 1 and 65535, inclusive";
                errors.push(FieldError::invalid(format!("{path}.targetPort"), port.at("targetPort"), why));
            }
            Value::Str(text) => {
                if let Some(why) = port_name_flaw(text) {
                    errors.push(FieldError::invalid(format!("{path}.targetPort"), port.at("targetPort"), why));
                }
            }
            _ => {}
        }
        if !matches!(port.str_at("protocol"), "TCP" | "UDP" | "SCTP") {
            errors.push(FieldError::unsupported(
                format!("{path}.protocol"),
                port.at("protocol"),
                &["SCTP", "TCP", "UDP"],
            ));
        }
        let node_port = port.int_at("nodePort").unwrap_or(0);
        if node_port != 0 && service.str_at("spec.type") == "ClusterIP" {
            let why = "may not be used when `type` is 'ClusterIP'";
            errors.push(FieldError::forbidden(format!("{path}.nodePort"), why));
        } else if node_port != 0 && !(30_000..=32_767).contains(&node_port) {
            let why = "provided port is not in the valid range. The range of valid ports is 30000-32767";
            errors.push(FieldError::invalid(format!("{path}.nodePort"), port.at("nodePort"), why));
        }
        let identity = (port.str_at("protocol").to_string(), number);
        if !numbers.insert(identity) {
            let shown = format!(
                "core.ServicePort{{Name:\"\", Protocol:{:?}, AppProtocol:(*string)(nil), Port:{number}, TargetPort:intstr.IntOrString{{Type:0, IntVal:0, StrVal:\"\"}}, NodePort:0}}",
                port.str_at("protocol")
            );
            errors.push(FieldError {
                reason: "FieldValueDuplicate".into(),
                field: path,
                message: format!("Duplicate value: {shown}"),
            });
        }
    }
}
