import {
  to = exchange_management_scope.payroll
  identity = {
    guid = "6dab7dea-1e9e-5487-ab7d-03496cde6b26"
  }
}
