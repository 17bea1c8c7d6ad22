// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package proxy_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/proxy"
)

// start runs a proxy that leads to one host by a tunnel and to one without.
func start(t *testing.T) (*proxy.Proxy, *httptest.Server) {
	t.Helper()
	p := proxy.New(proxy.Config{
		Tunnels: func(host string) bool { return host == "login.contoso.com" },
		Handlers: map[string]http.Handler{
			"169.254.169.254": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "metadata "+r.URL.Path) }),
		},
	}, &net.TCPAddr{})
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return p, server
}

// clientThrough returns a client that uses the proxy for everything.
func clientThrough(t *testing.T, server *httptest.Server) *http.Client {
	t.Helper()
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{Proxy: http.ProxyURL(address)}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func get(t *testing.T, client *http.Client, address string) (status int, body string, err error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	content, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content), nil
}

func TestProxyAnswersPlainRequestsItself(t *testing.T) {
	t.Parallel()
	p, server := start(t)
	status, body, err := get(t, clientThrough(t, server), "http://169.254.169.254/metadata/identity?secret=1")
	if err != nil || status != http.StatusOK || body != "metadata /metadata/identity" {
		t.Errorf("answered %d %q, %v", status, body, err)
	}
	want := []proxy.Request{{Method: http.MethodGet, Destination: "http://169.254.169.254/metadata/identity"}}
	if got := p.Requests(); !slices.Equal(got, want) {
		t.Errorf("recorded %+v, want %+v", got, want)
	}
}

func TestProxyRefusesEveryOtherDestination(t *testing.T) {
	t.Parallel()
	for address, recorded := range map[string]string{
		"http://fabrikam.com/path":          "http://fabrikam.com/path",
		"http://169.254.169.254:8080/":      "http://169.254.169.254:8080/",
		"https://fabrikam.com/":             "fabrikam.com:443",
		"https://login.contoso.com:8443/":   "login.contoso.com:8443",
		"https://a.login.contoso.com/":      "a.login.contoso.com:443",
		"https://169.254.169.254/metadata/": "169.254.169.254:443",
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			p, server := start(t)
			status, _, err := get(t, clientThrough(t, server), address)
			if err == nil && status != http.StatusForbidden || err != nil && !strings.Contains(err.Error(), "Forbidden") {
				t.Errorf("answered %d, error %v", status, err)
			}
			got := p.Requests()
			if len(got) != 1 || !got[0].Refused || got[0].Destination != recorded {
				t.Errorf("recorded %+v", got)
			}
		})
	}
}

func TestProxyHandsTunnelsToItsListener(t *testing.T) {
	t.Parallel()
	p, server := start(t)
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	// The first bytes for the host come with the request for the tunnel.
	if _, err := fmt.Fprint(connection, "CONNECT login.contoso.com:443 HTTP/1.1\r\nHost: login.contoso.com:443\r\n\r\nhello\n"); err != nil {
		t.Fatal(err)
	}
	accepted, err := p.Listener().Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = accepted.Close() })
	if line, err := bufio.NewReader(accepted).ReadString('\n'); err != nil || line != "hello\n" {
		t.Errorf("the tunnel holds %q, %v", line, err)
	}
	if _, err := fmt.Fprint(accepted, "welcome\n"); err != nil {
		t.Fatal(err)
	}
	answer := bufio.NewReader(connection)
	response, err := http.ReadResponse(answer, &http.Request{Method: http.MethodConnect})
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("CONNECT is answered %v, %v", response, err)
	}
	_ = response.Body.Close()
	if line, err := answer.ReadString('\n'); err != nil || line != "welcome\n" {
		t.Errorf("the client reads %q, %v", line, err)
	}
}

func TestClosedListenerEndsTunnels(t *testing.T) {
	t.Parallel()
	p, server := start(t)
	for range 2 {
		if err := p.Listener().Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := p.Listener().Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept fails with %v", err)
	}
	if _, _, err := get(t, clientThrough(t, server), "https://login.contoso.com/"); err == nil {
		t.Error("a tunnel to a closed listener answers")
	}
}
