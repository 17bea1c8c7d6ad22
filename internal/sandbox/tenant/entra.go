// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// AppRegistration is an application as its developer registered it in Entra.
type AppRegistration struct {
	// ObjectID is the registration's own object id. Users mistake it for the
	// enterprise application's.
	ObjectID string
	// AppID is the client id.
	AppID       string
	DisplayName string
	// Secrets are the client secrets that the application may sign in with.
	Secrets []Secret
	// Certificates are the DER forms of the certificates it may sign in with.
	Certificates [][]byte
	// TrustedSubjects name the certificates it may sign in with, too, although
	// they are not registered one by one.
	TrustedSubjects []TrustedSubject
	// FederatedCredentials are the identities elsewhere whose tokens it may sign
	// in with.
	FederatedCredentials []FederatedCredential
}

// TrustedSubject accepts every certificate of one subject that one authority has
// issued, so that a certificate can be renewed without a change in Entra. The
// client must send the certificate's chain with its assertion.
type TrustedSubject struct {
	// CommonName is the common name in the certificate's subject.
	CommonName string
	// Authority is the DER form of the issuing authority's certificate.
	Authority []byte
}

// FederatedCredential accepts the tokens of another issuer, such as GitHub
// Actions, a Kubernetes cluster or Azure DevOps. All three of its values are
// compared exactly.
type FederatedCredential struct {
	Name string
	// Issuer is the https URL in the token's iss claim.
	Issuer string
	// Subject is the token's sub claim.
	Subject string
	// Audiences are what the token's aud claim may be. Entra takes one.
	Audiences []string
}

// Secret is a client secret.
type Secret struct {
	Value   string
	Expires time.Time
}

// String keeps the secret out of logs.
func (s Secret) String() string { return "(secret, expires " + s.Expires.Format(time.RFC3339) + ")" }

// GoString keeps the secret out of logs.
func (s Secret) GoString() string { return s.String() }

// EnterpriseApplication is an application's presence in the tenant: Entra's
// service principal.
type EnterpriseApplication struct {
	// ObjectID is the object id that Exchange wants.
	ObjectID    string
	AppID       string
	DisplayName string
	// AppRoles are the values of the application permissions on Exchange Online
	// it was granted, such as Exchange.ManageAsApp.
	AppRoles []string
	// GraphRoles are the values of the application permissions on Microsoft
	// Graph it was granted, such as AdministrativeUnit.Read.All.
	GraphRoles []string
	// DirectoryRoles are the template ids of the Entra directory roles it holds.
	DirectoryRoles []string
	// ManagedIdentity says which kind of managed identity of Azure's this is; it
	// is empty for an application that somebody has registered.
	ManagedIdentity ManagedIdentity
	// Disabled says that nobody may sign in as the application.
	Disabled bool
}

// ManagedIdentity is a kind of managed identity. Azure holds its credential, and
// it has no app registration.
type ManagedIdentity string

const (
	// SystemAssigned identities live and die with one Azure resource.
	SystemAssigned ManagedIdentity = "SystemAssigned"
	// UserAssigned identities are Azure resources of their own. Whatever uses one
	// names it by its client id.
	UserAssigned ManagedIdentity = "UserAssigned"
)

func (a *AppRegistration) clone() AppRegistration {
	c := *a
	c.Secrets = slices.Clone(a.Secrets)
	c.Certificates = nil
	for _, der := range a.Certificates {
		c.Certificates = append(c.Certificates, slices.Clone(der))
	}
	c.TrustedSubjects = nil
	for _, trusted := range a.TrustedSubjects {
		trusted.Authority = slices.Clone(trusted.Authority)
		c.TrustedSubjects = append(c.TrustedSubjects, trusted)
	}
	c.FederatedCredentials = nil
	for _, credential := range a.FederatedCredentials {
		credential.Audiences = slices.Clone(credential.Audiences)
		c.FederatedCredentials = append(c.FederatedCredentials, credential)
	}
	return c
}

func (e *EnterpriseApplication) clone() EnterpriseApplication {
	c := *e
	c.AppRoles = slices.Clone(e.AppRoles)
	c.GraphRoles = slices.Clone(e.GraphRoles)
	c.DirectoryRoles = slices.Clone(e.DirectoryRoles)
	return c
}

// AppRegistrations returns the tenant's app registrations.
func (t *Tenant) AppRegistrations() []AppRegistration {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []AppRegistration
	for _, a := range t.appRegistrations {
		all = append(all, a.clone())
	}
	return all
}

// EnterpriseApplications returns the tenant's enterprise applications.
func (t *Tenant) EnterpriseApplications() []EnterpriseApplication {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []EnterpriseApplication
	for _, e := range t.enterpriseApplications {
		all = append(all, e.clone())
	}
	return all
}

// AddSecret gives the app registration with the client id appID a further
// client secret.
func (t *Tenant) AddSecret(appID, value string, expires time.Time) error {
	return t.changeRegistration(appID, func(a *AppRegistration) {
		a.Secrets = append(a.Secrets, Secret{Value: value, Expires: expires})
	})
}

// AddCertificate gives the app registration with the client id appID a further
// certificate, in DER form.
func (t *Tenant) AddCertificate(appID string, der []byte) error {
	return t.changeRegistration(appID, func(a *AppRegistration) {
		a.Certificates = append(a.Certificates, slices.Clone(der))
	})
}

// AddTrustedSubject lets the app registration with the client id appID sign in
// with the certificates of a subject and an authority.
func (t *Tenant) AddTrustedSubject(appID string, trusted TrustedSubject) error {
	return t.changeRegistration(appID, func(a *AppRegistration) {
		trusted.Authority = slices.Clone(trusted.Authority)
		a.TrustedSubjects = append(a.TrustedSubjects, trusted)
	})
}

// AddFederatedCredential lets the app registration with the client id appID sign
// in with the tokens of another issuer. As in Entra, there can be one credential
// only for an issuer and a subject.
func (t *Tenant) AddFederatedCredential(appID string, credential FederatedCredential) error {
	var refused error
	err := t.changeRegistration(appID, func(a *AppRegistration) {
		if refused = a.checkFederatedCredential(credential); refused == nil {
			credential.Audiences = slices.Clone(credential.Audiences)
			a.FederatedCredentials = append(a.FederatedCredentials, credential)
		}
	})
	return cmp.Or(err, refused)
}

// maxFederatedCredentials is how many federated credentials an application may
// have, as Microsoft documents.
const maxFederatedCredentials = 20

func (a *AppRegistration) checkFederatedCredential(added FederatedCredential) error {
	switch {
	case added.Issuer == "" || added.Subject == "" || len(added.Audiences) == 0:
		return errors.New("a federated credential has an issuer, a subject and an audience")
	case !strings.HasPrefix(added.Issuer, "https://"):
		return fmt.Errorf("the issuer %q of a federated credential is not an https URL", added.Issuer)
	case len(a.FederatedCredentials) == maxFederatedCredentials:
		return fmt.Errorf("the application has %d federated credentials, and can have no more", maxFederatedCredentials)
	case slices.ContainsFunc(a.FederatedCredentials, func(c FederatedCredential) bool {
		return c.Issuer == added.Issuer && c.Subject == added.Subject
	}):
		return fmt.Errorf("the application has a federated credential for the issuer %q and the subject %q already", added.Issuer, added.Subject)
	}
	return nil
}

// AddEnterpriseApplication adds an application that has no app registration in
// this tenant: a managed identity, or an application of another tenant's.
func (t *Tenant) AddEnterpriseApplication(application EnterpriseApplication) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.addEnterpriseApplication(application)
}

func (t *Tenant) addEnterpriseApplication(added EnterpriseApplication) error {
	for _, id := range []string{added.AppID, added.ObjectID} {
		if !isGUID(id) {
			return fmt.Errorf("%q is not a GUID; app_id and object_id are required", id)
		}
	}
	for _, e := range t.enterpriseApplications {
		if strings.EqualFold(e.AppID, added.AppID) || strings.EqualFold(e.ObjectID, added.ObjectID) {
			return fmt.Errorf("there is an application with these ids already: %s", e.DisplayName)
		}
	}
	c := added.clone()
	t.enterpriseApplications = append(t.enterpriseApplications, &c)
	return nil
}

// ChangeEnterpriseApplication changes what the application with the client id
// appID is and holds in Entra, for example its permissions. Its ids stay.
func (t *Tenant) ChangeEnterpriseApplication(appID string, change func(*EnterpriseApplication)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.enterpriseApplications {
		if !strings.EqualFold(e.AppID, appID) {
			continue
		}
		changed := e.clone()
		change(&changed)
		changed.AppID, changed.ObjectID = e.AppID, e.ObjectID
		*e = changed.clone()
		return nil
	}
	return fmt.Errorf("the tenant has no enterprise application with the client id %s", appID)
}

func (t *Tenant) changeRegistration(appID string, change func(*AppRegistration)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range t.appRegistrations {
		if strings.EqualFold(a.AppID, appID) {
			change(a)
			return nil
		}
	}
	return fmt.Errorf("the tenant has no app registration with the client id %s", appID)
}

// DeleteEnterpriseApplication deletes an application in Entra. As Microsoft
// documents, Exchange then drops the application's pointer and its role
// assignments by itself; management scopes stay.
func (t *Tenant) DeleteEnterpriseApplication(objectID string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.enterpriseApplications, func(e *EnterpriseApplication) bool {
		return strings.EqualFold(e.ObjectID, objectID)
	})
	if i < 0 {
		return fmt.Errorf("the tenant has no enterprise application with the object id %s", objectID)
	}
	t.enterpriseApplications = slices.Delete(t.enterpriseApplications, i, i+1)
	for _, p := range slices.Clone(t.servicePrincipals) {
		if strings.EqualFold(p.ObjectID, objectID) {
			t.dropAssignmentsOf(p.GUID)
			t.dropPointer(p)
		}
	}
	return nil
}

// enterpriseApplication finds an application by the ids a pointer is made of.
func (t *Tenant) enterpriseApplication(appID, objectID string) *EnterpriseApplication {
	for _, e := range t.enterpriseApplications {
		if strings.EqualFold(e.ObjectID, objectID) && strings.EqualFold(e.AppID, appID) {
			return e
		}
	}
	return nil
}
