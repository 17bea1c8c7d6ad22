// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package server

import "strings"

// silence turns the log of the framework and the protocol off where nobody reads it: where no variable that sets a level
// or a file, such as TF_LOG, is in the environment. Terraform does not read it then either; without a level of its own, a
// provider writes all of it all the same, which takes more than half of the time that it computes in a plan.
func silence(environment []string, set func(name, value string) error) error {
	for _, variable := range environment {
		// Windows does not mind the letter case of a variable.
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(strings.ToUpper(name), "TF_LOG") && value != "" {
			return nil
		}
	}
	return set("TF_LOG_SDK", "off")
}
