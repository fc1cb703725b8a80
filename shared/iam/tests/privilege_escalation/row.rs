//! Rows of `sv0 evaluate` and the answers they must get.

use serde_json::{Value, json};
use sv0_iam::UnknownContext;

use super::entries::{ACCOUNT, Subject};

/// A question about a subject.
pub struct Question {
    /// What is in the way, in words.
    pub what: &'static str,
    pub row: Value,
    pub unknown_context: UnknownContext,
    pub want: Want,
}

/// The whole answer that a question must get.
pub struct Want {
    pub decision: &'static str,
    pub blocked_by: Vec<&'static str>,
    pub condition: Value,
    /// Policy, index and effect.
    pub statements: Vec<(String, usize, &'static str)>,
}

impl Want {
    pub fn to_json(&self) -> Value {
        let mut statements = self.statements.clone();
        statements.sort();
        let statements: Vec<Value> = statements
            .iter()
            .map(|(policy, index, effect)| json!({"policy": policy, "index": index, "sid": null, "effect": effect}))
            .collect();
        json!({
            "id": null, "decision": self.decision, "blocked_by": self.blocked_by, "condition": self.condition,
            "statements": statements, "caveats": [], "error": null
        })
    }
}

/// Makes the questions of one subject.
pub struct Asker<'s> {
    pub subject: &'s Subject,
    pub questions: Vec<Question>,
}

impl<'s> Asker<'s> {
    pub fn new(subject: &'s Subject) -> Self {
        Self {
            subject,
            questions: Vec::new(),
        }
    }

    /// Whether the role's trust policy has to agree, and does.
    fn has_trust(&self) -> bool {
        self.subject.action == "sts:AssumeRole"
    }

    /// The row without any policy of the identity's side; the target role of `sts:AssumeRole` trusts its account.
    fn row(&self, fields: &Value) -> Value {
        let mut row = json!({
            "principal": format!("arn:aws:iam::{ACCOUNT}:role/attacker"),
            "action": self.subject.action,
            "resource": self.subject.resource,
        });
        if self.has_trust() {
            row["resource_policy"] = policy(&[trusting_account()]);
        }
        for (name, value) in fields.as_object().unwrap() {
            row[name] = value.clone();
        }
        row
    }

    /// It must be allowed, by these Allows and the target's trust policy.
    pub fn allowed(&mut self, what: &'static str, fields: &Value, allows: &[(&str, usize)]) {
        let trust = self.has_trust().then_some(("/resource_policy", 0));
        let statements = allows.iter().copied().chain(trust);
        let want = Want {
            decision: "allow",
            blocked_by: Vec::new(),
            condition: Value::Null,
            statements: statements
                .map(|(policy, index)| (policy.to_owned(), index, "Allow"))
                .collect(),
        };
        self.ask(what, fields, UnknownContext::Absent, want);
    }

    /// No Allow where these layers need one.
    pub fn lacking(&mut self, what: &'static str, fields: &Value, blocked_by: &[&'static str]) {
        let want = Want {
            decision: "implicit_deny",
            blocked_by: blocked_by.to_vec(),
            condition: Value::Null,
            statements: Vec::new(),
        };
        self.ask(what, fields, UnknownContext::Absent, want);
    }

    /// A Deny of this one layer.
    pub fn denied(&mut self, what: &'static str, fields: &Value, layer: &'static str, deny: (&str, usize)) {
        let want = Want {
            decision: "explicit_deny",
            blocked_by: vec![layer],
            condition: Value::Null,
            statements: vec![(deny.0.to_owned(), deny.1, "Deny")],
        };
        self.ask(what, fields, UnknownContext::Absent, want);
    }

    /// The first statement of the first identity policy allows it, under a condition.
    pub fn conditional(&mut self, what: &'static str, fields: &Value, condition: Value) {
        let trust = self.has_trust().then_some("/resource_policy");
        let statements = ["/identity_policies/0"].into_iter().chain(trust);
        let want = Want {
            decision: "conditional",
            blocked_by: vec!["identity"],
            condition,
            statements: statements.map(|policy| (policy.to_owned(), 0, "Allow")).collect(),
        };
        self.ask(what, fields, UnknownContext::Any, want);
    }

    fn ask(&mut self, what: &'static str, fields: &Value, unknown_context: UnknownContext, want: Want) {
        let row = self.row(fields);
        self.questions.push(Question {
            what,
            row,
            unknown_context,
            want,
        });
    }
}

pub fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

pub fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

pub fn deny(action: &str, resource: &str) -> Value {
    json!({"Effect": "Deny", "Action": action, "Resource": resource})
}

/// What an SCP, a boundary or an endpoint policy is without any limit.
pub fn everything() -> Value {
    allow("*", "*")
}

/// A trust policy's statement that delegates to its account.
pub fn trusting_account() -> Value {
    json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": "sts:AssumeRole"})
}
