// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

var create = adminapi.Command{Cmdlet: "New-ManagementScope", Parameters: adminapi.Parameters{"Name": "x"}}

const (
	byOrganization = "UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@"
	byDomain       = byOrganization + "contoso.onmicrosoft.com"
	byGUID         = "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@" + tenantID
)

// noOrganization leaves the client to find the initial domain out.
func noOrganization(c *adminapi.Config) { c.Organization = "" }

// anchors returns the cmdlets that the service was asked for, with their anchors.
func anchors(s *service) []string {
	var seen []string
	for _, request := range s.asked() {
		seen = append(seen, request.header.Get("X-CmdletName")+" "+request.header.Get("X-AnchorMailbox"))
	}
	return seen
}

func invoke(t *testing.T, client *adminapi.Client, commands ...adminapi.Command) {
	t.Helper()
	for _, command := range commands {
		if _, err := client.Invoke(t.Context(), command); err != nil {
			t.Errorf("%s: %v", command.Cmdlet, err)
		}
	}
}

func TestAnchorIsOfTheConfiguredOrganization(t *testing.T) {
	t.Parallel()
	s := serve(t, page("", `{"OrganizationalUnitRoot":"fabrikam.onmicrosoft.com"}`))
	client := s.client(t)
	invoke(t, client, get, create)
	want := []string{"Get-ManagementScope " + byDomain, "New-ManagementScope " + byDomain}
	if diff := cmp.Diff(want, anchors(s)); diff != "" {
		t.Error(diff)
	}
}

func TestInitialDomainIsLearntFromAnswers(t *testing.T) {
	t.Parallel()
	const hosted = "eurpr01a001.prod.outlook.com/Microsoft Exchange Hosted Organizations/%s - " +
		"eurpr01a001.prod.outlook.com/ConfigurationUnits/%[1]s/Configuration"
	for _, test := range []struct{ name, row, want string }{
		{"organizational unit", `{"OrganizationalUnitRoot":"Contoso.onmicrosoft.com"}`, "contoso.onmicrosoft.com"},
		{"organization id", fmt.Sprintf(`{"OrganizationId":"`+hosted+`"}`, "contoso.onmicrosoft.com"), "contoso.onmicrosoft.com"},
		{"government", `{"OrganizationalUnitRoot":"contoso.onmicrosoft.us"}`, "contoso.onmicrosoft.us"},
		{"China", `{"OrganizationalUnitRoot":"contoso.partner.onmschina.cn"}`, "contoso.partner.onmschina.cn"},
		{"a domain of the tenant's own", `{"OrganizationalUnitRoot":"contoso.com"}`, ""},
		{"a routing domain", `{"OrganizationalUnitRoot":"contoso.mail.onmicrosoft.com"}`, ""},
		{"a domain that looks like one", `{"OrganizationalUnitRoot":"contoso.onmicrosoft.com.evil.example"}`, ""},
		{"a header in disguise", `{"OrganizationalUnitRoot":"contoso.onmicrosoft.com\r\nX-Evil: 1"}`, ""},
		{"the name of anything else", `{"Name":"contoso.onmicrosoft.com","Identity":"contoso.onmicrosoft.com"}`, ""},
		{"null", `{"OrganizationalUnitRoot":null,"OrganizationId":null}`, ""},
		{"the first that tells", `{"OrganizationalUnitRoot":""},{"OrganizationalUnitRoot":"contoso.onmicrosoft.com"},{"OrganizationalUnitRoot":"fabrikam.onmicrosoft.com"}`, "contoso.onmicrosoft.com"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, page("", test.row))
			client := s.client(t, noOrganization)
			if got := client.Organization(); got != "" {
				t.Errorf("the organization is %q before anything was asked", got)
			}
			invoke(t, client, get)
			if got := client.Organization(); got != test.want {
				t.Errorf("organization = %q, want %q", got, test.want)
			}
			invoke(t, client, get)
			want := byGUID
			if test.want != "" {
				want = byOrganization + test.want
			}
			if got := s.asked()[1].header.Get("X-AnchorMailbox"); got != want {
				t.Errorf("anchor = %q, want %q", got, want)
			}
		})
	}
}

func TestWriteAsksForTheInitialDomainAndReadsDoNot(t *testing.T) {
	t.Parallel()
	s := serve(t, page(""), page("", `{"Name":"contoso.onmicrosoft.com"}`), page(""))
	client := s.client(t, noOrganization)
	invoke(t, client, get, create, create, adminapi.Command{Cmdlet: "Test-ServicePrincipalAuthorization"})
	want := []string{
		"Get-ManagementScope " + byGUID, "Get-OrganizationConfig " + byGUID,
		"New-ManagementScope " + byDomain, "New-ManagementScope " + byDomain, "Test-ServicePrincipalAuthorization " + byDomain,
	}
	if diff := cmp.Diff(want, anchors(s)); diff != "" {
		t.Error(diff)
	}
}

func TestOneRequestAsksForTheInitialDomainOfManyWrites(t *testing.T) {
	t.Parallel()
	var questions, byGUIDs atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-CmdletName") == "Get-OrganizationConfig" {
			questions.Add(1)
			page("", `{"OrganizationalUnitRoot":"contoso.onmicrosoft.com"}`)(w, r)
			return
		}
		if r.Header.Get("X-AnchorMailbox") != byDomain {
			byGUIDs.Add(1)
		}
		page("")(w, r)
	})
	client := s.client(t, noOrganization)
	var writes sync.WaitGroup
	for range 30 {
		writes.Go(func() { invoke(t, client, create) })
	}
	writes.Wait()
	if questions.Load() != 1 || byGUIDs.Load() != 0 {
		t.Errorf("%d questions, %d writes with the GUID", questions.Load(), byGUIDs.Load())
	}
}

func TestWriteGoesOnWithoutTheInitialDomain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		answer    http.RoundTripper
		askedOnce bool
	}{
		{"forbidden", says(http.StatusForbidden, ""), true},
		{"unauthenticated", says(http.StatusUnauthorized, ""), true},
		{"untold", says(http.StatusOK, `{"value":[{"Name":"Contoso"}]}`), true},
		{"no answer", says(http.StatusServiceUnavailable, ""), false},
		{"no connection", fails(errors.New("connection reset")), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				questions, anchored := 0, map[string]int{}
				transport := roundTrip(func(r *http.Request) (*http.Response, error) {
					if r.Header.Get("X-CmdletName") == "Get-OrganizationConfig" {
						questions++
						return test.answer.RoundTrip(r)
					}
					anchored[r.Header.Get("X-AnchorMailbox")]++
					return found.RoundTrip(r)
				})
				client := wired(t, transport, func(c *adminapi.Config) { c.Organization, c.Tokens = "", fixed("token") })
				invoke(t, client, create)
				before := questions
				invoke(t, client, create)
				if diff := cmp.Diff(map[string]int{byGUID: 2}, anchored); diff != "" {
					t.Error(diff)
				}
				if once := questions == before; once != test.askedOnce || before == 0 {
					t.Errorf("%d questions before the first write, %d before both", before, questions)
				}
			})
		})
	}
}

func TestWriteThatMayNotWaitForTheInitialDomainIsNotSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var cmdlets []string
		asked := make(chan struct{})
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			cmdlets = append(cmdlets, r.Header.Get("X-CmdletName"))
			close(asked)
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		client := wired(t, transport, func(c *adminapi.Config) { c.Organization = "" })
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-asked
			cancel()
		}()
		_, err := client.Invoke(ctx, create)
		if !errors.Is(err, context.Canceled) || adminapi.MayHaveHappened(err) {
			t.Errorf("error = %v", err)
		}
		// The question is the other writes', too, and ends by itself.
		<-time.After(5 * time.Minute)
		if diff := cmp.Diff([]string{"Get-OrganizationConfig"}, cmdlets); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCallKeepsItsAnchorOverItsPages(t *testing.T) {
	t.Parallel()
	s := serve(t,
		page(link("outlook.office365.com", "a"), `{"OrganizationalUnitRoot":"contoso.onmicrosoft.com"}`),
		page(""))
	client := s.client(t, noOrganization)
	invoke(t, client, get, get)
	want := []string{"Get-ManagementScope " + byGUID, "Get-ManagementScope " + byGUID, "Get-ManagementScope " + byDomain}
	if diff := cmp.Diff(want, anchors(s)); diff != "" {
		t.Error(diff)
	}
}

func TestTenantIsAskedForOnceBeforeTheFirstRequest(t *testing.T) {
	t.Parallel()
	s := serve(t, page(""))
	var asked atomic.Int64
	client := s.client(t, func(c *adminapi.Config) {
		c.TenantID, c.Organization = "", ""
		c.Tenant = func(context.Context) (string, error) {
			asked.Add(1)
			return tenantID, nil
		}
	})
	if asked.Load() != 0 {
		t.Error("the tenant was asked for before it was needed")
	}
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() { invoke(t, client, get) })
	}
	calls.Wait()
	if asked.Load() != 1 {
		t.Errorf("the tenant was asked for %d times", asked.Load())
	}
	for _, request := range s.asked() {
		if request.uri != "/adminapi/beta/"+tenantID+"/InvokeCommand" || request.header.Get("X-AnchorMailbox") != byGUID {
			t.Fatalf("asked %s with the anchor %s", request.uri, request.header.Get("X-AnchorMailbox"))
		}
	}
}

func TestErrorOfTheTenantIsNotRemembered(t *testing.T) {
	t.Parallel()
	s := serve(t, page(""))
	unreachable := errors.New("Entra cannot be reached")
	answers := []struct {
		id  string
		err error
	}{{"", unreachable}, {"", nil}, {tenantID, nil}}
	var asked atomic.Int64
	client := s.client(t, func(c *adminapi.Config) {
		c.TenantID = ""
		c.Tenant = func(context.Context) (string, error) {
			answer := answers[asked.Add(1)-1]
			return answer.id, answer.err
		}
	})
	if _, err := client.Invoke(t.Context(), create); !errors.Is(err, unreachable) || !strings.Contains(err.Error(), "was not sent") || adminapi.MayHaveHappened(err) {
		t.Errorf("error = %v", err)
	}
	if _, err := client.Invoke(t.Context(), create); err == nil {
		t.Error("a request went to no tenant")
	}
	if got := len(s.asked()); got != 0 {
		t.Errorf("%d requests without a tenant", got)
	}
	invoke(t, client, get)
}

func TestWhoeverAskedForTheTenantMayLeave(t *testing.T) {
	t.Parallel()
	s := serve(t, page(""))
	answered := make(chan struct{})
	asked := make(chan struct{})
	client := s.client(t, func(c *adminapi.Config) {
		c.TenantID = ""
		c.Tenant = func(ctx context.Context) (string, error) {
			close(asked)
			<-answered
			return tenantID, ctx.Err()
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := client.Invoke(ctx, get)
		first <- err
	}()
	<-asked
	second := make(chan error, 1)
	go func() {
		_, err := client.Invoke(t.Context(), get)
		second <- err
	}()
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first ended with %v", err)
	}
	close(answered)
	if err := <-second; err != nil {
		t.Errorf("the second ended with %v", err)
	}
}
