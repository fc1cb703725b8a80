//! Which instance profile the instances of an Auto Scaling group start with: that of its launch template or launch configuration.
//!
//! Source: Amazon EC2 Auto Scaling User Guide, "Launch templates"; API Reference, `LaunchTemplateSpecification`: a template is named by id or name,
//! and a version by number, `$Latest` or `$Default`, the latter where none is named.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::config::ConfigItem;
use crate::facts::Facts;
use crate::freshness::{Fact, Freshness, Newest};
use crate::json::{at, bool_at, first_text, text_at};
use crate::spoke::Answer;
use sv0_model::record::Origin;

const DEFAULT: &str = "$Default";
const LATEST: &str = "$Latest";
/// Where Config keeps one version's data and does not say which.
const ANY: &str = "*";

/// Where something stands: account and Region.
#[derive(Clone, Copy)]
struct Place<'a> {
    account: Option<&'a str>,
    region: Option<&'a str>,
}

impl Place<'_> {
    fn name(self, kind: &str, id: &str, version: &str) -> String {
        let (account, region) = (self.account.unwrap_or_default(), self.region.unwrap_or_default());
        format!("{account}/{region}/{kind}/{id}/{version}")
    }
}

/// Instance profiles by the names under which groups ask for them.
#[derive(Debug, Default)]
pub(crate) struct LaunchProfiles(BTreeMap<String, String>);

impl LaunchProfiles {
    /// Copies what was read.
    pub(crate) fn new(facts: &Newest<Option<String>>) -> Self {
        let known = facts.iter();
        Self(
            known
                .filter_map(|(name, fact)| Some((name.clone(), fact.value.clone()?)))
                .collect(),
        )
    }

    /// The profile under a name. What the exact version does not tell, the template's only recorded version does.
    pub(crate) fn of(&self, name: &str) -> Option<&str> {
        let exact = self.0.get(name);
        let in_any_version = || {
            let (template, _) = name.rsplit_once('/')?;
            self.0.get(&format!("{template}/{ANY}"))
        };
        exact.or_else(in_any_version).map(String::as_str)
    }
}

/// The name of a group's launch template or configuration, for [`crate::description::Reference::Launch`].
pub(crate) fn names_of_group(group: &Value, account: Option<&str>, region: Option<&str>) -> Vec<String> {
    let place = Place { account, region };
    let configuration = first_text(group, &["launchConfigurationName", "launchConfigurationName.value"]);
    let templates = [
        "launchTemplate",
        "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification",
    ];
    let templates = templates.iter().filter_map(|path| {
        let template = at(group, path)?;
        let version = text_at(template, "version").unwrap_or(DEFAULT);
        let id = first_text(template, &["launchTemplateId", "launchTemplateName"])?;
        Some(place.name("template", id, version))
    });
    let configurations = configuration.map(|name| place.name("configuration", name, ANY));
    templates.chain(configurations).collect()
}

/// `AWS::AutoScaling::LaunchConfiguration`.
pub(crate) fn read_configuration(item: &ConfigItem<'_>, facts: &mut Facts) {
    let Some(body) = at(&item.body, "configuration") else {
        return;
    };
    let place = Place {
        account: item.account,
        region: item.region,
    };
    let Some(name) = first_text(&item.body, &["configuration.launchConfigurationName", "resourceName"]) else {
        return;
    };
    let profile = first_text(body, &["iamInstanceProfile.value", "iamInstanceProfile"]);
    offer(
        facts,
        place.name("configuration", name, ANY),
        profile,
        (&item.freshness, item.origin),
    );
}

/// `AWS::EC2::LaunchTemplate`: one version's data.
pub(crate) fn read_template(item: &ConfigItem<'_>, facts: &mut Facts) {
    let Some(body) = at(&item.body, "configuration") else {
        return;
    };
    let place = Place {
        account: item.account,
        region: item.region,
    };
    let source = (&item.freshness, item.origin);
    for id in ids(body).chain(text_at(&item.body, "resourceId")) {
        offer(facts, place.name("template", id, ANY), profile_of(body), source);
    }
}

/// One item of `ec2:DescribeLaunchTemplateVersions`.
pub(crate) fn read_version(answer: &Answer<'_>, facts: &mut Facts) {
    let place = Place {
        account: answer.account,
        region: answer.region,
    };
    let Some(number) = at(answer.body, "versionNumber").and_then(Value::as_u64) else {
        return;
    };
    let source = (&answer.freshness, answer.origin);
    let profile = profile_of(answer.body);
    // Of several versions the highest is the latest, whenever it was read.
    let latest = (&answer.freshness.clone().with_precedence(number), answer.origin);
    let is_default = bool_at(answer.body, "defaultVersion") == Some(true);
    for id in ids(answer.body) {
        offer(facts, place.name("template", id, &number.to_string()), profile, source);
        offer(facts, place.name("template", id, LATEST), profile, latest);
        if is_default {
            offer(facts, place.name("template", id, DEFAULT), profile, source);
        }
    }
}

fn ids(body: &Value) -> impl Iterator<Item = &str> {
    let names = ["launchTemplateId", "launchTemplateName", "id"];
    names.into_iter().filter_map(|name| text_at(body, name))
}

fn profile_of(body: &Value) -> Option<&str> {
    let places = [
        "launchTemplateData.iamInstanceProfile.arn",
        "launchTemplateData.iamInstanceProfile.name",
    ];
    first_text(body, &places)
}

fn offer(facts: &mut Facts, name: String, profile: Option<&str>, (freshness, origin): (&Freshness, &Origin)) {
    let fact = Fact {
        freshness: freshness.clone(),
        origin: origin.clone(),
        value: profile.map(str::to_owned),
    };
    facts.launch_profiles.offer(name, fact);
}
