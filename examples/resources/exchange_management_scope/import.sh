# By the name or by the GUID.
terraform import exchange_management_scope.payroll 'Payroll mailboxes'
