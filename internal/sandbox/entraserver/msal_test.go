// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver_test

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	msalerrors "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// signIn has MSAL, the library the provider signs in with, get a token.
func signIn(t *testing.T, e *entra, credential confidential.Credential, options ...confidential.Option) (confidential.AuthResult, error) {
	t.Helper()
	options = append(options, confidential.WithHTTPClient(e.client), confidential.WithInstanceDiscovery(false))
	client, err := confidential.New(e.url+"/"+tenantID, automation, credential, options...)
	if err != nil {
		t.Fatal(err)
	}
	return client.AcquireTokenByCredential(t.Context(), []string{exchangeScope})
}

func TestMSALSignsInWithASecret(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{Clock: time.Now})
	credential, err := confidential.NewCredFromSecret(secret)
	if err != nil {
		t.Fatal(err)
	}
	result, err := signIn(t, e, credential, confidential.WithClientCapabilities([]string{"CP1"}))
	if err != nil {
		t.Fatal(err)
	}
	caller, err := e.Authorize(result.AccessToken)
	if err != nil || caller.AppID != automation {
		t.Errorf("the token authorizes %+v, error %v", caller, err)
	}
}

func TestMSALSignsInWithACertificateFromAPFXFile(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{Clock: time.Now})
	id := newIdentity(t, time.Now().Add(time.Hour))
	if err := e.tenant.AddCertificate(automation, id.der); err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(id.der)
	if err != nil {
		t.Fatal(err)
	}
	pfx, err := pkcs12.Modern.Encode(id.key, certificate, nil, "password")
	if err != nil {
		t.Fatal(err)
	}
	key, certificate, chain, err := pkcs12.DecodeChain(pfx, "password")
	if err != nil {
		t.Fatal(err)
	}
	credential, err := confidential.NewCredFromCert(append([]*x509.Certificate{certificate}, chain...), key)
	if err != nil {
		t.Fatal(err)
	}
	for name, options := range map[string][]confidential.Option{
		"certificate alone":      nil,
		"certificate with chain": {confidential.WithX5C()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := signIn(t, e, credential, options...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := e.Authorize(result.AccessToken); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestMSALSignsInWithAFederatedToken(t *testing.T) {
	t.Parallel()
	id := newIdentity(t, time.Now().Add(time.Hour))
	e := start(t, entraserver.Config{
		Clock:      time.Now,
		IssuerKeys: func(string) map[string]*rsa.PublicKey { return map[string]*rsa.PublicKey{"key 1": &id.key.PublicKey} },
	})
	if err := e.tenant.AddFederatedCredential(automation, tenant.FederatedCredential{Issuer: issuer, Subject: subject, Audiences: []string{audience}}); err != nil {
		t.Fatal(err)
	}
	a := goodToken(id)
	a.claims["nbf"], a.claims["exp"] = time.Now().Add(-time.Minute).Unix(), time.Now().Add(time.Hour).Unix()
	signed := a.form(t).Get("client_assertion")
	credential := confidential.NewCredFromAssertionCallback(func(context.Context, confidential.AssertionRequestOptions) (string, error) {
		return signed, nil
	})
	result, err := signIn(t, e, credential)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Authorize(result.AccessToken); err != nil {
		t.Error(err)
	}
}

func TestMSALSignsInWithACertificateOfATrustedSubject(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{Clock: time.Now})
	authority := issue(t, "Contoso authority", time.Now().Add(time.Hour), nil)
	id := issue(t, trustedName, time.Now().Add(time.Hour), &authority)
	if err := e.tenant.AddTrustedSubject(automation, tenant.TrustedSubject{CommonName: trustedName, Authority: authority.der}); err != nil {
		t.Fatal(err)
	}
	var chain []*x509.Certificate
	for _, link := range []identity{id, authority} {
		certificate, err := x509.ParseCertificate(link.der)
		if err != nil {
			t.Fatal(err)
		}
		chain = append(chain, certificate)
	}
	credential, err := confidential.NewCredFromCert(chain, id.key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signIn(t, e, credential); err == nil || !strings.Contains(err.Error(), "AADSTS700027") {
		t.Errorf("without its chain the certificate is answered %v", err)
	}
	if _, err := signIn(t, e, credential, confidential.WithX5C()); err != nil {
		t.Error(err)
	}
}

func TestMSALReportsAWrongSecretInEntrasWords(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{Clock: time.Now})
	credential, err := confidential.NewCredFromSecret("wrong")
	if err != nil {
		t.Fatal(err)
	}
	_, err = signIn(t, e, credential)
	var call msalerrors.CallErr
	if !errors.As(err, &call) {
		t.Fatalf("error is %v, want a CallErr", err)
	}
	body, err := io.ReadAll(call.Resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(body) + call.Error(); call.Resp.StatusCode != 401 || !strings.Contains(text, "AADSTS7000215: Invalid client secret provided.") {
		t.Errorf("MSAL was told %d %s", call.Resp.StatusCode, text)
	}
}

func TestMSALReusesATokenUntilItIsNearItsEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lifetime time.Duration
		requests int
	}{
		"an hour ahead": {time.Hour, 1},
		// MSAL asks anew when fewer than five minutes are left.
		"four minutes ahead": {4 * time.Minute, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, entraserver.Config{Clock: time.Now, TokenLifetime: test.lifetime})
			credential, err := confidential.NewCredFromSecret(secret)
			if err != nil {
				t.Fatal(err)
			}
			client, err := confidential.New(e.url+"/contoso.com", automation, credential,
				confidential.WithHTTPClient(e.client), confidential.WithInstanceDiscovery(false))
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if _, err := client.AcquireTokenByCredential(t.Context(), []string{exchangeScope}); err != nil {
					t.Fatal(err)
				}
			}
			if got := e.TokenRequests(); got != test.requests {
				t.Errorf("two tokens took %d requests, want %d", got, test.requests)
			}
		})
	}
}
