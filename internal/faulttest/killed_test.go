// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package faulttest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

// everything has a resource of every type. All are called as in the import blocks of errors, so that these can be pasted
// as they are.
const everything = `
resource "exchange_organization_customization" "example" {}

resource "exchange_service_principal" "example" {
  app_id    = "22222222-2222-2222-2222-222222222222"
  object_id = "33333333-3333-3333-3333-333333333333"
}

resource "exchange_management_scope" "example" {
  name             = "Invoice mailboxes"
  recipient_filter = "CustomAttribute1 -eq 'finance'"
  depends_on       = [exchange_organization_customization.example]
}

resource "exchange_role_assignment" "example" {
  role                  = "Application Mail.Read"
  app                   = exchange_service_principal.example.object_id
  custom_resource_scope = exchange_management_scope.example.name
  enabled               = false
}

resource "exchange_application_access_policy" "example" {
  app_id                = exchange_service_principal.example.app_id
  policy_scope_group_id = "finance-team@contoso.com"
  access_right          = "RestrictAccess"
}

resource "exchange_mailbox_permission" "example" {
  mailbox       = "support@contoso.com"
  user          = exchange_service_principal.example.object_id
  access_rights = ["FullAccess"]
}
`

// workspace is a folder in which real Terraform works on a tenant of its own.
type workspace struct {
	*acctest.Sandbox
	folder  string
	command func(ctx context.Context, arguments ...string) *exec.Cmd
	pids    string
	before  acctest.Snapshot
}

// watched makes a folder with a provider that is the built one, and first writes its process id to a file.
func watched(t *testing.T) string {
	t.Helper()
	built := filepath.Join(acctest.BuildProvider(t), "terraform-provider-exchange")
	folder := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\necho $$ >>\"$PROVIDER_PIDS\"\nexec '%s' \"$@\"\n", built)
	if err := os.WriteFile(filepath.Join(folder, "terraform-provider-exchange"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return folder
}

func start(t *testing.T, provider string) *workspace {
	t.Helper()
	w := &workspace{Sandbox: acctest.Start(t), pids: filepath.Join(t.TempDir(), "pids")}
	w.before = w.Snapshot()
	w.folder, w.command = w.Folder(provider, everything, "PROVIDER_PIDS", w.pids)
	return w
}

// apply applies, and returns what Terraform told of errors.
func (w *workspace) apply(t *testing.T, begun func(*os.Process)) (details []string, err error) {
	t.Helper()
	command := w.command(t.Context(), "apply", "-auto-approve", "-json")
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if begun != nil {
		begun(command.Process)
	}
	err = command.Wait()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		t.Fatal(err)
	}
	for line := range strings.Lines(output.String()) {
		var message struct {
			Level      string `json:"@level"`
			Diagnostic struct{ Summary, Detail string }
		}
		if json.Unmarshal([]byte(line), &message) == nil && message.Level == "error" {
			details = append(details, message.Diagnostic.Summary+"\n"+message.Diagnostic.Detail+"\n")
		}
	}
	return details, err
}

// kill kills the provider process that was begun last.
func (w *workspace) kill() error {
	pids, err := os.ReadFile(w.pids)
	if err != nil {
		return err
	}
	all := strings.Fields(string(pids))
	pid, err := strconv.Atoi(all[len(all)-1])
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// makeGood applies again and pastes every import block that an error advises, until an apply passes.
func (w *workspace) makeGood(t *testing.T) (imported bool) {
	t.Helper()
	pasted := map[string]bool{}
	for {
		details, err := w.apply(t, nil)
		if err == nil {
			return len(pasted) > 0
		}
		news := 0
		for _, detail := range details {
			for _, block := range importBlock.FindAllString(detail, -1) {
				if !pasted[block] {
					pasted[block] = true
					news++
					if err := os.WriteFile(filepath.Join(w.folder, fmt.Sprintf("import_%d.tf", len(pasted))), []byte(block+"}\n"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if news == 0 {
			t.Fatalf("the next apply failed, and no error says what else to import: %v\n%s", err, strings.Join(details, "\n"))
		}
	}
}

// complete fails the test where something is left to do, or the tenant has anything too much or too little.
func (w *workspace) complete(t *testing.T) {
	t.Helper()
	if output, err := w.command(t.Context(), "plan", "-detailed-exitcode", "-no-color").CombinedOutput(); err != nil {
		t.Errorf("in the end there is something to do: %v\n%s", err, output)
	}
	after := w.Snapshot()
	for kind, counts := range map[string][2]int{
		"service principals": {len(w.before.ServicePrincipals), len(after.ServicePrincipals)},
		"scopes":             {len(w.before.ManagementScopes), len(after.ManagementScopes)},
		"role assignments":   {len(w.before.RoleAssignments), len(after.RoleAssignments)},
		"policies":           {len(w.before.ApplicationAccessPolicies), len(after.ApplicationAccessPolicies)},
		"permissions":        {len(w.before.MailboxPermissions), len(after.MailboxPermissions)},
	} {
		if counts[1] != counts[0]+1 {
			t.Errorf("there were %d %s before, and in the end there are %d", counts[0], kind, counts[1])
		}
	}
}

// sweep runs a test for each request of an apply, and for some numbers that no request has any more. disturb arranges
// what is to happen at a request of the given number, to the process that begun is told.
func sweep(t *testing.T, provider string, tally *counts, disturb func(t *testing.T, w *workspace, k int, hit func()) (begun func(*os.Process))) {
	t.Helper()
	quiet := start(t, provider)
	if details, err := quiet.apply(t, nil); err != nil {
		t.Fatalf("applying undisturbed: %v\n%s", err, strings.Join(details, "\n"))
	}
	quiet.complete(t)
	requests := 0
	for _, r := range quiet.Requests().All() {
		if r.Service == fault.Exchange {
			requests++
		}
	}
	// The planning of complete asks, too. So the last numbers are those of no request of the apply.
	var reached atomic.Int64
	t.Cleanup(func() {
		if n := int(reached.Load()); n == 0 || n >= requests {
			t.Errorf("%d of %d numbers were those of a request", n, requests)
		}
	})
	for k := 1; k <= requests; k++ {
		t.Run(strconv.Itoa(k), func(t *testing.T) {
			t.Parallel()
			w := start(t, provider)
			var hit atomic.Bool
			details, err := w.apply(t, disturb(t, w, k, func() { hit.Store(true) }))
			w.Faults().Clear()
			switch {
			case !hit.Load() && err != nil:
				t.Fatalf("applying undisturbed: %v\n%s", err, strings.Join(details, "\n"))
			case !hit.Load():
				w.complete(t)
				return
			}
			reached.Add(1)
			tally.count(outcome{failed: err != nil, imported: w.makeGood(t)})
			w.complete(t)
		})
	}
}

// The provider's process dies right before, and right after, any of its requests is processed.
func TestAProviderThatIsKilledLosesNothing(t *testing.T) {
	t.Parallel()
	provider := watched(t)
	for moment, hook := range map[string]func(*fault.Injector, fault.Service, int, func()){
		"before": (*fault.Injector).Before, "after": (*fault.Injector).After,
	} {
		t.Run(moment, func(t *testing.T) {
			t.Parallel()
			sweep(t, provider, &killed, func(t *testing.T, w *workspace, k int, hit func()) func(*os.Process) {
				hook(w.Faults(), fault.Exchange, k, func() {
					hit()
					if err := w.kill(); err != nil {
						t.Errorf("killing the provider: %v", err)
					}
				})
				return nil
			})
		})
	}
}

// Terraform is interrupted while any of its requests is under way, and the provider does not wait for the answer.
func TestAnInterruptedTerraformLosesNothing(t *testing.T) {
	t.Parallel()
	provider := watched(t)
	for moment, silence := range map[string]fault.Fault{"before": fault.Hang(), "after": fault.Hang().AfterExecution()} {
		t.Run(moment, func(t *testing.T) {
			t.Parallel()
			sweep(t, provider, &interrupted, func(t *testing.T, w *workspace, k int, hit func()) func(*os.Process) {
				process := make(chan *os.Process, 1)
				w.Faults().Add(fault.Rule{Service: fault.Exchange, From: k, Count: 1, Fault: silence})
				w.Faults().Before(fault.Exchange, k, func() {
					hit()
					if err := (<-process).Signal(os.Interrupt); err != nil {
						t.Errorf("interrupting Terraform: %v", err)
					}
				})
				return func(p *os.Process) { process <- p }
			})
		})
	}
}
