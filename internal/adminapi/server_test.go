// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
)

const tenantID = "11111111-1111-1111-1111-111111111111"

// service plays Exchange: a TLS server that hands each request to the next of its
// answers, the last of which it repeats, and keeps what it was asked.
type service struct {
	*httptest.Server
	mu       sync.Mutex
	answers  []http.HandlerFunc
	requests []request
}

// request is what the service was asked.
type request struct {
	method, host, uri, body, remote string
	header                          http.Header
}

func serve(t *testing.T, answers ...http.HandlerFunc) *service {
	t.Helper()
	s := &service{answers: answers}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(s.serveHTTP))
	t.Cleanup(s.Close)
	return s
}

func (s *service) serveHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusTeapot)
		return
	}
	s.mu.Lock()
	answer := s.answers[min(len(s.requests), len(s.answers)-1)]
	s.requests = append(s.requests, request{r.Method, r.Host, r.RequestURI, string(body), r.RemoteAddr, r.Header.Clone()})
	s.mu.Unlock()
	answer(w, r)
}

func (s *service) asked() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]request(nil), s.requests...)
}

// transport sends every connection to the service, whatever host it is for, as a
// name server would that knows all of Exchange's hosts.
func (s *service) transport(t *testing.T) *http.Transport {
	t.Helper()
	address := s.Listener.Addr().String()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var dialer net.Dialer
			return dialer.DialContext(ctx, network, address)
		},
		TLSClientConfig: &tls.Config{
			RootCAs: roots,
			// The certificate names example.com; whom the client means to reach
			// is told by the Host header.
			ServerName: "example.com",
			MinVersion: tls.VersionTLS12,
		},
		MaxIdleConnsPerHost: 100,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// tokens hands out token-1 until it is refused, then token-2, and so on.
type tokens struct {
	mu    sync.Mutex
	n     int
	asked []tokenRequest
	err   error
	few   int // how often there is one, where not 0
}

type tokenRequest struct{ scope, claims, refused string }

func (s *tokens) Token(_ context.Context, scope, claims, refused string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, tokenRequest{scope, claims, refused})
	if s.err != nil {
		return "", s.err
	}
	if s.few > 0 && len(s.asked) > s.few {
		return "", errors.New("no more tokens")
	}
	if s.n == 0 || refused == s.current() {
		s.n++
	}
	return s.current(), nil
}

func (s *tokens) current() string { return "token-" + strconv.Itoa(s.n) }

// config is that of a client of the global cloud whose every connection ends at s.
func (s *service) config(t *testing.T) adminapi.Config {
	t.Helper()
	global, err := cloud.Lookup("global")
	if err != nil {
		t.Fatal(err)
	}
	return adminapi.Config{
		Cloud:        global,
		TenantID:     tenantID,
		Organization: "contoso.onmicrosoft.com",
		Tokens:       &tokens{},
		Transport:    s.transport(t),
		UserAgent:    "test/1",
		Application:  "tests",
	}
}

func (s *service) client(t *testing.T, changes ...func(*adminapi.Config)) *adminapi.Client {
	t.Helper()
	config := s.config(t)
	for _, change := range changes {
		change(&config)
	}
	client, err := adminapi.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// answer answers with a status and a body, and headers as "Name: value".
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("request-id", "99999999-9999-9999-9999-999999999999")
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// page answers with rows (JSON objects) and a link to the next page, or none.
func page(nextLink string, rows ...string) http.HandlerFunc {
	link := ""
	if nextLink != "" {
		link = `"@odata.nextLink":` + strconv.Quote(nextLink) + `,`
	}
	return answer(http.StatusOK, `{"@odata.context":"https://outlook.office365.com/adminapi/beta/`+tenantID+
		`/$metadata#Collection(Exchange.GenericHashTable)",`+link+
		`"adminapi.warnings@odata.type":"#Collection(String)","@adminapi.warnings":[],"value":[`+strings.Join(rows, ",")+`]}`)
}
