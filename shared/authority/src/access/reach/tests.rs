//! Asking what is alike once against asking for everything by itself.

use proptest::prelude::*;
use sv0_iam::catalogue::classes::classified;

use super::*;
use crate::access::classes::rows_of;
use crate::testkit::graph;

impl<'e> Survey<'e, '_> {
    /// Whatever a test of this crate asks is asked in both ways.
    pub(super) fn check_against_each_alone(&self) {
        let mut alike = Vec::new();
        self.each_seen_alike(&mut |seen| alike.push(seen));
        assert_eq!(alike, self.each_alone(), "{}", self.subject.principal.text());
    }

    fn each_alone(&self) -> Vec<Seen<'e>> {
        let actions = &classified().actions;
        let mut found = Vec::new();
        for entity in self.candidates.of(self.subject, actions) {
            for row in rows_of(entity) {
                for (action, target) in row.actions {
                    let question = OnEntity {
                        entity,
                        class: Some(row.class),
                        action,
                        target: *target,
                    };
                    let identity = IdentityGrants::of_one(self.subject, Some(action));
                    let accesses = self.accesses(identity.lists_of(action), &question);
                    found.extend(accesses.into_iter().map(|access| Seen {
                        entity,
                        scope: Cow::Owned(access.scope),
                        class: row.class,
                        action,
                        evaluation: access.evaluation,
                    }));
                }
            }
        }
        found
    }
}

const ACTIONS: &[&str] = &[
    "*",
    "s3:*",
    "s3:GetObject",
    "s3:GetObject,s3:PutObject,s3:ListBucket",
    "lambda:*",
    "lambda:InvokeFunction,lambda:UpdateFunctionCode",
    "lambda:InvokeFunctionUrl",
    "dynamodb:*",
    "sqs:SendMessage,sqs:ReceiveMessage",
    "secretsmanager:GetSecretValue",
    "kms:*",
];

const PATTERNS: &[&str] = &[
    "*",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::b1/*",
    "arn:aws:s3:::b2/in/*",
    "arn:aws:s3:::*/in/*",
    "arn:aws:s3:::b?/*",
    "arn:aws:s3:::b2/${aws:PrincipalTag/team}/*",
    "arn:aws:lambda:*:*:function:f*",
    "arn:aws:lambda:eu-west-1:111111111111:function:f1",
    "arn:aws:lambda:eu-west-1:111111111111:function:f1:live",
    "arn:aws:lambda:eu-west-1:111111111111:function:*:live",
    "arn:aws:dynamodb:*:*:table/t1",
    "arn:aws:sqs:eu-west-1:111111111111:q-${aws:PrincipalTag/team}",
    "arn:aws:sqs:eu-west-1:111111111111:q*",
    "arn:aws:secretsmanager:*:*:secret:s*",
    "arn:aws:kms:*:111111111111:key/*",
];

const CONDITIONS: &[&str] = &[
    "",
    "",
    r#" if {"StringEquals":{"aws:ResourceTag/team":"a"}}"#,
    r#" if {"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}"#,
    r#" if {"Bool":{"aws:SecureTransport":"true"}}"#,
    r#" if {"StringNotEquals":{"aws:ResourceOrgID":"o-acme"}}"#,
];

/// What a line of a policy is made of: whether it denies, and places in the lists.
type Line = (bool, usize, usize, usize);

fn statement((denies, action, pattern, condition): &Line) -> String {
    let pick = |list: &[&'static str], at: &usize| list[at % list.len()];
    format!(
        "{} {} on {}{}",
        if *denies { "deny" } else { "allow" },
        pick(ACTIONS, action),
        pick(PATTERNS, pattern),
        pick(CONDITIONS, condition)
    )
}

/// Resources of a few kinds, some alike, some with tags, keys and policies.
const RESOURCES: &str = "
    key 111111111111/k
      grant 111111111111 allow kms:* on *
    bucket 111111111111/b1
    bucket 111111111111/b2 key k
    bucket 111111111111/b3 list-not-collected ownership ObjectWriter
    bucket 111111111111/b4
      grant * allow s3:GetObject on arn:aws:s3:::b4/*
    lambda 111111111111/f1
    lambda 111111111111/f2 tag team=a
    lambda 111111111111/f3 tag team=b
    lambda 111111111111/f4 tag Team=a tag other=x
    lambda 111111111111/f5
      grant 111111111111 allow lambda:InvokeFunction on arn:aws:lambda:eu-west-1:111111111111:function:f5
    lambda 111111111111/f6 referenced
    table 111111111111/t1
    table 111111111111/t2 tag team=a
    queue 111111111111/q1 key k
    queue 111111111111/q-a
    secret 111111111111/s1
    secret 111111111111/s2 tag team=a key k
    table 222222222222/t1
    queue 222222222222/q1 policy-not-collected
";

fn line() -> impl Strategy<Value = Line> {
    (
        prop::bool::weighted(0.2),
        0..ACTIONS.len(),
        0..PATTERNS.len(),
        0..CONDITIONS.len(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_alike_is_answered_as_each_alone(
        own in prop::collection::vec(line(), 1..5),
        boundary in prop::collection::vec(line(), 0..2),
        scp in prop::collection::vec(line(), 0..2),
        rcp in prop::collection::vec(line(), 0..2),
        is_tagged in any::<bool>(),
    ) {
        let lines = |prefix: &str, lines: &[Line]| {
            lines.iter().map(|line| format!("{prefix}{}\n", statement(line))).collect::<String>()
        };
        let denying = |lines: &[Line]| lines.iter().map(|line| (true, line.1, line.2, line.3)).collect::<Vec<Line>>();
        let text = format!(
            "organization o-acme management 999999999999
            account 111111111111 under r-1/ou-a
            account 222222222222 under r-1/ou-b
            scp some on ou-a\n{}
            rcp others on ou-a\n{}
            role 111111111111/app{}\n{}{}
            {RESOURCES}",
            lines("", &denying(&scp)),
            lines("", &denying(&rcp)),
            if is_tagged { " tag team=a" } else { "" },
            lines("", &own),
            lines("boundary ", &boundary),
        );
        let graph = graph(&text);
        let estate = Estate::new(&graph);
        let candidates = Candidates::of_resources(&estate);
        let subject = estate.subject("arn:aws:iam::111111111111:role/app").unwrap();
        for (basis, unknown_context) in [
            (Basis::Granted, UnknownContext::Any),
            (Basis::Possible, UnknownContext::Any),
            (Basis::Possible, UnknownContext::Absent),
        ] {
            let context = Context::new();
            let survey = Survey { estate: &estate, candidates: &candidates, subject: &subject, basis, context: &context, unknown_context };
            survey.check_against_each_alone();
        }
    }
}
