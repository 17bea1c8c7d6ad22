// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package nationalcloud_test

import (
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/nationalcloud"
)

func TestLookupFindsACloudInAnyLetterCase(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"": "global", "Global": "global", "USGovernment": "usgovernment", "dod": "dod", "CHINA": "china"} {
		if got, err := nationalcloud.Lookup(name); err != nil || got.Name != want {
			t.Errorf("Lookup(%q) = %q, %v; want %q", name, got.Name, err, want)
		}
	}
	if _, err := nationalcloud.Lookup("germany"); err == nil || !strings.Contains(err.Error(), "global, usgovernment, dod, china") {
		t.Errorf("error %v does not list the clouds there are", err)
	}
}

func TestHostTellsServicesApart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cloud, host string
		want        nationalcloud.Service
	}{
		{"global", "login.microsoftonline.com", nationalcloud.Entra},
		{"global", "Login.MicrosoftOnline.com", nationalcloud.Entra},
		{"global", "outlook.office365.com", nationalcloud.Exchange},
		{"global", "nam13b.outlook.office365.com", nationalcloud.Exchange},
		{"global", "a.b.outlook.office365.com", nationalcloud.Unknown},
		{"global", ".outlook.office365.com", nationalcloud.Unknown},
		{"global", "evil-outlook.office365.com", nationalcloud.Unknown},
		{"global", "graph.microsoft.com", nationalcloud.Graph},
		{"global", "login.microsoftonline.us", nationalcloud.Unknown},
		{"global", "graph.microsoft.com.fabrikam.com", nationalcloud.Unknown},
		{"usgovernment", "login.microsoftonline.us", nationalcloud.Entra},
		{"usgovernment", "outlook-dod.office365.us", nationalcloud.Unknown},
		{"dod", "login.microsoftonline.us", nationalcloud.Entra},
		{"dod", "dod-graph.microsoft.us", nationalcloud.Graph},
		{"china", "login.partner.microsoftonline.cn", nationalcloud.Entra},
		{"china", "outlook.office365.cn", nationalcloud.Exchange},
	} {
		cloud, err := nationalcloud.Lookup(test.cloud)
		if err != nil {
			t.Fatal(err)
		}
		if got := cloud.Host(test.host); got != test.want {
			t.Errorf("%s in %s is service %d, want %d", test.host, test.cloud, got, test.want)
		}
	}
}

func TestResourceKnowsServicesByURIAndApplicationID(t *testing.T) {
	t.Parallel()
	for identifier, want := range map[string]nationalcloud.Service{
		"https://outlook.office365.com":         nationalcloud.Exchange,
		"https://outlook.office365.com/":        nationalcloud.Exchange,
		"HTTPS://Outlook.Office365.com":         nationalcloud.Exchange,
		"00000002-0000-0FF1-CE00-000000000000":  nationalcloud.Exchange,
		"https://graph.microsoft.com":           nationalcloud.Graph,
		"00000003-0000-0000-c000-000000000000":  nationalcloud.Graph,
		"http://graph.microsoft.com":            nationalcloud.Unknown,
		"graph.microsoft.com":                   nationalcloud.Unknown,
		"https://nam13b.outlook.office365.com":  nationalcloud.Unknown,
		"https://outlook.office365.com.evil.cn": nationalcloud.Unknown,
		"":                                      nationalcloud.Unknown,
	} {
		if got := nationalcloud.LookupResource(identifier); got != want {
			t.Errorf("%q is service %d, want %d", identifier, got, want)
		}
	}
}

func TestCloudsKeepTheirTokensApart(t *testing.T) {
	t.Parallel()
	for _, of := range nationalcloud.All() {
		for _, other := range nationalcloud.All() {
			if got := other.Resource("https://" + of.ExchangeHosts[0]); (got == nationalcloud.Exchange) != (of.Name == other.Name) {
				t.Errorf("Exchange of %s is service %d in %s", of.Name, got, other.Name)
			}
		}
	}
}
