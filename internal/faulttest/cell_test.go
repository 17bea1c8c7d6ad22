// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package faulttest

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// prior is what there is before an operation, and what comes of it where nothing goes wrong.
type prior struct {
	// state has the object, in the form of [core.Workspace.Save].
	state []byte
	// requests are the cmdlets that an operation sends, in order, and found is what one answers that finds something.
	requests map[operation][]string
	found    map[operation]any
}

// stage is a tenant with a subject's prior state, and the workspace that works on it.
type stage struct {
	*acctest.Sandbox
	t *testing.T
	w *core.Workspace
	subject
	// others are all objects that are none of the subject's business.
	others acctest.Snapshot
	theirs map[string]map[string]any
	// found is what the last operation answered, if it is one that finds something.
	found any
}

// on runs a test on a tenant of its own, in virtual time.
func (u subject) on(t *testing.T, test func(s *stage)) {
	t.Helper()
	var behaviors []func(*tenant.Behavior)
	if u.behavior != nil {
		behaviors = append(behaviors, u.behavior)
	}
	acctest.InVirtualTime(t, func(t *testing.T, sandbox *acctest.Sandbox) {
		for _, c := range u.needs {
			sandbox.Run(c.name, c.parameters)
		}
		s := &stage{Sandbox: sandbox, t: t, w: core.New(t, sandbox.Providers()["exchange"]), subject: u, others: sandbox.Snapshot()}
		if u.objects != nil {
			s.theirs = u.objects(sandbox)
		}
		test(s)
	}, behaviors...)
}

// prepare makes what an operation needs.
func (s *stage) prepare(op operation, state []byte) {
	s.t.Helper()
	if op == create {
		return
	}
	for _, c := range s.made {
		s.Run(c.name, c.parameters)
	}
	if op == read || op == update || op == destroy {
		s.w.Restore(state)
	}
}

// do does the operation, and fails with what a user would read.
func (s *stage) do(op operation) error {
	s.t.Helper()
	ctx := s.t.Context()
	switch op {
	case create:
		return s.w.Apply(ctx, s.config(s.attributes))
	case read:
		return s.w.Refresh(ctx)
	case update:
		return s.w.Apply(ctx, s.config(s.changed))
	case destroy:
		return s.w.Apply(ctx, nil)
	case importing:
		return s.w.Import(ctx, core.Import{Address: s.address(), ID: s.id()})
	case list:
		found, err := s.w.List(ctx, core.List{Type: s.kind, Attributes: s.listed, IncludeResource: true, Limit: 10_000})
		slices.SortFunc(found, func(a, b core.Listed) int { return strings.Compare(a.DisplayName, b.DisplayName) })
		s.found = found
		return err
	default:
		err := s.w.Apply(ctx, core.Config{*s.data})
		s.found = s.w.State(s.data.Address)
		return err
	}
}

// id is what the object is imported by.
func (s *stage) id() string {
	if s.importID != "" {
		return s.importID
	}
	for id := range s.mine() {
		return id
	}
	return ""
}

// mine are the subject's objects in the tenant.
func (s *stage) mine() map[string]map[string]any {
	if s.objects == nil {
		return nil
	}
	all := s.objects(s.Sandbox)
	maps.DeleteFunc(all, func(id string, _ map[string]any) bool { _, theirs := s.theirs[id]; return theirs })
	return all
}

// undisturbed fails the test where anything but the subject's objects is not as it was.
func (s *stage) undisturbed(when string) {
	s.t.Helper()
	mine, now := s.mine(), s.Snapshot()
	is := func(id string) bool { _, ok := mine[id]; return ok }
	now.ServicePrincipals = slices.DeleteFunc(now.ServicePrincipals, func(p tenant.ServicePrincipal) bool { return is(p.ObjectID) })
	now.ManagementScopes = slices.DeleteFunc(now.ManagementScopes, func(m tenant.ManagementScope) bool { return is(m.GUID) })
	now.RoleAssignments = slices.DeleteFunc(now.RoleAssignments, func(a tenant.RoleAssignment) bool { return is(a.GUID) })
	now.ApplicationAccessPolicies = slices.DeleteFunc(now.ApplicationAccessPolicies, func(p tenant.ApplicationAccessPolicy) bool { return is(p.Identity) })
	now.MailboxPermissions = slices.DeleteFunc(now.MailboxPermissions, func(p tenant.MailboxPermission) bool { return is(p.MailboxGUID + "|" + p.UserSID) })
	if difference := cmp.Diff(s.others, now); difference != "" {
		s.t.Errorf("%s something else in the tenant has changed (-before +after):\n%s", when, difference)
	}
}

// agrees fails the test where state tells of an object that is not in the tenant, or not just so, or where the tenant has
// more than one.
func (s *stage) agrees(when string) {
	s.t.Helper()
	mine := s.mine()
	if len(mine) > 1 {
		s.t.Errorf("%s there are %d objects where there should be one:\n%s", when, len(mine), cmp.Diff(nil, mine))
	}
	state := s.inState()
	if state == nil {
		return
	}
	if rights, ok := state["access_rights"].([]any); ok && len(rights) == 0 && len(mine) == 0 {
		// All rights were taken and could not be given anew: an entry without any is none.
		return
	}
	id, _ := state["id"].(string)
	for attribute, other := range s.spellings {
		if mine[id] != nil && state[attribute] == state[other] {
			mine[id][attribute] = state[other]
		}
	}
	if difference := cmp.Diff(mine[id], state); difference != "" {
		s.t.Errorf("%s state is not what the tenant has (-tenant +state):\n%s", when, difference)
	}
	if s.w.Deposed(s.address()) > 0 {
		s.t.Errorf("%s an object is left to be destroyed", when)
	}
}

// inState are the attributes in state that the tenant knows.
func (s *stage) inState() map[string]any {
	if s.kind == "" {
		return nil
	}
	state := maps.Clone(s.w.State(s.address()))
	delete(state, "timeouts")
	delete(state, "use_existing")
	return state
}

// rehearse does every operation of a subject with nothing going wrong.
func (u subject) rehearse(t *testing.T) prior {
	t.Helper()
	p := prior{requests: map[operation][]string{}, found: map[operation]any{}}
	if u.kind != "" {
		u.on(t, func(s *stage) {
			// The object of most operations is the one that an administrator makes, which state has to fit.
			if err := s.do(create); err != nil {
				t.Fatalf("creating the %s: %v", u.name, err)
			}
			s.agrees("after a creation")
			p.state = s.w.Save()
		})
	}
	for _, op := range u.operations() {
		u.on(t, func(s *stage) {
			s.prepare(op, p.state)
			s.Requests().Reset()
			if err := s.do(op); err != nil {
				t.Fatalf("%s of the %s: %v", op, u.name, err)
			}
			for _, r := range s.Requests().All() {
				if r.Service == fault.Exchange {
					p.requests[op] = append(p.requests[op], r.Cmdlet)
				}
			}
			p.found[op] = s.found
			s.agrees("after " + string(op))
			s.undisturbed("after " + string(op))
			if !slices.Contains(p.requests[op], u.principal[op]) {
				t.Fatalf("%s of the %s sends %v, and not %s", op, u.name, p.requests[op], u.principal[op])
			}
		})
	}
	return p
}

// outcome is what came of an operation in which something went wrong.
type outcome struct{ failed, imported bool }

// endure does an operation while something goes wrong, checks what a user is left with, and then that the next apply
// brings it to its end.
func (s *stage) endure(op operation, p prior, struck func() int) (o outcome) {
	s.t.Helper()
	before := s.inState()
	err := s.do(op)
	if struck() == 0 {
		s.t.Error("the fault befell no request")
	}
	o.failed = err != nil
	s.agrees("afterwards")
	if s.kind != "exchange_organization_customization" || !o.failed {
		// What the customization leaves to be taken away by the next run is a scope of its own.
		s.undisturbed("afterwards")
	}
	after, made := s.inState(), len(s.mine()) > 0
	switch {
	case err != nil:
		s.readable(err)
		if op == read && cmp.Diff(before, after) != "" {
			s.t.Errorf("a read that failed has changed the state:\n%s", cmp.Diff(before, after))
		}
	case op == list, op == data:
		if difference := cmp.Diff(p.found[op], s.found); difference != "" {
			s.t.Errorf("%s passed and found something else than without the fault (-without +with):\n%s", op, difference)
		}
	case op == destroy:
		if after != nil || made {
			s.t.Errorf("destroying passed, and the state has %v and the tenant %v", after, s.mine())
		}
	case after == nil:
		s.t.Errorf("%s passed, and nothing is in state", op)
	}
	s.Faults().Clear()
	if o.failed {
		o.imported = s.settle(op, err)
	}
	s.settled(op, p)
	return o
}

// settle does the operation again, by the advice of the errors where there is one. It tells whether that was to import.
func (s *stage) settle(op operation, err error) (imported bool) {
	s.t.Helper()
	if s.inState() == nil && op == importing || op == list || op == data || op == read || op == destroy {
		if again := s.do(op); again != nil {
			s.t.Errorf("%s failed again, without a fault: %v\nat first: %v", op, again, err)
		}
		return false
	}
	if op == importing {
		return false
	}
	again := s.do(op)
	if again == nil {
		return false
	}
	wanted, advised := advice(again)
	if !advised {
		s.t.Errorf("%s failed again, without a fault: %v\nat first: %v", op, again, err)
		return false
	}
	wanted.Address = s.address()
	if last := s.w.Apply(s.t.Context(), s.config(s.attributes), wanted); last != nil {
		s.t.Errorf("%s failed again, with what it was to import: %v\nbefore: %v", op, last, again)
	}
	return true
}

// settled fails the test where the operation is not done as a whole.
func (s *stage) settled(op operation, p prior) {
	s.t.Helper()
	s.agrees("in the end")
	s.undisturbed("in the end")
	switch op {
	case list, data:
		if difference := cmp.Diff(p.found[op], s.found); difference != "" {
			s.t.Errorf("%s found something else in the end than without the fault (-without +with):\n%s", op, difference)
		}
		return
	case destroy:
		if left := s.mine(); len(left) > 0 || s.inState() != nil {
			s.t.Errorf("in the end there are still %v, and %v in state", left, s.inState())
		}
		return
	}
	wanted := s.attributes
	if op == update {
		wanted = s.changed
	}
	plan, err := s.w.Plan(s.t.Context(), s.config(wanted))
	if err != nil {
		s.t.Fatalf("planning in the end: %v", err)
	}
	if changes := plan.Changes(); len(changes) > 0 {
		s.t.Errorf("in the end there is something to do, %v:\n%s", changes, cmp.Diff(s.w.State(s.address()), plan.Planned(s.address())))
	}
	if len(s.mine()) != 1 || s.inState() == nil {
		s.t.Errorf("in the end the tenant has %v, and the state %v", s.mine(), s.inState())
	}
}

// importBlock finds the import block that an error advises to paste.
var importBlock = regexp.MustCompile(`import \{\n\s+to = \w+\.example\n\s+id = ("(?:[^"\\]|\\.)*")\n`)

// advice is the import that an error advises.
func advice(err error) (core.Import, bool) {
	found := importBlock.FindStringSubmatch(err.Error())
	if found == nil {
		return core.Import{}, false
	}
	id, quoteErr := strconv.Unquote(found[1])
	return core.Import{ID: strings.NewReplacer("$${", "${", "%%{", "%{").Replace(id)}, quoteErr == nil
}

var (
	// What was tried is told by a cmdlet's name, or by what was accepted and is not to be seen.
	tried = regexp.MustCompile(`\bExchange accepted\b|\b(Get|New|Set|Add|Remove|Test|Enable)-[A-Z][A-Za-z]+\b`)

	// What decoders, Go and its libraries say among themselves.
	noise = regexp.MustCompile(`invalid character|end of JSON|unmarshal|EOF|context deadline|context canceled|net/http|http2|stream (error|ID)|tls:|` +
		`gzip:|flate:|utf-?8|%!|<nil>|\bnil\b|goroutine|panic|map\[|&\{|\*[a-z]+\.[A-Z]|[^\n\t -~\x{a0}-\x{2fff}]`)
)

// readable fails the test where a user could not make sense of an error, or would find a secret in it.
func (s *stage) readable(err error) {
	s.t.Helper()
	var all core.Error
	if !errors.As(err, &all) {
		s.t.Errorf("the run failed with an error of its own: %v", err)
		return
	}
	for _, d := range all {
		if d.Summary == "" || d.Detail == "" || !tried.MatchString(d.Summary+"\n"+d.Detail) {
			s.t.Errorf("the error does not say what was tried: %s: %s", d.Summary, d.Detail)
		}
		if found := noise.FindString(d.Detail); found != "" {
			s.t.Errorf("the error has %q in it, which is not for users: %s: %s", found, d.Summary, d.Detail)
		}
		if strings.Contains(d.Detail, s.ClientSecret()) || strings.Contains(d.Detail, "eyJ") {
			s.t.Errorf("the error has a secret in it: %s", d.Summary)
		}
	}
}
