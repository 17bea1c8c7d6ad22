// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// noon is the time of tests that watch the clock.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

// stale is a tenant with stale reads, and with a clock that the test sets.
func stale(t *testing.T, reads tenant.StaleReads) (contoso *tenant.Tenant, at func(time.Duration)) {
	t.Helper()
	contoso = tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{StaleReads: reads})
	at = func(later time.Duration) { contoso.SetClock(func() time.Time { return noon.Add(later) }) }
	at(0)
	return contoso, at
}

// write makes a scope as a cmdlet does.
func write(t *testing.T, in *tenant.Tenant, name string) {
	t.Helper()
	written := in.BeginWrite()
	if _, err := in.NewManagementScope(tenant.Caller{Administrator: true}, tenant.ManagementScopeSpec{Name: name, RecipientFilter: "Office -eq 'Berlin'"}); err != nil {
		t.Fatal(err)
	}
	written()
}

// reads reports of so many reads whether they find a scope: 1 for one that does.
func reads(in *tenant.Tenant, count int, name string) string {
	var found strings.Builder
	for range count {
		if _, err := in.Replica().GetManagementScope(tenant.ManagementScopeQuery{Identity: name}); err == nil {
			found.WriteByte('1')
		} else {
			found.WriteByte('0')
		}
	}
	return found.String()
}

func TestStaleReadsMissAWrite(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reads tenant.StaleReads
		want  string
	}{
		"none":                               {tenant.StaleReads{Writes: 1}, "111111"},
		"of the last write, every":           {tenant.StaleReads{Every: 1, Writes: 1}, "000000"},
		"of the last write, every other":     {tenant.StaleReads{Every: 2, Writes: 1}, "101010"},
		"of the last write, one of three":    {tenant.StaleReads{Every: 3, Writes: 1}, "110110"},
		"for some calls":                     {tenant.StaleReads{Every: 1, Calls: 4}, "000011"},
		"for some calls, every other":        {tenant.StaleReads{Every: 2, Calls: 4}, "101011"},
		"for a time that is not over":        {tenant.StaleReads{Every: 1, For: time.Second}, "000000"},
		"whichever holds back longest":       {tenant.StaleReads{Every: 1, Calls: 2, For: time.Second}, "000000"},
		"without anything that holds a read": {tenant.StaleReads{Every: 1}, "111111"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso, _ := stale(t, test.reads)
			write(t, contoso, "Berlin mailboxes")
			if got := reads(contoso, 6, "Berlin mailboxes"); got != test.want {
				t.Errorf("the reads found the scope as in %s, want %s", got, test.want)
			}
		})
	}
}

func TestStaleReadsEndWithTheirTime(t *testing.T) {
	t.Parallel()
	contoso, at := stale(t, tenant.StaleReads{Every: 1, For: time.Minute})
	write(t, contoso, "First")
	at(30 * time.Second)
	write(t, contoso, "Second")
	for _, moment := range []struct {
		later         time.Duration
		first, second string
	}{
		{59 * time.Second, "0", "0"},
		{60 * time.Second, "1", "0"},
		{89 * time.Second, "1", "0"},
		{90 * time.Second, "1", "1"},
	} {
		at(moment.later)
		if first, second := reads(contoso, 1, "First"), reads(contoso, 1, "Second"); first != moment.first || second != moment.second {
			t.Errorf("after %s the reads found %s and %s, want %s and %s", moment.later, first, second, moment.first, moment.second)
		}
	}
}

func TestStaleReadsLagByWrites(t *testing.T) {
	t.Parallel()
	contoso, _ := stale(t, tenant.StaleReads{Every: 1, Writes: 2})
	for _, name := range []string{"First", "Second", "Third"} {
		write(t, contoso, name)
	}
	for name, want := range map[string]string{"First": "1", "Second": "0", "Third": "0"} {
		if got := reads(contoso, 1, name); got != want {
			t.Errorf("%s: found %s, want %s", name, got, want)
		}
	}
}

func TestAWriteThatFailedIsNoneToMiss(t *testing.T) {
	t.Parallel()
	contoso, _ := stale(t, tenant.StaleReads{Every: 1, Writes: 1})
	write(t, contoso, "First")
	contoso.BeginWrite() // And never written.
	if got := reads(contoso, 1, "First"); got != "0" {
		t.Error("a write that failed moved the replica on")
	}
}

func TestReplicaKeepsWhatChangesAndWhatGoes(t *testing.T) {
	t.Parallel()
	contoso, _ := stale(t, tenant.StaleReads{Every: 1, Writes: 100})
	scopes, assignments, pointers := contoso.ManagementScopes(), contoso.RoleAssignments(), contoso.ServicePrincipals()
	permissions, policies := contoso.MailboxPermissions(), contoso.ApplicationAccessPolicies()
	written := contoso.BeginWrite()
	filter := "CustomAttribute1 -eq 'changed'"
	if err := contoso.SetManagementScope("Payroll mailboxes", tenant.ManagementScopeChange{RecipientFilter: &filter}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := contoso.AddMailboxPermission(tenant.Caller{Administrator: true}, tenant.MailboxPermissionSpec{Mailbox: "info@contoso.com", User: "adele@contoso.com", AccessRights: []string{"ReadPermission"}}); err != nil {
		t.Fatal(err)
	}
	for _, pointer := range pointers {
		if err := contoso.RemoveServicePrincipal(pointer.ObjectID); err != nil {
			t.Fatal(err)
		}
	}
	for _, policy := range policies {
		if err := contoso.RemoveApplicationAccessPolicy(policy.Identity); err != nil {
			t.Fatal(err)
		}
	}
	written()
	replica := contoso.Replica()
	if replica == contoso {
		t.Fatal("the read is not stale")
	}
	if diff := cmp.Diff(scopes, replica.ManagementScopes()); diff != "" {
		t.Errorf("scopes differ (-before +replica):\n%s", diff)
	}
	if diff := cmp.Diff(assignments, replica.RoleAssignments()); diff != "" {
		t.Errorf("role assignments differ (-before +replica):\n%s", diff)
	}
	if diff := cmp.Diff(pointers, replica.ServicePrincipals()); diff != "" {
		t.Errorf("service principals differ (-before +replica):\n%s", diff)
	}
	if diff := cmp.Diff(permissions, replica.MailboxPermissions()); diff != "" {
		t.Errorf("mailbox permissions differ (-before +replica):\n%s", diff)
	}
	if diff := cmp.Diff(policies, replica.ApplicationAccessPolicies()); diff != "" {
		t.Errorf("application access policies differ (-before +replica):\n%s", diff)
	}
	if cmp.Equal(contoso.RoleAssignments(), assignments) || cmp.Equal(contoso.MailboxPermissions(), permissions) {
		t.Error("nothing changed that the replica could have missed")
	}
}

func TestLoadRefusesStaleReadsThatMissNothing(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"2", "{every: 2}", "{writes: 1}", "{every: 0, writes: 1}", "{every: 1, writes: -1}", "{every: 1, for: soon}", "{every: 1, times: 2}"} {
		if _, err := tenant.Load(strings.NewReader("behavior: {stale_reads: " + value + "}")); err == nil || !strings.Contains(err.Error(), "stale_reads: the value must be like {every: 2,") {
			t.Errorf("%s: %v", value, err)
		}
	}
}
