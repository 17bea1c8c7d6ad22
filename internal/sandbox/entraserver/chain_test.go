// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const trustedName = "terraform.contoso.com"

// issue makes a certificate of a name that an authority, or with none the
// certificate itself, has signed.
func issue(t *testing.T, name string, end time.Time, by *identity) identity {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: end.Add(-time.Hour), NotAfter: end,
		IsCA: by == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	parent, signer := template, key
	if by != nil {
		if parent, err = x509.ParseCertificate(by.der); err != nil {
			t.Fatal(err)
		}
		signer = by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	return identity{key: key, der: der}
}

func TestTokenTakesCertificatesOfATrustedSubjectAndAuthority(t *testing.T) {
	t.Parallel()
	authority, other := issue(t, "Contoso authority", noon.Add(time.Hour), nil), issue(t, "Contoso authority", noon.Add(time.Hour), nil)
	good := issue(t, trustedName, noon.Add(time.Hour), &authority)
	for name, test := range map[string]struct {
		id    identity
		chain []any // base64 of the certificates, the first being the one that has signed
		code  int   // zero for a token
	}{
		"with its chain":          {good, encoded(good, authority), 0},
		"without its authority":   {good, encoded(good), 0},
		"without a chain":         {good, nil, 700027},
		"with an empty chain":     {good, []any{}, 700027},
		"with another first":      {good, encoded(authority, good), 700027},
		"with a chain of numbers": {good, []any{7}, 700027},
		"with a chain of text":    {good, []any{"certificate"}, 700027},
		"of another name":         {issue(t, "runner.contoso.com", noon.Add(time.Hour), &authority), nil, 700027},
		"of another authority":    {issue(t, trustedName, noon.Add(time.Hour), &other), nil, 700027},
		"of its own making":       {issue(t, trustedName, noon.Add(time.Hour), nil), nil, 700027},
		"that has ended":          {issue(t, trustedName, noon.Add(-time.Second), &authority), nil, 700027},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, entraserver.Config{})
			if err := e.tenant.AddTrustedSubject(automation, tenant.TrustedSubject{CommonName: trustedName, Authority: authority.der}); err != nil {
				t.Fatal(err)
			}
			a := goodAssertion(test.id, e.url+"/"+tenantID+"/oauth2/v2.0/token")
			switch {
			case test.chain != nil:
				a.header["x5c"] = test.chain
			case name != "without a chain":
				a.header["x5c"] = encoded(test.id)
			}
			got := e.post(t, a.form(t))
			var want []int
			if test.code != 0 {
				want = []int{test.code}
			}
			if !slices.Equal(got.body.Codes, want) {
				t.Errorf("answered %d %v %s", got.status, got.body.Codes, got.body.Description)
			}
			seen := e.Requests()[0].Proof
			if chain, _ := a.header["x5c"].([]any); seen.ChainLength != len(chain) {
				t.Errorf("a chain of %d is recorded as %d", len(chain), seen.ChainLength)
			}
		})
	}
}

func encoded(chain ...identity) []any {
	var texts []any
	for _, id := range chain {
		texts = append(texts, base64.StdEncoding.EncodeToString(id.der))
	}
	return texts
}
