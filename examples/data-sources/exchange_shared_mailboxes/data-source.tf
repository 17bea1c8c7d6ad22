# The shared mailboxes of an office, and those of all that carry a custom attribute.

data "exchange_shared_mailboxes" "berlin" {
  filter = "Office -eq 'Berlin'"
}

data "exchange_shared_mailboxes" "all" {}

output "berlin" {
  value = data.exchange_shared_mailboxes.berlin.mailboxes[*].primary_smtp_address
}

output "finance" {
  value = [
    for mailbox in data.exchange_shared_mailboxes.all.mailboxes : mailbox.primary_smtp_address
    if lookup(mailbox.custom_attributes, "CustomAttribute1", "") == "finance"
  ]
}
