//! The steps of a path in words.

use std::borrow::Cow;

use sv0_model::path::ActionClass;

/// A relation of `PathHop::relation` in words.
pub(crate) struct Relation {
    /// As the model writes it.
    pub(crate) name: &'static str,
    /// The verb on the link of a chain, where there is little room.
    pub(crate) verb: &'static str,
    /// The verb of a sentence: `<from> <says> <to>`.
    pub(crate) says: &'static str,
    /// What the step is, and what it rests on.
    pub(crate) meaning: &'static str,
}

const fn relation(name: &'static str, verb: &'static str, says: &'static str, meaning: &'static str) -> Relation {
    Relation {
        name,
        verb,
        says,
        meaning,
    }
}

/// Every relation that has words. Others are shown by their name, in lower case.
pub(crate) const RELATIONS: &[Relation] = &[
    relation(
        "RUNS_AS",
        "runs as",
        "runs as",
        "The workload is configured with this role; AWS hands it the role's credentials.",
    ),
    relation(
        "PULLS_VIA",
        "pulls via",
        "is started under",
        "The task is configured with this execution role; ECS pulls its image and fetches its secrets under it.",
    ),
    relation(
        "ASSUMES",
        "assumes",
        "assumes",
        "The one asks AWS STS for a session of the other: its own policies and the role's trust policy have to let it.",
    ),
    relation(
        "SIGNS_IN_AS",
        "signs in as",
        "signs in as",
        "An identity provider vouches for the caller, and AWS STS hands out a session of the role.",
    ),
    relation(
        "INVOKES",
        "invokes",
        "invokes",
        "The one sets the other going; what is set going acts with its own authority.",
    ),
    relation(
        "CHANGES_CODE_OF",
        "changes code",
        "can change the code of",
        "Whoever can replace the code has everything that the code may do, from its next run on.",
    ),
    relation(
        "PUSHES_IMAGE_TO",
        "pushes image",
        "can push images to",
        "A new image in the repository is code for whatever runs its images.",
    ),
    relation(
        "IMAGE_RUNS_IN",
        "image runs in",
        "holds the image that runs in",
        "The workload's image comes from this repository: a pushed image runs in it when it next starts or is deployed.",
    ),
    relation(
        "PASSES_ROLE",
        "passes role",
        "can hand a service the role",
        "With iam:PassRole and the call that starts something, the caller has code run under a role that it could not assume.",
    ),
    relation(
        "ESCALATES_TO",
        "escalates to",
        "can raise its authority to",
        "The caller takes over the authority: it changes who may do what, or starts, commands or changes something that runs with it. The note names the route and its calls.",
    ),
    relation(
        "SENDS_TO",
        "sends to",
        "sends data to",
        "By its configuration, the one sends data to the other.",
    ),
    relation(
        "ACCESSES",
        "accesses",
        "accesses",
        "The last authority of the chain acts on the resource; the actions stand beside it.",
    ),
];

/// The words of one hop.
pub(crate) struct HopWords {
    /// On the link of a chain.
    pub(crate) verb: Cow<'static, str>,
    /// In a sentence.
    pub(crate) says: Cow<'static, str>,
    /// What the step is; empty for relations without words.
    pub(crate) meaning: &'static str,
}

/// The words of a relation; those of `ACCESSES` hang on what is done.
pub(crate) fn hop(relation: &str, class: ActionClass) -> HopWords {
    let Some(known) = RELATIONS.iter().find(|known| known.name == relation) else {
        let plain = relation.to_lowercase().replace('_', " ");
        return HopWords {
            verb: Cow::Owned(plain.clone()),
            says: Cow::Owned(plain),
            meaning: "",
        };
    };
    let (verb, says) = match relation {
        "ACCESSES" => access(class),
        _ => (known.verb, known.says),
    };
    HopWords {
        verb: Cow::Borrowed(verb),
        says: Cow::Borrowed(says),
        meaning: known.meaning,
    }
}

fn access(class: ActionClass) -> (&'static str, &'static str) {
    match class {
        ActionClass::ReadData => ("read data", "reads data from"),
        ActionClass::WriteData => ("write data", "changes data in"),
        ActionClass::UseKey => ("use key", "decrypts with"),
        ActionClass::Invoke => ("invoke", "invokes"),
        ActionClass::ChangeCode => ("change code", "changes the code of"),
        ActionClass::ManagePermissions => ("manage access", "manages permissions of"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_that_are_not_known_are_shown_as_they_are() {
        let unknown = hop("TELEPORTS_INTO", ActionClass::ReadData);
        assert_eq!((&*unknown.verb, unknown.meaning), ("teleports into", ""));
        assert_eq!(hop("ACCESSES", ActionClass::UseKey).says, "decrypts with");
        assert_eq!(hop("SENDS_TO", ActionClass::ReadData).verb, "sends to");
    }
}
