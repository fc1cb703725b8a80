//! The tokens of strangers that a trust policy may let in.
//!
//! A pattern over a claim is closed only where the part that names the tenant is literal up to its separator: `repo:acme/*` is one organization's,
//! `repo:acme*` and `repo:*/app:*` are whoever's takes a name that fits. So strangers are made out of the patterns that the policy itself writes.
//!
//! Sources: GitHub Docs, "OpenID Connect reference" (claims and subjects); GitLab Docs, "OpenID Connect (OIDC) Authentication Using ID Tokens";
//! HCP Terraform Docs, "Workload identity tokens"; Buildkite Docs, "Buildkite CLI oidc"; IAM User Guide, "Available keys for AWS OIDC federation".

use std::collections::BTreeSet;

/// What stands for a stranger where a provider's claims have no form of their own.
pub(super) const STRANGER: &str = "sv0-stranger";

pub(super) const COGNITO: &str = "cognito-identity.amazonaws.com";

/// Beyond these a policy's patterns are not tried further.
const MAX_VALUES: usize = 64;

/// A longer pattern is no claim of a token.
const MAX_PATTERN: usize = 1_024;

/// A provider that anybody can get a token from.
pub(super) struct Shared {
    pub host: &'static str,
    pub whose: &'static str,
    /// Subjects of tokens that somebody else got.
    pub subjects: &'static [&'static str],
    subject: Form,
    /// The other claims that name a tenant.
    claims: &'static [(&'static str, Form)],
    /// Claims whose value is up to whoever has a token made.
    chosen: &'static [&'static str],
}

/// How a claim names the tenant: what stands before the name, and what ends it.
#[derive(Debug, Clone, Copy)]
struct Form {
    prefix: &'static str,
    separator: Option<char>,
    /// What a name is written with beyond letters and digits.
    marks: &'static str,
    /// A part of a name that is still to be had.
    filling: &'static str,
}

const WHOLE: Form = Form {
    prefix: "",
    separator: None,
    marks: "-_.:",
    filling: STRANGER,
};

const NUMBER: Form = Form {
    marks: "",
    filling: "00000",
    ..WHOLE
};

const PATH: Form = Form {
    separator: Some('/'),
    marks: "-_.",
    ..WHOLE
};

const ORGANIZATION: Form = Form {
    prefix: "organization:",
    separator: Some(':'),
    marks: "-_",
    ..WHOLE
};

pub(super) const SHARED: [Shared; 8] = [
    Shared {
        host: "token.actions.githubusercontent.com",
        whose: "any repository of GitHub",
        subjects: &[
            "repo:sv0-stranger/sv0-any:ref:refs/heads/main",
            "repo:sv0-stranger/sv0-any:pull_request",
            "repo:sv0-stranger/sv0-any:environment:production",
        ],
        subject: Form {
            prefix: "repo:",
            marks: "-_",
            ..PATH
        },
        claims: &[
            ("repository", PATH),
            ("repository_owner", WHOLE),
            ("repository_id", NUMBER),
            ("repository_owner_id", NUMBER),
            ("job_workflow_ref", PATH),
            ("workflow_ref", PATH),
            ("enterprise", WHOLE),
            ("enterprise_id", NUMBER),
            ("actor", WHOLE),
            ("actor_id", NUMBER),
        ],
        chosen: &[
            "base_ref",
            "environment",
            "event_name",
            "head_ref",
            "ref",
            "ref_protected",
            "ref_type",
            "repository_visibility",
            "runner_environment",
            "workflow",
        ],
    },
    Shared {
        host: "gitlab.com",
        whose: "any project of GitLab",
        subjects: &[
            "project_path:sv0-stranger/sv0-any:ref_type:branch:ref:main",
            "project_path:sv0-stranger/sv0-any:ref_type:tag:ref:v1",
        ],
        subject: Form {
            prefix: "project_path:",
            ..PATH
        },
        claims: &[
            ("project_path", PATH),
            ("namespace_path", PATH),
            ("project_id", NUMBER),
            ("namespace_id", NUMBER),
            ("user_login", WHOLE),
        ],
        chosen: &[
            "deployment_tier",
            "environment",
            "environment_protected",
            "pipeline_source",
            "project_visibility",
            "ref",
            "ref_path",
            "ref_protected",
            "ref_type",
            "runner_environment",
        ],
    },
    Shared {
        host: "app.terraform.io",
        whose: "any organization of HCP Terraform",
        subjects: &["organization:sv0-stranger:project:sv0-any:workspace:sv0-any:run_phase:apply"],
        subject: ORGANIZATION,
        claims: &[("terraform_organization_name", WHOLE)],
        chosen: &[
            "terraform_project_name",
            "terraform_run_phase",
            "terraform_workspace_name",
        ],
    },
    Shared {
        host: "agent.buildkite.com",
        whose: "any organization of Buildkite",
        subjects: &["organization:sv0-stranger:pipeline:sv0-any:ref:refs/heads/main:commit:0:step:sv0-any"],
        subject: ORGANIZATION,
        claims: &[("organization_slug", WHOLE)],
        chosen: &["build_branch", "pipeline_slug", "step_key"],
    },
    Shared {
        host: "accounts.google.com",
        whose: "anybody with a Google identity",
        subjects: &["000000000000000000000"],
        subject: NUMBER,
        claims: &[],
        chosen: &[],
    },
    Shared {
        host: "www.amazon.com",
        whose: "anybody who signs in with Amazon",
        subjects: &["amzn1.account.SV0STRANGER"],
        subject: Form {
            prefix: "amzn1.account.",
            filling: "SV0STRANGER",
            ..WHOLE
        },
        claims: &[],
        chosen: &[],
    },
    Shared {
        host: "graph.facebook.com",
        whose: "anybody who signs in with Facebook",
        subjects: &["000000000000000"],
        subject: NUMBER,
        claims: &[],
        chosen: &[],
    },
    Shared {
        host: COGNITO,
        whose: "any Cognito identity pool",
        subjects: &["eu-west-1:00000000-0000-0000-0000-000000000000"],
        subject: Form {
            filling: "00000000-0000-0000-0000-000000000000",
            ..WHOLE
        },
        claims: &[],
        chosen: &[],
    },
];

/// What a stranger's token may say in a claim that a trust policy tests against some patterns; none where that is the stranger's free choice.
pub(super) fn values(shared: Option<&Shared>, claim: &str, patterns: &BTreeSet<&str>) -> Option<Vec<String>> {
    let Some(shared) = shared else {
        return Some(vec![STRANGER.to_owned()]);
    };
    if shared.chosen.contains(&claim) {
        return None;
    }
    let form = match claim {
        "sub" => Some(&shared.subject),
        _ => shared
            .claims
            .iter()
            .find_map(|(name, form)| (*name == claim).then_some(form)),
    };
    let fixed = match claim {
        "sub" => shared.subjects,
        _ => &[STRANGER],
    };
    let mut values: Vec<String> = fixed.iter().map(|value| (*value).to_owned()).collect();
    for value in patterns
        .iter()
        .filter_map(|pattern| form.and_then(|form| fitting(*form, pattern)))
    {
        if values.len() < MAX_VALUES && !values.contains(&value) {
            values.push(value);
        }
    }
    Some(values)
}

/// Where in a claim one writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// After so many characters of the prefix.
    Prefix(usize),
    /// In the tenant's name, which so far is only what the pattern says.
    Named,
    /// In the tenant's name, of which a part is the stranger's choice.
    Chosen,
    Rest,
}

/// A claim in the name of a tenant that the pattern does not name in full and that matches the pattern; none where every match names one tenant.
fn fitting(form: Form, pattern: &str) -> Option<String> {
    let pattern: Vec<char> = pattern.chars().take(MAX_PATTERN + 1).collect();
    if pattern.len() > MAX_PATTERN {
        return None;
    }
    let start = form.after_prefix(0);
    let mut open = vec![(0_usize, start, String::new())];
    let mut seen = BTreeSet::from([(0, start)]);
    while let Some((at, part, text)) = open.pop() {
        let Some(next) = pattern.get(at) else {
            if matches!(part, Part::Chosen | Part::Rest) {
                return Some(text);
            }
            continue;
        };
        let mut ways: Vec<(usize, Part, String)> = Vec::new();
        match next {
            '*' if part == Part::Rest => ways.push((at + 1, part, "sv0-any".to_owned())),
            // The last way is tried first: a wildcard stands for a name rather than for nothing, and for no more than the name.
            '*' => {
                let further = form.free(part).into_iter().map(|(part, text)| (at, part, text));
                ways.extend(further);
                let nothing = (at + 1, part, String::new());
                let first = if part == Part::Chosen && at + 1 < pattern.len() {
                    ways.len()
                } else {
                    0
                };
                ways.insert(first, nothing);
            }
            '?' => ways.extend(
                form.free(part)
                    .into_iter()
                    .chain((part == Part::Chosen).then(|| (part, form.filling.to_owned())))
                    .chain((part == Part::Rest).then(|| (part, "x".to_owned())))
                    .map(|(part, text)| (at + 1, part, text.chars().take(1).collect())),
            ),
            literal => ways.extend(
                form.literal(part, *literal)
                    .map(|part| (at + 1, part, literal.to_string())),
            ),
        }
        for (at, part, written) in ways {
            if seen.insert((at, part)) {
                open.push((at, part, format!("{text}{written}")));
            }
        }
    }
    None
}

impl Form {
    fn after_prefix(self, written: usize) -> Part {
        if written < self.prefix.chars().count() {
            Part::Prefix(written)
        } else {
            Part::Named
        }
    }

    fn literal(self, part: Part, literal: char) -> Option<Part> {
        match part {
            Part::Prefix(written) => {
                (self.prefix.chars().nth(written) == Some(literal)).then(|| self.after_prefix(written + 1))
            }
            Part::Rest => Some(Part::Rest),
            Part::Chosen if self.separator == Some(literal) => Some(Part::Rest),
            Part::Named | Part::Chosen => (literal.is_alphanumeric() || self.marks.contains(literal)).then_some(part),
        }
    }

    /// What may be written where the pattern leaves it open.
    fn free(self, part: Part) -> Vec<(Part, String)> {
        match part {
            Part::Prefix(written) => self
                .prefix
                .chars()
                .nth(written)
                .map(|next| (self.after_prefix(written + 1), next.to_string()))
                .into_iter()
                .collect(),
            Part::Named => vec![(Part::Chosen, self.filling.to_owned())],
            Part::Chosen => self
                .separator
                .map(|separator| (Part::Rest, separator.to_string()))
                .into_iter()
                .collect(),
            Part::Rest => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_that_fit() {
        let host = |host: &str| SHARED.iter().find(|shared| shared.host == host).unwrap();
        let github = host("token.actions.githubusercontent.com");
        let gitlab = host("gitlab.com");
        let terraform = host("app.terraform.io");
        let cases: &[(Form, &str, Option<&str>)] = &[
            (github.subject, "repo:*/app:*", Some("repo:sv0-stranger/app:sv0-any")),
            (github.subject, "*acme/app*", Some("repo:sv0-strangeracme/appsv0-any")),
            (github.subject, "repo:????/app:*", Some("repo:ssss/app:sv0-any")),
            (github.subject, "repo:acme*", Some("repo:acmesv0-stranger/sv0-any")),
            (
                github.subject,
                "repo:acm?/app:ref:refs/heads/main",
                Some("repo:acms/app:ref:refs/heads/main"),
            ),
            (
                github.subject,
                "repo:acme-*/*:environment:production",
                Some("repo:acme-sv0-stranger/sv0-any:environment:production"),
            ),
            (github.subject, "repo:acme-parcel/*:*", None),
            (github.subject, "repo:acme-parcel/app:*", None),
            (github.subject, "repo:acme/app:ref:refs/heads/main", None),
            (github.subject, "r?po:acme/*", None),
            (github.subject, "project_path:*", None),
            (PATH, "acme/*", None),
            (PATH, "*/app", Some("sv0-stranger/app")),
            (WHOLE, "acme", None),
            (WHOLE, "acme*", Some("acmesv0-stranger")),
            (NUMBER, "12*", Some("1200000")),
            (
                gitlab.subject,
                "project_path:*/infra:ref_type:branch:ref:main",
                Some("project_path:sv0-stranger/infra:ref_type:branch:ref:main"),
            ),
            (gitlab.subject, "project_path:acme/*", None),
            (
                terraform.subject,
                "organization:*:project:p:workspace:w:run_phase:*",
                Some("organization:sv0-stranger:project:p:workspace:w:run_phase:sv0-any"),
            ),
            (terraform.subject, "organization:acme:*", None),
        ];
        for (form, pattern, want) in cases {
            let found = fitting(*form, pattern);
            assert_eq!(found.as_deref(), *want, "{pattern}");
        }
        // A pattern of nothing but wildcards ends.
        assert!(fitting(github.subject, &"*".repeat(MAX_PATTERN)).is_some());
        assert_eq!(fitting(github.subject, &"*".repeat(MAX_PATTERN + 1)), None);
    }
}
