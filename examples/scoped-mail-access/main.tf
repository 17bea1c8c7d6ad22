# Lets one application read the mail of some mailboxes and of no others, and has Exchange confirm it.

terraform {
  required_version = ">= 1.5"

  required_providers {
    exchange = {
      source = "terraform-exchange/exchange"
    }
  }
}

# Everything comes from the environment: EXCHANGE_TENANT_ID, EXCHANGE_CLIENT_ID and so on, or ARM_TENANT_ID and so on.
provider "exchange" {}

# Exchange must know the application before it can be given a role.
resource "exchange_service_principal" "app" {
  app_id       = var.app_id    # azuread_service_principal.app.client_id
  object_id    = var.object_id # azuread_service_principal.app.object_id
  display_name = var.app_name
}

# The mailboxes that it may reach.
resource "exchange_management_scope" "mailboxes" {
  name             = "${var.app_name} mailboxes"
  recipient_filter = var.recipient_filter
}

# What it may do there.
resource "exchange_role_assignment" "app" {
  for_each = var.roles

  role                  = each.key
  app                   = exchange_service_principal.app.id
  custom_resource_scope = exchange_management_scope.mailboxes.name
}

# The proof. Exchange is asked after the changes that depends_on names, and the apply fails on the wrong answer.
data "exchange_service_principal_authorization" "inside" {
  for_each = var.inside

  app        = exchange_service_principal.app.id
  mailbox    = each.key
  depends_on = [exchange_management_scope.mailboxes, exchange_role_assignment.app]

  lifecycle {
    postcondition {
      condition     = length(setsubtract(var.roles, [for a in self.authorizations : a.role_name if a.in_scope])) == 0
      error_message = "${var.app_name} lacks a role on ${self.mailbox}."
    }
  }
}

data "exchange_service_principal_authorization" "outside" {
  for_each = var.outside

  app        = exchange_service_principal.app.id
  mailbox    = each.key
  depends_on = [exchange_management_scope.mailboxes, exchange_role_assignment.app]

  lifecycle {
    postcondition {
      condition     = !anytrue(self.authorizations[*].in_scope)
      error_message = "${var.app_name} can reach ${self.mailbox}, and should not."
    }
  }
}
