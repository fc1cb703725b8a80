//! Asking what is alike once against asking for everything by itself.

use std::borrow::Cow;

use sv0_iam::catalogue::classes::classified;

use super::*;
use crate::access::classes::rows_of;

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
