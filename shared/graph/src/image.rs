//! Container image references.
//!
//! Source: Amazon ECR User Guide, "Amazon ECR private registries", registry URIs; the distribution project's grammar of references.

use sv0_model::arn::is_account_id;

/// A reference to a container image, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImageReference<'a> {
    /// Where the image comes from.
    pub(crate) repository: Repository<'a>,
    /// The tag, where one is written.
    pub(crate) tag: Option<&'a str>,
    /// The digest, where one is written.
    pub(crate) digest: Option<&'a str>,
}

/// The repository of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repository<'a> {
    /// A private ECR repository.
    Ecr {
        /// The registry's account.
        account: &'a str,
        /// Its Region.
        region: &'a str,
        /// The repository's name.
        name: &'a str,
    },
    /// Any other registry, Docker Hub and ECR Public included.
    Other(&'a str),
}

/// Takes a reference apart. Anything that is no private ECR repository is another registry's.
pub(crate) fn parse(image: &str) -> ImageReference<'_> {
    let (rest, digest) = match image.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (image, None),
    };
    let (repository, tag) = match rest.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (rest, None),
    };
    ImageReference {
        repository: ecr_repository(repository).unwrap_or(Repository::Other(repository)),
        tag,
        digest,
    }
}

/// `111122223333.dkr.ecr.eu-west-1.amazonaws.com/app`, `….dkr.ecr-fips.…` and `111122223333.dkr-ecr.eu-west-1.on.aws/app`.
fn ecr_repository(repository: &str) -> Option<Repository<'_>> {
    let (host, name) = repository.split_once('/')?;
    let (account, rest) = host.split_once('.')?;
    let rest = ["dkr.ecr.", "dkr.ecr-fips.", "dkr-ecr.", "dkr-ecr-fips."]
        .iter()
        .find_map(|prefix| rest.strip_prefix(prefix))?;
    let (region, _) = rest.split_once('.')?;
    (is_account_id(account) && !region.is_empty() && !name.is_empty()).then_some(Repository::Ecr {
        account,
        region,
        name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ECR: Repository<'_> = Repository::Ecr {
        account: "111122223333",
        region: "eu-west-1",
        name: "team/app",
    };

    #[test]
    fn reads_every_form_of_a_private_registry() {
        for (image, tag, digest) in [
            (
                "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.2",
                Some("1.2"),
                None,
            ),
            (
                "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app@sha256:ab",
                None,
                Some("sha256:ab"),
            ),
            (
                "111122223333.dkr.ecr.eu-west-1.amazonaws.com.cn/team/app:1@sha256:ab",
                Some("1"),
                Some("sha256:ab"),
            ),
            ("111122223333.dkr.ecr-fips.eu-west-1.amazonaws.com/team/app", None, None),
            (
                "111122223333.dkr-ecr.eu-west-1.on.aws/team/app:latest",
                Some("latest"),
                None,
            ),
        ] {
            let want = ImageReference {
                repository: ECR,
                tag,
                digest,
            };
            assert_eq!(parse(image), want, "{image}");
        }
    }

    #[test]
    fn anything_else_is_another_registry() {
        for (image, repository, tag) in [
            ("nginx:1.27", "nginx", Some("1.27")),
            (
                "public.ecr.aws/docker/library/nginx",
                "public.ecr.aws/docker/library/nginx",
                None,
            ),
            ("registry.example.com:5000/app", "registry.example.com:5000/app", None),
            (
                "1234.dkr.ecr.eu-west-1.amazonaws.com/app",
                "1234.dkr.ecr.eu-west-1.amazonaws.com/app",
                None,
            ),
            ("", "", None),
        ] {
            let want = ImageReference {
                repository: Repository::Other(repository),
                tag,
                digest: None,
            };
            assert_eq!(parse(image), want, "{image}");
        }
    }
}
