variable "mailboxes" {
  description = "The mailboxes whose permissions are adopted. Exchange has no list of all permissions of a tenant."
  type        = list(string)
  default     = ["invoices@contoso.com", "payroll@contoso.com", "support@contoso.com", "info@contoso.com"]
}
