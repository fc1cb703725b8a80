variable "hub_role_arns" {
  description = "Roles of the hub that may take this role, with their paths: its output CollectorRoleArn, and PreflightRoleArn if sv0 preflight may try the role. In the management account its output ManagementReaderRoleArns."
  type        = list(string)

  validation {
    condition     = length(var.hub_role_arns) > 0 && alltrue([for arn in var.hub_role_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", arn))])
    error_message = "Each is the ARN of one role."
  }
}

variable "external_id" {
  description = "Chosen by you, 16 to 64 characters. The role is given to nobody who does not send it."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@:/-]{16,64}$", var.external_id))
    error_message = "It has 16 to 64 letters, digits and any of _+=,.@:/-"
  }
}

variable "organization_id" {
  description = "Your organization. The role is given to nobody outside of it."
  type        = string

  validation {
    condition     = can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "It begins with o-."
  }
}

variable "is_management_account" {
  description = "Whether this is the management account, whose role also reads the organization."
  type        = bool
  default     = false
}

variable "role_name" {
  description = "The name of the role, suffix and all. Give the hub the same as its SpokeRoleName or ManagementRoleName."
  type        = string
  default     = "SecurityV0ReadOnly"
}

variable "role_path" {
  description = "The path of role and policies. Give the hub the same as its SpokeRolePath or ManagementRolePath."
  type        = string
  default     = "/"

  validation {
    condition     = can(regex("^/([A-Za-z0-9_+=,.@-]+/)*$", var.role_path))
    error_message = "A path begins and ends with a slash."
  }
}

variable "permissions_boundary" {
  description = "none; shipped, the read list alone, made by this module; or the ARN of a policy."
  type        = string
  default     = "none"

  validation {
    condition     = can(regex("^(none|shipped|arn:.+:policy/.+)$", var.permissions_boundary))
    error_message = "It is none, shipped, or the ARN of a policy."
  }
}

variable "tags" {
  description = "Tags of role and policies, beside Product."
  type        = map(string)
  default     = {}
}
