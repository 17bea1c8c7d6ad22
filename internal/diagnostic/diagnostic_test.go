// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package diagnostic_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/graph"
)

func TestErrorSaysWhatExchangeAnsweredAndWhatToDo(t *testing.T) {
	t.Parallel()
	for class, advice := range map[adminapi.Class]string{
		adminapi.Unauthenticated: "Exchange.ManageAsApp",
		adminapi.Forbidden:       "Exchange Administrator",
		adminapi.Dehydrated:      "Enable-OrganizationCustomization",
		adminapi.NoDelegation:    "delegating assignment",
		adminapi.ReadOnlyForest:  "EXCHANGE_ORGANIZATION",
		adminapi.OutOfScope:      "confined",
		adminapi.Throttled:       "max_concurrency",
		adminapi.Transient:       "run again",
		adminapi.Ambiguous:       "GUID",
		adminapi.InvalidInput:    "",
	} {
		answer := &adminapi.Error{Cmdlet: "Get-ManagementScope", Class: class, Message: "what Exchange said", RequestID: "id-of-the-request"}
		got := diagnostic.Error("The scope could not be read", fmt.Errorf("wrapped: %w", answer))
		if got.Summary() != "The scope could not be read" {
			t.Errorf("%s: summary %q", class, got.Summary())
		}
		for _, want := range []string{"Get-ManagementScope", "what Exchange said", "id-of-the-request", advice} {
			if !strings.Contains(got.Detail(), want) {
				t.Errorf("%s: %q is not in: %s", class, want, got.Detail())
			}
		}
	}
}

func TestErrorSaysWhatGraphAnsweredAndWhatToDo(t *testing.T) {
	t.Parallel()
	const permission = "AdministrativeUnit.Read.All (134fd756-38ce-4afd-ba33-e9623dbe66c2)"
	for status, advice := range map[int]string{
		401: "graph_endpoint",
		403: permission,
		408: "run again",
		429: "timeouts",
		404: "",
		502: "run again",
	} {
		answer := &graph.Error{Operation: "listing administrative units", Permission: permission, Status: status, Message: "what Graph said", RequestID: "id-of-the-request"}
		got := diagnostic.Error("s", fmt.Errorf("wrapped: %w", answer)).Detail()
		for _, want := range []string{"listing administrative units", "what Graph said", "id-of-the-request", advice} {
			if !strings.Contains(got, want) {
				t.Errorf("%d: %q is not in: %s", status, want, got)
			}
		}
		if strings.Contains(got, permission) != (status == 403) {
			t.Errorf("%d: %s", status, got)
		}
	}
	late := &graph.Error{Operation: "listing administrative units", Err: context.DeadlineExceeded}
	if got := diagnostic.Error("s", late).Detail(); !strings.Contains(got, "timeouts") {
		t.Error(got)
	}
}

func TestErrorOfATimeLimitNamesTheTimeoutsAttribute(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("still absent (the wait ended: %w)", context.DeadlineExceeded)
	if got := diagnostic.Error("s", err).Detail(); !strings.Contains(got, "timeouts") || !strings.Contains(got, "still absent") {
		t.Error(got)
	}
	if got := diagnostic.Error("s", errors.New("plain")).Detail(); got != "plain." {
		t.Error(got)
	}
}

func TestParagraphsEndWithAFullStopAndAddressesWithout(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Add a new one, and give that":        "Add a new one, and give that.",
		"object 'x'":                          "object 'x'.",
		"gave no reason (HTTP 403)":           "gave no reason (HTTP 403)",
		"It is over.":                         "It is over.",
		"It is explained at https://a.test/1": "It is explained at https://a.test/1",
	} {
		if got := diagnostic.Error("s", errors.New(text)).Detail(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := diagnostic.AlreadyExists("s", "exchange_management_scope", "x", errors.New(text)).Detail(); !strings.HasPrefix(got, want+"\n\nTo manage") {
			t.Errorf("got %q, want %q first", got, want)
		}
	}
}

func TestImportBlockIsConfigurationWhateverTheIDHolds(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		"Payroll mailboxes", `a\b:c;d`, `say "hello"`, "${path.module}", "%{ if true }", "$${x}", "Größe – 東京", `trailing\`,
	} {
		text := diagnostic.ImportBlock("exchange_management_scope", id)
		file, diags := hclsyntax.ParseConfig([]byte(text), "import.tf", hcl.InitialPos)
		if diags.HasErrors() {
			t.Errorf("%q: %v\n%s", id, diags, text)
			continue
		}
		body, ok := file.Body.(*hclsyntax.Body)
		if !ok || len(body.Blocks) != 1 || body.Blocks[0].Type != "import" {
			t.Fatalf("%q: no import block:\n%s", id, text)
		}
		value, diags := body.Blocks[0].Body.Attributes["id"].Expr.Value(nil)
		if diags.HasErrors() || value.AsString() != id {
			t.Errorf("%q is read as %#v, %v", id, value, diags)
		}
	}
}
