//! What is recorded and switched off, limited, or on its way out.

use super::kinds::{F, PROD, ways, ways_of};

#[test]
fn certificates_of_trust_anchors_sign_in() {
    let place = "arn:aws:rolesanywhere:eu-west-1:111111111111";
    let anchor =
        |name: &str, words: &str| format!("trust-anchor 111111111111/{name} {words} vouches-for {place}:profile/vault");
    let fixture = |anchors: &str, condition: &str, profile: &str| {
        let trust = format!("trust tagging rolesanywhere.amazonaws.com{condition}");
        format!(
            "{}\n profile 111111111111/vault {profile} may-assume-service arn:aws:iam::111111111111:role/reader\n {anchors}",
            PROD.replace("trust service lambda.amazonaws.com", &trust)
        )
    };
    let named = |name: &str| format!(r#" if {{"ArnEquals":{{"aws:SourceArn":"{place}:trust-anchor/{name}"}}}}"#);
    let (on, off) = (anchor("ca", ""), anchor("ca", "with enabled=false"));
    let both = format!("{}\n {}", off, anchor("other", ""));
    for (name, fixture, want) in [
        ("an anchor", fixture(&on, "", ""), vec!["allowed"]),
        (
            "the anchor that the role names",
            fixture(&on, &named("ca"), ""),
            vec!["allowed"],
        ),
        ("an anchor that is not there", fixture(&on, &named("ghost"), ""), vec![]),
        (
            "anchors that nobody read",
            fixture("", &named("ca"), ""),
            vec!["conditional"],
        ),
        ("an anchor that is switched off", fixture(&off, "", ""), vec![]),
        (
            "one of two that is switched off",
            fixture(&both, "", ""),
            vec!["allowed"],
        ),
        (
            "the one of two that is switched off",
            fixture(&both, &named("ca"), ""),
            vec![],
        ),
        (
            "a trust policy without the tags and the identity",
            fixture(&on, "", "").replace("trust tagging", "trust service"),
            vec!["conditional"],
        ),
        (
            "a session policy",
            fixture(&on, "", "with has_session_policy=true"),
            vec!["conditional"],
        ),
        (
            "managed session policies",
            fixture(
                &on,
                "",
                r#"with session_policies=["arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"]"#,
            ),
            vec!["conditional"],
        ),
        (
            "no session policies",
            fixture(&on, "", "with session_policies=[]"),
            vec!["allowed"],
        ),
        (
            "a profile that is switched off",
            fixture(&on, "", "with enabled=false"),
            vec![],
        ),
    ] {
        let states: Vec<String> = ways(&fixture)
            .iter()
            .map(|way| way.rsplit(' ').next().unwrap().to_owned())
            .collect();
        assert_eq!(states, want, "{name}");
    }
}

#[test]
fn agents_call_what_is_switched_on() {
    let acts = ["helpdesk: INVOKES RUNS_AS ACCESSES [agent] allowed"];
    for (name, words, is_open) in [
        ("an action group", format!("action-group ENABLED DRAFT {F}tool"), true),
        (
            "a disabled action group",
            format!("action-group DISABLED DRAFT {F}tool"),
            false,
        ),
        (
            "an agent that is being deleted",
            format!("with status=DELETING action-group ENABLED DRAFT {F}tool"),
            false,
        ),
        (
            "a version that an alias routes to",
            format!(r#"with aliases=[{{"versions":["2"]}}] action-group ENABLED 2 {F}tool"#),
            true,
        ),
        (
            "a version that no alias routes to",
            format!(r#"with aliases=[{{"versions":["2"]}}] action-group ENABLED 1 {F}tool"#),
            false,
        ),
        (
            "a version, and aliases that nobody read",
            format!("action-group ENABLED 1 {F}tool"),
            true,
        ),
    ] {
        let fixture = format!(
            "{PROD}
            lambda 111111111111/tool runs-as reader
              grant bedrock.amazonaws.com allow lambda:InvokeFunction on {F}tool
            agent 111111111111/helpdesk runs-as brain {words}
            role 111111111111/brain
              trust service bedrock.amazonaws.com
              allow bedrock:InvokeModel on *"
        );
        let want = if is_open { &acts[..] } else { &[] };
        assert_eq!(ways_of("helpdesk", &fixture), want, "{name}");
    }
}
