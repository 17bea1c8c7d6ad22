// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// start runs a sandbox of Contoso until the test ends.
func start(t *testing.T, options ...sandbox.Option) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.Start(tenant.Contoso(), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// token signs in to Exchange with the sandbox's secret.
func token(t *testing.T, s *sandbox.Sandbox) string {
	t.Helper()
	return tokenFor(t, s, "https://outlook.office365.com/.default")
}

func tokenFor(t *testing.T, s *sandbox.Sandbox, scope string) string {
	t.Helper()
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {s.ClientID()},
		"client_secret": {s.ClientSecret()},
		"scope":         {scope},
	}
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	if status := post(t, s, "/contoso.com/oauth2/v2.0/token", header, form.Encode(), &answer); status != http.StatusOK {
		t.Fatalf("no token: %d", status)
	}
	return answer.AccessToken
}

// getScopes asks Exchange for management scopes, all or the one of a name, and
// returns the status of the answer and the names in it.
func getScopes(t *testing.T, s *sandbox.Sandbox, path, bearer, identity string) (status int, names []string) {
	t.Helper()
	parameters := map[string]any{}
	if identity != "" {
		parameters["Identity"] = identity
	}
	body, err := json.Marshal(map[string]any{"CmdletInput": map[string]any{"CmdletName": "Get-ManagementScope", "Parameters": parameters}})
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{
		"Content-Type":    {"application/json"},
		"X-Anchormailbox": {"UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@contoso.onmicrosoft.com"},
	}
	if bearer != "" {
		header.Set("Authorization", "Bearer "+bearer)
	}
	var answer struct {
		Value []struct{ Name string }
	}
	status = post(t, s, path, header, string(body), &answer)
	for _, scope := range answer.Value {
		names = append(names, scope.Name)
	}
	return status, names
}

// post sends a request and decodes what a successful answer holds.
func post(t *testing.T, s *sandbox.Sandbox, path string, header http.Header, body string, answer any) (status int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	response, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode == http.StatusOK {
		if err := json.Unmarshal(content, answer); err != nil {
			t.Fatal(err)
		}
	}
	return response.StatusCode
}

const invokePath = "/adminapi/beta/11111111-1111-1111-1111-111111111111/InvokeCommand"

func TestSandboxAnswersACmdletToWhoeverSignsIn(t *testing.T) {
	t.Parallel()
	s := start(t)
	status, names := getScopes(t, s, invokePath, token(t, s), "Payroll mailboxes")
	if status != http.StatusOK || !slices.Equal(names, []string{"Payroll mailboxes"}) {
		t.Errorf("answered %d %q", status, names)
	}
}

func TestSandboxRefusesACallerWithoutAToken(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, bearer := range map[string]string{"no token": "", "gibberish": "gibberish"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if status, _ := getScopes(t, s, invokePath, bearer, ""); status != http.StatusUnauthorized {
				t.Errorf("answered %d", status)
			}
		})
	}
}

func TestSandboxRefusesATokenOfAnotherSandbox(t *testing.T) {
	t.Parallel()
	s, other := start(t), start(t)
	if status, _ := getScopes(t, s, invokePath, token(t, other), ""); status != http.StatusUnauthorized {
		t.Errorf("answered %d", status)
	}
}

func TestSandboxTakesExchangesPathsInAnyLetterCase(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, path := range []string{strings.ToUpper(invokePath), "/AdminApi/beta/contoso.onmicrosoft.com/invokecommand"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			if status, _ := getScopes(t, s, path, token(t, s), ""); status != http.StatusOK {
				t.Errorf("answered %d", status)
			}
		})
	}
}

func TestSandboxSpeaksAsGraphOnTheSameListener(t *testing.T) {
	t.Parallel()
	s := start(t)
	graph, exchange := tokenFor(t, s, "https://graph.microsoft.com/.default"), token(t, s)
	s.Requests().Reset()
	const europe = "60f565a0-9a30-40e6-a34e-4023db4616c2"
	ask := func(path, bearer string) int {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+bearer)
		response, err := s.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return response.StatusCode
	}
	s.Graph().Throttle(1, time.Second)
	var want []fault.Request
	for _, test := range []struct {
		path, bearer string
		recorded     fault.Request
	}{
		{"/v1.0/organization", graph, fault.Request{Cmdlet: "/organization", Status: http.StatusTooManyRequests}},
		{"/v1.0/directory/administrativeUnits/" + europe, graph, fault.Request{Cmdlet: "/directory/administrativeUnits/{id}", Identity: europe, Status: http.StatusOK, Executed: true}},
		{"/Beta/servicePrincipals", graph, fault.Request{Cmdlet: "/servicePrincipals", Status: http.StatusOK, Executed: true}},
		{"/v1.0/servicePrincipals", exchange, fault.Request{Cmdlet: "/servicePrincipals", Status: http.StatusUnauthorized}},
	} {
		if got := ask(test.path, test.bearer); got != test.recorded.Status {
			t.Errorf("%s: %d, want %d", test.path, got, test.recorded.Status)
		}
		test.recorded.Service, test.recorded.Page = fault.Graph, 1
		want = append(want, test.recorded)
	}
	got := s.Requests().All()
	for i := range got {
		got[i].At = time.Time{}
	}
	if !slices.Equal(got, want) {
		t.Errorf("recorded %+v, want %+v", got, want)
	}
}

func TestSandboxRecordsWhatItWasAsked(t *testing.T) {
	t.Parallel()
	s := start(t)
	before := time.Now()
	getScopes(t, s, invokePath, token(t, s), "no such scope")
	all := s.Requests().All()
	if len(all) != 2 {
		t.Fatalf("recorded %+v, want the sign-in and the cmdlet", all)
	}
	for i, want := range []fault.Request{
		{Service: fault.Entra, Cmdlet: "token", Identity: s.ClientID(), Status: http.StatusOK, Executed: true},
		{Service: fault.Exchange, Cmdlet: "Get-ManagementScope", Identity: "no such scope", Status: http.StatusNotFound, Page: 1, Executed: true},
	} {
		got := all[i]
		if got.At.Before(before) || got.At.After(time.Now()) {
			t.Errorf("request %d was recorded at %s", i, got.At)
		}
		got.At = time.Time{}
		if got != want {
			t.Errorf("request %d recorded as %+v, want %+v", i, got, want)
		}
	}
}

func TestRunChangesTheTenantWithoutARecord(t *testing.T) {
	t.Parallel()
	s := start(t)
	if _, err := s.Run("Set-ManagementScope", map[string]any{"Identity": "Payroll mailboxes", "RecipientRestrictionFilter": "CustomAttribute1 -eq 'drift'"}); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Run("Get-ManagementScope", map[string]any{"Identity": "Payroll mailboxes"})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 || rows[0]["RecipientFilter"] != "CustomAttribute1 -eq 'drift'" {
		t.Errorf("the scope is %v", rows)
	}
	if got := s.Requests().All(); len(got) != 0 {
		t.Errorf("recorded %+v", got)
	}
}

func TestRunReturnsTheServicesError(t *testing.T) {
	t.Parallel()
	if rows, err := start(t).Run("Get-ManagementScope", map[string]any{"Identity": "no such scope"}); err == nil {
		t.Errorf("answered %v", rows)
	}
}

func TestClientCertificateSignsTheApplicationIn(t *testing.T) {
	t.Parallel()
	s := start(t)
	byPFX, byPEM := signIn(t, s, sandbox.CertificatePFX), signIn(t, s, sandbox.CertificatePEM)
	pfx, err := os.ReadFile(byPFX["ARM_CLIENT_CERTIFICATE_PATH"])
	if err != nil {
		t.Fatal(err)
	}
	key, certificate, err := pkcs12.Decode(pfx, byPFX["ARM_CLIENT_CERTIFICATE_PASSWORD"])
	if err != nil {
		t.Fatal(err)
	}
	pemFile, err := os.ReadFile(byPEM["ARM_CLIENT_CERTIFICATE_PATH"])
	if err != nil {
		t.Fatal(err)
	}
	certificates, pemKey, err := confidential.CertFromPEM(pemFile, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, made := range map[string]func() (confidential.Credential, error){
		"from the PFX file": func() (confidential.Credential, error) {
			return confidential.NewCredFromCert([]*x509.Certificate{certificate}, key)
		},
		"from the PEM file": func() (confidential.Credential, error) { return confidential.NewCredFromCert(certificates, pemKey) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			credential, err := made()
			if err != nil {
				t.Fatal(err)
			}
			client, err := confidential.New(s.URL()+"/contoso.onmicrosoft.com", s.ClientID(), credential,
				confidential.WithHTTPClient(s.Client()), confidential.WithInstanceDiscovery(false))
			if err != nil {
				t.Fatal(err)
			}
			result, err := client.AcquireTokenByCredential(t.Context(), []string{"https://outlook.office365.com/.default"})
			if err != nil {
				t.Fatal(err)
			}
			if status, _ := getScopes(t, s, invokePath, result.AccessToken, ""); status != http.StatusOK {
				t.Errorf("the token is answered with %d", status)
			}
		})
	}
}

func TestFilesAreForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no file modes; the temporary folder is the user's own there")
	}
	s := start(t)
	pfx := signIn(t, s, sandbox.CertificatePFX)["ARM_CLIENT_CERTIFICATE_PATH"]
	pemFile := signIn(t, s, sandbox.CertificatePEM)["ARM_CLIENT_CERTIFICATE_PATH"]
	for path, want := range map[string]os.FileMode{
		filepath.Dir(pfx): 0o700, pfx: 0o600, pemFile: 0o600, s.CACertificatePath(): 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", filepath.Base(path), got, want)
		}
	}
}

func TestServerIsTrustedThroughItsAuthorityOnly(t *testing.T) {
	t.Parallel()
	s := start(t)
	content, err := os.ReadFile(s.CACertificatePath())
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(content)
	if block == nil || block.Type != "CERTIFICATE" || len(rest) != 0 {
		t.Fatal("the file of the authority does not hold one certificate and nothing else")
	}
	authority, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(authority)
	address := strings.TrimPrefix(s.URL(), "https://")
	tests := map[string]struct {
		config *tls.Config
		ok     bool
	}{
		"by address":                {&tls.Config{RootCAs: trusted}, true},
		"by name":                   {&tls.Config{RootCAs: trusted, ServerName: "localhost"}, true},
		"by the address of IPv6":    {&tls.Config{RootCAs: trusted, ServerName: "::1"}, true},
		"with TLS 1.2":              {&tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}, true},  //nolint:gosec // The least there is.
		"with TLS 1.1":              {&tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false}, //nolint:gosec // To be refused.
		"as another host":           {&tls.Config{RootCAs: trusted, ServerName: "outlook.office365.com"}, false},
		"by those who trust nobody": {&tls.Config{RootCAs: x509.NewCertPool()}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dialer := &tls.Dialer{Config: test.config}
			connection, err := dialer.DialContext(t.Context(), "tcp", address)
			if (err == nil) != test.ok {
				t.Errorf("connected: %t, error %v", err == nil, err)
			}
			if err == nil {
				if err := connection.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestSandboxesShareNothing(t *testing.T) {
	t.Parallel()
	a, b := start(t), start(t)
	if a.ClientSecret() == b.ClientSecret() || a.URL() == b.URL() || a.CACertificatePath() == b.CACertificatePath() {
		t.Error("two sandboxes share a secret, a port or a folder")
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := a.Client().Do(request)
	if err == nil {
		t.Error("the client of one sandbox trusts another", response.Body.Close())
	}
}

func TestCloseRemovesEverythingAndMayBeRepeated(t *testing.T) {
	t.Parallel()
	s, err := sandbox.Start(tenant.Contoso())
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if _, err := os.Stat(filepath.Dir(s.CACertificatePath())); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
	if connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL(), "https://")); err == nil {
		t.Errorf("the port is still open: %v", connection.Close())
	}
}

func TestCloseDoesNotWaitForASlowClient(t *testing.T) {
	t.Parallel()
	s, err := sandbox.Start(tenant.Contoso())
	if err != nil {
		t.Fatal(err)
	}
	// A request whose body never comes keeps its connection busy.
	reader, writer := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+"/contoso.com/oauth2/v2.0/token", reader)
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		if response, err := s.Client().Do(request); err == nil {
			_ = response.Body.Close()
		}
	}()
	if _, err := writer.Write([]byte("grant_type=")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	_ = writer.Close()
	cancel()
	<-answered
}

func TestStartRefusesAPortInUse(t *testing.T) {
	t.Parallel()
	first := start(t)
	address, err := url.Parse(first.URL())
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(address.Port())
	if err != nil {
		t.Fatal(err)
	}
	second, err := sandbox.Start(tenant.Contoso(), sandbox.Port(port))
	if err == nil {
		t.Fatal(second.Close())
	}
	if !strings.Contains(err.Error(), address.Port()) {
		t.Errorf("error %v does not name the port", err)
	}
}

func TestStartRefusesWhatItCannotServe(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]sandbox.Option{
		"an application that is not there": sandbox.SignInAs("99999999-9999-9999-9999-999999999999"),
		"a cloud that is not there":        sandbox.Cloud("germany"),
		"a port that is not there":         sandbox.Port(65536),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s, err := sandbox.Start(tenant.Contoso(), option); err == nil {
				t.Error("started", s.Close())
			}
		})
	}
}

func TestSignInAsMakesCredentialsForAnotherApplication(t *testing.T) {
	t.Parallel()
	const reader = "22222222-2222-2222-2222-222222222222"
	s := start(t, sandbox.SignInAs(reader))
	if got := s.Environment()["EXCHANGE_CLIENT_ID"]; got != reader {
		t.Errorf("EXCHANGE_CLIENT_ID is %q, want %q", got, reader)
	}
	// It holds neither a permission on Exchange nor a directory role.
	if status, _ := getScopes(t, s, invokePath, token(t, s), ""); status != http.StatusUnauthorized {
		t.Errorf("answered %d", status)
	}
}

func TestTokenLifetimeIsChosenAtStartAndLater(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.TokenLifetime(10*time.Minute))
	if got := s.Entra().TokenLifetime(); got != 10*time.Minute {
		t.Errorf("tokens live for %s", got)
	}
	s.Entra().SetTokenLifetime(time.Nanosecond)
	if status, _ := getScopes(t, s, invokePath, token(t, s), ""); status != http.StatusUnauthorized {
		t.Errorf("an expired token is answered with %d", status)
	}
}
