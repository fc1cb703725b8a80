//! The closed table of places that hold secrets, by resource type and path. `docs/capture.md` prints it.

/// What is done at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Every value below it goes; keys stay.
    Values,
    /// The same, where it is a text or a list of texts.
    Scalars,
    /// A list of `{Name, Value}`: names and ARNs in `ValueFrom` stay; a map: keys stay.
    NamedValues,
    /// The same, where it is a list or a map of texts; a structure is looked into.
    Environment,
    /// The literals of a state machine's definition go, its structure and its ARNs stay.
    StateMachine,
}

use Treatment::{Environment, NamedValues, Scalars, StateMachine, Values};

/// Any resource type.
const ANY: &str = "";

/// Resource type, end of the path (names in lower case, letters and digits alone), treatment.
#[rustfmt::skip]
const PLACES: &[(&str, &[&str], Treatment)] = &[
    (ANY, &["environment"], Environment),
    (ANY, &["environment", "variables"], Values),
    (ANY, &["environmentvariables"], NamedValues),
    (ANY, &["runtimeenvironmentvariables"], NamedValues),
    (ANY, &["environmentoverrides"], NamedValues),
    (ANY, &["optionsettings"], NamedValues),
    (ANY, &["userdata"], Values),
    (ANY, &["command"], Scalars),
    (ANY, &["entrypoint"], Scalars),
    (ANY, &["healthcheck", "command"], Values),
    (ANY, &["dockerlabels"], Values),
    (ANY, &["logconfiguration", "options"], Values),
    (ANY, &["logconfiguration", "secretoptions"], NamedValues),
    (ANY, &["firelensconfiguration", "options"], Values),
    (ANY, &["dockervolumeconfiguration", "driveropts"], Values),
    (ANY, &["dockervolumeconfiguration", "labels"], Values),
    (ANY, &["code", "location"], Values),
    (ANY, &["secretstring"], Values),
    (ANY, &["secretbinary"], Values),
    (ANY, &["generatesecretstring", "secretstringtemplate"], Values),
    (ANY, &["base32stringseed"], Values),
    (ANY, &["qrcodepng"], Values),
    (ANY, &["customergatewayconfiguration"], Values),
    (ANY, &["connectionproperties"], Values),
    (ANY, &["defaultarguments"], Values),
    (ANY, &["nonoverridablearguments"], Values),
    (ANY, &["stagevariables"], Values),
    (ANY, &["headervalue"], Values),
    (ANY, &["buildspec"], Scalars),
    (ANY, &["templatebody"], Values),
    (ANY, &["target", "input"], Values),
    (ANY, &["targets", "input"], Values),
    (ANY, &["inputtransformer", "inputtemplate"], Values),
    ("AWS::ApiGateway::Stage", &["variables"], Values),
    ("AWS::AppConfig::HostedConfigurationVersion", &["content"], Values),
    ("AWS::Batch::JobDefinition", &["parameters"], Values),
    ("AWS::CloudFormation::Stack", &["parameters"], NamedValues),
    ("AWS::CloudFormation::Stack", &["outputs"], NamedValues),
    ("AWS::SSM::Association", &["parameters"], Values),
    ("AWS::SSM::Document", &["content"], Values),
    ("AWS::SSM::Parameter", &["value"], Values),
    ("AWS::StepFunctions::StateMachine", &["definition"], StateMachine),
    ("AWS::StepFunctions::StateMachine", &["definitionstring"], StateMachine),
    ("AWS::StepFunctions::StateMachine", &["definitionsubstitutions"], Values),
];

/// What is to be done with the field at `path` of an item of `resource_type`.
pub(super) fn treatment_of(resource_type: &str, path: &[String]) -> Option<Treatment> {
    let row = PLACES
        .iter()
        .rev()
        .find(|(row_type, end, _)| (row_type.is_empty() || *row_type == resource_type) && ends_with(path, end))?;
    Some(row.2)
}

fn ends_with(path: &[String], end: &[&str]) -> bool {
    path.len() >= end.len() && path.iter().rev().zip(end.iter().rev()).all(|(a, b)| a == b)
}
