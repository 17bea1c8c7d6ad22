// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

func TestDefaultNameIsReadableAndFits(t *testing.T) {
	t.Parallel()
	const app = "33333333-3333-3333-3333-000000000001"
	digits := `-[0-9a-f]{8}$`
	for name, test := range map[string]struct {
		object exchange.NewRoleAssignment
		want   string
	}{
		"app": {
			exchange.NewRoleAssignment{Role: "Application Mail.Read", Assignee: exchange.Assignee{Kind: exchange.App, Identity: app}},
			`^Application Mail\.Read-33333333` + digits,
		},
		"group": {
			exchange.NewRoleAssignment{Role: "Mail Recipients", Assignee: exchange.Assignee{Kind: exchange.SecurityGroup, Identity: "Help Desk"}},
			`^Mail Recipients-Help Desk` + digits,
		},
		"long role": {
			exchange.NewRoleAssignment{Role: strings.Repeat("r", 64), Assignee: exchange.Assignee{Kind: exchange.User, Identity: "adele@contoso.com"}},
			`^r{46}-adele@co` + digits,
		},
		"long assignee": {
			exchange.NewRoleAssignment{Role: "Mail Recipients", Assignee: exchange.Assignee{Kind: exchange.Policy, Identity: strings.Repeat("p", 64)}},
			`^Mail Recipients-p{39}` + digits,
		},
		"characters of several bytes": {
			exchange.NewRoleAssignment{Role: strings.Repeat("ü", 64), Assignee: exchange.Assignee{Kind: exchange.User, Identity: strings.Repeat("é", 64)}},
			`^ü{46}-é{8}` + digits,
		},
		"wildcard in the assignee": {
			exchange.NewRoleAssignment{Role: "Mail Recipients", Assignee: exchange.Assignee{Kind: exchange.User, Identity: "a*b"}},
			`^Mail Recipients-a_b` + digits,
		},
	} {
		got := defaultName(test.object, 0)
		if !regexp.MustCompile(test.want).MatchString(got) || utf8.RuneCountInString(got) > exchange.MaxNameLength || !utf8.ValidString(got) {
			t.Errorf("%s: %q (%d characters), want %s", name, got, utf8.RuneCountInString(got), test.want)
		}
		if again := defaultName(test.object, 0); again != got {
			t.Errorf("%s: %q, and then %q", name, got, again)
		}
	}
}

func TestDefaultNameDiffersWithAllThatMakesAnAssignment(t *testing.T) {
	t.Parallel()
	base := exchange.NewRoleAssignment{
		Role:     "Application Mail.Read",
		Assignee: exchange.Assignee{Kind: exchange.App, Identity: "33333333-3333-3333-3333-000000000001"},
		Scope:    exchange.Scope{Kind: exchange.CustomResourceScope, Value: "finance"},
	}
	variants := map[string]func(*exchange.NewRoleAssignment){
		"base":          func(*exchange.NewRoleAssignment) {},
		"role":          func(o *exchange.NewRoleAssignment) { o.Role = "Application Mail.Send" },
		"assignee":      func(o *exchange.NewRoleAssignment) { o.Assignee.Identity = "33333333-3333-3333-3333-000000000002" },
		"assignee kind": func(o *exchange.NewRoleAssignment) { o.Assignee.Kind = exchange.User },
		"scope":         func(o *exchange.NewRoleAssignment) { o.Scope.Value = "sales" },
		"scope kind":    func(o *exchange.NewRoleAssignment) { o.Scope.Kind = exchange.RecipientGroupScope },
		"no scope":      func(o *exchange.NewRoleAssignment) { o.Scope = exchange.Scope{} },
		"delegating":    func(o *exchange.NewRoleAssignment) { o.Delegating = true },
	}
	seen := map[string]string{}
	for variant, change := range variants {
		object := base
		change(&object)
		name := defaultName(object, 0)
		if other, ok := seen[name]; ok {
			t.Errorf("%s and %s share the name %q", variant, other, name)
		}
		seen[name] = variant
	}
	if name := defaultName(base, 1); seen[name] != "" {
		t.Errorf("the second name of base is %q, which is the first of %s", name, seen[name])
	}
	upper := base
	upper.Role, upper.Scope.Value = strings.ToUpper(base.Role), strings.ToUpper(base.Scope.Value)
	if got, want := defaultName(upper, 0), defaultName(base, 0); !strings.EqualFold(got, want) {
		t.Errorf("another letter case makes another name: %q and %q", got, want)
	}
}
