variable "project_id" {
  description = "The id of the Azure DevOps project."
  type        = string
}

variable "subscription_id" {
  description = "The id of the Azure subscription that the service connection is for."
  type        = string
}

variable "subscription_name" {
  description = "The name of that subscription."
  type        = string
}
