variable "cluster_name" {
  description = "The cluster's name in findings."
  type        = string
  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+$", var.cluster_name))
    error_message = "Letters, digits, dot, underscore and dash only."
  }
}

variable "image" {
  description = "The image of deploy/docker/Dockerfile, by digest."
  type        = string
}

variable "vpc_id" {
  description = "The database's VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets with a way to AWS's APIs, at least two."
  type        = list(string)
  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "Give at least two subnets."
  }
}

variable "database_security_group_id" {
  description = "The security group of the database; it gets one rule for this task."
  type        = string
}

variable "database_port" {
  description = "The database's port."
  type        = number
  default     = 5432
}

variable "database_url" {
  description = "postgresql://tunewright@WRITER-INSTANCE:5432/DATABASE, of an instance and without a password."
  type        = string
  validation {
    condition     = can(regex("^(postgresql|mysql)://[^:@/]+@[^/]+/.+", var.database_url))
    error_message = "As in postgresql://tunewright@db-1.example.net:5432/shop; the password comes from database_secret_arn."
  }
}

variable "database_secret_arn" {
  description = "The monitoring role's password in Secrets Manager (a text, or JSON with the key password)."
  type        = string
}

variable "web_token_secret_arn" {
  description = "The bearer token of the pages in Secrets Manager, a text."
  type        = string
}

variable "read_policy_json" {
  description = "The output of `tunewright iam-policy`, for what AWS knows of the cluster; empty: the AWS half is not read."
  type        = string
  default     = ""
}

variable "log_retention_days" {
  description = "How long the daemon's own log is kept."
  type        = number
  default     = 30
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
}
