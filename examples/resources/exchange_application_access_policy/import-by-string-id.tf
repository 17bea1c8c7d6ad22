# The backslash in the policy's Identity is written twice.

import {
  to = exchange_application_access_policy.payroll_archive
  id = "11111111-1111-1111-1111-111111111111\\22222222-2222-2222-2222-0000000000aa:S-1-5-21-724521725-2336880675-2689004279-1821155;b009897c-0370-55b3-88a4-ea70bb2f9ae0"
}
