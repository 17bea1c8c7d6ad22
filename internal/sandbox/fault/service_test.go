// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

// service is a service of faults alone, on a port of loopback: it takes the
// cmdlet, the identity and the page from the path, knows callers by any bearer
// token but "bad", counts what it executes and answers a page with a link.
type service struct {
	fault.Injector
	kind     fault.Service
	recorder fault.Recorder
	executed atomic.Int64
	server   *httptest.Server
	client   *http.Client
}

// protocols are the versions of HTTP that the sandbox speaks.
var protocols = map[string]bool{"HTTP/1.1": false, "HTTP/2": true}

func serve(t *testing.T, http2 bool) *service {
	t.Helper()
	s := &service{kind: fault.Exchange}
	s.server = httptest.NewUnstartedServer(s)
	s.server.EnableHTTP2 = http2
	s.server.StartTLS()
	t.Cleanup(s.server.Close)
	transport, ok := s.server.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatal("the test server's client has no transport of net/http")
	}
	// What a body is encoded in is for the tests to look at.
	s.client = &http.Client{Transport: &http.Transport{
		TLSClientConfig:    &tls.Config{RootCAs: transport.TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS12},
		DisableCompression: true, ForceAttemptHTTP2: http2,
	}}
	t.Cleanup(s.client.CloseIdleConnections)
	return s
}

// usualBody is the service's own answer.
const usualBody = `{"@odata.nextLink":"https://service.example/Get-Mailbox/all/2?%24skiptoken=next","value":["a","b","c","d","e","f","g","h"]}`

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	page, _ := strconv.Atoi(path[2])
	seen := fault.Request{Service: s.kind, Cmdlet: path[0], Identity: path[1], Page: page}
	injection := s.Begin(r, fault.Call{Service: s.kind, Cmdlet: seen.Cmdlet, Identity: seen.Identity, Page: page})
	defer injection.End()
	answer := s.answer(r, injection, &seen)
	seen.Status, seen.Fault = answer.Status, injection.String()
	s.recorder.Record(seen)
	injection.Processed()
	for name, value := range answer.Header {
		w.Header().Set(name, value)
	}
	injection.Send(w, answer.Status, answer.Body)
}

func (s *service) answer(r *http.Request, injection *fault.Injection, seen *fault.Request) fault.Answer {
	if instead, ok := injection.AtDoor(); ok {
		return instead
	}
	if r.Header.Get("Authorization") == "Bearer bad" {
		return fault.Answer{Status: http.StatusUnauthorized, Body: []byte("the service's own")}
	}
	if instead, ok := injection.Admit(); ok {
		return instead
	}
	seen.Executed = true
	s.executed.Add(1)
	return injection.Change(fault.Answer{Status: http.StatusOK, Header: map[string]string{"Content-Type": "application/json"}, Body: []byte(usualBody)})
}

// reply is what a client gets.
type reply struct {
	status int
	header http.Header
	body   string
}

// get asks for the first page of a cmdlet's output.
func (s *service) get(t *testing.T, cmdlet string) (reply, error) {
	t.Helper()
	return s.ask(t, "/"+cmdlet+"/all/1", "good")
}

func (s *service) ask(t *testing.T, path, bearer string) (reply, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.server.URL+path, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	response, err := s.client.Do(request)
	if err != nil {
		return reply{}, err
	}
	body, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(body)}, errors.Join(err, response.Body.Close())
}

// mustGet is get for an answer that arrives.
func (s *service) mustGet(t *testing.T, cmdlet string) reply {
	t.Helper()
	got, err := s.get(t, cmdlet)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// statuses asks for mailboxes so many times and returns the statuses.
func (s *service) statuses(t *testing.T, count int) []int {
	t.Helper()
	got := make([]int, count)
	for i := range got {
		got[i] = s.mustGet(t, "Get-Mailbox").status
	}
	return got
}

func onlyNULs(body string) bool { return body != "" && strings.Trim(body, "\x00") == "" }

func isGzip(body string) bool { return bytes.HasPrefix([]byte(body), []byte{0x1f, 0x8b}) }
