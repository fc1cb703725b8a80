//! Commands of CloudFormation that are printed or documented: each names a template, and gives it every parameter that has no default and none that it does not have.

use std::collections::{BTreeMap, BTreeSet};

use crate::spoke_templates::templates;

/// The commands of CloudFormation in a text, each as its words. Quotes and `$(…)` hold words together.
fn commands(text: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let (mut word, mut quote, mut depth) = (String::new(), None, 0);
    let joined = text.replace("\\\n", " ");
    for character in joined.chars() {
        let is_held = quote.is_some() || depth > 0;
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            '"' | '\'' if quote == Some(character) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(character),
            _ => {}
        }
        if (character.is_whitespace() && !is_held) || (character == '\n') {
            let last = commands.last_mut().unwrap();
            if !word.is_empty() {
                last.push(std::mem::take(&mut word));
            }
            // No command goes on past its line with a quote open: an apostrophe of the text around it is not one.
            if character == '\n' {
                (quote, depth) = (None, 0);
            }
            if character == '\n' || last.last().is_some_and(|word| word == "&&") {
                commands.push(Vec::new());
            }
        } else {
            word.push(character);
        }
    }
    commands.last_mut().unwrap().push(word);
    commands.retain(|words| words.starts_with(&["aws".to_owned(), "cloudformation".to_owned()]));
    commands
}

/// The words that follow an option.
fn after<'a>(words: &'a [String], option: &str) -> Vec<&'a str> {
    let rest = words.iter().skip_while(|word| *word != option).skip(1);
    let of_option = rest.take_while(|word| !word.starts_with("--") && *word != "&&");
    of_option.map(String::as_str).collect()
}

/// The names that a command gives values.
fn given(words: &[String]) -> BTreeSet<String> {
    let overrides = after(words, "--parameter-overrides");
    let overrides = overrides.into_iter().filter_map(|word| word.split_once('='));
    let parameters = after(words, "--parameters");
    let parameters = parameters.into_iter().filter_map(|word| {
        let (name, value) = word.strip_prefix("ParameterKey=")?.split_once(',')?;
        let is_given = value == "UsePreviousValue=true" || value.starts_with("ParameterValue=");
        is_given.then_some((name, value))
    });
    overrides.chain(parameters).map(|(name, _)| name.to_owned()).collect()
}

/// The template of a command: the one it names, or that of the stack set, which an update keeps.
fn template(words: &[String]) -> Option<String> {
    let named = ["--template-file", "--template-body"]
        .map(|option| after(words, option).first().map(|word| (*word).to_owned()));
    let named = named.into_iter().flatten().next();
    let file = named.map(|path| path.rsplit('/').next().unwrap_or_default().to_owned());
    let keeps = words.iter().any(|word| word == "--use-previous-template");
    file.or_else(|| keeps.then(|| "spoke-role.yaml".to_owned()))
}

/// What is wrong with the commands of a text, and how many have a template.
pub fn faults(text: &str) -> (Vec<String>, usize) {
    let (mut faults, mut deployed) = (Vec::new(), 0);
    for words in commands(text) {
        let verb = words.get(2).map(String::as_str).unwrap_or_default();
        let needs_one = ["deploy", "create-stack-set", "update-stack-set", "create-stack"].contains(&verb);
        let Some(file) = template(&words) else {
            faults.extend(needs_one.then(|| format!("{verb} names no template")));
            continue;
        };
        deployed += 1;
        let Some(template) = templates().get(&file) else {
            faults.push(format!("{verb} names {file}, which is not there"));
            continue;
        };
        let declared = template["Parameters"].as_object().unwrap();
        let needed = declared
            .iter()
            .filter(|(_, parameter)| parameter.get("Default").is_none());
        let needed: BTreeSet<String> = needed.map(|(name, _)| name.clone()).collect();
        let all: BTreeSet<String> = declared.keys().cloned().collect();
        let given = given(&words);
        let missing: Vec<_> = needed.difference(&given).collect();
        let unknown: Vec<_> = given.difference(&all).collect();
        if !missing.is_empty() || !unknown.is_empty() {
            faults.push(format!("{verb} of {file} lacks {missing:?} and has {unknown:?}"));
        }
        // An update gives what it leaves out its default.
        if verb == "update-stack-set" && given != all {
            faults.push(format!(
                "{verb} forgets {:?}",
                all.difference(&given).collect::<Vec<_>>()
            ));
        }
        let has_named_roles = template["Resources"]
            .as_object()
            .unwrap()
            .values()
            .any(|resource| resource["Type"].as_str().unwrap().starts_with("AWS::IAM::"));
        if has_named_roles && after(&words, "--capabilities") != ["CAPABILITY_NAMED_IAM"] {
            faults.push(format!("{verb} of {file} lacks CAPABILITY_NAMED_IAM"));
        }
    }
    (faults, deployed)
}

#[test]
fn a_command_that_lacks_or_invents_a_parameter_is_found() {
    const GOOD: &str = "read -rs X && aws cloudformation deploy --stack-name s --template-file cfn-stacksets/management-role.yaml --capabilities CAPABILITY_NAMED_IAM \\\n \
                        --parameter-overrides HubRoleArns=\"$(aws x --query 'a b')\" ExternalId=\"$X\" OrganizationId=o && echo done";
    assert_eq!(faults(GOOD), (Vec::new(), 1));
    let set = "aws cloudformation update-stack-set --stack-set-name s --use-previous-template --capabilities CAPABILITY_NAMED_IAM";
    for (text, fault) in [
        (GOOD.replace("OrganizationId=o", ""), "lacks [\"OrganizationId\"]"),
        (GOOD.replace("HubRoleArns", "HubRoles"), "has [\"HubRoles\"]"),
        (GOOD.replace("management-role", "role"), "which is not there"),
        (
            GOOD.replace("--capabilities CAPABILITY_NAMED_IAM", ""),
            "lacks CAPABILITY_NAMED_IAM",
        ),
        (
            GOOD.replace("--template-file cfn-stacksets/management-role.yaml", ""),
            "names no template",
        ),
        (set.to_owned(), "forgets"),
    ] {
        let (found, _) = faults(&text);
        assert!(found.iter().any(|words| words.contains(fault)), "{text}: {found:?}");
    }
    let listing = "aws cloudformation list-stack-instances --stack-set-name s";
    assert_eq!(faults(listing), (Vec::new(), 0));
}

/// The pages that say how the roles come into the accounts.
#[test]
fn the_documentation_gives_templates_what_they_need() {
    let pages = BTreeMap::from([("docs/deploy.md", 2)]);
    for (page, expected) in pages {
        let text = std::fs::read_to_string(crate::support::repository().join(page)).unwrap();
        let (faults, deployed) = faults(&text);
        assert_eq!((faults, deployed), (Vec::new(), expected), "{page}");
    }
}
