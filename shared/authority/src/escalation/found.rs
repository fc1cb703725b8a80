//! The gains that were found.

use std::collections::BTreeMap;

use super::Escalation;
use super::limits::Limits;

/// Gains by what they are, each by its most open route.
#[derive(Default)]
pub(super) struct Found<'e>(BTreeMap<((u8, &'e str), Limits), Escalation<'e>>);

impl<'e> Found<'e> {
    pub(super) fn add(&mut self, escalation: Escalation<'e>) {
        let key = (escalation.gain.key(), escalation.limits.clone());
        match self.0.get_mut(&key) {
            None => {
                self.0.insert(key, escalation);
            }
            Some(known) if known.route.id == escalation.route.id => {
                if escalation.step.state < known.step.state {
                    let others = std::mem::take(&mut known.others);
                    *known = Escalation { others, ..escalation };
                }
            }
            Some(known) if escalation.step.state < known.step.state => {
                let mut others = std::mem::take(&mut known.others);
                others.push(known.route.id);
                *known = Escalation { others, ..escalation };
            }
            Some(known) => known.others.push(escalation.route.id),
        }
    }

    pub(super) fn finish(self) -> Vec<Escalation<'e>> {
        let mut found: Vec<Escalation<'e>> = self.0.into_values().collect();
        for escalation in &mut found {
            let best = escalation.route.id;
            escalation.others.sort_unstable();
            escalation.others.dedup();
            escalation.others.retain(|other| *other != best);
        }
        found
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
