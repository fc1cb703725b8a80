//! A template as CloudFormation makes a stack of it, as far as ours go: parameters, conditions, rules and the functions that they use.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use crate::fake_aws::python;
use crate::support::repository;

/// The folder of the templates.
pub const FOLDER: &str = "cfn-stacksets";

/// Every template of the folder by the name of its file, with functions in their long form.
pub fn templates() -> &'static BTreeMap<String, Value> {
    static TEMPLATES: OnceLock<BTreeMap<String, Value>> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        const SCRIPT: &str = "import glob, json, os, sys\nfrom cfnlint.decode.cfn_yaml import load\n\
                              print(json.dumps({os.path.basename(path): load(path) for path in glob.glob(sys.argv[1] + '/*.yaml')}))";
        let output = Command::new(python())
            .args(["-c", SCRIPT])
            .arg(repository().join(FOLDER))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    })
}

/// A stack in the account 444455556666, in eu-west-1.
#[derive(Clone)]
pub struct Stack {
    template: Value,
    parameters: BTreeMap<String, Value>,
}

pub const ACCOUNT: &str = "444455556666";
const NO_VALUE: &str = "no value";

impl Stack {
    /// A stack of a template with these parameters, of which the last counts, and the defaults of the others.
    pub fn new(template: &str, parameters: &[(&str, &str)]) -> Self {
        let template = templates()[template].clone();
        let mut all: BTreeMap<String, Value> = BTreeMap::new();
        for (name, declared) in template["Parameters"].as_object().unwrap() {
            let given = parameters.iter().rfind(|(own, _)| own == name).map(|(_, value)| *value);
            let default = declared["Default"].as_str().map(str::to_owned).or_else(|| {
                let number = &declared["Default"];
                number.is_number().then(|| number.to_string())
            });
            let text = given
                .map(str::to_owned)
                .or(default)
                .unwrap_or_else(|| panic!("{name} has no default and is not given"));
            let is_list = declared["Type"] == "CommaDelimitedList";
            let value = match is_list {
                true => text.split(',').map(str::trim).collect(),
                false => Value::from(text),
            };
            all.insert(name.clone(), value);
        }
        for (name, _) in parameters {
            assert!(all.contains_key(*name), "the template has no parameter {name}");
        }
        Self {
            template,
            parameters: all,
        }
    }

    /// The same stack with another value of a parameter.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.insert(name.to_owned(), Value::from(value));
        self
    }

    /// A stack without a template, to fill in a document with parameters.
    pub fn of_parameters(parameters: &[(&str, &str)]) -> Self {
        let parameters = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
        Self {
            template: json!({"Resources": {}}),
            parameters: parameters.collect(),
        }
    }

    /// What CloudFormation would refuse: parameters against their declaration, then rules.
    pub fn refused(&self) -> Vec<String> {
        let declared = self.template["Parameters"].as_object().unwrap();
        let mut refused: Vec<String> = declared
            .iter()
            .filter(|(name, declared)| !accepts(declared, &self.parameters[*name]))
            .map(|(name, _)| name.clone())
            .collect();
        for rule in self.template["Rules"].as_object().into_iter().flat_map(Map::values) {
            if !rule["RuleCondition"].is_null() && !self.holds(&rule["RuleCondition"]) {
                continue;
            }
            for assertion in rule["Assertions"].as_array().unwrap() {
                if !self.holds(&assertion["Assert"]) {
                    refused.push(assertion["AssertDescription"].as_str().unwrap().to_owned());
                }
            }
        }
        refused
    }

    /// The resources that are made: id, type and properties.
    pub fn resources(&self) -> Vec<(&str, &str, Value)> {
        let all = self.template["Resources"].as_object().unwrap();
        let made = all.iter().filter(|(_, resource)| match resource["Condition"].as_str() {
            Some(condition) => self.condition(condition),
            None => true,
        });
        made.map(|(id, resource)| {
            let kind = resource["Type"].as_str().unwrap();
            (id.as_str(), kind, self.resolve(&resource["Properties"]))
        })
        .collect()
    }

    /// The properties of a resource that is made.
    pub fn properties(&self, id: &str) -> Value {
        let made = self.resources();
        made.into_iter().find(|(own, ..)| *own == id).unwrap().2
    }

    /// The values of the outputs.
    pub fn outputs(&self) -> BTreeMap<String, Value> {
        let all = self.template["Outputs"].as_object().unwrap();
        all.iter()
            .map(|(name, output)| (name.clone(), self.resolve(&output["Value"])))
            .collect()
    }

    /// A value with its functions worked out.
    pub fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Object(object) => match object.iter().next() {
                Some((function, argument)) if object.len() == 1 && is_function(function) => {
                    self.call(function, argument)
                }
                _ => {
                    let resolved = object.iter().map(|(key, value)| (key.clone(), self.resolve(value)));
                    Value::Object(resolved.filter(|(_, value)| value != NO_VALUE).collect())
                }
            },
            Value::Array(items) => {
                let resolved = items.iter().map(|item| self.resolve(item));
                Value::Array(resolved.filter(|value| value != NO_VALUE).collect())
            }
            other => other.clone(),
        }
    }

    fn call(&self, function: &str, argument: &Value) -> Value {
        let part = |index: usize| self.resolve(&argument[index]);
        match function {
            "Ref" => self.reference(argument.as_str().unwrap()),
            "Fn::GetAtt" => {
                let path = match argument.as_array() {
                    Some(parts) => parts
                        .iter()
                        .map(|part| part.as_str().unwrap())
                        .collect::<Vec<_>>()
                        .join("."),
                    None => argument.as_str().unwrap().to_owned(),
                };
                self.attribute(&path)
            }
            "Fn::Sub" => Value::from(self.substitute(argument.as_str().unwrap())),
            "Fn::If" => match self.condition(argument[0].as_str().unwrap()) {
                true => part(1),
                false => part(2),
            },
            "Fn::Join" => {
                let parts = part(1);
                let texts: Vec<&str> = parts
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|text| text.as_str().unwrap())
                    .collect();
                Value::from(texts.join(argument[0].as_str().unwrap()))
            }
            "Fn::Split" => part(1).as_str().unwrap().split(argument[0].as_str().unwrap()).collect(),
            "Fn::Select" => {
                let index: usize = argument[0]
                    .as_u64()
                    .map(|index| index.try_into().unwrap())
                    .unwrap_or_default();
                part(1)[index].clone()
            }
            _ => Value::from(self.holds(&json!({function: argument}))),
        }
    }

    fn holds(&self, condition: &Value) -> bool {
        let (function, argument) = condition.as_object().unwrap().iter().next().unwrap();
        let mut all = argument.as_array().into_iter().flatten();
        match function.as_str() {
            "Condition" => self.condition(argument.as_str().unwrap()),
            "Fn::Equals" => self.resolve(&argument[0]) == self.resolve(&argument[1]),
            "Fn::Not" => !self.holds(&argument[0]),
            "Fn::And" => all.all(|part| self.holds(part)),
            "Fn::Or" => all.any(|part| self.holds(part)),
            "Fn::Contains" => {
                let wanted = self.resolve(&argument[1]);
                self.resolve(&argument[0]).as_array().unwrap().contains(&wanted)
            }
            other => panic!("{other} is no condition that is known here"),
        }
    }

    fn condition(&self, name: &str) -> bool {
        self.holds(&self.template["Conditions"][name])
    }

    fn reference(&self, name: &str) -> Value {
        if let Some(value) = self.parameters.get(name) {
            return value.clone();
        }
        match name {
            "AWS::NoValue" => Value::from(NO_VALUE),
            "AWS::AccountId" => Value::from(ACCOUNT),
            "AWS::Partition" => Value::from("aws"),
            "AWS::Region" => Value::from("eu-west-1"),
            _ => match self.template["Resources"][name]["Type"].as_str() {
                // The Ref of a managed policy is its ARN, that of a role its name.
                Some("AWS::IAM::ManagedPolicy") => self.attribute(&format!("{name}.Arn")),
                Some("AWS::IAM::Role") => self.resolve(&self.template["Resources"][name]["Properties"]["RoleName"]),
                other => panic!("{name} is {other:?}, which is not known here"),
            },
        }
    }

    fn attribute(&self, path: &str) -> Value {
        let (id, attribute) = path.split_once('.').unwrap();
        assert_eq!(attribute, "Arn", "{path}");
        let properties = &self.template["Resources"][id]["Properties"];
        let (kind, name) = match self.template["Resources"][id]["Type"].as_str().unwrap() {
            "AWS::IAM::Role" => ("role", "RoleName"),
            "AWS::IAM::ManagedPolicy" => ("policy", "ManagedPolicyName"),
            other => panic!("{id} is {other}, whose ARN is not known here"),
        };
        let text = |key: &str| self.resolve(&properties[key]).as_str().map(str::to_owned);
        let path = text("Path").unwrap_or_else(|| "/".to_owned());
        Value::from(format!("arn:aws:iam::{ACCOUNT}:{kind}{path}{}", text(name).unwrap()))
    }

    fn substitute(&self, text: &str) -> String {
        let mut parts = text.split("${");
        let mut filled = parts.next().unwrap().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap();
            let value = match name.contains('.') {
                true => self.attribute(name),
                false => self.reference(name),
            };
            filled.push_str(value.as_str().unwrap_or_else(|| panic!("{name} is no text")));
            filled.push_str(rest);
        }
        filled
    }
}

fn is_function(key: &str) -> bool {
    key == "Ref" || key.starts_with("Fn::")
}

/// Whether a parameter may have this value. Of a list each item must fit.
fn accepts(declared: &Value, value: &Value) -> bool {
    let mut schema = Map::new();
    for (from, to) in [
        ("AllowedPattern", "pattern"),
        ("AllowedValues", "enum"),
        ("MaxLength", "maxLength"),
    ] {
        if let Some(limit) = declared.get(from) {
            schema.insert(to.to_owned(), limit.clone());
        }
    }
    let schema = Value::Object(schema);
    match value {
        Value::Array(items) => items.iter().all(|item| jsonschema::is_valid(&schema, item)),
        value => jsonschema::is_valid(&schema, value),
    }
}
