//! The templates and state machines of the repository, found by walking it: none can be forgotten.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Map, Value};
use walkdir::WalkDir;

use crate::fake_aws::python;
use crate::support::repository;

/// Where what is deployed lies.
const FOLDERS: [&str; 2] = ["infra", "cfn-stacksets"];

/// A CloudFormation template.
pub struct Template {
    /// From the repository's root, such as `infra/template.yaml`.
    pub path: String,
    /// The size of the file.
    pub bytes: usize,
    /// As it is written, in long forms.
    pub source: Value,
    /// After the SAM transform.
    pub body: Value,
}

/// One resource of a template.
#[derive(Clone, Copy)]
pub struct Resource<'t> {
    /// Its logical id.
    pub name: &'t str,
    /// The whole of it.
    pub all: &'t Value,
}

impl<'t> Resource<'t> {
    /// `AWS::S3::Bucket`, and so on.
    pub fn kind(&self) -> &'t str {
        self.all["Type"].as_str().unwrap_or_default()
    }

    /// A property; null where it is absent.
    pub fn property(&self, name: &str) -> &'t Value {
        &self.all["Properties"][name]
    }
}

impl Template {
    /// Its resources after the transform, by name.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        entries(&self.body["Resources"]).map(|(name, all)| Resource { name, all })
    }

    /// Those of one type.
    pub fn of_type<'t>(&'t self, kind: &'t str) -> impl Iterator<Item = Resource<'t>> {
        self.resources().filter(move |resource| resource.kind() == kind)
    }

    /// One resource.
    pub fn resource<'t>(&'t self, name: &'t str) -> Option<Resource<'t>> {
        let all = self.body["Resources"].get(name)?;
        Some(Resource { name, all })
    }
}

/// The members of an object; none of anything else.
pub fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

/// Every template of the repository, in the order of their paths.
pub fn templates() -> &'static [Template] {
    static TEMPLATES: OnceLock<Vec<Template>> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        let paths: Vec<PathBuf> = documents()
            .filter(|(_, document)| document.get("Resources").is_some_and(Value::is_object))
            .map(|(path, _)| path)
            .collect();
        assert!(!paths.is_empty(), "there are templates");
        render(&paths)
    })
}

/// Every state machine of the repository: its path and what is in it.
pub fn state_machines() -> Vec<(String, Value)> {
    documents()
        .filter(|(_, document)| document.get("StartAt").is_some())
        .map(|(path, document)| (relative(&path), document))
        .collect()
}

/// Templates at these paths, rendered.
pub fn render(paths: &[PathBuf]) -> Vec<Template> {
    let output = Command::new(python())
        .arg(repository().join("tests/templates/render.py"))
        .args(paths)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut rendered: BTreeMap<PathBuf, Map<String, Value>> = serde_json::from_slice(&output.stdout).unwrap();
    let template = |path: &PathBuf| {
        let mut forms = rendered.remove(path).unwrap();
        Template {
            path: relative(path),
            bytes: fs::read(path).unwrap().len(),
            source: forms.remove("source").unwrap(),
            body: forms.remove("transformed").unwrap(),
        }
    };
    paths.iter().map(template).collect()
}

/// Everything in JSON or YAML that lies where what is deployed lies. Short forms such as `!Ref X` read as their text, `X`.
fn documents() -> impl Iterator<Item = (PathBuf, Value)> {
    let folders = FOLDERS.map(|folder| repository().join(folder));
    let files = folders
        .into_iter()
        .filter(|folder| folder.is_dir())
        .flat_map(|folder| WalkDir::new(folder).sort_by_file_name())
        .map(|entry| entry.unwrap().into_path());
    files.filter(|path| is_document(path)).map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        let document = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, document)
    })
}

fn is_document(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    path.is_file() && extension.is_some_and(|extension| ["yaml", "yml", "json", "template"].contains(&extension))
}

fn relative(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap_or(path).display().to_string()
}
