use super::*;
use crate::permissions::{policies, rows};

fn fill(text: &str) -> Result<String, BlockError> {
    filled(text, &policies(rows()).unwrap())
}

#[test]
fn what_stands_between_markers_is_replaced_and_all_else_stays() {
    let before = "a:\n  # generated: policy spoke-audit\n  old: 1\n  # end of generated\nb: # generated: nothing\n";
    let after = fill(before).unwrap();
    assert_eq!(
        after,
        "a:\n  # generated: policy spoke-audit\n  Version: \"2012-10-17\"\n  Statement:\n    - Sid: AnyResource\n      Effect: Allow\n      Action:\n        \
         - config:DescribeConfigurationRecorderStatus\n        - config:DescribeConfigurationRecorders\n      Resource: \"*\"\n  # end of generated\nb: # generated: nothing\n"
    );
    assert_eq!(fill(&after).unwrap(), after, "filled once is filled");
    assert_eq!(fill("no marker, no newline").unwrap(), "no marker, no newline");
}

#[test]
fn a_template_names_what_it_has_by_its_own_names_and_conditions() {
    let text = fill(
        "# generated: policy hub-collector ManagementAccount=Payer ManagementAccount?HasPayer\n# end of generated\n",
    )
    .unwrap();
    assert!(
        text.contains("\n  - !If\n    - HasPayer\n    - Sid: ManagementRole\n      Effect: Allow\n"),
        "{text}"
    );
    assert!(
        text.contains("      Resource: !Sub \"arn:${AWS::Partition}:iam::${Payer}:role"),
        "{text}"
    );
    assert!(
        text.contains("\n    - !Ref AWS::NoValue\n  - Sid: SpokeRole\n"),
        "{text}"
    );
    let hub = fill("# generated: policy spoke-identity for hub\n# end of generated\n").unwrap();
    assert!(hub.contains(":iam::*:role"), "{hub}");
}

#[test]
fn markers_that_mean_nothing_are_refused_with_their_line() {
    let unknown = |line, asked: &str| BlockError::Unknown {
        line,
        asked: asked.to_owned(),
    };
    for (text, error) in [
        ("\n# generated: policy spoke-audit\n", BlockError::Unpaired { line: 2 }),
        ("# end of generated\n", BlockError::Unpaired { line: 1 }),
        (
            "# generated: policy spoke-audit\n# generated: policy spoke-audit\n# end of generated\n",
            BlockError::Unpaired { line: 1 },
        ),
        (
            "# generated: policy nobodys\n# end of generated\n",
            unknown(1, "policy nobodys"),
        ),
        ("# generated: poem\n# end of generated\n", unknown(1, "poem")),
        (
            "# generated: policy spoke-audit for moon\n# end of generated\n",
            unknown(1, "policy spoke-audit for moon"),
        ),
        (
            "# generated: policy spoke-audit loudly\n# end of generated\n",
            unknown(1, "policy spoke-audit loudly"),
        ),
        (
            "# generated: policy hub-collector Bucket=Results\n# end of generated\n",
            BlockError::NoSuchName {
                line: 1,
                name: "Bucket".to_owned(),
            },
        ),
        (
            "# generated: policy hub-collector Bucket?HasBucket\n# end of generated\n",
            BlockError::NoSuchName {
                line: 1,
                name: "Bucket".to_owned(),
            },
        ),
    ] {
        assert_eq!(fill(text), Err(error), "{text}");
    }
    let misplaced = fill("# generated: policy hub-evidence for spoke\n# end of generated\n");
    assert!(
        matches!(misplaced, Err(BlockError::Permissions { line: 1, .. })),
        "{misplaced:?}"
    );
}
