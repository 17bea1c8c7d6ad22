// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package nationalcloud knows the Microsoft clouds a sandbox tenant may live in:
// the hosts of their services, and the names by which tokens and scopes call
// them. It says so independently of the provider, so that the two cannot be
// wrong together.
package nationalcloud

import (
	"fmt"
	"slices"
	"strings"
)

// The application ids under which Exchange and Graph are resources in every
// tenant. A scope may name a resource by application id as well as by URI.
const (
	exchangeAppID = "00000002-0000-0ff1-ce00-000000000000"
	graphAppID    = "00000003-0000-0000-c000-000000000000"
)

// A Cloud is one of Microsoft's clouds. In each, Exchange and Graph have the
// URIs of tokens and scopes that their hosts make with https.
type Cloud struct {
	Name string
	// TokenIssuer is the issuer of access tokens, before the tenant id.
	TokenIssuer string
	// AuthorityHosts are the hosts Entra signs in at, the documented one first.
	AuthorityHosts []string
	// ExchangeHosts are the hosts of Exchange. A tenant's own region is a
	// subdomain of one of them.
	ExchangeHosts []string
	// GraphHost is the host of Microsoft Graph.
	GraphHost string
	// FederatedAudience is the audience that Entra advises for the tokens of
	// federated credentials.
	FederatedAudience string
}

// All returns every cloud, the first being the default. US government tenants
// share the issuer of the worldwide cloud. China's Exchange is known by two
// names: Microsoft's pages use one for tokens and the other for the API.
func All() []Cloud {
	return []Cloud{
		{
			Name:              "global",
			TokenIssuer:       "https://sts.windows.net/",
			AuthorityHosts:    []string{"login.microsoftonline.com"},
			ExchangeHosts:     []string{"outlook.office365.com", "outlook.office.com"},
			GraphHost:         "graph.microsoft.com",
			FederatedAudience: "api://AzureADTokenExchange",
		},
		{
			Name:              "usgovernment",
			TokenIssuer:       "https://sts.windows.net/",
			AuthorityHosts:    []string{"login.microsoftonline.us"},
			ExchangeHosts:     []string{"outlook.office365.us"},
			GraphHost:         "graph.microsoft.us",
			FederatedAudience: "api://AzureADTokenExchangeUSGov",
		},
		{
			Name:              "dod",
			TokenIssuer:       "https://sts.windows.net/",
			AuthorityHosts:    []string{"login.microsoftonline.us"},
			ExchangeHosts:     []string{"outlook-dod.office365.us"},
			GraphHost:         "dod-graph.microsoft.us",
			FederatedAudience: "api://AzureADTokenExchangeUSGov",
		},
		{
			Name:              "china",
			TokenIssuer:       "https://sts.chinacloudapi.cn/",
			AuthorityHosts:    []string{"login.chinacloudapi.cn", "login.partner.microsoftonline.cn"},
			ExchangeHosts:     []string{"partner.outlook.cn", "outlook.office365.cn"},
			GraphHost:         "microsoftgraph.chinacloudapi.cn",
			FederatedAudience: "api://AzureADTokenExchangeChina",
		},
	}
}

// Lookup finds a cloud by name in any letter case; empty is the default.
func Lookup(name string) (Cloud, error) {
	all := All()
	if name == "" {
		return all[0], nil
	}
	var names []string
	for _, c := range all {
		if strings.EqualFold(c.Name, name) {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return Cloud{}, fmt.Errorf("there is no cloud %q; the clouds are %s", name, strings.Join(names, ", "))
}

// A Service is one of Microsoft's services.
type Service int

// The services a sandbox speaks as.
const (
	Unknown Service = iota
	Entra
	Exchange
	Graph
)

// LookupResource finds the service a scope names, in the spelling of any cloud.
func LookupResource(identifier string) Service {
	for _, c := range All() {
		if service := c.Resource(identifier); service != Unknown {
			return service
		}
	}
	return Unknown
}

// Resource returns the service that identifier, the audience of a token or a
// scope without its end, names in this cloud. It is compared as Entra does: in
// any letter case, and a URI with or without a slash at its end, both of which
// clients in use send.
func (c Cloud) Resource(identifier string) Service {
	identifier = strings.ToLower(strings.TrimSuffix(identifier, "/"))
	host, isURI := strings.CutPrefix(identifier, "https://")
	switch {
	case identifier == exchangeAppID, isURI && slices.Contains(c.ExchangeHosts, host):
		return Exchange
	case identifier == graphAppID, isURI && host == c.GraphHost:
		return Graph
	default:
		return Unknown
	}
}

// Host returns the service that answers at host, a name without a port, in any
// letter case.
func (c Cloud) Host(host string) Service {
	host = strings.ToLower(host)
	switch {
	case slices.Contains(c.AuthorityHosts, host):
		return Entra
	case host == c.GraphHost:
		return Graph
	case slices.ContainsFunc(c.ExchangeHosts, func(of string) bool { return host == of || isRegion(host, of) }):
		return Exchange
	default:
		return Unknown
	}
}

// isRegion reports whether host is one label in front of the host of a service.
func isRegion(host, of string) bool {
	label, found := strings.CutSuffix(host, "."+of)
	return found && label != "" && !strings.Contains(label, ".")
}

// CertificateNames are the names that a certificate for all hosts of the cloud
// bears.
func (c Cloud) CertificateNames() []string {
	names := append(slices.Clone(c.AuthorityHosts), c.GraphHost)
	for _, host := range c.ExchangeHosts {
		names = append(names, host, "*."+host)
	}
	return names
}
