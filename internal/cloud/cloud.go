// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package cloud knows Microsoft's clouds: where each signs in, where Exchange
// and Microsoft Graph live, and which hosts may be shown a token for them.
package cloud

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Cloud is one of Microsoft's clouds. Tokens of one cloud are worthless in
// another.
//
// An endpoint may be replaced, for a sandbox or for a host that Microsoft moved:
// assign another https URL to the field, after [ParseEndpoint] has accepted it.
type Cloud struct {
	// Name is the cloud's first name in [Names].
	Name string
	// AuthorityHost is the https URL of Microsoft Entra ID, without a tenant.
	AuthorityHost string
	// ExchangeEndpoint is the https URL under which /adminapi answers.
	ExchangeEndpoint string
	// ExchangeScope is the scope of a token for Exchange.
	ExchangeScope string
	// GraphEndpoint is the https URL of Microsoft Graph, without a version.
	GraphEndpoint string
	// GraphScope is the scope of a token for Microsoft Graph.
	GraphScope string
	// FederatedAudience is the audience of a federated credential's assertion.
	FederatedAudience string

	aliases []string
	// managementHost is the host of Azure Resource Manager, by which tools of
	// Azure are told the cloud.
	managementHost string
	// exchangeHosts are the hosts Exchange is known to answer on in this cloud.
	// A tenant may be sent on to a regional host, which is a subdomain of one
	// of them ("nam13b.outlook.office365.com").
	exchangeHosts []string
	// graphHost is the host that Microsoft Graph names in its links to further
	// pages, also where its endpoint is replaced by one that passes requests on.
	graphHost string
}

// clouds is read only. GCC tenants use the global cloud.
//
// China's gateway is documented on outlook.office365.cn, while tokens and the
// PowerShell module name partner.outlook.cn: both hosts are Exchange's.
var clouds = []Cloud{
	{
		Name:              "global",
		AuthorityHost:     "https://login.microsoftonline.com",
		ExchangeEndpoint:  "https://outlook.office365.com",
		ExchangeScope:     "https://outlook.office365.com/.default",
		GraphEndpoint:     "https://graph.microsoft.com",
		GraphScope:        "https://graph.microsoft.com/.default",
		FederatedAudience: "api://AzureADTokenExchange",
		managementHost:    "management.azure.com",
		aliases:           []string{"public"},
		exchangeHosts:     []string{"outlook.office365.com", "outlook.office.com"},
		graphHost:         "graph.microsoft.com",
	},
	{
		Name:              "usgovernment",
		AuthorityHost:     "https://login.microsoftonline.us",
		ExchangeEndpoint:  "https://outlook.office365.us",
		ExchangeScope:     "https://outlook.office365.us/.default",
		GraphEndpoint:     "https://graph.microsoft.us",
		GraphScope:        "https://graph.microsoft.us/.default",
		FederatedAudience: "api://AzureADTokenExchangeUSGov",
		managementHost:    "management.usgovcloudapi.net",
		aliases:           []string{"usgovernmentl4"},
		exchangeHosts:     []string{"outlook.office365.us"},
		graphHost:         "graph.microsoft.us",
	},
	{
		Name:              "dod",
		AuthorityHost:     "https://login.microsoftonline.us",
		ExchangeEndpoint:  "https://outlook-dod.office365.us",
		ExchangeScope:     "https://outlook-dod.office365.us/.default",
		GraphEndpoint:     "https://dod-graph.microsoft.us",
		GraphScope:        "https://dod-graph.microsoft.us/.default",
		FederatedAudience: "api://AzureADTokenExchangeUSGov",
		aliases:           []string{"usgovernmentl5"},
		exchangeHosts:     []string{"outlook-dod.office365.us"},
		graphHost:         "dod-graph.microsoft.us",
	},
	{
		Name:              "china",
		AuthorityHost:     "https://login.chinacloudapi.cn",
		ExchangeEndpoint:  "https://partner.outlook.cn",
		ExchangeScope:     "https://partner.outlook.cn/.default",
		GraphEndpoint:     "https://microsoftgraph.chinacloudapi.cn",
		GraphScope:        "https://microsoftgraph.chinacloudapi.cn/.default",
		FederatedAudience: "api://AzureADTokenExchangeChina",
		managementHost:    "management.chinacloudapi.cn",
		exchangeHosts:     []string{"partner.outlook.cn", "outlook.office365.cn"},
		graphHost:         "microsoftgraph.chinacloudapi.cn",
	},
}

// Lookup returns the cloud of that name or alias, in any letter case. The error
// of an unknown name lists the names there are.
func Lookup(name string) (Cloud, error) {
	for _, c := range clouds {
		if strings.EqualFold(name, c.Name) {
			return c, nil
		}
		for _, alias := range c.aliases {
			if strings.EqualFold(name, alias) {
				return c, nil
			}
		}
	}
	return Cloud{}, fmt.Errorf("there is no cloud named %q: it is one of %s", name, strings.Join(Names(), ", "))
}

// LookupMetadataHost returns the cloud whose Azure Resource Manager answers on
// host, in any letter case: what metadata_host is to the providers of Azure. DoD
// has none of its own, and is found by [Lookup] only. The error of an unknown host
// lists the hosts there are.
func LookupMetadataHost(host string) (Cloud, error) {
	var known []string
	for _, c := range clouds {
		if c.managementHost == "" {
			continue
		}
		if strings.EqualFold(host, c.managementHost) {
			return c, nil
		}
		known = append(known, c.managementHost)
	}
	return Cloud{}, fmt.Errorf("no cloud is known by the metadata host %q: it is one of %s", host, strings.Join(known, ", "))
}

// Names returns every name that [Lookup] knows, each cloud's aliases right
// behind its name.
func Names() []string {
	var names []string
	for _, c := range clouds {
		names = append(names, c.Name)
		names = append(names, c.aliases...)
	}
	return names
}

// OwnsExchangeHost reports whether a token for Exchange may go to host, which is
// a host name or address with or without a port, as in [url.URL.Host].
//
// It may go to the cloud's Exchange endpoint, host and port exactly, and on port
// 443 to the hosts Exchange answers on in this cloud and to their subdomains.
func (c Cloud) OwnsExchangeHost(host string) bool {
	name, port, ok := splitHost(host)
	if !ok {
		return false
	}
	if isEndpoint(c.ExchangeEndpoint, name, port) {
		return true
	}
	if port != "443" {
		return false
	}
	for _, owned := range c.exchangeHosts {
		if name == owned {
			return true
		}
		if region, ok := strings.CutSuffix(name, "."+owned); ok && isHostName(region) {
			return true
		}
	}
	return false
}

// OwnsGraphHost reports whether a token for Microsoft Graph may go to host, which
// is as for [Cloud.OwnsExchangeHost].
//
// It may go to the cloud's Graph endpoint, host and port exactly, and on port 443
// to the one host that Graph answers on in this cloud.
func (c Cloud) OwnsGraphHost(host string) bool {
	name, port, ok := splitHost(host)
	if !ok {
		return false
	}
	return isEndpoint(c.GraphEndpoint, name, port) || port == "443" && name == c.graphHost
}

// isEndpoint reports whether a host, as [splitHost] returns it, is an endpoint's.
func isEndpoint(endpoint, name, port string) bool {
	parsed, err := ParseEndpoint(endpoint)
	if err != nil {
		return false
	}
	endpointName, endpointPort, ok := splitHost(parsed.Host)
	return ok && name == endpointName && port == endpointPort
}

// ParseEndpoint reads the URL of an endpoint. It must be an absolute https URL
// with a host and nothing behind its path; the path, most often empty, is
// returned without a closing slash.
func ParseEndpoint(endpoint string) (*url.URL, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		// The parser's error quotes the whole URL, and with it a password that
		// somebody put there.
		return nil, errors.New("the endpoint is not a URL: it should look like https://outlook.office365.com")
	}
	switch {
	case !strings.EqualFold(u.Scheme, "https"):
		return nil, fmt.Errorf("the endpoint %q is not an https URL: tokens travel over TLS only", u.Redacted())
	case u.User != nil:
		return nil, fmt.Errorf("the endpoint %q carries a user name: remove it", u.Redacted())
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("the endpoint %q has something behind its path: remove it", u.Redacted())
	}
	if _, _, ok := splitHost(u.Host); !ok {
		return nil, fmt.Errorf("the endpoint %q has no usable host", u.Redacted())
	}
	return (&url.URL{Scheme: "https", Host: strings.ToLower(u.Host), Path: strings.TrimRight(u.Path, "/")}), nil
}

// splitHost returns host's lower-case name and its port, which is 443 where none
// is written, and whether host is well formed.
func splitHost(host string) (name, port string, ok bool) {
	u := url.URL{Host: host}
	name, port = strings.ToLower(u.Hostname()), u.Port()
	if port == "" {
		port = "443"
		if strings.HasSuffix(host, ":") {
			return "", "", false
		}
	}
	return name, port, net.ParseIP(name) != nil || isHostName(name)
}

// isHostName reports whether name is made of non-empty labels of letters, digits,
// hyphens and underscores. Anything else has no place in the name of a host that
// is handed a token.
func isHostName(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if label == "" {
			return false
		}
		for _, r := range label {
			letter := 'a' <= r && r <= 'z'
			digit := '0' <= r && r <= '9'
			if !letter && !digit && r != '-' && r != '_' {
				return false
			}
		}
	}
	return true
}
