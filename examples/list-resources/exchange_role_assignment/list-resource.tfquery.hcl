# The roles of one application.
list "exchange_role_assignment" "example" {
  provider = exchange

  config {
    app = "22222222-2222-2222-2222-0000000000aa"
  }
}
