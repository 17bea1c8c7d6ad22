// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"software.sslmate.com/src/go-pkcs12"
)

// Certificate is the credential of a certificate with its private key, which
// must be RSA. data is a PFX (PKCS #12) file or PEM blocks, or the base64 form of
// either; password opens a PFX and is unused for PEM.
func Certificate(data []byte, password string) (Credential, error) {
	certificates, key, err := parseCertificate(data, password)
	if err != nil {
		return Credential{}, err
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		return Credential{}, errors.New("the certificate's private key is not RSA: Microsoft Entra ID signs in with RSA keys only, so make a certificate with an RSA key of 2048 bits or more")
	}
	credential, err := confidential.NewCredFromCert(certificates, key)
	if err != nil {
		return Credential{}, errors.New("the private key belongs to none of the certificates it came with: use the certificate and the key that were made together")
	}
	own := certificateOf(rsaKey, certificates)
	return Credential{
		method: "client certificate",
		open: func(config Config) (issuer, error) {
			return newApplication(config, credential, application{
				check:  func() error { return checkValidity(own, time.Now()) },
				redact: func(text string) string { return text },
			})
		},
	}, nil
}

// certificateOf returns the certificate that belongs to a key, which is there.
func certificateOf(key *rsa.PrivateKey, certificates []*x509.Certificate) *x509.Certificate {
	i := slices.IndexFunc(certificates, func(c *x509.Certificate) bool { return key.PublicKey.Equal(c.PublicKey) })
	return certificates[i]
}

// maxSkew is by how much clocks are let differ.
const maxSkew = 5 * time.Minute

// checkValidity finds a certificate that Entra would refuse for its time, as it
// names no dates when it does.
func checkValidity(certificate *x509.Certificate, now time.Time) error {
	switch {
	case now.After(certificate.NotAfter.Add(maxSkew)):
		return &Error{
			Err:    fmt.Errorf("the client certificate expired at %s", certificate.NotAfter.UTC().Format(time.RFC3339)),
			Advice: "Make a new certificate, upload it to the application, and give that",
		}
	case now.Before(certificate.NotBefore.Add(-maxSkew)):
		return &Error{
			Err:    fmt.Errorf("the client certificate is valid only from %s on", certificate.NotBefore.UTC().Format(time.RFC3339)),
			Advice: "Check this machine's clock, or give a certificate that is valid already",
		}
	}
	return nil
}

// parseCertificate returns the certificates in data, which may be a chain, and the
// one private key.
func parseCertificate(data []byte, password string) ([]*x509.Certificate, crypto.PrivateKey, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, nil, errors.New("the client certificate is empty")
	}
	if decoded, ok := decodeBase64(data); ok {
		data = decoded
	}
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		return parsePEM(data)
	}
	return parsePFX(data, password)
}

// decodeBase64 undoes the base64 form that a file takes on in a variable. Neither
// a PFX, which is binary, nor PEM, which has hyphens, reads as base64.
func decodeBase64(data []byte) ([]byte, bool) {
	text := strings.Join(strings.Fields(string(data)), "")
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	return decoded, err == nil
}

func parsePFX(data []byte, password string) ([]*x509.Certificate, crypto.PrivateKey, error) {
	key, certificate, chain, err := pkcs12.DecodeChain(data, password)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		if password == "" {
			return nil, nil, errors.New("the client certificate's PFX file is protected by a password, and none was given")
		}
		return nil, nil, errors.New("the password does not open the client certificate's PFX file")
	case err != nil:
		return nil, nil, fmt.Errorf("the client certificate is neither PEM nor a PFX file with one certificate and its private key: %w", err)
	}
	return append([]*x509.Certificate{certificate}, chain...), key, nil
}

func parsePEM(data []byte) ([]*x509.Certificate, crypto.PrivateKey, error) {
	if err := checkPEM(data); err != nil {
		return nil, nil, err
	}
	certificates, key, err := confidential.CertFromPEM(data, "")
	if err != nil {
		return nil, nil, fmt.Errorf("the client certificate's PEM cannot be used: %w", err)
	}
	return certificates, key, nil
}

// checkPEM finds the private keys that the library passes over without a word, or
// with one that does not help.
func checkPEM(data []byte) error {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		_, encrypted := block.Headers["DEK-Info"]
		switch {
		case encrypted || block.Type == "ENCRYPTED PRIVATE KEY":
			return errors.New("the client certificate's private key is encrypted, which is not supported in PEM: " +
				"decrypt it (openssl pkey -in key.pem -out plain.pem), or use a PFX file with a password")
		case block.Type == "EC PRIVATE KEY":
			return errors.New("the client certificate's private key is an elliptic curve key: Microsoft Entra ID signs in with RSA keys only, " +
				"so make a certificate with an RSA key of 2048 bits or more")
		}
	}
	return nil
}
