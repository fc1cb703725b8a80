//! What a row cannot say of builds: images, and the place the source comes from.

use sv0_model::graph::EdgeKind;

use crate::config::ConfigItem;
use crate::description::{Description, Reference};
use crate::json::{host_of, list_at, text_at};

/// Images of AWS's own that come from no repository of the customer's.
const CURATED: &str = "aws/codebuild/";

/// A CodeBuild project's image, the host of its source, and the names of its environment variables.
pub(crate) fn refine_codebuild(item: &ConfigItem<'_>, description: &mut Description) {
    if let Some(image) =
        text_at(&item.body, "configuration.environment.image").filter(|image| !image.starts_with(CURATED))
    {
        description.link(EdgeKind::DeployedFrom, Reference::Image(image.to_owned()));
    }
    let location = text_at(&item.body, "configuration.source.location");
    description.set("source_host", location.and_then(host_of));
    description.set("source_repository", location.and_then(repository_of));
    let mut names: Vec<&str> = list_at(&item.body, "configuration.environment.environmentVariables")
        .iter()
        .filter_map(|variable| text_at(variable, "name"))
        .collect();
    names.sort_unstable();
    description.set("environment_keys", Some(names).filter(|names| !names.is_empty()));
}

/// The path of a repository's URL, without user, query and `.git`.
fn repository_of(url: &str) -> Option<&str> {
    host_of(url)?;
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    let (_, path) = rest.split_once('/')?;
    let path = path.split(['?', '#']).next()?;
    let path = path.strip_suffix(".git").unwrap_or(path);
    (!path.is_empty()).then_some(path)
}
