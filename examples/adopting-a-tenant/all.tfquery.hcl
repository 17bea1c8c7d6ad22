# Lists what the tenant has: terraform query -generate-config-out=generated.tf

list "exchange_service_principal" "all" {
  provider = exchange
  limit    = 1000
}

list "exchange_management_scope" "all" {
  provider = exchange
  limit    = 1000
}

list "exchange_role_assignment" "all" {
  provider = exchange
  limit    = 1000
}

list "exchange_application_access_policy" "all" {
  provider = exchange
  limit    = 1000
}

list "exchange_mailbox_permission" "all" {
  provider = exchange
  limit    = 1000

  config {
    mailboxes = ["invoices@contoso.com", "payroll@contoso.com", "support@contoso.com", "info@contoso.com"]
  }
}
