// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
)

func TestPolicyIsImportedByItsIdentityVerbatim(t *testing.T) {
	t.Parallel()
	object := config(reader, finance, restrict, description("Reads invoices"))
	for name, step := range map[string]resource.TestStep{
		"on the command line": {ImportStateKind: resource.ImportCommandWithID, ImportStateId: identity(reader, finance), ImportStateVerify: true, ImportStateVerifyIgnore: []string{"policy_scope_group_id"}},
		"in upper case":       {ImportStateKind: resource.ImportCommandWithID, ImportStateId: strings.ToUpper(identity(reader, finance)), ImportStateVerify: true, ImportStateVerifyIgnore: []string{"policy_scope_group_id"}},
		"by block with id":    {ImportStateKind: resource.ImportBlockWithID, ImportStateId: identity(reader, finance), Config: object},
		"by block, identity":  {ImportStateKind: resource.ImportBlockWithResourceIdentity, Config: object},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			step.ResourceName, step.ImportState = address, true
			test := resource.TestCase{Steps: []resource.TestStep{{Config: object}, step}}
			if step.ImportStateKind == resource.ImportBlockWithResourceIdentity {
				test.TerraformVersionChecks = []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)}
			}
			s.Test(test)
		})
	}
}

func TestPolicyImportHoldsTheScopesGUID(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config(reader, finance, restrict)},
		{
			ResourceName: address, ImportState: true, ImportStateKind: resource.ImportCommandWithID, ImportStateId: identity(reader, finance),
			ImportStateCheck: func(states []*terraform.InstanceState) error {
				if got := states[0].Attributes["policy_scope_group_id"]; got != recipient(finance).GUID {
					return fmt.Errorf("the imported scope is %q", got)
				}
				return nil
			},
		},
	}})
}

func TestPolicyThatWasImportedIsKeptWhenTheScopesNameNoLongerResolves(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Run("New-ApplicationAccessPolicy", map[string]any{
		"AppId": reader, "PolicyScopeGroupId": "auditor@contoso.com", "AccessRight": restrict, "Description": " ",
	})
	imported := "import {\n  to = " + address + "\n  id = " + fmt.Sprintf("%q", identity(reader, "Fabrikam Auditor")) + "\n}\n" +
		config(reader, "auditor@contoso.com", restrict, description(" "))
	s.Test(resource.TestCase{
		CheckDestroy: func(*terraform.State) error { return nil },
		Steps: []resource.TestStep{
			// A description that is blank is one, too.
			{Config: imported, ConfigPlanChecks: plans(plancheck.ResourceActionNoop)},
			{
				PreConfig: func() {
					if err := s.Tenant().DeleteRecipient("auditor@contoso.com"); err != nil {
						t.Fatal(err)
					}
				},
				Config:      imported,
				ExpectError: wrapped(`(?s)Scope that names no recipient, or several.*policy_scope_group_id.*is kept`),
			},
			{Config: config(reader, recipient("Fabrikam Auditor").GUID, restrict, description(" ")), ConfigPlanChecks: plansNothing()},
		},
	})
}

func TestPolicyThatExistsIsReportedWithAnImportBlockThatWorks(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	block := `import \{\s+to = exchange_application_access_policy.example\s+id = "` +
		regexp.QuoteMeta(strings.ReplaceAll(identity(payroll, finance), `\`, `\\`)) + `"\s+\}`
	s.Test(resource.TestCase{
		CheckDestroy: func(*terraform.State) error {
			if policies := s.Tenant().ApplicationAccessPolicies(); len(policies) != 0 {
				return fmt.Errorf("an imported policy is managed like any other, and should have been removed: %v", policies)
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config:      config(payroll, finance, restrict),
				ExpectError: regexp.MustCompile(`(?s)has a policy for this scope already.*` + block),
			},
			{
				Config:           fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, identity(payroll, finance)) + config(payroll, finance, restrict),
				ConfigPlanChecks: plans(plancheck.ResourceActionNoop),
				Check:            s.CheckRequests(map[string]int{"Set-ApplicationAccessPolicy": 0, "Remove-ApplicationAccessPolicy": 0}),
			},
		},
	})
}

func TestPolicyIdentityIsTheServicesOwn(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	of := func(scope string) []statecheck.StateCheck {
		return []statecheck.StateCheck{
			statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"identity": knownvalue.StringExact(identity(reader, scope))}),
		}
	}
	s.Test(resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: config(reader, finance, restrict), ConfigStateChecks: of(finance)},
			{Config: config(reader, finance, restrict, description("Reads invoices")), ConfigStateChecks: of(finance)},
			{Config: config(reader, all, restrict), ConfigStateChecks: of(all)},
		},
	})
}

func TestPolicyImportRefusesWhatIsNoIdentity(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ id, error string }{
		"application id":        {reader, `(?s)Not the id of an application access policy.*no backslash`},
		"shell ate it":          {strings.ReplaceAll(identity(reader, finance), `\`, ""), `(?s)no backslash; put the id between single quotes`},
		"cut at the semicolon":  {strings.Split(identity(reader, finance), ";")[0], `(?s)not of the form`},
		"policy that is no one": {identity(reader, all), `(?s)to import could not be read.*couldn't be found|is not the one object`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{{
				ResourceName: address, ImportState: true, ImportStateId: test.id, Config: config(reader, finance, restrict), ExpectError: wrapped(test.error),
			}}})
		})
	}
}
