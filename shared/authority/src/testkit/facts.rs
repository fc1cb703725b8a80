//! What AWS says of use, credentials and settings in a fixture.

use serde_json::json;
use sv0_model::graph::{EdgeKind, EntityKind, ServiceAccess, urn};
use sv0_model::record::Origin;
use sv0_model::time::Timestamp;

use super::build::Builder;

/// When the reports of a fixture were made: a day before the capture.
const REPORTED: &str = "2025-06-29T00:00:00Z";

impl Builder {
    /// `thing KIND ID ACCOUNT|- WORD…` · `relation FROM KIND TO` · `access-key|password HOLDER ID WORD…` · `service-used PRINCIPAL SERVICE TIME|never
    /// [reported TIME]`. Says whether the line is one of these.
    pub(super) fn fact_line(&mut self, kind: &str, words: &[&str]) -> bool {
        match (kind, words) {
            ("thing", [kind, id, account, words @ ..]) => {
                let kind: EntityKind = serde_json::from_value(json!(kind)).expect("a kind of entity");
                let name = id.rsplit(['/', ':']).next().unwrap_or(id);
                let account = (*account != "-").then_some(*account);
                self.entity(kind, id, name, account, words);
            }
            ("relation", [from, kind, to]) => {
                let kind: EdgeKind = serde_json::from_value(json!(kind)).expect("a kind of edge");
                self.edge(from, kind, to);
            }
            ("access-key" | "password", [holder, id, words @ ..]) => self.credential(kind, holder, id, words),
            ("service-used", [principal, service, used, rest @ ..]) => {
                let reported = rest.last().copied().unwrap_or(REPORTED);
                self.graph.service_access.push(ServiceAccess {
                    principal: (*principal).to_owned(),
                    service: (*service).to_owned(),
                    last_authenticated: used.parse().ok(),
                    last_authenticated_region: None,
                    actions: std::collections::BTreeMap::new(),
                    reported_at: Some(reported.parse::<Timestamp>().expect("a time")),
                    origin: Origin {
                        object: "fixture".to_owned(),
                        sha256: (*principal).to_owned(),
                    },
                });
                self.graph.service_access.sort();
            }
            _ => return false,
        }
        true
    }

    fn credential(&mut self, kind: &str, holder: &str, id: &str, words: &[&str]) {
        let credential = urn::credential(holder, id);
        let account = sv0_model::arn::account_of(holder).or_else(|| holder.rsplit(':').next());
        self.entity(EntityKind::Credential, &credential, id, account, words);
        let entity = self.graph.entities.get_mut(&credential).expect("just inserted");
        let credential_type = kind.replace('-', "_");
        entity
            .attributes
            .insert("credential_type".to_owned(), json!(credential_type));
        self.edge(holder, EdgeKind::HasCredential, &credential);
    }
}
