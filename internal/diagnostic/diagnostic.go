// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package diagnostic turns an error into what a user reads: a sentence about what was tried, what Exchange or Microsoft
// Graph answered, and what to do next.
package diagnostic

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// Error returns the diagnostic for err. The summary is a static sentence that says what was tried.
func Error(summary string, err error) diag.Diagnostic {
	detail := stopped(err.Error())
	if advice := advice(err); advice != "" {
		detail += "\n\n" + advice
	}
	return diag.NewErrorDiagnostic(summary, detail)
}

// ImportError is Error for an object to import that could not be read.
func ImportError(summary string, err error) diag.Diagnostic {
	if adminapi.ClassOf(err) != adminapi.NotFound {
		return Error(summary, err)
	}
	return diag.NewErrorDiagnostic(summary, stopped(err.Error())+"\n\nCheck the id. If the object was removed after it had been imported, "+
		"remove the import block that names it: an import block has done its work once it is applied.")
}

// AlreadyExists returns the diagnostic for an object that is there already, with the import block to paste.
func AlreadyExists(summary, resourceType, importID string, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic(summary, fmt.Sprintf("%s\n\n"+
		"To manage the object that is there, import it (put your own resource's address behind \"to\"):\n\n%s",
		stopped(err.Error()), ImportBlock(resourceType, importID)))
}

// OfItsOwn says what to do where the object that is in the way may be one that the resource has itself made. alternative
// is what else helps, as the end of a sentence, or "".
func OfItsOwn(noun, alternative string) string {
	return fmt.Sprintf("If it is this resource's own %s that is being replaced, that has to be removed first: take create_before_destroy out for this one change%s. "+
		"If it belongs to a resource whose address has changed, as where a for_each key was renamed, add a moved block from the old address to the new one, or apply once more.",
		noun, alternative)
}

// ImportBlock returns the configuration that imports an object.
func ImportBlock(resourceType, importID string) string {
	return fmt.Sprintf("import {\n  to = %s.example\n  id = %s\n}", resourceType, quote(importID))
}

// stopped ends the text of an error, which has no full stop by Go's custom, as a paragraph. An address is left as it is,
// to be copied.
func stopped(text string) string {
	last, _ := utf8.DecodeLastRuneInString(text)
	lastWord := text[strings.LastIndexAny(text, " \n")+1:]
	if (unicode.IsLetter(last) || unicode.IsDigit(last) || strings.ContainsRune(`'"`, last)) && !strings.Contains(lastWord, "://") {
		return text + "."
	}
	return text
}

// quote writes text as a string of Terraform's language, in which ${ and %{ begin templates.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "%{", "%%{").Replace(text) + `"`
}
