# Applications whose name in Exchange begins like this.
list "exchange_service_principal" "example" {
  provider = exchange

  config {
    display_name_prefix = "Payroll"
  }
}
