// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"cmp"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// file is a tenant file. tenant-file.md describes it for people.
type file struct {
	Base                string               `yaml:"base"`
	Organization        *fileOrganization    `yaml:"organization"`
	Behavior            map[string]yaml.Node `yaml:"behavior"`
	Applications        []fileApplication    `yaml:"applications"`
	Recipients          []fileRecipient      `yaml:"recipients"`
	AdministrativeUnits []fileUnit           `yaml:"administrative_units"`
	ServicePrincipals   []filePointer        `yaml:"service_principals"`
	RoleGroups          []fileRoleGroup      `yaml:"role_groups"`
	ManagementScopes    []fileScope          `yaml:"management_scopes"`
	RoleAssignments     []fileAssignment     `yaml:"role_assignments"`
	AccessPolicies      []fileAccessPolicy   `yaml:"application_access_policies"`
	MailboxPermissions  []filePermission     `yaml:"mailbox_permissions"`
}

type fileOrganization struct {
	TenantID      string   `yaml:"tenant_id"`
	InitialDomain string   `yaml:"initial_domain"`
	Domains       []string `yaml:"domains"`
	Forest        string   `yaml:"forest"`
	DisplayName   string   `yaml:"display_name"`
}

type fileApplication struct {
	Name            string                    `yaml:"name"`
	AppID           string                    `yaml:"app_id"`
	ObjectID        string                    `yaml:"object_id"`
	RegistrationID  string                    `yaml:"registration_id"`
	AppRoles        []string                  `yaml:"app_roles"`
	GraphRoles      []string                  `yaml:"graph_roles"`
	DirectoryRoles  []string                  `yaml:"directory_roles"`
	Secrets         []fileSecret              `yaml:"secrets"`
	Certificates    []string                  `yaml:"certificates"`
	Federated       []fileFederatedCredential `yaml:"federated_credentials"`
	TrustedSubjects []fileTrustedSubject      `yaml:"trusted_subjects"`
	ManagedIdentity ManagedIdentity           `yaml:"managed_identity"`
	Disabled        bool                      `yaml:"disabled"`
}

type fileFederatedCredential struct {
	Name      string   `yaml:"name"`
	Issuer    string   `yaml:"issuer"`
	Subject   string   `yaml:"subject"`
	Audiences []string `yaml:"audiences"`
}

type fileTrustedSubject struct {
	CommonName string `yaml:"common_name"`
	Authority  string `yaml:"authority"`
}

type fileSecret struct {
	Value   string    `yaml:"value"`
	Expires time.Time `yaml:"expires"`
}

type fileRecipient struct {
	Name                      string           `yaml:"name"`
	Type                      RecipientType    `yaml:"type"`
	Address                   string           `yaml:"address"`
	Aliases                   []string         `yaml:"aliases"`
	DisplayName               string           `yaml:"display_name"`
	ExternalDirectoryObjectID string           `yaml:"external_directory_object_id"`
	UserPrincipalName         string           `yaml:"user_principal_name"`
	ExternalEmailAddress      string           `yaml:"external_email_address"`
	FirstName                 string           `yaml:"first_name"`
	LastName                  string           `yaml:"last_name"`
	Title                     string           `yaml:"title"`
	Department                string           `yaml:"department"`
	Office                    string           `yaml:"office"`
	Company                   string           `yaml:"company"`
	City                      string           `yaml:"city"`
	Country                   string           `yaml:"country"`
	UsageLocation             string           `yaml:"usage_location"`
	CustomAttributes          map[int]string   `yaml:"custom_attributes"`
	ExtensionCustomAttributes map[int][]string `yaml:"extension_custom_attributes"`
	HiddenFromAddressLists    bool             `yaml:"hidden_from_address_lists"`
	Members                   []string         `yaml:"members"`
}

type fileUnit struct {
	ID                           string   `yaml:"id"`
	DisplayName                  string   `yaml:"display_name"`
	Description                  string   `yaml:"description"`
	Members                      []string `yaml:"members"`
	SoftDeleted                  bool     `yaml:"soft_deleted"`
	Visibility                   string   `yaml:"visibility"`
	MembershipRule               string   `yaml:"membership_rule"`
	IsMemberManagementRestricted bool     `yaml:"is_member_management_restricted"`
}

type filePointer struct {
	AppID       string `yaml:"app_id"`
	ObjectID    string `yaml:"object_id"`
	DisplayName string `yaml:"display_name"`
}

type fileRoleGroup struct {
	Name        string   `yaml:"name"`
	DisplayName string   `yaml:"display_name"`
	Description string   `yaml:"description"`
	Members     []string `yaml:"members"`
	Roles       []string `yaml:"roles"`
}

type fileScope struct {
	Name            string `yaml:"name"`
	RecipientFilter string `yaml:"recipient_filter"`
	RecipientRoot   string `yaml:"recipient_root"`
	Exclusive       bool   `yaml:"exclusive"`
}

type fileAssignment struct {
	Name                             string `yaml:"name"`
	Role                             string `yaml:"role"`
	App                              string `yaml:"app"`
	User                             string `yaml:"user"`
	SecurityGroup                    string `yaml:"security_group"`
	Policy                           string `yaml:"policy"`
	CustomResourceScope              string `yaml:"custom_resource_scope"`
	CustomRecipientWriteScope        string `yaml:"custom_recipient_write_scope"`
	ExclusiveRecipientWriteScope     string `yaml:"exclusive_recipient_write_scope"`
	RecipientAdministrativeUnitScope string `yaml:"recipient_administrative_unit_scope"`
	RecipientGroupScope              string `yaml:"recipient_group_scope"`
	RecipientOrganizationalUnitScope string `yaml:"recipient_organizational_unit_scope"`
	RecipientRelativeWriteScope      string `yaml:"recipient_relative_write_scope"`
	Delegating                       bool   `yaml:"delegating"`
	Enabled                          *bool  `yaml:"enabled"`
}

type fileAccessPolicy struct {
	AppID              string      `yaml:"app_id"`
	PolicyScopeGroupID string      `yaml:"policy_scope_group_id"`
	AccessRight        AccessRight `yaml:"access_right"`
	Description        string      `yaml:"description"`
}

type filePermission struct {
	Mailbox         string   `yaml:"mailbox"`
	User            string   `yaml:"user"`
	AccessRights    []string `yaml:"access_rights"`
	Deny            bool     `yaml:"deny"`
	InheritanceType string   `yaml:"inheritance_type"`
	AutoMapping     *bool    `yaml:"auto_mapping"`
	GroupMailbox    bool     `yaml:"group_mailbox"`
}

// Load makes a tenant from a tenant file, which is YAML:
//
//	base: contoso            # or empty; contoso is the default
//	behavior:
//	  filter_echo: parentheses
//	applications:
//	  - name: Ledger
//	    app_id: 55555555-5555-5555-5555-555555555555
//	    object_id: 66666666-6666-6666-6666-666666666666
//	recipients:
//	  - type: SharedMailbox
//	    address: ledger@contoso.com
//	    custom_attributes: {1: ledger}
//	management_scopes:
//	  - name: Ledger mailboxes
//	    recipient_filter: CustomAttribute1 -eq 'ledger'
//
// tenant-file.md describes every key. Objects are made by the rules of the
// cmdlets; unknown keys, and objects that the rules refuse, are errors that
// name the line.
func Load(r io.Reader) (*Tenant, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading the tenant file: %w", err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("reading the tenant file: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	var f file
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the tenant file: %s", describeYAML(err))
	}
	l := loader{root: &root}
	t, err := l.load(f)
	if err != nil {
		return nil, fmt.Errorf("reading the tenant file: %w", err)
	}
	return t, nil
}

var (
	unknownField = regexp.MustCompile(`field (\S+) not found in type \S+`)
	wrongKind    = regexp.MustCompile("cannot unmarshal (!!\\w+)( `[^`]*`)? into \\S+")
)

// describeYAML takes Go's types out of the decoder's errors, and values, which
// may be secrets.
func describeYAML(err error) string {
	typeError, ok := errors.AsType[*yaml.TypeError](err)
	if !ok {
		return strings.TrimPrefix(err.Error(), "yaml: ")
	}
	text := unknownField.ReplaceAllString(strings.Join(typeError.Errors, "; "), "there is no key $1")
	return wrongKind.ReplaceAllString(text, "a value of type $1 cannot stand here")
}

// loader makes the objects of a tenant file.
type loader struct {
	*Tenant
	root *yaml.Node
	// taken are the e-mail addresses that recipients have.
	taken map[string]bool
}

// line is where the i-th item of a section begins.
func (l loader) line(section string, i int) int {
	if len(l.root.Content) == 0 {
		return 0
	}
	pairs := l.root.Content[0].Content
	for k := 0; k+1 < len(pairs); k += 2 {
		if pairs[k].Value == section && i < len(pairs[k+1].Content) {
			return pairs[k+1].Content[i].Line
		}
	}
	return 0
}

// each adds every item of a section, and puts the line to an error.
func each[T any](l loader, section string, items []T, add func(T) error) error {
	for i, item := range items {
		if err := add(item); err != nil {
			return fmt.Errorf("line %d: %s: %w", l.line(section, i), section, err)
		}
	}
	return nil
}

func (l loader) load(f file) (*Tenant, error) {
	behavior, err := decodeBehavior(f.Behavior)
	if err != nil {
		return nil, err
	}
	if l.Tenant, err = baseTenant(f); err != nil {
		return nil, err
	}
	l.taken = l.takenAddresses()
	l.SetClock(func() time.Time { return seedTime })
	for _, section := range []func() error{
		func() error { return each(l, "applications", f.Applications, l.addApplication) },
		func() error { return each(l, "recipients", f.Recipients, l.addRecipient) },
		func() error { return each(l, "recipients", f.Recipients, l.addMembers) },
		func() error { return each(l, "administrative_units", f.AdministrativeUnits, l.addUnit) },
		func() error { return each(l, "service_principals", f.ServicePrincipals, l.addPointer) },
		func() error { return each(l, "management_scopes", f.ManagementScopes, l.addScope) },
		func() error { return each(l, "role_groups", f.RoleGroups, l.addRoleGroup) },
		func() error { return each(l, "role_assignments", f.RoleAssignments, l.addAssignment) },
		func() error { return each(l, "application_access_policies", f.AccessPolicies, l.addAccessPolicy) },
		func() error { return each(l, "mailbox_permissions", f.MailboxPermissions, l.addPermission) },
	} {
		if err := section(); err != nil {
			return nil, err
		}
	}
	l.SetClock(time.Now)
	l.SetBehavior(behavior)
	return l.Tenant, nil
}

// baseTenant is what the file's objects are added to.
func baseTenant(f file) (*Tenant, error) {
	switch f.Base {
	case "", "contoso":
		if f.Organization != nil {
			return nil, errors.New("organization can be set with base: empty only")
		}
		return Contoso(), nil
	case "empty":
		return newEmpty(f.Organization)
	default:
		return nil, fmt.Errorf("base is %q; it must be contoso or empty", f.Base)
	}
}

func newEmpty(given *fileOrganization) (*Tenant, error) {
	o := contosoOrganization()
	if given != nil {
		o.TenantID = cmp.Or(given.TenantID, o.TenantID)
		o.InitialDomain = cmp.Or(given.InitialDomain, o.InitialDomain)
		o.Forest = cmp.Or(given.Forest, o.Forest)
		o.DisplayName = cmp.Or(given.DisplayName, o.DisplayName)
		if given.Domains != nil {
			o.Domains = given.Domains
		}
	}
	if !isGUID(o.TenantID) {
		return nil, fmt.Errorf("organization: the tenant_id %q is not a GUID", o.TenantID)
	}
	return empty(o), nil
}

// directoryRoleNames are the directory roles that a file may call by name.
var directoryRoleNames = map[string]string{
	"Global Administrator":             GlobalAdministrator,
	"Exchange Administrator":           ExchangeAdministrator,
	"Exchange Recipient Administrator": RecipientAdministrator,
	"Global Reader":                    GlobalReader,
	"Security Reader":                  SecurityReader,
	"Helpdesk Administrator":           HelpdeskAdministrator,
}

// distantFuture is when secrets expire that have no date.
var distantFuture = time.Date(2099, time.December, 31, 0, 0, 0, 0, time.UTC)

func (l loader) addApplication(a fileApplication) error {
	application := EnterpriseApplication{
		ObjectID: a.ObjectID, AppID: a.AppID, DisplayName: a.Name, AppRoles: a.AppRoles, GraphRoles: a.GraphRoles,
		ManagedIdentity: a.ManagedIdentity, Disabled: a.Disabled,
	}
	for _, role := range a.DirectoryRoles {
		application.DirectoryRoles = append(application.DirectoryRoles, cmp.Or(directoryRoleNames[role], role))
	}
	switch a.ManagedIdentity {
	case "":
	case SystemAssigned, UserAssigned:
		if a.RegistrationID != "" || a.Secrets != nil || a.Certificates != nil || a.Federated != nil || a.TrustedSubjects != nil {
			return errors.New("a managed identity has no app registration, and no credential but Azure's")
		}
		return l.addEnterpriseApplication(application)
	default:
		return fmt.Errorf("managed_identity is %q; it must be %s or %s", a.ManagedIdentity, SystemAssigned, UserAssigned)
	}
	registration, err := a.registration()
	if err != nil {
		return err
	}
	if err := l.addEnterpriseApplication(application); err != nil {
		return err
	}
	l.appRegistrations = append(l.appRegistrations, registration)
	return nil
}

// registration makes the application's app registration.
func (a fileApplication) registration() (*AppRegistration, error) {
	registration := &AppRegistration{
		ObjectID: cmp.Or(a.RegistrationID, guidOf("registration "+a.AppID)), AppID: a.AppID, DisplayName: a.Name,
	}
	if !isGUID(registration.ObjectID) {
		return nil, fmt.Errorf("the registration_id %q is not a GUID", registration.ObjectID)
	}
	for _, s := range a.Secrets {
		expires := s.Expires
		if expires.IsZero() {
			expires = distantFuture
		}
		registration.Secrets = append(registration.Secrets, Secret{Value: s.Value, Expires: expires})
	}
	for _, text := range a.Certificates {
		der, err := certificateDER(text)
		if err != nil {
			return nil, err
		}
		registration.Certificates = append(registration.Certificates, der)
	}
	for _, s := range a.TrustedSubjects {
		der, err := certificateDER(s.Authority)
		if err != nil {
			return nil, err
		}
		if s.CommonName == "" {
			return nil, errors.New("a trusted subject has a common_name")
		}
		registration.TrustedSubjects = append(registration.TrustedSubjects, TrustedSubject{CommonName: s.CommonName, Authority: der})
	}
	for _, f := range a.Federated {
		credential := FederatedCredential(f)
		if err := registration.checkFederatedCredential(credential); err != nil {
			return nil, err
		}
		registration.FederatedCredentials = append(registration.FederatedCredentials, credential)
	}
	return registration, nil
}

func certificateDER(text string) ([]byte, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("a certificate is not a PEM block of type CERTIFICATE")
	}
	return block.Bytes, nil
}

func (l loader) addRecipient(r fileRecipient) error {
	added := Recipient{
		Entry: Entry{Name: r.Name},
		Type:  r.Type, PrimarySMTPAddress: r.Address, DisplayName: r.DisplayName,
		ExternalDirectoryObjectID: r.ExternalDirectoryObjectID, UserPrincipalName: r.UserPrincipalName, ExternalEmailAddress: r.ExternalEmailAddress,
		FirstName: r.FirstName, LastName: r.LastName, Title: r.Title, Department: r.Department, Office: r.Office,
		Company: r.Company, City: r.City, CountryOrRegion: r.Country, UsageLocation: r.UsageLocation,
		HiddenFromAddressLists: r.HiddenFromAddressLists,
	}
	for _, a := range r.Aliases {
		added.EmailAddresses = append(added.EmailAddresses, "smtp:"+a)
	}
	for n, value := range r.CustomAttributes {
		if n < 1 || n > len(added.CustomAttributes) {
			return fmt.Errorf("there is no CustomAttribute%d", n)
		}
		added.CustomAttributes[n-1] = value
	}
	for n, values := range r.ExtensionCustomAttributes {
		if n < 1 || n > len(added.ExtensionCustomAttributes) {
			return fmt.Errorf("there is no ExtensionCustomAttribute%d", n)
		}
		added.ExtensionCustomAttributes[n-1] = values
	}
	if err := checkRecipient(added, l.taken); err != nil {
		return err
	}
	l.insertRecipient(added)
	return nil
}

// addMembers adds the members of a group, once all recipients are there.
func (l loader) addMembers(r fileRecipient) error {
	if len(r.Members) == 0 {
		return nil
	}
	if !r.Type.IsGroup() {
		return errors.New("only groups have members")
	}
	group, err := one(l.Tenant, l.recipients, r.Address, recipientKeys)
	if err != nil {
		return err
	}
	group.Members, err = l.recipientGUIDs(r.Members)
	return err
}

func (l loader) recipientGUIDs(identities []string) ([]string, error) {
	var guids []string
	for _, identity := range identities {
		r, err := one(l.Tenant, l.recipients, identity, recipientKeys)
		if err != nil {
			return nil, fmt.Errorf("member %q: %w", identity, err)
		}
		guids = append(guids, r.GUID)
	}
	return guids, nil
}

func (l loader) addUnit(u fileUnit) error {
	_, err := l.AddAdministrativeUnit(AdministrativeUnitSpec(u))
	return err
}

func (l loader) addPointer(p filePointer) error {
	_, err := l.NewServicePrincipal(Caller{Administrator: true}, ServicePrincipalSpec(p))
	return err
}

func (l loader) addScope(s fileScope) error {
	_, err := l.NewManagementScope(Caller{Administrator: true}, ManagementScopeSpec(s))
	return err
}

// addRoleGroup adds a role group, or members and roles to one that is there.
func (l loader) addRoleGroup(g fileRoleGroup) error {
	if err := checkName(g.Name); err != nil {
		return err
	}
	found := find(l.roleGroups, g.Name, roleGroupKeys)
	if len(found) == 0 {
		group := &RoleGroup{
			Entry: l.newEntry(g.Name, recipientContainer), DisplayName: cmp.Or(g.DisplayName, g.Name),
			Description: g.Description, SID: l.newSID(),
		}
		l.roleGroups = append(l.roleGroups, group)
		found = append(found, group)
	}
	group := found[0]
	for _, identity := range g.Members {
		if p := find(l.servicePrincipals, identity, pointerKeys); len(p) == 1 {
			group.Members = append(group.Members, p[0].GUID)
			continue
		}
		guids, err := l.recipientGUIDs([]string{identity})
		if err != nil {
			return err
		}
		group.Members = append(group.Members, guids...)
	}
	for _, name := range g.Roles {
		if err := l.addAssignment(fileAssignment{Role: name, SecurityGroup: g.Name}); err != nil {
			return err
		}
	}
	return nil
}

func (l loader) addAssignment(a fileAssignment) error {
	spec := RoleAssignmentSpec{Name: a.Name, Role: a.Role, Delegating: a.Delegating}
	assignees := 0
	for _, given := range []struct {
		parameter AssigneeParameter
		identity  string
	}{{AppParameter, a.App}, {UserParameter, a.User}, {SecurityGroupParameter, a.SecurityGroup}, {PolicyParameter, a.Policy}} {
		if given.identity != "" {
			spec.AssigneeParameter, spec.Assignee = given.parameter, given.identity
			assignees++
		}
	}
	scopes := 0
	for _, given := range []ScopeReference{
		{CustomResourceScope, a.CustomResourceScope},
		{CustomRecipientWriteScope, a.CustomRecipientWriteScope},
		{ExclusiveRecipientWriteScope, a.ExclusiveRecipientWriteScope},
		{RecipientAdministrativeUnitScope, a.RecipientAdministrativeUnitScope},
		{RecipientGroupScope, a.RecipientGroupScope},
		{RecipientOrganizationalUnitScope, a.RecipientOrganizationalUnitScope},
		{RecipientRelativeWriteScope, a.RecipientRelativeWriteScope},
	} {
		if given.Identity != "" {
			spec.Scope = given
			scopes++
		}
	}
	if assignees != 1 || scopes > 1 {
		return errors.New("a role assignment has one of app, user, security_group and policy, and one scope at most")
	}
	created, err := l.NewManagementRoleAssignment(Caller{Administrator: true}, spec)
	if err != nil || a.Enabled == nil {
		return err
	}
	return l.SetManagementRoleAssignment(Caller{Administrator: true}, created.GUID, RoleAssignmentChange{Enabled: a.Enabled})
}

func (l loader) addAccessPolicy(p fileAccessPolicy) error {
	_, err := l.NewApplicationAccessPolicy(Caller{Administrator: true}, ApplicationAccessPolicySpec{
		AppIDs: []string{p.AppID}, PolicyScopeGroupID: p.PolicyScopeGroupID, AccessRight: p.AccessRight, Description: p.Description,
	})
	return err
}

func (l loader) addPermission(p filePermission) error {
	_, warnings, err := l.AddMailboxPermission(Caller{Administrator: true}, MailboxPermissionSpec(p))
	if err == nil && len(warnings) > 0 {
		return errors.New(warnings[0])
	}
	return err
}
