# By the name or by the GUID.
terraform import exchange_role_assignment.payroll_archive 'Payroll Archive Mail.Read'
