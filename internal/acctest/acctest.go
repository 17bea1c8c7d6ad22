// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package acctest joins the provider and a sandbox tenant for tests that run real Terraform, or its core in miniature.
// Each test has a tenant of its own, so tests run in parallel.
package acctest

import (
	"fmt"
	"maps"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/provider"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/server"
)

// Sandbox is a tenant and what a test wants of it.
type Sandbox struct {
	*sandbox.Sandbox
	t    *testing.T
	dial provider.Dial // nil where the sandbox listens on the machine's own loopback
}

// keys are those of every sandbox of a test binary, as making them takes longer than most tests.
var keys = sync.OnceValues(sandbox.NewKeys)

// Start serves a fresh contoso tenant until the test ends. Each behavior changes how it answers.
func Start(t *testing.T, behaviors ...func(*tenant.Behavior)) *Sandbox {
	t.Helper()
	return start(t, behaviors)
}

func start(t *testing.T, behaviors []func(*tenant.Behavior), options ...sandbox.Option) *Sandbox {
	t.Helper()
	shared, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	contoso := tenant.Contoso()
	behavior := contoso.Behavior()
	for _, change := range behaviors {
		change(&behavior)
	}
	contoso.SetBehavior(behavior)
	served, err := sandbox.Start(contoso, append(options, sandbox.WithKeys(shared))...)
	if err != nil {
		t.Fatalf("starting the sandbox: %v", err)
	}
	t.Cleanup(func() {
		if err := served.Close(); err != nil {
			t.Errorf("stopping the sandbox: %v", err)
		}
	})
	return &Sandbox{Sandbox: served, t: t}
}

// Providers are the provider factories of a test: each run of Terraform gets a new provider, which finds the sandbox
// by an environment of its own. Variables given here replace or add to that; an empty one is taken away.
func (s *Sandbox) Providers(variables ...string) map[string]func() (tfprotov6.ProviderServer, error) {
	environment := s.environment(variables)
	lookup := func(name string) (string, bool) {
		value, ok := environment[name]
		return value, ok
	}
	return map[string]func() (tfprotov6.ProviderServer, error){
		"exchange": func() (tfprotov6.ProviderServer, error) {
			return server.New(provider.New("test", lookup, provider.DialBy(s.dial))()), nil
		},
	}
}

// environment is the sandbox's with some variables replaced or added.
func (s *Sandbox) environment(variables []string) map[string]string {
	environment := maps.Clone(s.Environment())
	for i := 0; i+1 < len(variables); i += 2 {
		environment[variables[i]] = variables[i+1]
	}
	return environment
}

// Test runs the steps on the sandbox, and checks at the end that the tenant is as it was before.
func (s *Sandbox) Test(test resource.TestCase) {
	s.t.Helper()
	before := s.Snapshot()
	test.IsUnitTest = true
	if test.ProtoV6ProviderFactories == nil {
		test.ProtoV6ProviderFactories = s.Providers()
	}
	if test.CheckDestroy == nil {
		test.CheckDestroy = func(*terraform.State) error {
			if difference := cmp.Diff(before, s.Snapshot()); difference != "" {
				return fmt.Errorf("the tenant is not as it was before (-before +after):\n%s", difference)
			}
			return nil
		}
	}
	resource.Test(s.t, test)
}

// TestCore runs steps on Terraform's core in miniature and the sandbox, destroys what they left, and checks at the end
// that the tenant is as it was before. It is for tables with many rows; a test that uses it is named for Whatever they
// are about, by which internal/tools/acceptance knows that it needs no engine.
func (s *Sandbox) TestCore(steps func(w *core.Workspace)) {
	s.t.Helper()
	before := s.Snapshot()
	w := core.New(s.t, s.Providers()["exchange"])
	steps(w)
	if err := w.Destroy(s.t.Context()); err != nil {
		s.t.Fatalf("destroying: %v", err)
	}
	if difference := cmp.Diff(before, s.Snapshot()); difference != "" {
		s.t.Errorf("the tenant is not as it was before (-before +after):\n%s", difference)
	}
}

// Snapshot is all that the provider can change in a tenant.
type Snapshot struct {
	ServicePrincipals         []tenant.ServicePrincipal
	ManagementScopes          []tenant.ManagementScope
	RoleAssignments           []tenant.RoleAssignment
	ApplicationAccessPolicies []tenant.ApplicationAccessPolicy
	MailboxPermissions        []tenant.MailboxPermission
}

// Snapshot copies the tenant's objects.
func (s *Sandbox) Snapshot() Snapshot {
	return Snapshot{
		ServicePrincipals:         s.Tenant().ServicePrincipals(),
		ManagementScopes:          s.Tenant().ManagementScopes(),
		RoleAssignments:           s.Tenant().RoleAssignments(),
		ApplicationAccessPolicies: s.Tenant().ApplicationAccessPolicies(),
		MailboxPermissions:        s.Tenant().MailboxPermissions(),
	}
}

// Run runs a cmdlet as an administrator would elsewhere, behind Terraform's back. It fails the test where that fails.
func (s *Sandbox) Run(cmdlet string, parameters map[string]any) {
	s.t.Helper()
	if _, err := s.Sandbox.Run(cmdlet, parameters); err != nil {
		s.t.Fatalf("%s: %v", cmdlet, err)
	}
}

// Does returns a PreConfig that runs a cmdlet.
func (s *Sandbox) Does(cmdlet string, parameters map[string]any) func() {
	return func() { s.Run(cmdlet, parameters) }
}

// Check makes a check of the tenant's side.
func (s *Sandbox) Check(check func(tenant *tenant.Tenant) error) resource.TestCheckFunc {
	return func(*terraform.State) error { return check(s.Tenant()) }
}

// CheckRequests checks how many requests each cmdlet got since the sandbox started or was last asked this way; a cmdlet
// that is not named may have had any number.
func (s *Sandbox) CheckRequests(counts map[string]int) resource.TestCheckFunc {
	return func(*terraform.State) error {
		for cmdlet, want := range counts {
			if got := s.Sandbox.Requests().Count(cmdlet); got != want {
				return fmt.Errorf("%s was requested %d times, want %d", cmdlet, got, want)
			}
		}
		s.Sandbox.Requests().Reset()
		return nil
	}
}
