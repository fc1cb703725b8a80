//! What is deployed keeps to the product's own rules, to those of public checkers, and to the exceptions that are written down.

mod allowed;
mod fragments;
mod load;
mod machines;
mod policies;
mod rules;
mod tools;

use std::collections::BTreeSet;

use allowed::{Complaint, differences, is_sentence, listed, listed_for, marked};
use load::{state_machines, templates};
use rules::Fault;
use tools::Files;

#[test]
fn templates_and_state_machines_keep_to_the_rules_of_the_product() {
    let mut found = BTreeSet::new();
    for template in templates() {
        for rule in rules::ALL {
            found.extend(
                rule.1(template)
                    .into_iter()
                    .map(|fault| own(rule.0, &template.path, fault)),
            );
        }
    }
    for (path, machine) in state_machines() {
        for rule in machines::ALL {
            found.extend(rule.1(&machine).into_iter().map(|fault| own(rule.0, &path, fault)));
        }
    }
    same(&found, "own");
}

fn own(rule: &str, path: &str, fault: Fault) -> Complaint {
    Complaint {
        tool: "own".to_owned(),
        rule: rule.to_owned(),
        template: path.to_owned(),
        resource: fault.resource,
        about: fault.about,
    }
}

#[test]
fn what_is_suppressed_in_a_template_is_listed_and_the_other_way_round() {
    let marks: Vec<_> = templates().iter().flat_map(marked).collect();
    let in_templates: BTreeSet<Complaint> = marks.iter().map(|(complaint, _)| complaint.clone()).collect();
    let in_list: BTreeSet<Complaint> = ["cfn-lint", "checkov", "guard"]
        .into_iter()
        .flat_map(listed_for)
        .collect();
    let mut faults = differences(&in_templates, &in_list);
    for (complaint, said) in marks {
        let why = listed()
            .into_iter()
            .find(|(listed, _)| *listed == complaint)
            .map(|(_, why)| why);
        if let (Some(said), Some(why)) = (said, why)
            && (said != why || !is_sentence(&said))
        {
            faults.push(format!(
                "the template and the list give different reasons: {complaint:?}"
            ));
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn cfn_lint_has_nothing_to_say() {
    assert_eq!(tools::cfn_lint(&Files::as_deployed()), BTreeSet::new());
    same(&tools::cfn_lint(&Files::without_marks()), "cfn-lint");
}

#[test]
#[ignore = "checkov is installed for the full run only"]
fn checkov_has_nothing_to_say() {
    assert_eq!(tools::checkov(&Files::as_deployed()), BTreeSet::new());
    same(&tools::checkov(&Files::without_marks()), "checkov");
}

#[test]
#[ignore = "cfn-guard is installed for the full run only"]
fn the_rules_for_guard_are_kept_and_tell_right_from_wrong() {
    tools::guard_tests().unwrap_or_else(|words| panic!("{words}"));
    assert_eq!(tools::guard(&Files::as_deployed()), BTreeSet::new());
    same(&tools::guard(&Files::without_marks()), "guard");
}

#[test]
#[ignore = "SAM is installed for the full run only"]
fn sam_accepts_what_it_transforms() {
    let with_transform: Vec<_> = templates()
        .iter()
        .filter(|template| template.source.get("Transform").is_some())
        .collect();
    assert!(!with_transform.is_empty());
    for template in with_transform {
        tools::sam_validate(template).unwrap_or_else(|words| panic!("{}: {words}", template.path));
    }
}

/// What a tool says of the templates without marks is what the list lets pass: nothing more, and nothing less.
fn same(found: &BTreeSet<Complaint>, tool: &str) {
    let faults = differences(found, &listed_for(tool));
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_suppression_that_is_not_listed_and_one_that_is_not_needed_are_noticed() {
    let complaint = |resource: &str| Complaint {
        tool: "checkov".to_owned(),
        rule: "CKV_AWS_18".to_owned(),
        resource: resource.to_owned(),
        ..Complaint::default()
    };
    let one = BTreeSet::from([complaint("A")]);
    let other = BTreeSet::from([complaint("B")]);
    assert_eq!(differences(&one, &one), Vec::<String>::new());
    assert_eq!(differences(&one, &BTreeSet::new()).len(), 1, "not listed");
    assert_eq!(differences(&BTreeSet::new(), &one).len(), 1, "not needed");
    assert_eq!(differences(&one, &other).len(), 2, "of another resource");
    assert!(is_sentence("It receives the logs of the others itself."));
    for text in [
        "",
        "No",
        "it begins in the middle of a sentence.",
        "It has no end to it at all",
        "It is one sentence. It is two.",
    ] {
        assert!(!is_sentence(text), "{text}");
    }
}
