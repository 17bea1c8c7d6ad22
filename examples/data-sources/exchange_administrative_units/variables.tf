# The defaults are applications of the sandbox tenant.

variable "payroll_archive" {
  description = "The ids of an enterprise application that Exchange knows."
  type = object({
    client_id = string
    object_id = string
  })
  default = {
    client_id = "22222222-2222-2222-2222-0000000000aa"
    object_id = "33333333-3333-3333-3333-0000000000aa"
  }
}
