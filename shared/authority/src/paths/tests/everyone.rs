//! Functions that everyone sets going.

use super::kinds::{F, PROD, ways_of};

fn check(cases: &[(&str, String, &[&str])]) {
    for (name, function, want) in cases {
        let fixture =
            format!("{PROD}\n lambda 111111111111/site runs-as reader {function}\n everyone let-in-by {F}site");
        let want: Vec<String> = want
            .iter()
            .map(|state| format!("anonymous: INVOKES RUNS_AS ACCESSES {state}"))
            .collect();
        assert_eq!(ways_of("anonymous", &fixture), want, "{name}");
    }
}

#[test]
fn everyone_sets_functions_going() {
    let url = |words: &str, condition: &str| {
        format!("{words}\n grant * allow lambda:InvokeFunctionUrl on {F}site{condition}")
    };
    let none = r#" if {"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}"#;
    let invoke = |condition: &str| format!("\n grant * allow lambda:InvokeFunction on {F}site{condition}");
    let open: &[&str] = &["[resource_policy_only] allowed"];
    let perhaps: &[&str] = &["[resource_policy_only] conditional"];
    check(&[
        (
            "a URL that asks nobody",
            url("with function_url_auth_type=NONE", none),
            open,
        ),
        (
            "a URL that asks for a signature",
            url("with function_url_auth_type=AWS_IAM", none),
            &[],
        ),
        ("a URL of which nothing was read", url("", none), perhaps),
        ("any AWS account", invoke(""), open),
        (
            "only over a URL",
            invoke(r#" if {"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}"#),
            &[],
        ),
        (
            "only one organization",
            invoke(r#" if {"StringEquals":{"aws:PrincipalOrgID":"o-acme"}}"#),
            &[],
        ),
        (
            "only for one bucket",
            invoke(r#" if {"ArnLike":{"aws:SourceArn":"arn:aws:s3:::uploads"}}"#),
            &[],
        ),
        (
            "only from one network",
            invoke(r#" if {"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#),
            perhaps,
        ),
        ("nobody", String::new(), &[]),
    ]);
}
