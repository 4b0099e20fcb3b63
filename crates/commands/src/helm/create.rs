//! `helm create`: a chart to start from.

use super::{Answer, Next};
use crate::cobra::{Command, Given};
use crate::kubectl::Kube;

pub(super) const COMMAND: Command = Command {
    path: "helm create",
    operands: "NAME",
    summary: "create a new chart with the given name",
    flags: &[],
    missing: "starter p",
};

// Unlike Helm: the new chart has a Deployment and a Service; the real one adds an Ingress, an autoscaler and a test.
const FILES: &[(&str, &str)] = &[
    (
        "Chart.yaml",
        "apiVersion: v2\nname: <CHART>\ndescription: A Helm chart for Kubernetes\n\ntype: application\n\nversion: 0.1.0\n\nappVersion: \"1.16.0\"\n",
    ),
    (
        "values.yaml",
        "replicaCount: 1\n\nimage:\n  repository: nginx\n  pullPolicy: IfNotPresent\n  tag: \"\"\n\nservice:\n  type: ClusterIP\n  port: 80\n\nresources: {}\n",
    ),
    (
        ".helmignore",
        "# Patterns to ignore when building packages.\n.DS_Store\n.git/\n.gitignore\n*.swp\n*.bak\n*.tmp\n*.orig\n*~\n.idea/\n.vscode/\n",
    ),
    (
        "templates/_helpers.tpl",
        "{{- define \"<CHART>.fullname\" -}}\n{{- if contains .Chart.Name .Release.Name }}\n{{- .Release.Name | trunc 63 | trimSuffix \"-\" }}\n{{- else }}\n{{- printf \"%s-%s\" .Release.Name .Chart.Name | trunc 63 | trimSuffix \"-\" }}\n{{- end }}\n{{- end }}\n\n{{- define \"<CHART>.selectorLabels\" -}}\napp.kubernetes.io/name: {{ .Chart.Name }}\napp.kubernetes.io/instance: {{ .Release.Name }}\n{{- end }}\n\n{{- define \"<CHART>.labels\" -}}\nhelm.sh/chart: {{ printf \"%s-%s\" .Chart.Name .Chart.Version }}\n{{ include \"<CHART>.selectorLabels\" . }}\napp.kubernetes.io/version: {{ .Chart.AppVersion | quote }}\napp.kubernetes.io/managed-by: {{ .Release.Service }}\n{{- end }}\n",
    ),
    (
        "templates/deployment.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include \"<CHART>.fullname\" . }}\n  labels:\n    {{- include \"<CHART>.labels\" . | nindent 4 }}\nspec:\n  replicas: {{ .Values.replicaCount }}\n  selector:\n    matchLabels:\n      {{- include \"<CHART>.selectorLabels\" . | nindent 6 }}\n  template:\n    metadata:\n      labels:\n        {{- include \"<CHART>.labels\" . | nindent 8 }}\n    spec:\n      containers:\n        - name: {{ .Chart.Name }}\n          image: \"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\"\n          imagePullPolicy: {{ .Values.image.pullPolicy }}\n          ports:\n            - name: http\n              containerPort: {{ .Values.service.port }}\n              protocol: TCP\n          {{- with .Values.resources }}\n          resources:\n            {{- toYaml . | nindent 12 }}\n          {{- end }}\n",
    ),
    (
        "templates/service.yaml",
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ include \"<CHART>.fullname\" . }}\n  labels:\n    {{- include \"<CHART>.labels\" . | nindent 4 }}\nspec:\n  type: {{ .Values.service.type }}\n  ports:\n    - port: {{ .Values.service.port }}\n      targetPort: http\n      protocol: TCP\n      name: http\n  selector:\n    {{- include \"<CHART>.selectorLabels\" . | nindent 4 }}\n",
    ),
    (
        "templates/NOTES.txt",
        "Get the application's address by running:\n  kubectl get --namespace {{ .Release.Namespace }} svc {{ include \"<CHART>.fullname\" . }}\n",
    ),
];

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let word = &given.words[0];
    let name = word.trim_end_matches('/').rsplit('/').next().unwrap_or(word).to_string();
    let good = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !good || name.len() > 250 {
        return Err("chart name must match the regular expression \"^[a-zA-Z0-9._-]+$\"".into());
    }
    let micros = kube.cx.micros();
    let root = kube.cx.path(word);
    let files = kube.cx.files_mut();
    files.make_dir_all(&format!("{root}/templates"), micros).map_err(|why| why.to_string())?;
    files.make_dir_all(&format!("{root}/charts"), micros).map_err(|why| why.to_string())?;
    for (path, text) in FILES {
        files
            .write(&format!("{root}/{path}"), text.replace("<CHART>", &name), micros)
            .map_err(|why| why.to_string())?;
    }
    kube.out(format!("Creating {word}\n"));
    Ok(Next::Exit(0))
}
