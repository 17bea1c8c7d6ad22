// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package diagnostic turns an error into what a user reads: a sentence about what was tried, what Exchange or Microsoft
// Graph answered, and what to do next.
package diagnostic

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Error returns the diagnostic for err. The summary is a static sentence that says what was tried.
func Error(summary string, err error) diag.Diagnostic {
	detail := err.Error()
	if advice := advice(err); advice != "" {
		detail += "\n\n" + advice
	}
	return diag.NewErrorDiagnostic(summary, detail)
}

// AlreadyExists returns the diagnostic for an object that is there already, with the import block to paste.
func AlreadyExists(summary, resourceType, importID string, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic(summary, fmt.Sprintf("%s\n\n"+
		"To manage the object that is there, import it (put your own resource's address behind \"to\"):\n\n%s",
		err, ImportBlock(resourceType, importID)))
}

// ImportBlock returns the configuration that imports an object.
func ImportBlock(resourceType, importID string) string {
	return fmt.Sprintf("import {\n  to = %s.example\n  id = %s\n}", resourceType, quote(importID))
}

// quote writes text as a string of Terraform's language, in which ${ and %{ begin templates.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "%{", "%%{").Replace(text) + `"`
}
