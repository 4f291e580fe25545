# Tunewright on ECS Fargate beside one Aurora or RDS cluster: one task, no port open to others, history on EFS, least privilege.
# The same as deploy/ecs/tunewright.yaml, as a module.

data "aws_region" "here" {}
data "aws_partition" "here" {}
data "aws_caller_identity" "here" {}

locals {
  name     = "tunewright-${var.cluster_name}"
  settings = <<-TOML
    [[clusters]]
    name = "${var.cluster_name}"
    url = "${var.database_url}"
    password_from = { aws_secret = "${var.database_secret_arn}" }
    [web]
    token_from = { env = "WEB_TOKEN" }
    [history]
    path = "/var/lib/tunewright/tunewright.db"
  TOML
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/tunewright/${var.cluster_name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_ecs_cluster" "this" {
  name = local.name
  tags = var.tags

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_security_group" "task" {
  name        = local.name
  description = "Tunewright; nobody may reach it, it may reach the database, EFS and HTTPS"
  vpc_id      = var.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.task.id
  description       = "AWS APIs and webhooks"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "database" {
  security_group_id            = aws_security_group.task.id
  description                  = "the database"
  referenced_security_group_id = var.database_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = var.database_security_group_id
  description                  = "Tunewright"
  referenced_security_group_id = aws_security_group.task.id
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
}

resource "aws_security_group" "history" {
  name        = "${local.name}-history"
  description = "The history of Tunewright"
  vpc_id      = var.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "history" {
  security_group_id            = aws_security_group.history.id
  description                  = "Tunewright"
  referenced_security_group_id = aws_security_group.task.id
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}

resource "aws_vpc_security_group_egress_rule" "history" {
  security_group_id            = aws_security_group.task.id
  description                  = "the history"
  referenced_security_group_id = aws_security_group.history.id
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}

resource "aws_efs_file_system" "history" {
  encrypted = true
  tags      = var.tags
}

resource "aws_efs_backup_policy" "history" {
  file_system_id = aws_efs_file_system.history.id

  backup_policy {
    status = "ENABLED"
  }
}

resource "aws_efs_mount_target" "history" {
  count           = length(var.subnet_ids)
  file_system_id  = aws_efs_file_system.history.id
  subnet_id       = var.subnet_ids[count.index]
  security_groups = [aws_security_group.history.id]
}

resource "aws_efs_access_point" "history" {
  file_system_id = aws_efs_file_system.history.id
  tags           = var.tags

  posix_user {
    uid = 10001
    gid = 10001
  }

  root_directory {
    path = "/tunewright"

    creation_info {
      owner_uid   = 10001
      owner_gid   = 10001
      permissions = "0700"
    }
  }
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.here.account_id]
    }
  }
}

resource "aws_iam_role" "execution" {
  name_prefix        = "tunewright-exec-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = var.tags
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:${data.aws_partition.here.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role_policy" "execution_secrets" {
  name   = "secrets"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution_secrets.json
}

data "aws_iam_policy_document" "execution_secrets" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.web_token_secret_arn]
  }
}

resource "aws_iam_role" "task" {
  name_prefix        = "tunewright-task-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = var.tags
}

data "aws_iam_policy_document" "task" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.database_secret_arn]
  }

  statement {
    actions   = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    resources = [aws_efs_file_system.history.arn]

    condition {
      test     = "StringEquals"
      variable = "elasticfilesystem:AccessPointArn"
      values   = [aws_efs_access_point.history.arn]
    }
  }
}

resource "aws_iam_role_policy" "task" {
  name   = "password-and-history"
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.task.json
}

resource "aws_iam_role_policy" "read" {
  count  = var.read_policy_json == "" ? 0 : 1
  name   = "read"
  role   = aws_iam_role.task.id
  policy = var.read_policy_json
}

resource "aws_ecs_task_definition" "this" {
  family                   = local.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 512
  memory                   = 1024
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  tags                     = var.tags

  volume {
    name = "history"

    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.history.id
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = aws_efs_access_point.history.id
        iam             = "ENABLED"
      }
    }
  }

  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([
    {
      name                   = "tunewright"
      image                  = var.image
      essential              = true
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = true }
      entryPoint             = ["/bin/sh", "-c"]
      command                = ["printf '%s' \"$TUNEWRIGHT_TOML\" > /tmp/tunewright.toml && exec tunewright run --config /tmp/tunewright.toml"]
      environment            = [{ name = "TUNEWRIGHT_TOML", value = local.settings }]
      secrets                = [{ name = "WEB_TOKEN", valueFrom = var.web_token_secret_arn }]
      mountPoints = [
        { sourceVolume = "history", containerPath = "/var/lib/tunewright", readOnly = false },
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]
      healthCheck = {
        command     = ["CMD", "tunewright", "health", "--config", "/tmp/tunewright.toml"]
        interval    = 30
        timeout     = 10
        retries     = 3
        startPeriod = 30
      }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.this.name
          awslogs-region        = data.aws_region.here.name
          awslogs-stream-prefix = "tunewright"
        }
      }
    },
  ])
}

resource "aws_ecs_service" "this" {
  name            = local.name
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = 1
  launch_type     = "FARGATE"
  depends_on      = [aws_efs_mount_target.history]
  tags            = var.tags

  # One agent at a time: the old one ends before the new one starts.
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [aws_security_group.task.id]
    assign_public_ip = false
  }
}
