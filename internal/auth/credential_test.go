// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
)

// way is a way to sign in, in tests that all must pass.
type way struct {
	credential auth.Credential
	// secrets are in no text.
	secrets []string
}

// ways returns every way to sign in that goes over the network, by its name.
func ways(t *testing.T) map[string]way {
	t.Helper()
	// Time in a bubble begins in the year 2000.
	mine := newIdentityFor(t, rsaKeys()[0], time.Unix(0, 0), time.Now().Add(time.Hour))
	certificate, err := auth.Certificate(append(mine.certificatePEM(), mine.keyPEM(t)...), "")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("s3cret-file"), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]way{
		"client secret":          {auth.ClientSecret(secret), []string{secret}},
		"certificate":            {certificate, nil},
		"certificate with chain": {certificate.SendingChain(), nil},
		"federated token":        {auth.FederatedToken("s3cret-given"), []string{"s3cret-given"}},
		"federated token file":   {auth.FederatedTokenFile(file), []string{"s3cret-file"}},
		"GitHub Actions":         {auth.GitHubActions(gitHubURL, requestToken, ""), []string{requestToken, "s3cret-assertion"}},
		"Azure Pipelines":        {auth.AzurePipelines(azureURI, requestToken, connectionID, ""), []string{requestToken, "s3cret-assertion"}},
		"managed identity":       {auth.ManagedIdentity(ownIdentity(), ""), nil},
		"identity endpoint":      {auth.ManagedIdentity("", "http://127.0.0.1/token"), nil},
	}
}

// everywhere answers for all services: tokens are granted by grant.
func everywhere(grant http.HandlerFunc) hosts {
	ci := answering(http.StatusOK, map[string]any{"value": "s3cret-assertion", "oidcToken": "s3cret-assertion"})
	return hosts{
		"login.contoso.test":       &entra{before: func(_ int, w http.ResponseWriter, r *http.Request) bool { grant(w, r); return true }},
		"run-actions.contoso.test": ci, "devops.contoso.test": ci,
		"169.254.169.254": grant, "127.0.0.1": grant,
	}
}

func TestFiftyCallersShareOneRequestByEveryWay(t *testing.T) {
	t.Parallel()
	for name, way := range ways(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				grants := &recorder{HandlerFunc: func(w http.ResponseWriter, _ *http.Request) {
					<-release
					reply(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": "granted"})
				}}
				config := configInMemory(t, nil)
				config.Credential = way.credential
				config.Transport = inMemory{everywhere(grants.ServeHTTP)}
				all := tokens(t, source(t, config), 50, "")
				synctest.Wait()
				close(release)
				for i, got := range <-all {
					if got != "granted" {
						t.Errorf("caller %d got %q", i, got)
					}
				}
				if got := len(grants.asked()); got != 1 {
					t.Errorf("%d requests were made, want 1", got)
				}
			})
		})
	}
}

func TestNoWayShowsItsSecrets(t *testing.T) {
	t.Parallel()
	for name, way := range ways(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Everything that was sent comes back in the refusal.
			services := everywhere(func(w http.ResponseWriter, r *http.Request) {
				refuse(w, http.StatusBadRequest, 700213, fmt.Sprint(r.Form, r.Header, r.URL))
			})
			config := configInMemory(t, nil)
			config.Credential = way.credential
			config.Transport = inMemory{services}
			s := source(t, config)
			err := signInError(t, config)
			holdsNone(t, err.Error(), way.secrets...)
			holdsNone(t, fmt.Sprintf("%+v", *err), way.secrets...)
			config.Transport = nil // It is in use, and prints its state.
			holder := struct {
				credential auth.Credential
				source     *auth.TokenSource
			}{way.credential, s}
			for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				for _, value := range []any{s, config, &config, way.credential, &way.credential} {
					holdsNone(t, fmt.Sprintf(format, value), way.secrets...)
				}
			}
			for _, format := range []string{"%v", "%+v", "%#v"} {
				holdsNone(t, fmt.Sprintf(format, holder), way.secrets...)
			}
			encoded, jsonErr := json.Marshal(map[string]any{"credential": way.credential})
			if jsonErr != nil {
				t.Fatal(jsonErr)
			}
			holdsNone(t, string(encoded), way.secrets...)
		})
	}
}

func TestGivenTokensAreInNoText(t *testing.T) {
	t.Parallel()
	config := given(t, "s3cret-token")
	s := source(t, config)
	_, err := s.Token(t.Context(), scope, "", "s3cret-token")
	if err == nil {
		t.Fatal("the refused token came again")
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, value := range []any{err, s, config, &config, config.Credential} {
			holdsNone(t, fmt.Sprintf(format, value), "s3cret-token", fmt.Sprintf("%x", "s3cret-token"))
		}
	}
}

func TestWaysThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		credential auth.Credential
		want       string
	}{
		{"empty federated token", auth.FederatedToken("\n"), "is empty"},
		{"no federated token file", auth.FederatedTokenFile(""), "no path"},
		{"GitHub without URL", auth.GitHubActions("", requestToken, ""), "id-token: write"},
		{"GitHub without token", auth.GitHubActions(gitHubURL, "\n", ""), "id-token: write"},
		{"GitHub without TLS", auth.GitHubActions("http://run-actions.contoso.test/", requestToken, ""), "must be https"},
		{"GitHub without host", auth.GitHubActions("https:///path", requestToken, ""), "must be https"},
		{"GitHub with user", auth.GitHubActions("https://hunter2@run-actions.contoso.test/", requestToken, ""), "user name"},
		{"GitHub at no URL", auth.GitHubActions("https://hunter2/%zz", requestToken, ""), "cannot be read"},
		{"Azure Pipelines without URI", auth.AzurePipelines("", requestToken, connectionID, ""), "SYSTEM_ACCESSTOKEN"},
		{"Azure Pipelines without token", auth.AzurePipelines(azureURI, "", connectionID, ""), "SYSTEM_ACCESSTOKEN"},
		{"Azure Pipelines without connection", auth.AzurePipelines(azureURI, requestToken, "", ""), "service connection"},
		{"Azure Pipelines without TLS", auth.AzurePipelines("http://127.0.0.1/", requestToken, connectionID, ""), "must be https"},
		{"no given token", auth.AccessTokens(map[string]string{scope: " "}), "no access token"},
	} {
		config := configInMemory(t, &entra{})
		config.Credential = test.credential
		_, err := auth.NewTokenSource(config)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error = %v, want one with %q", test.name, err, test.want)
			continue
		}
		holdsNone(t, err.Error(), requestToken, "hunter2")
	}
}

func TestWaysThatNeedAnApplicationAndATenant(t *testing.T) {
	t.Parallel()
	for name, way := range ways(t) {
		needed := !strings.Contains(name, "identity")
		for _, change := range []func(*auth.Config){
			func(c *auth.Config) { c.TenantID = "" },
			func(c *auth.Config) { c.ClientID = "" },
		} {
			config := configInMemory(t, &entra{})
			config.Credential = way.credential
			change(&config)
			if _, err := auth.NewTokenSource(config); (err != nil) != needed {
				t.Errorf("%s: error = %v", name, err)
			}
		}
	}
}
