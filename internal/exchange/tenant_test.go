// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/adminserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// fate is what becomes of a request. The zero fate is that it is answered.
type fate int

const (
	answered         fate = iota
	lost                  // It is done, and the connection breaks before the answer.
	broken                // The connection breaks, and nothing is done.
	hanging               // It is done, and the answer does not come.
	hangingUndone         // Nothing is done, and no answer comes.
	serverError           // It is done, and the answer is an error of the front door's.
	missing               // Nothing is done: a server that lags behind does not know the object.
	missingBefore         // It is done, and the answer is that of a server that does not know the object any more.
	forbidden             // Nothing is done, and it is refused as often as it is asked.
	taken                 // Nothing is done: a server that lags behind still has an object of the name.
	throttled             // Nothing is done, and the client is to come back in three minutes.
	throttledShortly      // The same, in twenty seconds.
	oddlyRefused          // Nothing is done, and the words of the refusal are nobody's.
	unreadable            // Nothing is done: the cmdlet cannot make anything of a parameter.
)

// world is a contoso tenant and a client that asks it without a network, in the time of a synctest bubble.
type world struct {
	*tenant.Tenant
	*exchange.Client
	server http.Handler
	// fates says what becomes of a request: the nth of its cmdlet, from 1.
	fates func(cmdlet string, nth int) fate
	// before is called before a request is done, and after before it is answered. They may take their time.
	before, after func(cmdlet string, nth int)

	mu      sync.Mutex
	asked   map[string]int
	reports []string
}

// inTenant runs test in a bubble, in which hours pass at once.
func inTenant(t *testing.T, behavior tenant.Behavior, test func(t *testing.T, w *world), options ...exchange.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		contoso := tenant.Contoso()
		contoso.SetBehavior(behavior)
		w := &world{Tenant: contoso, server: adminserver.New(contoso, automation{}, nil), asked: map[string]int{}}
		place, err := cloud.Lookup("global")
		if err != nil {
			t.Fatal(err)
		}
		api, err := adminapi.New(adminapi.Config{
			Cloud: place, TenantID: contoso.Organization().TenantID, Organization: contoso.Organization().InitialDomain,
			Tokens: automation{}, Transport: w,
		})
		if err != nil {
			t.Fatal(err)
		}
		w.Client = exchange.New(api, append(options, exchange.ReportTo(func(_ context.Context, sentence string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.reports = append(w.reports, sentence)
		}))...)
		test(t, w)
	})
}

// automation is the tenant's application for automation: what signs in as it, and what knows it.
type automation struct{}

func (automation) Token(context.Context, string, string, string) (string, error) {
	return "automation", nil
}

func (automation) Authorize(string) (adminserver.Caller, error) {
	return adminserver.Caller{
		AppID: tenant.AutomationAppID, ObjectID: tenant.AutomationObjectID,
		Roles: []string{tenant.ManageAsApp}, DirectoryRoles: []string{tenant.ExchangeAdministrator},
	}, nil
}

// RoundTrip asks the tenant, or has the request meet its fate.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var command struct {
		CmdletInput struct {
			CmdletName string
			Parameters map[string]any
		}
	}
	if err := json.Unmarshal(body, &command); err != nil {
		return nil, err
	}
	cmdlet := command.CmdletInput.CmdletName
	if strings.HasSuffix(r.URL.Path, "/$batch") {
		cmdlet = "$batch"
	}
	w.mu.Lock()
	w.asked[cmdlet]++
	nth := w.asked[cmdlet]
	becomes := answered
	if w.fates != nil {
		becomes = w.fates(cmdlet, nth)
	}
	w.mu.Unlock()
	if w.before != nil {
		w.before(cmdlet, nth)
	}
	if w.after != nil {
		defer w.after(cmdlet, nth)
	}

	answer := httptest.NewRecorder()
	switch becomes {
	case answered, lost, hanging, serverError, missingBefore:
		asked := r.Clone(r.Context())
		asked.Body = io.NopCloser(bytes.NewReader(body))
		w.server.ServeHTTP(answer, asked)
	}
	identity, _ := command.CmdletInput.Parameters["Identity"].(string)
	switch becomes {
	case lost, broken:
		return nil, errors.New("the connection was reset")
	case hanging, hangingUndone:
		<-r.Context().Done()
		return nil, r.Context().Err()
	case serverError:
		return said(r, http.StatusBadGateway, "<html>Bad Gateway</html>"), nil
	case missing, missingBefore:
		if identity == "" {
			return said(r, http.StatusOK, `{"value":[]}`), nil
		}
		return refusal(r, http.StatusNotFound, "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
			fmt.Sprintf("The operation couldn't be performed because object '%s' couldn't be found on 'AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM'.", identity)), nil
	case forbidden:
		return refusal(r, http.StatusForbidden, "System.UnauthorizedAccessException", "Access is denied."), nil
	case throttled, throttledShortly:
		response := said(r, http.StatusTooManyRequests, "")
		response.Header.Set("Retry-After", map[fate]string{throttled: "180", throttledShortly: "20"}[becomes])
		return response, nil
	case unreadable:
		return refusal(r, http.StatusBadRequest, "System.Management.Automation.ParameterBindingException",
			"Cannot bind parameter 'Identity' to the target. Exception setting \"Identity\": \""+identity+"\""), nil
	case oddlyRefused:
		return refusal(r, http.StatusBadRequest, "System.InvalidOperationException", "Invalid operation."), nil
	case taken:
		return refusal(r, http.StatusBadRequest, "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException",
			"Active Directory operation failed on AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM. The object already exists."), nil
	}
	response := answer.Result()
	response.Request = r
	return response, nil
}

func said(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(body)),
	}
}

// refusal is an error of Exchange's own.
func refusal(r *http.Request, status int, class, text string) *http.Response {
	detail, err := json.Marshal("|" + class + "|" + text)
	if err != nil {
		panic(err) // a text can be written as JSON
	}
	return said(r, status, `{"error":{"code":"Error","message":"Error executing cmdlet","details":[{"code":"Context","target":"","message":`+string(detail)+`}]}}`)
}

// nth is the fate of one request of a cmdlet.
func nth(cmdlet string, number int, is fate) func(string, int) fate {
	return func(asked string, count int) fate {
		if asked == cmdlet && count == number {
			return is
		}
		return answered
	}
}

// always is the fate of all requests of a cmdlet.
func always(cmdlet string, is fate) func(string, int) fate {
	return func(asked string, _ int) fate {
		if asked == cmdlet {
			return is
		}
		return answered
	}
}

// expectAsked checks how often a cmdlet was sent.
func (w *world) expectAsked(t *testing.T, cmdlet string, want int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if got := w.asked[cmdlet]; got != want {
		t.Errorf("%s was sent %d times, want %d", cmdlet, got, want)
	}
}

// requests counts all requests so far.
func (w *world) requests() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	requests := 0
	for _, count := range w.asked {
		requests += count
	}
	return requests
}

// within runs what must end before a timeout, however long that is.
func within(t *testing.T, timeout time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	t.Cleanup(cancel)
	return ctx
}
