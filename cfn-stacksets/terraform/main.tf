# The role of spoke-role.yaml and management-role.yaml, with the same generated policies, for those who deploy with Terraform.

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

locals {
  documents = "${path.module}/../../infra/permissions"
  role      = jsondecode(file("${local.documents}/roles.json"))[var.is_management_account ? "management" : "spoke"]
  boundary  = var.permissions_boundary == "shipped" ? [local.role.boundary] : []
  tags      = merge(var.tags, { Product = "SecurityV0" })

  # The documents are written for CloudFormation: {"Fn::Sub": "…${AWS::Partition}…"} stands for a text with names filled in.
  texts = {
    for name in concat(local.role.policies, local.boundary) :
    name => replace(file("${local.documents}/${name}.json"), "/\\{\\s*\"Fn::Sub\":\\s*(\"[^\"]*\")\\s*\\}/", "$1")
  }
  names = {
    "AWS::Partition" = data.aws_partition.current.partition
    "AWS::AccountId" = data.aws_caller_identity.current.account_id
    "RolePath"       = var.role_path
    "RoleName"       = var.role_name
    "RoleNameSuffix" = ""
  }
  # Terraform has no replacement of several texts at once.
  policies = {
    for name, text in local.texts :
    name => replace(replace(replace(replace(replace(
      text,
      "$${AWS::Partition}", local.names["AWS::Partition"]),
      "$${AWS::AccountId}", local.names["AWS::AccountId"]),
      "$${RolePath}", local.names["RolePath"]),
      "$${RoleName}", local.names["RoleName"]),
    "$${RoleNameSuffix}", local.names["RoleNameSuffix"])
  }
}

resource "aws_iam_policy" "this" {
  for_each = local.policies

  name   = "${var.role_name}-${trimprefix(trimprefix(each.key, "spoke-"), "management-")}"
  path   = var.role_path
  policy = jsonencode(jsondecode(each.value))
  tags   = local.tags
}

resource "aws_iam_role" "this" {
  name                 = var.role_name
  path                 = var.role_path
  description          = "Read by SecurityV0 Hub. Reads configuration, never content; delete this role to end all access."
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary == "none" ? null : (var.permissions_boundary == "shipped" ? aws_iam_policy.this[local.role.boundary].arn : var.permissions_boundary)
  tags                 = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "HubTakesTheRole"
        Effect    = "Allow"
        Principal = { AWS = var.hub_role_arns }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = {
            "sts:ExternalId"     = var.external_id
            "aws:PrincipalOrgID" = var.organization_id
          }
          ArnEquals = { "aws:PrincipalArn" = var.hub_role_arns }
          Null      = { "aws:RequestTag/sv0-component" = "false" }
        }
      },
      {
        Sid       = "HubNamesComponentAndRun"
        Effect    = "Allow"
        Principal = { AWS = var.hub_role_arns }
        Action    = "sts:TagSession"
        Condition = {
          StringEquals                = { "aws:PrincipalOrgID" = var.organization_id }
          "ForAllValues:StringEquals" = { "aws:TagKeys" = ["sv0-component", "sv0-run-id"] }
          Null                        = { "aws:TagKeys" = "false" }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset(local.role.policies)

  role       = aws_iam_role.this.name
  policy_arn = aws_iam_policy.this[each.key].arn
}
