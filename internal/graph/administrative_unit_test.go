// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/graph"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	europe = "60f565a0-9a30-40e6-a34e-4023db4616c2"
	board  = "77777777-7777-7777-7777-777777777777"
)

// contoso is the seeded tenant with a unit that has all there is.
func contoso(t *testing.T) *tenant.Tenant {
	t.Helper()
	made := tenant.Contoso()
	_, err := made.AddAdministrativeUnit(tenant.AdministrativeUnitSpec{
		ID: board, DisplayName: "O'Brien & Co #1 100%24", Description: "Board", Members: []string{"megan@contoso.com", "finance-team@contoso.com", "adele@contoso.com"},
		Visibility: "Public", MembershipRule: `(user.department -eq "Board")`, IsMemberManagementRestricted: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func names(units []graph.AdministrativeUnit) []string {
	all := []string{}
	for _, u := range units {
		all = append(all, u.DisplayName)
	}
	return all
}

func TestAdministrativeUnitsAreReadWhole(t *testing.T) {
	t.Parallel()
	client := serve(t, newSandbox(contoso(t), readers))
	got, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{})
	if err != nil {
		t.Fatal(err)
	}
	want := []graph.AdministrativeUnit{
		{ID: europe, DisplayName: "Europe", Description: new("Offices in Europe")},
		{
			ID: board, DisplayName: "O'Brien & Co #1 100%24", Description: new("Board"), Visibility: new("Public"), MembershipType: new("Dynamic"),
			MembershipRule: new(`(user.department -eq "Board")`), IsMemberManagementRestricted: true,
		},
		{ID: "4d819ce9-9257-44d6-9f3c-1c1d2e3f4a5b", DisplayName: "West Coast", Description: new("Offices on the West Coast")},
	}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("(-want +got):\n%s", difference)
	}
	if client.tokens.scope != "https://graph.microsoft.com/.default" {
		t.Errorf("the token was for %s", client.tokens.scope)
	}
}

func TestMembersAreReadOnRequest(t *testing.T) {
	t.Parallel()
	served := contoso(t)
	client := serve(t, newSandbox(served, readers))
	got, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{DisplayName: "O'Brien & Co #1 100%24", Members: true})
	if err != nil || len(got) != 1 {
		t.Fatalf("%d units, %v", len(got), err)
	}
	ids := map[string]string{}
	for _, r := range served.Recipients() {
		ids[r.Alias] = r.ExternalDirectoryObjectID
	}
	want := []graph.Member{
		{ID: ids["adele"], Type: "user", DisplayName: new("Adele Vance"), UserPrincipalName: new("adele@contoso.com")},
		{ID: ids["finance-team"], Type: "group", DisplayName: new("Finance Team")},
		{ID: ids["megan"], Type: "user", DisplayName: new("Megan Bowen"), UserPrincipalName: new("megan@contoso.com")},
	}
	if difference := cmp.Diff(want, got[0].Members); difference != "" {
		t.Errorf("(-want +got):\n%s", difference)
	}
}

func TestMembersOfWhichTheCallerMayKnowTheTypeAlone(t *testing.T) {
	t.Parallel()
	client := serve(t, newSandbox(contoso(t), authorizer{"AdministrativeUnit.Read.All"}))
	got, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{DisplayName: "Europe", Members: true})
	if err != nil || len(got) != 1 || len(got[0].Members) != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	for _, m := range got[0].Members {
		if m.Type != "user" || m.ID == "" || m.DisplayName != nil || m.UserPrincipalName != nil {
			t.Errorf("got %+v", m)
		}
	}
}

func TestUnitWithoutMembersHasAnEmptyList(t *testing.T) {
	t.Parallel()
	served := tenant.Contoso()
	if _, err := served.AddAdministrativeUnit(tenant.AdministrativeUnitSpec{ID: board, DisplayName: "Nobody", Visibility: tenant.HiddenMembership}); err != nil {
		t.Fatal(err)
	}
	client := serve(t, newSandbox(served, readers))
	got, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{DisplayName: "Nobody", Members: true})
	if err != nil || len(got) != 1 || got[0].Members == nil || len(got[0].Members) != 0 || !got[0].HidesMembers() {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestUnitsAreFoundByName(t *testing.T) {
	t.Parallel()
	client := serve(t, newSandbox(contoso(t), readers))
	for _, test := range []struct {
		query graph.AdministrativeUnitQuery
		want  []string
	}{
		{graph.AdministrativeUnitQuery{DisplayName: "europe"}, []string{"Europe"}},
		{graph.AdministrativeUnitQuery{DisplayName: "Eur"}, []string{}},
		{graph.AdministrativeUnitQuery{DisplayNamePrefix: "o'brien & co #"}, []string{"O'Brien & Co #1 100%24"}},
		{graph.AdministrativeUnitQuery{DisplayNamePrefix: "W"}, []string{"West Coast"}},
		{graph.AdministrativeUnitQuery{DisplayNamePrefix: "x' or 'x"}, []string{}},
		{graph.AdministrativeUnitQuery{DisplayName: "West Coast", DisplayNamePrefix: "E"}, []string{}},
	} {
		got, err := client.AdministrativeUnits(t.Context(), test.query)
		if err != nil || !slices.Equal(names(got), test.want) {
			t.Errorf("%+v: got %q, %v; want %q", test.query, names(got), err, test.want)
		}
	}
}

func TestFilterThatGraphIgnoresIsNotBelieved(t *testing.T) {
	t.Parallel()
	server := newSandbox(contoso(t), readers)
	client := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = ""
		server.ServeHTTP(w, r)
	}))
	got, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{DisplayNamePrefix: "we"})
	if err != nil || !slices.Equal(names(got), []string{"West Coast"}) {
		t.Errorf("got %q, %v", names(got), err)
	}
}

func TestTwoThousandUnitsPageThroughWithTheirMembers(t *testing.T) {
	t.Parallel()
	served := tenant.Contoso()
	want := names(nil)
	for i := range 2000 {
		name := fmt.Sprintf("Unit %04d", i)
		want = append(want, name)
		if _, err := served.AddAdministrativeUnit(tenant.AdministrativeUnitSpec{
			ID: fmt.Sprintf("88888888-8888-8888-8888-%012d", 2000-i), DisplayName: name, Members: []string{"adele@contoso.com"},
		}); err != nil {
			t.Fatal(err)
		}
	}
	server := newSandbox(served, readers)
	var mu sync.Mutex
	inFlight, most := 0, 0
	client := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		inFlight++
		most = max(most, inFlight)
		mu.Unlock()
		server.ServeHTTP(w, r)
		mu.Lock()
		inFlight--
		mu.Unlock()
	}))
	got, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{DisplayNamePrefix: "Unit", Members: true})
	if err != nil || !slices.Equal(names(got), want) {
		t.Fatalf("got %d units, %v", len(got), err)
	}
	for _, u := range got {
		if len(u.Members) != 1 || *u.Members[0].UserPrincipalName != "adele@contoso.com" {
			t.Fatalf("%s has the members %+v", u.DisplayName, u.Members)
		}
	}
	if pages, members := server.count("/directory/administrativeUnits"), server.count("/directory/administrativeUnits/{id}/members"); pages != 3 || members != 2000 {
		t.Errorf("%d pages and %d lists of members were asked for, want 3 and 2000", pages, members)
	}
	if most < 2 || most > 8 {
		t.Errorf("%d requests were in flight at once, want several and 8 at most", most)
	}
}

func TestMembersOfOneUnitPageThrough(t *testing.T) {
	t.Parallel()
	server := newSandbox(contoso(t), readers)
	var mu sync.Mutex
	var levels []string
	client := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/members") {
			mu.Lock()
			levels = append(levels, r.Header.Get("ConsistencyLevel"))
			mu.Unlock()
			values := r.URL.Query()
			values.Set("$top", "1")
			r.URL.RawQuery = values.Encode()
		}
		server.ServeHTTP(w, r)
	}))
	got, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{DisplayNamePrefix: "O'Brien", Members: true})
	if err != nil || len(got) != 1 || len(got[0].Members) != 3 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if want := []string{"eventual", "eventual", "eventual"}; !slices.Equal(levels, want) {
		t.Errorf("the pages were asked for with ConsistencyLevel %q", levels)
	}
}

func TestListOfUnitsAsksForNoEventualConsistency(t *testing.T) {
	t.Parallel()
	server := newSandbox(contoso(t), readers)
	var query url.Values
	client := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.Query()
		if r.Header.Get("ConsistencyLevel") != "" || r.Header.Get("Content-Encoding") != "" || r.Header.Get("User-Agent") != "test/1" ||
			r.Header.Get("Authorization") != "Bearer token-0" || r.Header.Get("client-request-id") == "" {
			t.Errorf("the headers are %v", r.Header)
		}
		server.ServeHTTP(w, r)
	}))
	if _, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{DisplayNamePrefix: "O'B", DisplayName: "O'Brien"}); err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"$filter": {"displayName eq 'O''Brien' and startswith(displayName,'O''B')"},
		"$select": {"id,displayName,description,visibility,membershipType,membershipRule,isMemberManagementRestricted"},
		"$top":    {"999"},
	}
	if difference := cmp.Diff(want, query); difference != "" {
		t.Errorf("(-want +got):\n%s", difference)
	}
}
