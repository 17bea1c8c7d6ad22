// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver

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

// A cloud is one of Microsoft's clouds, with the URIs its resources go by.
type cloud struct {
	name     string
	issuer   string // of access tokens, before the tenant id
	exchange []string
	graph    []string
}

// clouds returns every cloud, the first being the default. US government
// tenants share the issuer of the worldwide cloud. China's Exchange is known by
// two names: Microsoft's pages use one for tokens and the other for the API.
func clouds() []cloud {
	return []cloud{
		{
			name:     "global",
			issuer:   "https://sts.windows.net/",
			exchange: []string{"https://outlook.office365.com", "https://outlook.office.com"},
			graph:    []string{"https://graph.microsoft.com"},
		},
		{
			name:     "usgovernment",
			issuer:   "https://sts.windows.net/",
			exchange: []string{"https://outlook.office365.us"},
			graph:    []string{"https://graph.microsoft.us"},
		},
		{
			name:     "dod",
			issuer:   "https://sts.windows.net/",
			exchange: []string{"https://outlook-dod.office365.us"},
			graph:    []string{"https://dod-graph.microsoft.us"},
		},
		{
			name:     "china",
			issuer:   "https://sts.chinacloudapi.cn/",
			exchange: []string{"https://partner.outlook.cn", "https://outlook.office365.cn"},
			graph:    []string{"https://microsoftgraph.chinacloudapi.cn"},
		},
	}
}

// lookupCloud finds a cloud by name in any letter case; empty is the default.
func lookupCloud(name string) (cloud, error) {
	all := clouds()
	if name == "" {
		return all[0], nil
	}
	var names []string
	for _, c := range all {
		if strings.EqualFold(c.name, name) {
			return c, nil
		}
		names = append(names, c.name)
	}
	return cloud{}, fmt.Errorf("there is no cloud %q; the clouds are %s", name, strings.Join(names, ", "))
}

// A resource is a service that tokens are issued for.
type resource int

const (
	unknownResource resource = iota
	exchangeResource
	graphResource
)

// lookupResource finds the resource a scope names, in the spelling of any cloud.
func lookupResource(identifier string) resource {
	for _, c := range clouds() {
		if c.isExchange(identifier) {
			return exchangeResource
		}
		if c.isGraph(identifier) {
			return graphResource
		}
	}
	return unknownResource
}

// isExchange reports whether identifier is Exchange in this cloud.
func (c cloud) isExchange(identifier string) bool {
	return named(identifier, exchangeAppID, c.exchange)
}

// isGraph reports whether identifier is Microsoft Graph in this cloud.
func (c cloud) isGraph(identifier string) bool {
	return named(identifier, graphAppID, c.graph)
}

// named compares as Entra does: in any letter case, and a URI with or without a
// slash at its end, both of which clients in use send.
func named(identifier, appID string, uris []string) bool {
	identifier = strings.TrimSuffix(identifier, "/")
	return strings.EqualFold(identifier, appID) ||
		slices.ContainsFunc(uris, func(uri string) bool { return strings.EqualFold(identifier, uri) })
}
