output "authorization" {
  description = "What Exchange says of each mailbox, as a table."
  value = join("\n", concat(
    [format("%-24s  %-24s  %-26s  %s", "MAILBOX", "ROLE", "SCOPE", "IN SCOPE")],
    [
      for answer in flatten([
        for asked in concat(
          values(data.exchange_service_principal_authorization.inside),
          values(data.exchange_service_principal_authorization.outside),
        ) : [for a in asked.authorizations : merge(a, { mailbox = asked.mailbox })]
      ]) : format("%-24s  %-24s  %-26s  %s", answer.mailbox, answer.role_name, answer.allowed_resource_scope, answer.in_scope ? "yes" : "no")
    ],
  ))
}
