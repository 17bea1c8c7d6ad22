// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package importid

import (
	"errors"
	"fmt"
	"strings"
)

// PolicyIdentity checks the identity of an application access policy, <tenant>\<application>:<SID>;<GUID>. It goes to
// Exchange as it is; this is to tell what becomes of it on the way from a person: shells drop the backslash and end a
// command at the semicolon, and Terraform's language wants the backslash doubled.
func PolicyIdentity(id string) error {
	switch _, policy, found := strings.Cut(id, `\`); {
	case strings.TrimSpace(id) == "":
		return errors.New("the id is empty")
	case !found:
		return fmt.Errorf(`%q holds no backslash; put the id between single quotes in a shell, and write \\ for the backslash in a configuration`, id)
	case !strings.Contains(policy, ":") || !strings.Contains(policy, ";"):
		return fmt.Errorf(`%q is not of the form <tenant>\<application>:<SID>;<GUID>; in a shell, put the id between single quotes`, id)
	default:
		return nil
	}
}
