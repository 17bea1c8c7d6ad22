// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"maps"
	"slices"
	"strings"
)

// Environment returns the variables that point the provider at the sandbox.
// They hold the client secret.
func (s *Sandbox) Environment() map[string]string {
	organization := s.tenant.Organization()
	environment := map[string]string{
		"EXCHANGE_TENANT_ID":           organization.TenantID,
		"EXCHANGE_CLIENT_ID":           s.credentials.clientID,
		"EXCHANGE_CLIENT_SECRET":       s.credentials.secret,
		"EXCHANGE_ORGANIZATION":        organization.InitialDomain,
		"EXCHANGE_ADMIN_ENDPOINT":      s.url,
		"EXCHANGE_GRAPH_ENDPOINT":      s.url,
		"EXCHANGE_AUTHORITY_HOST":      s.url,
		"EXCHANGE_CA_CERTIFICATE_PATH": s.files.authority,
	}
	if s.named {
		environment["EXCHANGE_ENVIRONMENT"] = s.cloud.Name
	}
	return environment
}

// ChildEnvironment returns the environment for a process that is to work on a
// sandbox: base, in the form of os.Environ, without a variable that names an
// identity, a credential, a token service or an endpoint of Microsoft's clouds,
// and then the variables of sandbox. So a process that is given the sandbox's
// environment has no way left to a real tenant that it did not bring itself.
//
// Names are compared in any letter case, as Windows does. Proxies stay, since
// the process may need one for the rest of the world, but never carry what is
// for this machine. Where the sandbox has a proxy of its own for some traffic,
// base has none for it, and no exceptions from one.
func ChildEnvironment(base []string, sandbox map[string]string) []string {
	proxied := map[string]bool{}
	for name := range sandbox {
		if name == "HTTP_PROXY" || name == "HTTPS_PROXY" {
			proxied[name], proxied["ALL_PROXY"], proxied["NO_PROXY"] = true, true, true
		}
	}
	var child, direct []string
	for _, variable := range base {
		name, value, _ := strings.Cut(variable, "=")
		switch upper := strings.ToUpper(name); {
		case leadsElsewhere(upper), proxied[upper]:
		case upper == "NO_PROXY":
			direct = append(direct, value)
		default:
			child = append(child, variable)
		}
	}
	direct = append(direct, "127.0.0.1", "::1", "localhost")
	noProxy := strings.Join(slices.DeleteFunc(direct, func(hosts string) bool { return hosts == "" }), ",")
	// Programs differ in the spelling they read.
	child = append(child, "NO_PROXY="+noProxy, "no_proxy="+noProxy)
	for _, name := range slices.Sorted(maps.Keys(sandbox)) {
		child = append(child, name+"="+sandbox[name])
	}
	return child
}

// leadsElsewhere reports whether a variable, by its name in upper case, could
// make a program sign in as somebody or speak to a service of Microsoft's
// clouds: what the azurerm, azuread and azapi providers, Azure's own libraries,
// and the job runners of GitHub and Azure DevOps read and set.
func leadsElsewhere(name string) bool {
	switch name {
	case "SYSTEM_ACCESSTOKEN", "SYSTEM_OIDCREQUESTURI", // Azure DevOps' token service
		"IMDS_ENDPOINT", "REGION_NAME", "MSAL_FORCE_REGION": // regional sign-in and managed identities
		return true
	}
	for _, prefix := range []string{
		"EXCHANGE_", "ARM_", "AZURE_", "AZURESUBSCRIPTION_", "AZUREPS_",
		"ACTIONS_ID_TOKEN_REQUEST_", // GitHub's token service
		"IDENTITY_", "MSI_",         // managed identities
	} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
