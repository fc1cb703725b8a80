"""Delivery (acme-delivery): where images are built, who may push them, and a relay nobody oversees."""

import names
from names import DATA, DELIVERY, IRELAND, ORGANIZATION, account_root, role
from people import LAMBDA, of_lambda, organization_access, single, spoke_read, spoke_reader
from resources import data_class, objects, s3_bucket
from shapes import Role, allow, config_item, document, trust
from workloads import lambda_function

GITHUB = "token.actions.githubusercontent.com"
ASSISTANT, DOCS, BASE = (names.repository(DELIVERY, name) for name in ["assistant", "docs-site", "base-images"])
PUSH = ["ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"]
RELAYS = 7


def github(**subject):
    """Trust in GitHub, for those subjects only that are given; without any, for every repository there is."""
    condition = {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}
    if subject:
        condition["StringLike"] = {f"{GITHUB}:sub": subject["sub"]}
    return trust({"Federated": f"arn:aws:iam::{DELIVERY}:oidc-provider/{GITHUB}"}, "sts:AssumeRoleWithWebIdentity", condition)


def relay():
    """Seven roles, each handing on to the next: more than anybody oversees."""
    roles = [Role(DELIVERY, "relay-1", LAMBDA, inline=single("next", allow("sts:AssumeRole", role(DELIVERY, "relay-2"))))]
    for number in range(2, RELAYS + 1):
        following = allow("sts:AssumeRole", role(DELIVERY, f"relay-{number + 1}")) if number < RELAYS else allow("s3:GetObject", objects("acme-delivery-releases"))
        roles.append(Role(DELIVERY, f"relay-{number}", trust({"AWS": role(DELIVERY, f"relay-{number - 1}")}), inline=single("next", following)))
    return roles


def people():
    """Roles of the account."""
    login = allow("ecr:GetAuthorizationToken")
    return [
        # Any workflow of any repository on GitHub gets this role: the condition names the audience alone.
        Role(DELIVERY, "image-publisher", github(), inline=single("push", login, allow(PUSH, ASSISTANT))),
        # A near miss: one repository, and images that nothing runs.
        Role(DELIVERY, "docs-publisher", github(sub="repo:acme-parcel/docs:ref:refs/heads/main"), inline=single("push", login, allow(PUSH, DOCS))),
        Role(DELIVERY, "codebuild-assistant", trust({"Service": "codebuild.amazonaws.com"}), inline=single("push", login, allow(PUSH, ASSISTANT))),
        Role(DELIVERY, "pipeline-assistant", trust({"Service": "codepipeline.amazonaws.com"}), inline=single("build", allow(
            ["codebuild:BatchGetBuilds", "codebuild:StartBuild"], f"arn:aws:codebuild:{IRELAND}:{DELIVERY}:project/assistant"))),
        of_lambda(DELIVERY, "release-notes", allow("s3:GetObject", objects("acme-delivery-releases"))),
        *relay(), organization_access(DELIVERY), spoke_reader(DELIVERY), spoke_read(DELIVERY),
    ]


def repository(arn, policy):
    """AWS::ECR::Repository, in CloudFormation's casing."""
    name = arn.split("/", 1)[1]
    configuration = {"RepositoryName": name, "Arn": arn, "RepositoryUri": f"{DELIVERY}.dkr.ecr.{IRELAND}.amazonaws.com/{name}", "ImageTagMutability": "MUTABLE",
                     "ImageScanningConfiguration": {"ScanOnPush": False}, "EncryptionConfiguration": {"EncryptionType": "AES256"}, "Tags": []}
    if policy:
        configuration["RepositoryPolicyText"] = policy
    return config_item("AWS::ECR::Repository", DELIVERY, IRELAND, name, name, arn, configuration)


def files():
    """Config rows of this module, by resource type."""
    pull = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    data_pulls = document(
        allow(pull, None, sid="DataPulls", principal={"AWS": account_root(DATA)}),
        allow(pull, None, sid="LambdaPullsForData", principal={"Service": "lambda.amazonaws.com"},
              condition={"StringLike": {"aws:SourceArn": f"arn:aws:lambda:{IRELAND}:{DATA}:function:*"}}))
    # Everybody in the organization may replace the images that all others are built on.
    anybody_pushes = document(allow([*PUSH, *pull], None, sid="OrganizationPushes", principal="*", condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}))
    provider = f"arn:aws:iam::{DELIVERY}:oidc-provider/{GITHUB}"
    project = f"arn:aws:codebuild:{IRELAND}:{DELIVERY}:project/assistant"
    pipeline = f"arn:aws:codepipeline:{IRELAND}:{DELIVERY}:assistant-release"
    return {
        "AWS::Lambda::Function": [
            lambda_function(DELIVERY, "relay-starter", execution_role=role(DELIVERY, "relay-1")),
            lambda_function(DELIVERY, "release-notes"),
            lambda_function(DELIVERY, "base-probe", runtime=None, execution_role=role(DELIVERY, "release-notes-lambda"), more={"code": {
                "repositoryType": "ECR", "imageUri": f"{DELIVERY}.dkr.ecr.{IRELAND}.amazonaws.com/base-images:probe"}})],
        "AWS::S3::Bucket": [s3_bucket(DELIVERY, "acme-delivery-releases", data_class("confidential"))],
        "AWS::ECR::Repository": [repository(ASSISTANT, data_pulls), repository(DOCS, None), repository(BASE, anybody_pushes)],
        "AWS::IAM::OIDCProvider": [config_item("AWS::IAM::OIDCProvider", DELIVERY, "global", provider, GITHUB, provider, {
            "Arn": provider, "Url": f"https://{GITHUB}", "ClientIdList": ["sts.amazonaws.com"], "ThumbprintList": []})],
        "AWS::CodeBuild::Project": [config_item("AWS::CodeBuild::Project", DELIVERY, IRELAND, project, "assistant", project, {
            "name": "assistant", "arn": project, "serviceRole": role(DELIVERY, "codebuild-assistant"),
            "source": {"type": "GITHUB", "location": "https://github.com/acme-parcel/assistant.git"},
            "environment": {"type": "ARM_CONTAINER", "image": "aws/codebuild/amazonlinux-aarch64-standard:3.0", "privilegedMode": True,
                            "environmentVariables": [{"name": "NPM_TOKEN", "type": "PLAINTEXT", "value": "CANARY-acme-codebuild-environment"}]}})],
        "AWS::CodePipeline::Pipeline": [config_item("AWS::CodePipeline::Pipeline", DELIVERY, IRELAND, "assistant-release", "assistant-release", pipeline, {
            "pipeline": {"name": "assistant-release", "roleArn": role(DELIVERY, "pipeline-assistant"), "version": 5, "stages": [
                {"name": "Build", "actions": [{"name": "Build", "actionTypeId": {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"},
                                               "configuration": {"ProjectName": "assistant"}}]}]}})],
    }
