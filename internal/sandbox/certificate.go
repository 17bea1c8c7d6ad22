// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// validity is how long certificates and secrets of a sandbox last: longer than
// any sandbox, and no longer than clients let a server's certificate be valid.
const validity = 365 * 24 * time.Hour

// An authority is what a sandbox proves itself with: a certificate authority
// for clients to trust, and the server certificates it signed. The authority's
// key is gone once the server certificates are made.
type authority struct {
	certificate *x509.Certificate
	// server is the certificate of this machine's own names, cloud that of the
	// hosts of a cloud.
	server, cloud tls.Certificate
}

// newAuthority makes an authority with certificates for this machine and for
// the hosts of a cloud.
func newAuthority(now time.Time, hosts []string) (authority, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, fmt.Errorf("making the certificate authority's key: %w", err)
	}
	root := certificateTemplate("Exchange sandbox certificate authority", now)
	root.IsCA, root.BasicConstraintsValid, root.MaxPathLenZero = true, true, true
	root.KeyUsage = x509.KeyUsageCertSign
	rootCertificate, err := sign(root, root, rootKey.Public(), rootKey)
	if err != nil {
		return authority{}, err
	}
	own := certificateTemplate("Exchange sandbox", now)
	own.DNSNames = []string{"localhost"}
	own.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	server, err := newServerCertificate(own, rootCertificate, rootKey)
	if err != nil {
		return authority{}, err
	}
	theirs := certificateTemplate("Exchange sandbox", now)
	theirs.DNSNames = hosts
	cloud, err := newServerCertificate(theirs, rootCertificate, rootKey)
	if err != nil {
		return authority{}, err
	}
	return authority{certificate: rootCertificate, server: server, cloud: cloud}, nil
}

// newServerCertificate makes the certificate of template and its key.
func newServerCertificate(template, root *x509.Certificate, rootKey crypto.Signer) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making the server's key: %w", err)
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	certificate, err := sign(template, root, key.Public(), rootKey)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{certificate.Raw}, PrivateKey: key, Leaf: certificate}, nil
}

// certificateTemplate is what every certificate of a sandbox has in common. It
// is valid from an hour ago, for clients whose clock is behind.
func certificateTemplate(name string, now time.Time) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes([]byte(rand.Text())),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(validity),
	}
}

// sign makes the certificate of template for key, signed by parent's key.
func sign(template, parent *x509.Certificate, key crypto.PublicKey, parentKey crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, parentKey)
	if err != nil {
		return nil, fmt.Errorf("signing the certificate of %s: %w", template.Subject.CommonName, err)
	}
	return x509.ParseCertificate(der)
}

// credentials are what the application that signs in may prove itself with.
type credentials struct {
	clientID string
	secret   string
	key      *rsa.PrivateKey // of the certificate
	// certificate makes the certificate on its first use: a sandbox is signed in to by the secret mostly.
	certificate func() (clientCertificate, error)
}

// A clientCertificate is where the client's certificate and its key are: in a
// PKCS#12 file that a password opens, and in a PEM file.
type clientCertificate struct {
	pfx, password, pem string
}

// Keys are the private keys that take time to make, which is most of what a
// sandbox needs to start.
type Keys struct {
	// token signs access tokens, client is that of the client's certificate.
	token, client *rsa.PrivateKey
}

// NewKeys makes keys.
func NewKeys() (*Keys, error) {
	token, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("making the key that signs tokens: %w", err)
	}
	client, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("making the client's key: %w", err)
	}
	return &Keys{token, client}, nil
}

// newCredentials makes a secret and registers it for the application.
func (s *Sandbox) newCredentials(clientID string, key *rsa.PrivateKey, now time.Time) (credentials, error) {
	c := credentials{
		clientID:    clientID,
		secret:      rand.Text() + rand.Text(),
		key:         key,
		certificate: sync.OnceValues(s.makeClientCertificate),
	}
	return c, s.tenant.AddSecret(clientID, c.secret, now.Add(validity))
}

// makeClientCertificate makes a certificate of the application that signs in,
// registers it and writes it down.
func (s *Sandbox) makeClientCertificate() (clientCertificate, error) {
	key := s.credentials.key
	template := certificateTemplate("Exchange sandbox client", time.Now())
	template.KeyUsage = x509.KeyUsageDigitalSignature
	certificate, err := sign(template, template, key.Public(), key)
	if err != nil {
		return clientCertificate{}, err
	}
	password := rand.Text()
	pfx, err := pkcs12.Modern.Encode(key, certificate, nil, password)
	if err != nil {
		return clientCertificate{}, fmt.Errorf("packing the client's certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return clientCertificate{}, fmt.Errorf("packing the client's key: %w", err)
	}
	if err := s.tenant.AddCertificate(s.credentials.clientID, certificate.Raw); err != nil {
		return clientCertificate{}, err
	}
	pfxPath, err := s.writeFile("client.pfx", string(pfx))
	if err != nil {
		return clientCertificate{}, err
	}
	pemPath, err := s.writeFile("client.pem", string(slices.Concat(
		encodePEM("CERTIFICATE", certificate.Raw), encodePEM("PRIVATE KEY", pkcs8))))
	return clientCertificate{pfxPath, password, pemPath}, err
}

// trustedCertificate makes a certificate that is not registered, but whose
// subject and authority the application trusts, and returns the path of a PEM
// file with the certificate, its authority's and its private key.
func (s *Sandbox) trustedCertificate() (path string, err error) {
	now := time.Now()
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", fmt.Errorf("making the client authority's key: %w", err)
	}
	template := certificateTemplate("Exchange sandbox client authority", now)
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	authority, err := sign(template, template, authorityKey.Public(), authorityKey)
	if err != nil {
		return "", err
	}
	template = certificateTemplate("terraform.contoso.com", now)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	// The key of the registered certificate is as good as another.
	certificate, err := sign(template, authority, s.credentials.key.Public(), authorityKey)
	if err != nil {
		return "", err
	}
	key, err := x509.MarshalPKCS8PrivateKey(s.credentials.key)
	if err != nil {
		return "", fmt.Errorf("packing the client's key: %w", err)
	}
	if err := s.tenant.AddTrustedSubject(s.credentials.clientID, tenant.TrustedSubject{
		CommonName: certificate.Subject.CommonName, Authority: authority.Raw,
	}); err != nil {
		return "", err
	}
	return s.writeFile("client-chain.pem", string(slices.Concat(
		encodePEM("CERTIFICATE", certificate.Raw), encodePEM("CERTIFICATE", authority.Raw), encodePEM("PRIVATE KEY", key))))
}

// files are where a sandbox's clients find what they need: in a temporary
// folder that only its owner may read, and that Close removes.
type files struct {
	folder, authority string
}

func writeFiles(authority *x509.Certificate) (files, error) {
	folder, err := os.MkdirTemp("", "exchange-sandbox-")
	if err != nil {
		return files{}, fmt.Errorf("making the sandbox's folder: %w", err)
	}
	f := files{folder: folder, authority: filepath.Join(folder, "ca.pem")}
	if err := os.WriteFile(f.authority, encodePEM("CERTIFICATE", authority.Raw), 0o600); err != nil {
		return files{}, errors.Join(fmt.Errorf("writing the sandbox's files: %w", err), os.RemoveAll(folder))
	}
	return f, nil
}

func encodePEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// CACertificatePath is the PEM file of the certificate authority that signed
// the sandbox's certificate. It exists until Close.
func (s *Sandbox) CACertificatePath() string { return s.files.authority }

// ClientID is the application the sandbox made credentials for.
func (s *Sandbox) ClientID() string { return s.credentials.clientID }

// ClientSecret is a client secret of that application.
func (s *Sandbox) ClientSecret() string { return s.credentials.secret }
