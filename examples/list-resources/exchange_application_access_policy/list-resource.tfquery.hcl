# The policies of one application.
list "exchange_application_access_policy" "example" {
  provider = exchange

  config {
    app_id = "22222222-2222-2222-2222-0000000000aa"
  }
}
