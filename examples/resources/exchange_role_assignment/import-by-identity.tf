import {
  to = exchange_role_assignment.payroll_archive
  identity = {
    guid = "8701e302-b294-5542-b5e6-49807a92bbcd"
  }
}
