//! The words of random policies: few enough to meet often, enough to say everything.

/// The account that most requests are about, and another.
pub const ACCOUNT: &str = "111122223333";
pub const ELSEWHERE: &str = "444455556666";

/// Those who ask: text and, where the text does not tell, type.
pub const PRINCIPALS: [(&str, Option<&str>); 17] = [
    ("arn:aws:iam::111122223333:user/alice", None),
    ("arn:aws:iam::111122223333:user/team/bob", None),
    ("arn:aws:iam::111122223333:role/reader", None),
    ("arn:aws:iam::111122223333:role/team/reader", None),
    (SERVICE_LINKED_ROLE, None),
    ("arn:aws:sts::111122223333:assumed-role/reader/s1", None),
    ("arn:aws:sts::111122223333:assumed-role/reader/s2", None),
    ("arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/s1", None),
    ("arn:aws:sts::111122223333:federated-user/alice", None),
    ("arn:aws:iam::111122223333:root", None),
    ("arn:aws:iam::111122223333:oidc-provider/token.example.com", None),
    ("arn:aws:iam::111122223333:saml-provider/okta", None),
    ("accounts.google.com", None),
    ("id.example.org", Some("Federated")),
    ("lambda.amazonaws.com", None),
    (CANONICAL_USER, None),
    ("anonymous", None),
];

pub const SERVICE_LINKED_ROLE: &str =
    "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
pub const CANONICAL_USER: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";

/// The roles that sessions may be of. A session's ARN tells the role's name and not its path.
pub const ROLES_OF_SESSION: [&str; 4] = [
    "arn:aws:iam::111122223333:role/reader",
    "arn:aws:iam::111122223333:role/team/reader",
    "arn:aws:iam::111122223333:role/AWSServiceRoleForECS",
    SERVICE_LINKED_ROLE,
];

/// Names in a Principal element beside those of [`PRINCIPALS`].
pub const OTHER_PRINCIPALS: [&str; 5] = [
    "arn:aws:iam::444455556666:root",
    "444455556666",
    "arn:aws:iam::111122223333:role/admin",
    "arn:aws:sts::111122223333:assumed-role/reader/s3",
    "AROAIOSFODNN7EXAMPLE1",
];

/// An action with the resources that it is asked about; `ACCOUNT` stands for an account id.
pub const REQUESTS: [(&str, &[&str]); 20] = [
    ("s3:GetObject", &OBJECTS),
    ("s3:PutObject", &OBJECTS),
    ("s3:ListBucket", &["arn:aws:s3:::data"]),
    ("s3:PutBucketPolicy", &["arn:aws:s3:::data"]),
    ("s3:ListAllMyBuckets", &["*"]),
    ("sqs:SendMessage", &["arn:aws:sqs:eu-west-1:ACCOUNT:orders"]),
    (
        "lambda:InvokeFunction",
        &[
            "arn:aws:lambda:eu-west-1:ACCOUNT:function:orders",
            "arn:aws:lambda:eu-west-1:ACCOUNT:function:orders:live",
        ],
    ),
    (
        "secretsmanager:GetSecretValue",
        &["arn:aws:secretsmanager:eu-west-1:ACCOUNT:secret:db-AbCdEf"],
    ),
    (
        "kms:Decrypt",
        &["arn:aws:kms:eu-west-1:ACCOUNT:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    ),
    (
        "kms:RetireGrant",
        &["arn:aws:kms:eu-west-1:ACCOUNT:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    ),
    ("kms:ListKeys", &["*"]),
    (
        "kms:PutKeyPolicy",
        &["arn:aws:kms:eu-west-1:ACCOUNT:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    ),
    ("sts:GetSessionToken", &["*"]),
    ("sts:AssumeRole", &["arn:aws:iam::ACCOUNT:role/target"]),
    ("sts:TagSession", &["arn:aws:iam::ACCOUNT:role/target"]),
    ("sts:AssumeRoleWithWebIdentity", &["arn:aws:iam::ACCOUNT:role/target"]),
    ("sts:AssumeRoleWithSAML", &["arn:aws:iam::ACCOUNT:role/target"]),
    ("sts:GetCallerIdentity", &["*"]),
    ("ec2:DescribeInstances", &["*"]),
    ("iam:GetPolicy", &["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
];

const OBJECTS: [&str; 8] = [
    "arn:aws:s3:::data/a",
    "arn:aws:s3:::data/b",
    "arn:aws:s3:::data/ab",
    "arn:aws:s3:::data/a*b",
    "arn:aws:s3:::data/a/b",
    "arn:aws:s3:::data/${svc:one}",
    "arn:aws:s3:::data/a:b",
    "arn:aws:s3:::data/$",
];

/// What a condition key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Date,
    Flag,
    Address,
    Arn,
    Bytes,
}

/// A condition key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    /// Several values may come; a policy then tests it with a set operator alone, but for `aws:TagKeys`, whose nature AWS documents.
    pub is_set: bool,
    /// The values that requests give it.
    pub values: &'static [&'static str],
    /// The values that policies compare it with.
    pub wanted: &'static [&'static str],
}

const fn key(
    name: &'static str,
    kind: Kind,
    is_set: bool,
    values: &'static [&'static str],
    wanted: &'static [&'static str],
) -> Key {
    Key {
        name,
        kind,
        is_set,
        values,
        wanted,
    }
}

/// The keys that a request is free to carry or not.
pub const FREE_KEYS: [Key; 18] = [
    key(
        "svc:one",
        Kind::Text,
        false,
        &["a", "b", "ab", "A", "xb", "a*b", "$"],
        TEXTS,
    ),
    key("svc:two", Kind::Text, false, &["a", "b", "ab", "xa", "z"], TEXTS),
    key(
        "aws:SourceVpc",
        Kind::Text,
        false,
        &["vpc-1", "vpc-2"],
        &["vpc-1", "vpc-2", "vpc-*", "vpc-?"],
    ),
    key("aws:PrincipalTag/team", Kind::Text, false, &["a", "b", "orders"], TEXTS),
    key("aws:TagKeys", Kind::Text, true, &["a", "b", "ab", "z"], TEXTS),
    key("svc:list", Kind::Text, true, &["a", "b", "xa", "B", ""], TEXTS),
    key("svc:number", Kind::Number, false, NUMBERS, NUMBERS),
    key("svc:numbers", Kind::Number, true, NUMBERS, NUMBERS),
    key("svc:date", Kind::Date, false, DATES, DATES),
    key("svc:dates", Kind::Date, true, DATES, DATES),
    key("svc:flag", Kind::Flag, false, FLAGS, WANTED_FLAGS),
    key("svc:flags", Kind::Flag, true, FLAGS, WANTED_FLAGS),
    key("svc:address", Kind::Address, false, ADDRESSES, NETWORKS),
    key("svc:addresses", Kind::Address, true, ADDRESSES, NETWORKS),
    key("svc:arn", Kind::Arn, false, ARNS, ARN_PATTERNS),
    key("svc:arns", Kind::Arn, true, ARNS, ARN_PATTERNS),
    key("svc:bytes", Kind::Bytes, false, BYTES, BYTES),
    key("svc:chunks", Kind::Bytes, true, BYTES, BYTES),
];

const TEXTS: &[&str] = &[
    "a",
    "b",
    "ab",
    "A",
    "a*",
    "?b",
    "*",
    "a?",
    "${svc:one}",
    "${SVC:Two, 'b'}x",
    "x${svc:one}",
    "a${*}b",
    "${$}",
    "${aws:PrincipalTag/team, 'a'}",
    "${aws:TagKeys}",
];
/// The last two differ only beyond the precision of a 64-bit float.
const NUMBERS: &[&str] = &[
    "-1",
    "0",
    "1",
    "1.5",
    "1.50",
    "2",
    "10",
    "010.0",
    "9007199254740992",
    "9007199254740993",
];
const DATES: &[&str] = &[
    "2025-12-31T23:59:59Z",
    "2026-01-01T00:00:00Z",
    "2026-01-01T01:00:00+01:00",
    "2026-01-01T00:00:00.500Z",
    "1767225601",
    "2026-01-01",
    "2026-01-01T00:00:00",
    "2026",
    "2024-02-29T12:00:00Z",
];
const FLAGS: &[&str] = &["true", "false"];
const WANTED_FLAGS: &[&str] = &[
    "true",
    "false",
    "true",
    "false",
    "${svc:flag, 'true'}",
    "${aws:PrincipalIsAWSService}",
];
const ADDRESSES: &[&str] = &[
    "10.1.2.3",
    "10.2.0.1",
    "192.0.2.1",
    "2001:db8::1",
    "2001:db8:ffff::1",
    "::1",
];
const NETWORKS: &[&str] = &[
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.3",
    "0.0.0.0/0",
    "2001:db8::/32",
    "2001:db8::1",
    "::/0",
];
const ARNS: &[&str] = &[
    "arn:aws:sns:eu:1:x",
    "arn:aws:sns:us:1:x",
    "arn:aws:sns:eu:1:y:z",
    "arn:aws:iam::1:role/a/b",
    "arn:aws:sns:eu:1:a",
];
const ARN_PATTERNS: &[&str] = &[
    "arn:aws:sns:*:1:x",
    "arn:aws:sns:eu:1:*",
    "arn:aws:sns:eu:1:x",
    "arn:*:sns:e?:*:y*z",
    "arn:aws:sns:*",
    "*",
    "arn:aws:sns:eu:1:${svc:one}",
    "arn:aws:iam::*:role/*",
];
const BYTES: &[&str] = &["QQ==", "QUI=", "QUJD", "/+8="];

/// The keys that AWS fills from who asks for what. Their values in requests follow from the principal.
pub const FILLED_KEYS: [Key; 10] = [
    key("aws:PrincipalArn", Kind::Arn, false, &[], PRINCIPAL_ARN_PATTERNS),
    key("aws:PrincipalArn", Kind::Text, false, &[], PRINCIPAL_ARN_PATTERNS),
    key(
        "aws:PrincipalAccount",
        Kind::Text,
        false,
        &[ACCOUNT, ELSEWHERE],
        &[ACCOUNT, ELSEWHERE, "1111*"],
    ),
    key(
        "aws:PrincipalType",
        Kind::Text,
        false,
        &["User", "AssumedRole"],
        &["User", "AssumedRole", "FederatedUser", "Account", "Anonymous", "A*"],
    ),
    key(
        "aws:username",
        Kind::Text,
        false,
        &["alice", "bob", "carol"],
        &["alice", "bob", "a*"],
    ),
    key(
        "aws:userid",
        Kind::Text,
        false,
        &[],
        &[
            "AIDAEXAMPLE",
            "AROAEXAMPLE:s1",
            "*:s1",
            "111122223333:alice",
            "111122223333",
        ],
    ),
    key(
        "aws:ResourceAccount",
        Kind::Text,
        false,
        &[],
        &[ACCOUNT, ELSEWHERE, "${aws:PrincipalAccount}"],
    ),
    key("aws:PrincipalIsAWSService", Kind::Flag, false, FLAGS, FLAGS),
    key(
        "aws:PrincipalServiceName",
        Kind::Text,
        false,
        &["lambda.amazonaws.com"],
        &["lambda.amazonaws.com", "*.amazonaws.com"],
    ),
    key("aws:CurrentTime", Kind::Date, false, DATES, DATES),
];

const PRINCIPAL_ARN_PATTERNS: &[&str] = &[
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::111122223333:role/reader",
    "arn:aws:iam::111122223333:role/team/*",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::111122223333:root",
    "arn:aws:sts::*:federated-user/${aws:username}",
    "arn:aws:iam::111122223333:user/${aws:username}",
];

/// The key of the time as a number.
pub const EPOCH_TIME: Key = key(
    "aws:EpochTime",
    Kind::Number,
    false,
    &["1767225600", "1767225601"],
    &["1767225600", "1767225601", "0"],
);
