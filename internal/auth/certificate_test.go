// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
)

// identity is a certificate with its key.
type identity struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

func newIdentity(t testing.TB, key crypto.Signer) identity {
	t.Helper()
	return newIdentityFor(t, key, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
}

func newIdentityFor(t testing.TB, key crypto.Signer, from, to time.Time) identity {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "automation.contoso.com"},
		NotBefore:    from,
		NotAfter:     to,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return identity{certificate, key}
}

// rsaKeys returns two keys, which take long to make, and are made once.
var rsaKeys = sync.OnceValue(func() [2]*rsa.PrivateKey {
	var keys [2]*rsa.PrivateKey
	for i := range keys {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys[i] = key
	}
	return keys
})

func newRSA(t testing.TB) identity {
	t.Helper()
	return newIdentity(t, rsaKeys()[0])
}

func newEC(t testing.TB) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return newIdentity(t, key)
}

func (i identity) pfx(t testing.TB, encoder *pkcs12.Encoder, password string, chain ...*x509.Certificate) []byte {
	t.Helper()
	data, err := encoder.Encode(i.key, i.certificate, chain, password)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (i identity) certificatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.certificate.Raw})
}

func (i identity) keyPEM(t testing.TB) []byte {
	t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(i.key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
}

// wrapped is data in base64 with lines, as tools print it.
func wrapped(data []byte) []byte {
	text := base64.StdEncoding.EncodeToString(data)
	var b strings.Builder
	for len(text) > 64 {
		b.WriteString(text[:64] + "\r\n")
		text = text[64:]
	}
	b.WriteString(text + "\n")
	return []byte(b.String())
}

func TestTokenSignsInWithCertificate(t *testing.T) {
	t.Parallel()
	mine := newRSA(t)
	other := newIdentity(t, rsaKeys()[1])
	modern := mine.pfx(t, pkcs12.Modern, "open sesame")
	keyPKCS1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKeys()[0])})
	for _, test := range []struct {
		name     string
		data     []byte
		password string
	}{
		{"modern PFX", modern, "open sesame"},
		{"legacy PFX", mine.pfx(t, pkcs12.Legacy, "open sesame"), "open sesame"},
		{"PFX with empty password", mine.pfx(t, pkcs12.Modern, ""), ""},
		{"PFX with a chain", mine.pfx(t, pkcs12.Modern, "x", other.certificate), "x"},
		{"PFX in base64", []byte(base64.StdEncoding.EncodeToString(modern)), "open sesame"},
		{"PFX in base64 with lines", wrapped(modern), "open sesame"},
		{"PFX in base64 without padding", []byte(base64.RawStdEncoding.EncodeToString(modern)), "open sesame"},
		{"PEM", append(mine.certificatePEM(), mine.keyPEM(t)...), ""},
		{"PEM, key first", append(mine.keyPEM(t), mine.certificatePEM()...), ""},
		{"PEM, PKCS #1 key", append(mine.certificatePEM(), keyPKCS1...), ""},
		{"PEM with a needless password", append(mine.certificatePEM(), mine.keyPEM(t)...), "unused"},
		{"PEM with a chain, another's certificate first", bytes.Join([][]byte{other.certificatePEM(), mine.certificatePEM(), mine.keyPEM(t)}, nil), ""},
		{"PEM in base64", wrapped(append(mine.certificatePEM(), mine.keyPEM(t)...)), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			credential, err := auth.Certificate(test.data, test.password)
			if err != nil {
				t.Fatal(err)
			}
			config := serve(t, &entra{certificate: mine.certificate})
			config.Credential = credential
			if got := token(t, source(t, config), "", ""); got != "token-1" {
				t.Errorf("token = %q", got)
			}
		})
	}
}

func TestCertificateIsSentAlongWithItsChainOnRequest(t *testing.T) {
	t.Parallel()
	mine := newRSA(t)
	other := newIdentity(t, rsaKeys()[1])
	credential, err := auth.Certificate(bytes.Join([][]byte{other.certificatePEM(), mine.certificatePEM(), mine.keyPEM(t)}, nil), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		credential auth.Credential
		want       any
	}{
		{credential, nil},
		{credential.SendingChain(), []any{
			base64.StdEncoding.EncodeToString(mine.certificate.Raw), base64.StdEncoding.EncodeToString(other.certificate.Raw),
		}},
	} {
		e := &entra{certificate: mine.certificate}
		config := serve(t, e)
		config.Credential = test.credential
		token(t, source(t, config), "", "")
		sent, _, err := jwt.NewParser().ParseUnverified(e.assertions()[0], jwt.MapClaims{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, sent.Header["x5c"]); diff != "" {
			t.Errorf("x5c (-want +got):\n%s", diff)
		}
	}
}

func TestCertificateIsUsedForItsLife(t *testing.T) {
	t.Parallel()
	key := rsaKeys()[0] // made outside of the bubble, which it outlives
	synctest.Test(t, func(t *testing.T) {
		mine := newIdentity(t, key) // lives an hour, and began one ago
		credential, err := auth.Certificate(append(mine.certificatePEM(), mine.keyPEM(t)...), "")
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for _, test := range []struct {
			after time.Duration
			want  string
		}{
			{0, ""},
			{time.Hour + 5*time.Minute, ""},
			{time.Hour + 6*time.Minute, "expired at " + began.Add(time.Hour).UTC().Format(time.RFC3339)},
		} {
			<-time.After(time.Until(began.Add(test.after)))
			e := &entra{}
			config := configInMemory(t, e)
			config.Credential = credential
			err := signInError(t, config)
			if test.want == "" {
				// It is as good as any that is not registered.
				if err.Code != "AADSTS700027" {
					t.Errorf("after %s: error = %v", test.after, err)
				}
				continue
			}
			if !strings.Contains(err.Error(), test.want) || err.Advice == "" {
				t.Errorf("after %s: error = %v, want one with %q", test.after, err, test.want)
			}
			if got := len(e.asked()); got != 0 {
				t.Errorf("%d requests were made", got)
			}
		}
	})
}

func TestCertificateOfTheFutureIsNotUsedYet(t *testing.T) {
	t.Parallel()
	mine := newRSA(t) // of today, which in the bubble is many years ahead
	synctest.Test(t, func(t *testing.T) {
		credential, err := auth.Certificate(append(mine.certificatePEM(), mine.keyPEM(t)...), "")
		if err != nil {
			t.Fatal(err)
		}
		config := configInMemory(t, &entra{})
		config.Credential = credential
		if err := signInError(t, config); !strings.Contains(err.Error(), "valid only from "+mine.certificate.NotBefore.UTC().Format(time.RFC3339)) {
			t.Errorf("error = %v", err)
		}
	})
}

func TestCertificateRefuses(t *testing.T) {
	t.Parallel()
	mine, ec := newRSA(t), newEC(t)
	ecKey, err := x509.MarshalECPrivateKey(ec.key.(*ecdsa.PrivateKey)) //nolint:forcetypeassert // newEC makes no other.
	if err != nil {
		t.Fatal(err)
	}
	ecKeyPEM := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: ecKey})
	encrypted := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("anything")})
	legacy := pem.EncodeToMemory(&pem.Block{
		Type:    "RSA PRIVATE KEY",
		Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"},
		Bytes:   []byte("anything"),
	})
	const password = "pass-w0rd"
	for _, test := range []struct {
		name     string
		data     []byte
		password string
		want     string
	}{
		{"nothing", nil, "", "is empty"},
		{"white space", []byte(" \n"), "", "is empty"},
		{"junk", []byte("-- junk --"), password, "neither PEM nor a PFX"},
		{"base64 of junk", []byte("anVuaw=="), password, "neither PEM nor a PFX"},
		{"half a PFX", mine.pfx(t, pkcs12.Modern, password)[:500], password, "neither PEM nor a PFX"},
		{"wrong password", mine.pfx(t, pkcs12.Modern, "another"), password, "password does not open"},
		{"wrong password, legacy", mine.pfx(t, pkcs12.Legacy, "another"), password, "password does not open"},
		{"missing password", mine.pfx(t, pkcs12.Modern, "another"), "", "none was given"},
		{"EC key in a PFX", ec.pfx(t, pkcs12.Modern, password), password, "RSA keys only"},
		{"EC key in PEM", append(ec.certificatePEM(), ec.keyPEM(t)...), "", "RSA keys only"},
		{"SEC 1 EC key in PEM", append(ec.certificatePEM(), ecKeyPEM...), "", "RSA keys only"},
		{"encrypted PEM", append(mine.certificatePEM(), encrypted...), password, "decrypt it"},
		{"encrypted PEM of old", append(mine.certificatePEM(), legacy...), password, "decrypt it"},
		{"certificate without key", mine.certificatePEM(), "", "no private key"},
		{"key without certificate", mine.keyPEM(t), "", "no certificate"},
		{"another's key", append(mine.certificatePEM(), newIdentity(t, rsaKeys()[1]).keyPEM(t)...), "", "made together"},
		{"two keys", bytes.Join([][]byte{mine.certificatePEM(), mine.keyPEM(t), mine.keyPEM(t)}, nil), "", "multiple private key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := auth.Certificate(test.data, test.password)
			if err == nil {
				t.Fatal("it is a credential")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %q, want one with %q", err, test.want)
			}
			holdsNone(t, err.Error(), password, "another")
		})
	}
}

// FuzzCertificate has no seed that is a PFX: one changed by chance may ask for
// billions of rounds of key derivation.
func FuzzCertificate(f *testing.F) {
	mine := newRSA(f)
	f.Add(append(mine.certificatePEM(), mine.keyPEM(f)...), "")
	f.Add(wrapped(mine.certificatePEM()), "x")
	f.Add([]byte("-----BEGIN EC PRIVATE KEY-----\n\n-----END EC PRIVATE KEY-----\n"), "")
	f.Fuzz(func(t *testing.T, data []byte, password string) {
		credential, err := auth.Certificate(data, password)
		if err == nil && credential.String() != "client certificate" {
			t.Errorf("credential = %v", credential)
		}
	})
}
