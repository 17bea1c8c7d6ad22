# The defaults are applications of the sandbox tenant.

variable "invoice_reader" {
  description = "The ids of an enterprise application."
  type = object({
    client_id = string
    object_id = string
  })
  default = {
    client_id = "22222222-2222-2222-2222-222222222222"
    object_id = "33333333-3333-3333-3333-333333333333"
  }
}
