// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package cloud_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
)

func lookup(t *testing.T, name string) cloud.Cloud {
	t.Helper()
	c, err := cloud.Lookup(name)
	if err != nil {
		t.Fatalf("Lookup(%q): %v", name, err)
	}
	return c
}

func TestLookupKnowsNamesAndAliasesInAnyCase(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"global": "global", "public": "global", "Public": "global", "GLOBAL": "global",
		"usgovernment": "usgovernment", "usgovernmentl4": "usgovernment", "USGovernmentL4": "usgovernment",
		"dod": "dod", "usgovernmentl5": "dod", "DoD": "dod",
		"china": "china", "China": "china",
	} {
		if got := lookup(t, name).Name; got != want {
			t.Errorf("Lookup(%q).Name = %q, want %q", name, got, want)
		}
	}
}

func TestLookupOfUnknownNameListsTheNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "germany", "global "} {
		_, err := cloud.Lookup(name)
		if err == nil {
			t.Errorf("Lookup(%q) succeeded", name)
			continue
		}
		for _, known := range cloud.Names() {
			if !strings.Contains(err.Error(), known) {
				t.Errorf("Lookup(%q): %q does not name %s", name, err, known)
			}
		}
	}
}

func TestLookupMetadataHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"management.azure.com":         "global",
		"Management.Azure.COM":         "global",
		"management.usgovcloudapi.net": "usgovernment",
		"management.chinacloudapi.cn":  "china",
	} {
		c, err := cloud.LookupMetadataHost(host)
		if err != nil || c.Name != want {
			t.Errorf("LookupMetadataHost(%q) = %q, %v, want %q", host, c.Name, err, want)
		}
	}
}

func TestLookupOfUnknownMetadataHostListsTheHosts(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"", "management.microsoftazure.de", "https://management.azure.com", "evil.management.azure.com"} {
		_, err := cloud.LookupMetadataHost(host)
		if err == nil {
			t.Errorf("LookupMetadataHost(%q) succeeded", host)
			continue
		}
		for _, known := range []string{"management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn"} {
			if !strings.Contains(err.Error(), known) {
				t.Errorf("LookupMetadataHost(%q): %q does not name %s", host, err, known)
			}
		}
	}
}

func TestNamesAreAllFound(t *testing.T) {
	t.Parallel()
	names := cloud.Names()
	want := []string{"global", "public", "usgovernment", "usgovernmentl4", "dod", "usgovernmentl5", "china"}
	if !slices.Equal(names, want) {
		t.Errorf("Names() = %q, want %q", names, want)
	}
	for _, name := range names {
		lookup(t, name)
	}
}

func TestEndpointsOfEveryCloud(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, authority, exchange, scope, graph, graphScope, audience string }{
		{
			"global", "https://login.microsoftonline.com", "https://outlook.office365.com", "https://outlook.office365.com/.default",
			"https://graph.microsoft.com", "https://graph.microsoft.com/.default", "api://AzureADTokenExchange",
		},
		{
			"usgovernment", "https://login.microsoftonline.us", "https://outlook.office365.us", "https://outlook.office365.us/.default",
			"https://graph.microsoft.us", "https://graph.microsoft.us/.default", "api://AzureADTokenExchangeUSGov",
		},
		{
			"dod", "https://login.microsoftonline.us", "https://outlook-dod.office365.us", "https://outlook-dod.office365.us/.default",
			"https://dod-graph.microsoft.us", "https://dod-graph.microsoft.us/.default", "api://AzureADTokenExchangeUSGov",
		},
		{
			"china", "https://login.chinacloudapi.cn", "https://partner.outlook.cn", "https://partner.outlook.cn/.default",
			"https://microsoftgraph.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/.default", "api://AzureADTokenExchangeChina",
		},
	} {
		c := lookup(t, test.name)
		got := []string{c.AuthorityHost, c.ExchangeEndpoint, c.ExchangeScope, c.GraphEndpoint, c.GraphScope, c.FederatedAudience}
		want := []string{test.authority, test.exchange, test.scope, test.graph, test.graphScope, test.audience}
		if !slices.Equal(got, want) {
			t.Errorf("%s = %q, want %q", test.name, got, want)
		}
		for _, endpoint := range []string{c.AuthorityHost, c.ExchangeEndpoint, c.GraphEndpoint} {
			if _, err := cloud.ParseEndpoint(endpoint); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		}
	}
}

func TestOwnsExchangeHost(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cloud, host string
		want        bool
	}{
		{"global", "outlook.office365.com", true},
		{"global", "Outlook.Office365.COM", true},
		{"global", "outlook.office365.com:443", true},
		{"global", "outlook.office.com", true},
		{"global", "nam13b.outlook.office365.com", true},
		{"global", "gcc02b.outlook.office365.com:443", true},
		{"global", "outlook.office365.com:8443", false},
		{"global", "nam13b.outlook.office365.com:446", false},
		{"global", "outlook.office365.com:", false},
		{"global", "outlook.office365.com.", false},
		{"global", ".outlook.office365.com", false},
		{"global", "a..outlook.office365.com", false},
		{"global", "evil.example@x.outlook.office365.com", false},
		{"global", "evil.example/.outlook.office365.com", false},
		{"global", "evil.example%2f.outlook.office365.com", false},
		{"global", "outlook.office365.com.evil.example", false},
		{"global", "eviloutlook.office365.com", false},
		{"global", "office365.com", false},
		{"global", "sharepoint.office365.com", false},
		{"global", "outlook.office365.us", false},
		{"global", "login.microsoftonline.com", false},
		{"global", "graph.microsoft.com", false},
		{"global", "127.0.0.1", false},
		{"global", "", false},
		{"usgovernment", "outlook.office365.us", true},
		{"usgovernment", "r1.outlook.office365.us", true},
		{"usgovernment", "outlook-dod.office365.us", false},
		{"usgovernment", "outlook.office365.com", false},
		{"dod", "outlook-dod.office365.us", true},
		{"dod", "r1.outlook-dod.office365.us", true},
		{"dod", "outlook.office365.us", false},
		{"china", "partner.outlook.cn", true},
		{"china", "r1.partner.outlook.cn", true},
		{"china", "outlook.office365.cn", true},
		{"china", "outlook.office365.com", false},
	} {
		if got := lookup(t, test.cloud).OwnsExchangeHost(test.host); got != test.want {
			t.Errorf("%s: OwnsExchangeHost(%q) = %t, want %t", test.cloud, test.host, got, test.want)
		}
	}
}

func TestOwnsExchangeHostOfReplacedEndpoint(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		endpoint, host string
		want           bool
	}{
		{"https://127.0.0.1:8443", "127.0.0.1:8443", true},
		{"https://127.0.0.1:8443", "127.0.0.1", false},
		{"https://127.0.0.1:8443", "127.0.0.1:8444", false},
		{"https://127.0.0.1:8443", "localhost:8443", false},
		{"https://127.0.0.1:8443", "x.127.0.0.1:8443", false},
		{"https://[::1]:8443/", "[::1]:8443", true},
		{"https://[::1]:8443/", "::1", false},
		{"https://exchange.contoso.com", "exchange.contoso.com:443", true},
		{"https://exchange.contoso.com", "a.exchange.contoso.com", false},
		{"https://exchange.contoso.com", "nam13b.outlook.office365.com", true},
		{"http://exchange.contoso.com", "exchange.contoso.com", false},
		{"://", "", false},
	} {
		c := lookup(t, "global")
		c.ExchangeEndpoint = test.endpoint
		if got := c.OwnsExchangeHost(test.host); got != test.want {
			t.Errorf("endpoint %s: OwnsExchangeHost(%q) = %t, want %t", test.endpoint, test.host, got, test.want)
		}
	}
}

func TestOwnsGraphHost(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cloud, endpoint, host string
		want                  bool
	}{
		{"global", "", "graph.microsoft.com", true},
		{"global", "", "Graph.Microsoft.COM:443", true},
		{"global", "", "graph.microsoft.com:8443", false},
		{"global", "", "eu.graph.microsoft.com", false},
		{"global", "", "graph.microsoft.com.evil.example", false},
		{"global", "", "graph.microsoft.com.", false},
		{"global", "", "graph.microsoft.us", false},
		{"global", "", "outlook.office365.com", false},
		{"global", "", "", false},
		{"usgovernment", "", "graph.microsoft.us", true},
		{"usgovernment", "", "dod-graph.microsoft.us", false},
		{"dod", "", "dod-graph.microsoft.us", true},
		{"china", "", "microsoftgraph.chinacloudapi.cn", true},
		{"china", "", "graph.microsoft.com", false},
		{"global", "https://127.0.0.1:8443", "127.0.0.1:8443", true},
		{"global", "https://127.0.0.1:8443", "127.0.0.1:8444", false},
		{"global", "https://127.0.0.1:8443", "127.0.0.1", false},
		{"global", "https://graph.contoso.com/proxy", "graph.contoso.com", true},
		{"global", "https://graph.contoso.com/proxy", "graph.microsoft.com", true},
		{"global", "http://graph.contoso.com", "graph.contoso.com", false},
	} {
		c := lookup(t, test.cloud)
		if test.endpoint != "" {
			c.GraphEndpoint = test.endpoint
		}
		if got := c.OwnsGraphHost(test.host); got != test.want {
			t.Errorf("%s at %s: OwnsGraphHost(%q) = %t, want %t", test.cloud, c.GraphEndpoint, test.host, got, test.want)
		}
	}
}

func TestCloudWithoutEndpointOwnsNothing(t *testing.T) {
	t.Parallel()
	if (cloud.Cloud{}).OwnsExchangeHost("outlook.office365.com") || (cloud.Cloud{}).OwnsGraphHost("graph.microsoft.com") {
		t.Error("the zero Cloud owns a host")
	}
}

func TestParseEndpoint(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"https://outlook.office365.com":   "https://outlook.office365.com",
		"https://outlook.office365.com/":  "https://outlook.office365.com",
		"HTTPS://Outlook.Office365.com":   "https://outlook.office365.com",
		"https://127.0.0.1:8443":          "https://127.0.0.1:8443",
		"https://[::1]:8443":              "https://[::1]:8443",
		"https://proxy.contoso.com/exo//": "https://proxy.contoso.com/exo",
	} {
		u, err := cloud.ParseEndpoint(endpoint)
		if err != nil {
			t.Errorf("ParseEndpoint(%q): %v", endpoint, err)
		} else if u.String() != want {
			t.Errorf("ParseEndpoint(%q) = %s, want %s", endpoint, u, want)
		}
	}
}

func TestParseEndpointRefuses(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{
		"", "outlook.office365.com", "http://outlook.office365.com", "//outlook.office365.com", "https://",
		"https://:8443", "https://outlook.office365.com:", "https://outlook.office365.com?x=1", "https://outlook.office365.com?",
		"https://outlook.office365.com#x", "https://user:hunter2@outlook.office365.com", "https://user:hunter2@outlook.office365.com:port",
		"https://a b", "https://%zz", "file:///etc/passwd",
	} {
		u, err := cloud.ParseEndpoint(endpoint)
		if err == nil {
			t.Errorf("ParseEndpoint(%q) = %s, want an error", endpoint, u)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("ParseEndpoint(%q) shows the password: %v", endpoint, err)
		}
	}
}
