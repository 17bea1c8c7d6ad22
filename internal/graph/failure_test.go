// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/graph"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/graphserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const jsonType = "application/json;odata.metadata=minimal;charset=utf-8"

// pageOf is a page with one unit, linked to another page where next is not "".
func pageOf(next string) string {
	body := `"value":[{"id":"a","displayName":"a"}]`
	if next != "" {
		body += fmt.Sprintf(`,"@odata.nextLink":%q`, next)
	}
	return "{" + body + "}"
}

func TestRefusalNamesThePermissionAndTheRequest(t *testing.T) {
	t.Parallel()
	client := serve(t, newSandbox(tenant.Contoso(), authorizer{"User.Read.All"}))
	_, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{})
	e := asError(t, err)
	if e.Status != http.StatusForbidden || e.Code != "Authorization_RequestDenied" || e.RequestID == "" || e.ClientRequestID == "" ||
		e.Permission != "AdministrativeUnit.Read.All (134fd756-38ce-4afd-ba33-e9623dbe66c2)" {
		t.Errorf("got %#v", e)
	}
	want := `listing administrative units failed: Microsoft Graph answered Authorization_RequestDenied: "Insufficient privileges to complete the operation." (HTTP 403, request id ` +
		e.RequestID + ", client request id " + e.ClientRequestID + ")"
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}

func TestAnswersThatAreNoListAreErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handler http.Handler
		status  int
		text    string
	}{
		"error without a message":   {answering(403, jsonType, `{"error":{"code":"x"}}`), 403, "answered x (HTTP 403"},
		"error without a code":      {answering(403, jsonType, `{"error":{"code":"","message":"No."}}`), 403, `answered "No." (HTTP 403`},
		"empty error":               {answering(403, jsonType, `{}`), 403, "no readable reason (HTTP 403"},
		"error of another shape":    {answering(400, jsonType, `{"error":"bad"}`), 400, "no readable reason (HTTP 400"},
		"error with a broken body":  {answering(400, jsonType, `{"error":`), 400, "no readable reason (HTTP 400"},
		"error with no body":        {answering(404, "", ""), 404, "no readable reason (HTTP 404"},
		"page of a proxy":           {answering(407, "text/html", "<html>Sign in</html>"), 407, "no readable reason (HTTP 407"},
		"not implemented":           {answering(501, "text/html", "<html></html>"), 501, "no readable reason (HTTP 501"},
		"unquoted claims":           {answering(401, jsonType, "{}", "WWW-Authenticate", "Bearer claims=abc"), 401, "no readable reason (HTTP 401"},
		"redirect":                  {answering(302, "", "", "Location", "https://127.0.0.1:1/"), 302, "no readable reason (HTTP 302"},
		"no content":                {answering(204, "", ""), 204, "no readable reason (HTTP 204"},
		"success with no body":      {answering(200, jsonType, ""), 0, "page without a list"},
		"success without an end":    {answering(200, jsonType, `{"value":[`+strings.Repeat(" ", 16<<20)+`]}`), 0, "too large"},
		"success of no type":        {answering(200, "", pageOf("")), 0, "page without a list"},
		"success that is a page":    {answering(200, "text/html", "<html></html>"), 0, "content"},
		"success that is no JSON":   {answering(200, jsonType, `{"value":[{"id":"a"}`), 0, "json"},
		"success with no list":      {answering(200, jsonType, `{}`), 0, "page without a list"},
		"success with a null list":  {answering(200, jsonType, `{"value":null}`), 0, "page without a list"},
		"success that is an object": {answering(200, jsonType, `{"value":{"id":"a"}}`), 0, "not a collection"},
		"success that is a list":    {answering(200, jsonType, `[{"id":"a"}]`), 0, "page without a list"},
		"list that broke off":       {answering(200, jsonType, `{"value":[{"id":"a"}],"error":{"code":"x"}}`), 0, "broke off"},
		"null in the list":          {answering(200, jsonType, `{"value":[{"id":"a"},null]}`), 0, "has no id"},
		"object without an id":      {answering(200, jsonType, `{"value":[{"displayName":"a"}]}`), 0, "has no id"},
		"object with an empty id":   {answering(200, jsonType, `{"value":[{"id":""}]}`), 0, "has no id"},
		"link that is no text":      {answering(200, jsonType, `{"value":[],"@odata.nextLink":1}`), 0, "string"},
		"empty link":                {answering(200, jsonType, `{"value":[],"@odata.nextLink":""}`), 0, "leads nowhere"},
		"relative link":             {answering(200, jsonType, pageOf("/v1.0/more")), 0, "leads nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := serve(t, test.handler).AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{})
			if got != nil {
				t.Errorf("got %+v", got)
			}
			if e := asError(t, err); e.Status != test.status || !strings.Contains(err.Error(), test.text) || !strings.HasPrefix(err.Error(), "listing administrative units failed: ") {
				t.Errorf("got %d, %v; want %d, %q", e.Status, err, test.status, test.text)
			}
		})
	}
}

func TestBrokenFurtherPageIsNoShortList(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]http.Handler{
		"refused":     answering(403, jsonType, `{"error":{"code":"Authorization_RequestDenied","message":"No."}}`),
		"expired":     answering(400, jsonType, `{"error":{"code":"Directory_ExpiredPageToken","message":"No."}}`),
		"cut":         answering(200, jsonType, `{"value":[{"id":"b"`),
		"cut on wire": answering(200, jsonType, `{"value":[{"id":"b"`, "Content-Length", "1000"),
		"empty":       answering(200, jsonType, ""),
		"not a list":  answering(200, jsonType, `{"@odata.context":"x"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var host string
			client := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("$skiptoken") != "" {
					second.ServeHTTP(w, r)
					return
				}
				answering(200, jsonType, pageOf(host+"/v1.0/directory/administrativeUnits?$skiptoken=x"))(w, r)
			}))
			host = client.url
			if got, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{}); err == nil || got != nil {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestUnitWhoseMembersCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	server := newSandbox(contoso(t), readers)
	client := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, europe) {
			answering(404, jsonType, `{"error":{"code":"Request_ResourceNotFound","message":"Resource does not exist."}}`)(w, r)
			return
		}
		server.ServeHTTP(w, r)
	}))
	got, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{Members: true})
	e := asError(t, err)
	if got != nil || e.Status != http.StatusNotFound || !strings.HasPrefix(err.Error(), `listing the members of the administrative unit "Europe" (`+europe+`) failed: `) {
		t.Errorf("got %d units, %v", len(got), err)
	}
}

func TestPagesThatGoInCirclesAreAnError(t *testing.T) {
	t.Parallel()
	var host string
	client := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answering(200, jsonType, pageOf(host+"/v1.0/directory/administrativeUnits?$skiptoken=x"))(w, r)
	}))
	host = client.url
	if _, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{}); err == nil || !strings.Contains(err.Error(), "leads back") {
		t.Errorf("got %v", err)
	}
}

func TestObjectThatIsOnTwoPagesIsListedOnce(t *testing.T) {
	t.Parallel()
	var host string
	client := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next := host + "/v1.0/directory/administrativeUnits?$skiptoken=x"
		if r.URL.Query().Get("$skiptoken") != "" {
			next = ""
		}
		answering(200, jsonType, pageOf(next))(w, r)
	}))
	host = client.url
	if got, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{}); err != nil || len(got) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestTokenGoesToNoOtherHost(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var asked []string
	stranger := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.Header.Get("Authorization"))
	}))
	defer stranger.Close()
	for name, link := range map[string]string{
		"another host":     stranger.URL + "/v1.0/more",
		"without TLS":      strings.Replace(stranger.URL, "https", "http", 1) + "/v1.0/more",
		"another port":     "https://127.0.0.1:1/v1.0/more",
		"credentials":      "https://graph.microsoft.com@127.0.0.1:1/v1.0/more",
		"host of Exchange": "https://outlook.office365.com/v1.0/more",
	} {
		client := serve(t, answering(200, jsonType, pageOf(link)))
		_, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{})
		if err == nil || !strings.Contains(err.Error(), "no host of Microsoft Graph") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	client := serve(t, answering(http.StatusTemporaryRedirect, "", "", "Location", stranger.URL))
	if _, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{}); err == nil {
		t.Error("a redirect was followed")
	}
	if len(asked) > 0 {
		t.Errorf("a stranger was sent %q", asked)
	}
}

func TestRefusedTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	claims := `{"access_token":{"nbf":{"essential":true,"value":"1600000000"}}}`
	for name, test := range map[string]struct {
		challenge, claims string
	}{
		"without claims":         {`Bearer realm=""`, ""},
		"with claims":            {`Bearer realm="", error="insufficient_claims", claims="` + base64.StdEncoding.EncodeToString([]byte(claims)) + `"`, claims},
		"with claims for URLs":   {`Bearer claims="` + base64.RawURLEncoding.EncodeToString([]byte(claims)) + `"`, claims},
		"with claims of no form": {`Bearer claims="%%%"`, ""},
	} {
		server := newSandbox(tenant.Contoso(), readers)
		var seen []string
		client := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen = append(seen, r.Header.Get("Authorization"))
			if r.Header.Get("Authorization") == "Bearer token-0" {
				answering(401, jsonType, `{"error":{"code":"InvalidAuthenticationToken","message":"No."}}`, "WWW-Authenticate", test.challenge)(w, r)
				return
			}
			server.ServeHTTP(w, r)
		}))
		got, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{})
		if err != nil || len(got) != 2 || !slices.Equal(seen, []string{"Bearer token-0", "Bearer token-1"}) || !slices.Equal(client.tokens.claims, []string{test.claims}) {
			t.Errorf("%s: %d units, %v; sent %q, claims %q", name, len(got), err, seen, client.tokens.claims)
		}
	}
}

func TestTokensThatAreAllRefused(t *testing.T) {
	t.Parallel()
	challenge := `Bearer claims="` + base64.StdEncoding.EncodeToString([]byte(`{"access_token":{}}`)) + `"`
	refusing := answering(401, jsonType, `{"error":{"code":"InvalidAuthenticationToken","message":"Not token-1."}}`, "WWW-Authenticate", challenge)
	client := serve(t, refusing)
	_, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{})
	if e := asError(t, err); e.Status != http.StatusUnauthorized || strings.Contains(err.Error(), "token-1") || !strings.Contains(err.Error(), "[token]") {
		t.Errorf("got %v", err)
	}
	if got := len(client.observations()); got != 2 {
		t.Errorf("%d requests were made, want 2", got)
	}

	client = serve(t, refusing)
	client.tokens.failing = errors.New("nobody signs in today")
	_, err = client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{})
	if e := asError(t, err); e.Status != http.StatusUnauthorized || e.Err == nil || !strings.Contains(err.Error(), "nobody signs in today") {
		t.Errorf("got %v", err)
	}
}

func TestSignInThatFailsIsTheCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("nobody signs in today")
	place, err := cloud.Lookup("china")
	if err != nil {
		t.Fatal(err)
	}
	client, err := graph.New(graph.Config{Cloud: place, Tokens: failing{cause}, Transport: http.NewFileTransport(nil)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{})
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), "there is no access token for Microsoft Graph") {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Token(context.Context, string, string, string) (string, error) { return "", f.err }

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	place, err := cloud.Lookup("global")
	if err != nil {
		t.Fatal(err)
	}
	plain := place
	plain.GraphEndpoint = "http://graph.microsoft.com"
	for name, config := range map[string]graph.Config{
		"no endpoint":  {Tokens: new(tokens), Transport: http.DefaultTransport},
		"no TLS":       {Cloud: plain, Tokens: new(tokens), Transport: http.DefaultTransport},
		"no tokens":    {Cloud: place, Transport: http.DefaultTransport},
		"no transport": {Cloud: place, Tokens: new(tokens)},
	} {
		if _, err := graph.New(config); err == nil {
			t.Errorf("%s: a client was made", name)
		}
	}
}

func TestObservationsTellOfEveryRequest(t *testing.T) {
	t.Parallel()
	server := newSandbox(tenant.Contoso(), readers)
	client := serve(t, server)
	server.Throttle(1, 0)
	if _, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{}); err != nil {
		t.Fatal(err)
	}
	got := client.observations()
	if len(got) != 2 || got[0].Status != http.StatusTooManyRequests || got[1].Status != http.StatusOK || got[0].ClientRequestID != got[1].ClientRequestID ||
		got[0].RequestID == got[1].RequestID || got[1].Path != "/v1.0/directory/administrativeUnits" || got[1].Host != strings.TrimPrefix(client.url, "https://") {
		t.Errorf("got %+v", got)
	}
}

var _ graphserver.Authorizer = authorizer{}
