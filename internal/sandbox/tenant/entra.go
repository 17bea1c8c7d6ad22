// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
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
}

func (a *AppRegistration) clone() AppRegistration {
	c := *a
	c.Secrets = slices.Clone(a.Secrets)
	c.Certificates = nil
	for _, der := range a.Certificates {
		c.Certificates = append(c.Certificates, slices.Clone(der))
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
