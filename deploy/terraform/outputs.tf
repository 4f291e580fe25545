output "task_security_group_id" {
  description = "Let your Prometheus reach port 9632 of this group if it scrapes the task."
  value       = aws_security_group.task.id
}

output "task_role_name" {
  description = "The role that the task has."
  value       = aws_iam_role.task.name
}
