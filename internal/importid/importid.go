// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package importid reads the ids that users give to terraform import.
package importid

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// GUID returns id in lower case, the form that state and identity hold, or says why it is no GUID.
func GUID(id string) (string, error) {
	if len(id) != 36 || uuid.Validate(id) != nil {
		return "", fmt.Errorf("%q is not a GUID, such as 6233fba6-0198-4277-892f-9275bf728bcc", id)
	}
	return strings.ToLower(id), nil
}

// NameOrGUID checks an id that is either. Names may hold anything but the wildcard, which would name several objects.
func NameOrGUID(id string) error {
	switch {
	case strings.TrimSpace(id) == "":
		return fmt.Errorf("the id is empty; give a name or a GUID")
	case strings.Contains(id, "*"):
		return fmt.Errorf("%q holds an asterisk, which Exchange takes for a wildcard; give the GUID instead", id)
	default:
		return nil
	}
}
