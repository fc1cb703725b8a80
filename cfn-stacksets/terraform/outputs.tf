output "role_arn" {
  description = "The role."
  value       = aws_iam_role.this.arn
}

output "policy_arns" {
  description = "Its policies, by the name of their document."
  value       = { for name, policy in aws_iam_policy.this : name => policy.arn }
}
