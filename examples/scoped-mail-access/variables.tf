# The defaults are objects of the sandbox tenant: exchange-sandbox run -- terraform apply

variable "app_name" {
  description = "What to call the application in Exchange."
  type        = string
  default     = "Invoice Reader"
}

variable "app_id" {
  description = "The application (client) id."
  type        = string
  default     = "22222222-2222-2222-2222-222222222222"
}

variable "object_id" {
  description = "The object id of the enterprise application."
  type        = string
  default     = "33333333-3333-3333-3333-333333333333"
}

variable "roles" {
  description = "The application roles to give."
  type        = set(string)
  default     = ["Application Mail.Read"]
}

variable "recipient_filter" {
  description = "The filter that selects the mailboxes."
  type        = string
  default     = "CustomAttribute1 -eq 'finance'"
}

variable "inside" {
  description = "Mailboxes that must be in scope."
  type        = set(string)
  default     = ["invoices@contoso.com"]
}

variable "outside" {
  description = "Mailboxes that must not be in scope."
  type        = set(string)
  default     = ["adele@contoso.com", "payroll@contoso.com"]
}
