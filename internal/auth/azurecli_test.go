// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
)

// azureCLI plays az: a script that notes its arguments, and says what it is told.
type azureCLI struct{ dir string }

// newCLI returns an az, for which the test sets the PATH, and a configuration that
// uses it.
func newCLI(t *testing.T) (azureCLI, auth.Config) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the az of this test is a shell script")
	}
	az := azureCLI{t.TempDir()}
	az.write(t, "az", "#!/bin/sh\ncd '"+az.dir+"' || exit 99\necho \"$*\" >>calls\ncat stderr >&2\ncat \"$2\"\nexit \"$(cat status)\"\n")
	az.write(t, "stderr", "")
	az.write(t, "status", "0")
	config := configInMemory(t, nil)
	config.ClientID, config.Credential = "", auth.AzureCLI()
	return az, config
}

// path returns the PATH with az before all else.
func (a azureCLI) path() string { return a.dir + string(os.PathListSeparator) + os.Getenv("PATH") }

func (a azureCLI) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(a.dir, name), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// gives sets what az account get-access-token writes.
func (a azureCLI) gives(t *testing.T, output map[string]any) {
	t.Helper()
	text, err := json.Marshal(output)
	if err != nil {
		t.Fatal(err)
	}
	a.write(t, "get-access-token", string(text))
}

// givesToken sets the token, which lives for an hour.
func (a azureCLI) givesToken(t *testing.T, token string) {
	t.Helper()
	a.gives(t, map[string]any{"accessToken": token, "expires_on": time.Now().Add(time.Hour).Unix(), "expiresOn": "not used"})
}

// fails makes az fail with a complaint.
func (a azureCLI) fails(t *testing.T, complaint string) {
	t.Helper()
	a.write(t, "stderr", complaint)
	a.write(t, "status", "1")
	a.write(t, "get-access-token", "")
}

// calls returns the arguments of each run.
func (a azureCLI) calls(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(a.dir, "calls"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func TestAzureCLIIsAskedForATokenOfTheTenant(t *testing.T) {
	az, config := newCLI(t)
	t.Setenv("PATH", az.path())
	const plain = "account get-access-token -o json --resource https://outlook.office365.com"
	for _, test := range []struct{ name, tenant, host, want string }{
		{"a tenant", tenantID, "", plain + " --tenant " + tenantID},
		{"a domain", "fabrikam.com", "", plain + " --tenant fabrikam.com"},
		{"no tenant", "", "", plain},
		{"in Cloud Shell", tenantID, "cloud-shell/1.0", plain},
	} {
		t.Setenv("AZUREPS_HOST_ENVIRONMENT", test.host)
		az.givesToken(t, "token-1")
		config.TenantID = test.tenant
		if got := token(t, source(t, config), "", ""); got != "token-1" {
			t.Errorf("%s: token = %q", test.name, got)
		}
		calls := az.calls(t)
		if got := calls[len(calls)-1]; got != test.want {
			t.Errorf("%s: az %s, want az %s", test.name, got, test.want)
		}
	}
}

// After "az login --identity" az refuses to be told a tenant, even the identity's own.
func TestAzureCLIOfAManagedIdentityIsToldNoTenant(t *testing.T) {
	az, config := newCLI(t)
	t.Setenv("PATH", az.path())
	az.write(t, "az", "#!/bin/sh\ncd '"+az.dir+"' || exit 99\necho \"$*\" >>calls\n"+
		"case $* in *--tenant*) echo \"ERROR: Tenant shouldn't be specified for managed identity account\" >&2; exit 1;; esac\ncat get-access-token\n")
	const asked = "account get-access-token -o json --resource https://outlook.office365.com"
	for _, test := range []struct{ name, tenant, own, refused string }{
		{"the identity's tenant", tenantID, strings.ToUpper(tenantID), ""},
		{"a domain", "fabrikam.com", tenantID, ""},
		{"a token that cannot be read", tenantID, "", ""},
		{"another tenant", "11111111-1111-1111-1111-2222222222bb", tenantID, "managed identity of the tenant " + tenantID},
	} {
		given := "opaque"
		if test.own != "" {
			given = unsigned(t, map[string]any{"tid": test.own})
		}
		az.givesToken(t, given)
		config.TenantID = test.tenant
		tokens := source(t, config)
		got, err := tokens.Token(t.Context(), scope, "", "")
		if test.refused != "" {
			got, err = tokens.Token(t.Context(), scope, "", "") // It is not kept.
		}
		if test.refused == "" && (err != nil || got != given) {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
		if test.refused != "" && (err == nil || !strings.Contains(err.Error(), test.refused)) {
			t.Errorf("%s: error = %v, want one with %q", test.name, err, test.refused)
		}
		calls := az.calls(t)
		if last := calls[len(calls)-2:]; last[0] != asked+" --tenant "+test.tenant || last[1] != asked {
			t.Errorf("%s: az was called with %q", test.name, last)
		}
	}
}

func TestAzureCLITokenIsReusedForItsLife(t *testing.T) {
	az, config := newCLI(t)
	t.Setenv("PATH", az.path())
	for name, output := range map[string]func(ends time.Time) map[string]any{
		"expires_on":          func(ends time.Time) map[string]any { return map[string]any{"expires_on": ends.Unix()} },
		"expires_on, as text": func(ends time.Time) map[string]any { return map[string]any{"expires_on": fmt.Sprint(ends.Unix())} },
		"expiresOn": func(ends time.Time) map[string]any {
			return map[string]any{"expiresOn": ends.Local().Format("2006-01-02 15:04:05.000000")}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			give := func(token string) {
				answer := output(time.Now().Add(time.Hour))
				answer["accessToken"] = token
				az.gives(t, answer)
			}
			s := source(t, config)
			give("first")
			token(t, s, "", "")
			give("second")
			<-time.After(54 * time.Minute)
			if got := token(t, s, "", ""); got != "first" {
				t.Errorf("%s: token = %q, want the first", name, got)
			}
			<-time.After(2 * time.Minute)
			if got := token(t, s, "", ""); got != "second" {
				t.Errorf("%s: token = %q, want the second", name, got)
			}
		})
	}
}

func TestFiftyCallersShareOneRunOfAzureCLI(t *testing.T) {
	az, config := newCLI(t)
	t.Setenv("PATH", az.path())
	az.givesToken(t, "token-1")
	s := source(t, config)
	together := make(chan struct{})
	var waiting sync.WaitGroup
	for range 50 {
		waiting.Go(func() {
			<-together
			if got, err := s.Token(t.Context(), scope, "", ""); err != nil || got != "token-1" {
				t.Errorf("token = %q, %v", got, err)
			}
		})
	}
	close(together)
	waiting.Wait()
	if got := len(az.calls(t)); got != 1 {
		t.Errorf("az ran %d times, want once", got)
	}
}

func TestRefusedAzureCLITokenIsAskedForAgain(t *testing.T) {
	az, config := newCLI(t)
	t.Setenv("PATH", az.path())
	s := source(t, config)
	az.givesToken(t, "first")
	refused := token(t, s, "", "")
	az.givesToken(t, "second")
	if got := token(t, s, "", refused); got != "second" {
		t.Errorf("token = %q, want the second", got)
	}
	if got := len(az.calls(t)); got != 2 {
		t.Errorf("az ran %d times, want 2", got)
	}
}

func TestRefusedTokenThatAzureCLIKeepsIsExplained(t *testing.T) {
	const claims = `{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}`
	az, config := newCLI(t)
	t.Setenv("PATH", az.path())
	az.givesToken(t, "always")
	for claims, want := range map[string]string{
		"":     "az logout, then az login --tenant " + tenantID,
		claims: "az login --tenant " + tenantID + " --claims-challenge " + base64.StdEncoding.EncodeToString([]byte(claims)),
	} {
		s := source(t, config)
		before := len(az.calls(t))
		_, err := s.Token(t.Context(), scope, claims, token(t, s, "", ""))
		var e *auth.Error
		if !errors.As(err, &e) || !strings.Contains(e.Advice, want) {
			t.Errorf("error = %v, want one with %q", err, want)
		}
		if got := len(az.calls(t)) - before; got != 2 {
			t.Errorf("az ran %d times, want 2", got)
		}
		holdsNone(t, err.Error(), "always")
	}
}

func TestAzureCLIComplaints(t *testing.T) {
	az, config := newCLI(t)
	t.Setenv("PATH", az.path())
	leak := unsigned(t, map[string]any{"sub": "x"})
	for _, test := range []struct{ complaint, want string }{
		{"ERROR: Please run 'az login' to setup account.\n", "Please run 'az login --tenant " + tenantID + "'"},
		{"ERROR: AADSTS700082: The refresh token has expired.\nTrace ID: x\n", "Please run 'az login"},
		{"ERROR: AADSTS500011: The resource principal was not found.\n", "has Exchange Online"},
		{"ERROR: AADSTS700024: Client assertion is not within its valid time range.\n", "use_oidc"},
		{"ERROR: something\nelse " + leak + "\n", "\"ERROR: something else [token]\""},
		{strings.Repeat("long ", 1000), "long ..."},
		{"", "exit status 1"},
	} {
		az.fails(t, test.complaint)
		err := signInError(t, config)
		if !strings.Contains(err.Error(), "Azure CLI") || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") || len(err.Error()) > 1000 {
			t.Errorf("error = %v, want one with %q", err, test.want)
		}
		holdsNone(t, err.Error(), leak)
	}
}

func TestOutputOfAzureCLIThatCannotBeUsed(t *testing.T) {
	az, config := newCLI(t)
	t.Setenv("PATH", az.path())
	for _, output := range []string{
		"", "text", "{}", `{"accessToken":"t0ken"}`, `{"accessToken":"t0ken","expires_on":"soon"}`, `{"accessToken":"t0ken","expiresOn":"soon"}`,
	} {
		az.write(t, "get-access-token", output)
		err := signInError(t, config)
		if !strings.Contains(err.Error(), "Update Azure CLI") {
			t.Errorf("%s: error = %v", output, err)
		}
		holdsNone(t, err.Error(), "t0ken")
	}
}

func TestMissingAzureCLIIsSaidToBeMissing(t *testing.T) {
	_, config := newCLI(t)
	t.Setenv("PATH", t.TempDir())
	err := signInError(t, config)
	if !strings.Contains(err.Error(), "was not found on the PATH") || !strings.Contains(err.Advice, "az login") {
		t.Errorf("error = %v", err)
	}
}

func TestTenantIDOfAzureCLIsAccount(t *testing.T) {
	az, config := newCLI(t)
	t.Setenv("PATH", az.path())
	config.TenantID = ""
	az.write(t, "show", `{"id":"x","tenantId":"`+tenantID+`","user":{"name":"admin@contoso.com"}}`)
	s := source(t, config)
	for range 2 {
		if got, err := s.TenantID(t.Context()); err != nil || got != tenantID {
			t.Errorf("tenant id = %q, %v", got, err)
		}
	}
	if got := strings.Join(az.calls(t), "; "); got != "account show -o json" {
		t.Errorf("az ran %s", got)
	}
	az.write(t, "show", `{}`)
	if got, err := source(t, config).TenantID(t.Context()); err == nil {
		t.Errorf("tenant id = %q", got)
	}
	az.fails(t, "ERROR: Please run 'az login' to setup account.")
	_, err := source(t, config).TenantID(t.Context())
	var e *auth.Error
	if !errors.As(err, &e) || !strings.Contains(e.Advice, "Please run 'az login'") {
		t.Errorf("error = %v", err)
	}
}
