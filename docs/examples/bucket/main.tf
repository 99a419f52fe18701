# A bucket for backups, and three roles that GitHub Actions of one repository may take: put, verify, prune.
#   terraform init && terraform apply -var bucket=acme-backups -var prefix=app -var repository=acme/shop

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "bucket" {
  type        = string
  description = "Name of the bucket."
}

variable "prefix" {
  type        = string
  description = "What stands behind the bucket in backups.store, without slashes at its ends."
}

variable "repository" {
  type        = string
  description = "The repository whose workflows back up, as owner/name."
}

variable "locked_days" {
  type        = number
  default     = 30
  description = "How long a version cannot be deleted."
}

locals {
  # Role -> environment of the repository that may take it.
  environments = {
    put    = "backup"
    verify = "restore-drill"
    prune  = "backup-prune"
  }
}

data "aws_caller_identity" "this" {}

resource "aws_s3_bucket" "backups" {
  bucket              = var.bucket
  object_lock_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "backups" {
  bucket = aws_s3_bucket.backups.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "backups" {
  bucket = aws_s3_bucket.backups.id
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = var.locked_days
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "backups" {
  bucket = aws_s3_bucket.backups.id
  rule {
    id     = "clean-up"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration {
      noncurrent_days = 30
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
    expiration {
      expired_object_delete_marker = true
    }
  }
  depends_on = [aws_s3_bucket_versioning.backups]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "backups" {
  bucket = aws_s3_bucket.backups.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "backups" {
  bucket                  = aws_s3_bucket.backups.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "backups" {
  bucket = aws_s3_bucket.backups.id
  policy = replace(file("${path.module}/tls.json"), "BUCKET", var.bucket)
}

# One per account. When it exists: terraform import aws_iam_openid_connect_provider.github ARN
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "this" {
  for_each = local.environments
  name     = "${var.bucket}-${each.key}"
  assume_role_policy = replace(replace(replace(file("${path.module}/trust.json"),
    "ACCOUNT", data.aws_caller_identity.this.account_id),
    "REPOSITORY", var.repository),
  "ENVIRONMENT", each.value)
  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy" "this" {
  for_each = local.environments
  name     = each.key
  role     = aws_iam_role.this[each.key].id
  policy   = replace(replace(file("${path.module}/${each.key}.json"), "BUCKET", var.bucket), "PREFIX", var.prefix)
}

output "role_arns" {
  description = "Environment of the repository -> what its variable BACKUP_ROLE_ARN has to be."
  value       = { for role, environment in local.environments : environment => aws_iam_role.this[role].arn }
}
