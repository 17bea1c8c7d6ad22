# Takes the place of adopt.tf: the objects leave the state and stay in the tenant.

removed {
  from = exchange_service_principal.payroll_archive

  lifecycle {
    destroy = false
  }
}

removed {
  from = exchange_management_scope.payroll

  lifecycle {
    destroy = false
  }
}

removed {
  from = exchange_role_assignment.payroll_archive

  lifecycle {
    destroy = false
  }
}
