# Exclusive scopes.
list "exchange_management_scope" "example" {
  provider = exchange

  config {
    exclusive = true
  }
}
