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
    /// Every text and number below it goes but ARNs.
    AllButArns,
    /// A URL keeps its scheme and host, a mail address its domain; ARNs stay, anything else goes.
    Address,
    /// Of a list of words the first stays where it can only be a program, every other goes.
    Program,
    /// The same where the first word may as well be an argument of the image's own entry point: a path or a known interpreter stays.
    KnownProgram,
    /// It goes as a whole, with what it is made of.
    Whole,
    /// It is looked into, whatever a row for any type says.
    LookInto,
}

use Treatment::{
    Address, AllButArns, Environment, KnownProgram, LookInto, NamedValues, Program, Scalars, StateMachine, Values,
    Whole,
};

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
    (ANY, &["inputtransformer"], Values),
    (ANY, &["inputtemplate"], Values),
    (ANY, &["httpparameters"], Values),
    (ANY, &["pipelineparameterlist"], NamedValues),
    (ANY, &["redshiftdataparameters", "sql"], Values),
    (ANY, &["redshiftdataparameters", "sqls"], Values),
    (ANY, &["appsyncparameters"], Values),
    (ANY, &["runcommandparameters"], Values),
    (ANY, &["batchjobparameters", "parameters"], Values),
    (ANY, &["authparameters"], Values),
    (ANY, &["customparameters"], Values),
    (ANY, &["env"], Environment),
    (ANY, &["args"], Scalars),
    (ANY, &["containerentrypoint"], Scalars),
    (ANY, &["containerarguments"], Scalars),
    (ANY, &["startcommand"], Values),
    (ANY, &["buildcommand"], Values),
    (ANY, &["commands"], Scalars),
    (ANY, &["hyperparameters"], Values),
    (ANY, &["configurations", "properties"], Values),
    (ANY, &["configurationproperties"], Values),
    (ANY, &["codegenconfigurationnodes"], Values),
    (ANY, &["content", "location"], Values),
    (ANY, &["instruction"], Values),
    (ANY, &["promptoverrideconfiguration"], AllButArns),
    (ANY, &["collaborationinstruction"], Values),
    (ANY, &["blockedinputmessaging"], Values),
    (ANY, &["blockedoutputsmessaging"], Values),
    (ANY, &["supportedloginproviders"], Values),
    (ANY, &["invocationendpoint"], Address),
    (ANY, &["inlinepayload"], Whole),
    (ANY, &["apischema", "payload"], Whole),
    (ANY, &["functionschema"], Whole),
    (ANY, &["inlinecode", "code"], Values),
    (ANY, &["conditions", "expression"], Values),
    (ANY, &["additionalmodelrequestfields"], Values),
    (ANY, &["prompttemplate"], Values),
    (ANY, &["templateconfiguration"], Values),
    (ANY, &["userparameters"], Values),
    (ANY, &["parameteroverrides"], Values),
    (ANY, &["customdata"], Values),
    (ANY, &["variables", "defaultvalue"], Values),
    ("AWS::ApiGateway::Stage", &["variables"], Values),
    ("AWS::AppConfig::HostedConfigurationVersion", &["content"], Values),
    ("AWS::Batch::JobDefinition", &["parameters"], Values),
    ("AWS::Bedrock::Guardrail", &["topicsconfig"], AllButArns),
    ("AWS::Bedrock::Guardrail", &["wordsconfig"], Values),
    ("AWS::Bedrock::Guardrail", &["regexesconfig"], Values),
    ("AWS::CodeBuild::Project", &["environment"], LookInto),
    ("AWS::CloudFormation::Stack", &["parameters"], NamedValues),
    ("AWS::CloudFormation::Stack", &["outputs"], NamedValues),
    ("AWS::ECS::TaskDefinition", &["containerdefinitions", "command"], KnownProgram),
    ("AWS::ECS::TaskDefinition", &["containerdefinitions", "entrypoint"], Program),
    ("AWS::SSM::Association", &["parameters"], Values),
    ("AWS::SSM::Document", &["content"], Values),
    ("AWS::SSM::Parameter", &["value"], Values),
    ("AWS::Glue::Trigger", &["arguments"], Values),
    ("AWS::SNS::Subscription", &["endpoint"], Address),
    ("AWS::SNS::Topic", &["subscription", "endpoint"], Address),
    ("AWS::SageMaker::Pipeline", &["pipelinedefinition"], AllButArns),
    ("AWS::StepFunctions::StateMachine", &["definition"], StateMachine),
    ("AWS::StepFunctions::StateMachine", &["definitionstring"], StateMachine),
    ("AWS::StepFunctions::StateMachine", &["definitionsubstitutions"], Values),
    ("batch/job-definitions", &["parameters"], Values),
    ("bedrock/guardrails", &["topics"], AllButArns),
    ("bedrock/guardrails", &["words"], Values),
    ("bedrock/guardrails", &["regexes"], Values),
    ("bedrock-agent/agent-action-groups", &["description"], Values),
    ("bedrock-agent/agent-action-groups", &["parentactiongroupsignatureparams"], Values),
    ("bedrock-agent/agent-knowledge-bases", &["description"], Values),
    ("bedrock-agent/data-sources", &["seedurls", "url"], Address),
    ("codebuild/projects", &["environment"], LookInto),
    ("ecr/image-scan-findings", &["imagescanfindings", "findings"], Whole),
    ("ecr/image-scan-findings", &["imagescanfindings", "enhancedfindings"], Whole),
    ("sagemaker/pipelines", &["pipelinedefinition"], AllButArns),
    ("sns/subscriptions", &["endpoint"], Address),
    ("stepfunctions/state-machines", &["definition"], StateMachine),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn in_words(treatment: Treatment) -> &'static str {
        match treatment {
            Values => "every value",
            Scalars => "a text or list of texts",
            NamedValues => "values of a list of names and values, or of a map",
            Environment => "values of a list or map; a structure is looked into",
            StateMachine => "literals; structure, called resources and ARNs stay",
            AllButArns => "every value that is no ARN",
            Address => {
                "of a URL all but scheme and host, of a mail address all but its domain, anything else that is no ARN"
            }
            Program => "of a list of words all but a program at its beginning",
            KnownProgram => "of a list of words all but a path or an interpreter at its beginning",
            Whole => "the whole",
            LookInto => "nothing; it is looked into",
        }
    }

    #[test]
    fn the_documented_table_is_this_one() {
        let document = include_str!("../../../../docs/capture.md");
        let documented: Vec<&str> = document
            .lines()
            .skip_while(|line| !line.starts_with("| type | path ends in |"))
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .collect();
        let wanted: Vec<String> = PLACES
            .iter()
            .map(|(resource_type, path, treatment)| {
                let resource_type = if resource_type.is_empty() { "any" } else { resource_type };
                format!("| {resource_type} | `{}` | {} |", path.join("."), in_words(*treatment))
            })
            .collect();
        assert_eq!(documented, wanted);
    }
}
