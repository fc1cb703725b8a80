//! What counts as the content of a path: all of it but what the logs say.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use sv0_lake::{LakeError, keys};
use sv0_model::hash::{sha256_hex, sha256_of_json};
use sv0_model::observation::Observation;
use sv0_model::path::{AuthorityPath, PathHop};

use super::{as_value, remove};

/// Hashes of paths. A step that many paths take is hashed once.
#[derive(Default)]
pub(super) struct PathContents {
    /// By where the step lies: it is kept, so that nothing else comes to lie there.
    of_steps: HashMap<*const PathHop, (Arc<PathHop>, String)>,
}

impl PathContents {
    /// SHA-256 of the path's content: of its fields, then of each of its steps.
    pub fn of(&mut self, mut path: AuthorityPath) -> Result<String, LakeError> {
        let hops = std::mem::take(&mut path.hops);
        path.observation = Observation::NotObservable { reason: String::new() };
        let mut parts = serde_json::to_string(&path).map_err(|source| LakeError::Encode {
            key: keys::PATHS.to_owned(),
            source,
        })?;
        for hop in &hops {
            parts.push('\n');
            parts.push_str(self.of_step(hop)?);
        }
        Ok(sha256_hex(parts.as_bytes()))
    }

    fn of_step(&mut self, hop: &Arc<PathHop>) -> Result<&str, LakeError> {
        let (_, hash) = match self.of_steps.entry(Arc::as_ptr(hop)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let mut content = as_value(keys::STEPS, hop)?;
                remove(&mut content, &["observation"]);
                new.insert((hop.clone(), sha256_of_json(&content)))
            }
        };
        Ok(hash)
    }
}
