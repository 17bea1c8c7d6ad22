# exchange-sandbox run -- terraform test

run "reaches_the_finance_mailboxes_only" {
  assert {
    condition     = exchange_role_assignment.app["Application Mail.Read"].recipient_write_scope == "CustomRecipientScope"
    error_message = "The role is not confined to a management scope."
  }
}

run "refuses_a_scope_that_is_too_wide" {
  variables {
    recipient_filter = "RecipientTypeDetails -eq 'SharedMailbox'"
  }

  expect_failures = [data.exchange_service_principal_authorization.outside]
}
