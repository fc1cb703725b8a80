//! Functions, state machines, and what starts and watches them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Fault;
use crate::templates::load::{Resource, Template};
use crate::templates::policies::{may_be_absent, references, texts};

const FUNCTION: &str = "AWS::Lambda::Function";

/// Those of a type that lack something.
fn lacking<'t>(
    template: &'t Template,
    kind: &'t str,
    about: &'static str,
    has: impl Fn(Resource<'t>) -> bool,
) -> Vec<Fault> {
    let all = template.of_type(kind);
    all.filter(|resource| !has(*resource))
        .map(|resource| Fault::new(resource.name, about))
        .collect()
}

/// Whether everything that a value can be is a reference to a resource of this type.
fn refers_to(template: &Template, value: &Value, kind: &str) -> bool {
    let texts = texts(value);
    let is_of_kind = |name: &&str| template.resource(name).is_some_and(|resource| resource.kind() == kind);
    !may_be_absent(value)
        && texts
            .iter()
            .all(|text| references(text).first().is_some_and(is_of_kind))
}

pub fn functions_are_traced(template: &Template) -> Vec<Fault> {
    lacking(template, FUNCTION, "TracingConfig", |function| {
        function.property("TracingConfig")["Mode"] == "Active"
    })
}

pub fn log_groups(template: &Template) -> Vec<Fault> {
    let mut found = lacking(template, FUNCTION, "LoggingConfig.LogGroup", |function| {
        refers_to(
            template,
            &function.property("LoggingConfig")["LogGroup"],
            "AWS::Logs::LogGroup",
        )
    });
    found.extend(lacking(template, FUNCTION, "LoggingConfig.LogFormat", |function| {
        function.property("LoggingConfig")["LogFormat"] == "JSON"
    }));
    let mut owners: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for function in template.of_type(FUNCTION) {
        for group in texts(&function.property("LoggingConfig")["LogGroup"]) {
            owners.entry(group).or_default().push(function.name);
        }
    }
    let shared = owners.into_values().filter(|functions| functions.len() > 1);
    found.extend(
        shared
            .flatten()
            .map(|function| Fault::new(function, "a shared log group")),
    );
    found
}

/// A dead-letter queue, or a destination for failures.
pub fn failures(template: &Template) -> Vec<Fault> {
    let has_destination = |function: Resource<'_>| {
        template.of_type("AWS::Lambda::EventInvokeConfig").any(|config| {
            let is_of_function = texts(config.property("FunctionName"))
                .iter()
                .any(|text| references(text) == [function.name]);
            is_of_function && !may_be_absent(&config.property("DestinationConfig")["OnFailure"]["Destination"])
        })
    };
    lacking(template, FUNCTION, "DeadLetterConfig", |function| {
        !may_be_absent(&function.property("DeadLetterConfig")["TargetArn"]) || has_destination(function)
    })
}

/// A number alone would fail in an account whose quota leaves nothing to reserve, and would not let anybody choose.
pub fn concurrency(template: &Template) -> Vec<Fault> {
    lacking(template, FUNCTION, "ReservedConcurrentExecutions", |function| {
        let limit = function.property("ReservedConcurrentExecutions");
        let is_parameter = |name: &str| template.body["Parameters"].get(name).is_some();
        limit.get("Fn::If").is_some() || limit["Ref"].as_str().is_some_and(is_parameter)
    })
}

/// One role a function, so that each may do what its duty needs and no more.
pub fn roles(template: &Template) -> Vec<Fault> {
    let mut found = lacking(template, FUNCTION, "Role", |function| {
        refers_to(template, function.property("Role"), "AWS::IAM::Role")
    });
    let mut owners: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for function in template.of_type(FUNCTION) {
        for role in texts(function.property("Role")) {
            owners.entry(role).or_default().push(function.name);
        }
    }
    let shared = owners.into_values().filter(|functions| functions.len() > 1);
    found.extend(shared.flatten().map(|function| Fault::new(function, "a shared role")));
    found
}

pub fn state_machines(template: &Template) -> Vec<Fault> {
    const MACHINE: &str = "AWS::StepFunctions::StateMachine";
    let mut found = lacking(template, MACHINE, "LoggingConfiguration.Level", |machine| {
        machine.property("LoggingConfiguration")["Level"] == "ALL"
    });
    found.extend(lacking(
        template,
        MACHINE,
        "LoggingConfiguration.Destinations",
        |machine| {
            let group =
                &machine.property("LoggingConfiguration")["Destinations"][0]["CloudWatchLogsLogGroup"]["LogGroupArn"];
            refers_to(template, group, "AWS::Logs::LogGroup")
        },
    ));
    found.extend(lacking(template, MACHINE, "TracingConfiguration", |machine| {
        machine.property("TracingConfiguration")["Enabled"] == true
    }));
    found.extend(lacking(template, MACHINE, "StateMachineType", |machine| {
        machine.property("StateMachineType") == "STANDARD" || machine.property("StateMachineType").is_null()
    }));
    found.extend(lacking(template, MACHINE, "RoleArn", |machine| {
        refers_to(template, machine.property("RoleArn"), "AWS::IAM::Role")
    }));
    found
}

pub fn alarms(template: &Template) -> Vec<Fault> {
    const ALARM: &str = "AWS::CloudWatch::Alarm";
    let mut found = lacking(template, ALARM, "AlarmActions", |alarm| {
        !texts(alarm.property("AlarmActions")).is_empty() && alarm.property("ActionsEnabled") != false
    });
    found.extend(lacking(template, ALARM, "AlarmDescription", |alarm| {
        !texts(alarm.property("AlarmDescription")).is_empty()
    }));
    found.extend(lacking(template, ALARM, "TreatMissingData", |alarm| {
        !alarm.property("TreatMissingData").is_null()
    }));
    found
}

/// Of schedules, of rules' targets, and of queues that something reads.
pub fn dead_letters(template: &Template) -> Vec<Fault> {
    let mut found = lacking(
        template,
        "AWS::Scheduler::Schedule",
        "Target.DeadLetterConfig",
        |schedule| !may_be_absent(&schedule.property("Target")["DeadLetterConfig"]["Arn"]),
    );
    found.extend(lacking(
        template,
        "AWS::Events::Rule",
        "Targets.DeadLetterConfig",
        |rule| {
            let targets = rule.property("Targets").as_array();
            targets.is_some_and(|targets| {
                targets
                    .iter()
                    .all(|target| !may_be_absent(&target["DeadLetterConfig"]["Arn"]))
            })
        },
    ));
    for mapping in template.of_type("AWS::Lambda::EventSourceMapping") {
        for source in texts(mapping.property("EventSourceArn")) {
            let queue = references(&source).first().and_then(|name| template.resource(name));
            if let Some(queue) =
                queue.filter(|queue| may_be_absent(&queue.property("RedrivePolicy")["deadLetterTargetArn"]))
            {
                found.push(Fault::new(queue.name, "RedrivePolicy"));
            }
        }
    }
    found
}
