// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// treacherous is an environment in which every variable that could lead a
// process to a real tenant is set, some in unusual letter case.
var treacherous = []string{
	"EXCHANGE_TENANT_ID=real", "EXCHANGE_CLIENT_SECRET=real", "EXCHANGE_CLIENT_CERTIFICATE_PATH=real", "EXCHANGE_ENVIRONMENT=china",
	"Exchange_Admin_Endpoint=https://outlook.office365.com",
	"ARM_TENANT_ID=real", "ARM_CLIENT_ID=real", "ARM_CLIENT_SECRET=real", "ARM_CLIENT_SECRET_FILE_PATH=real",
	"ARM_CLIENT_CERTIFICATE=real", "ARM_CLIENT_CERTIFICATE_PASSWORD=real", "ARM_USE_OIDC=true", "ARM_OIDC_TOKEN=real",
	"ARM_USE_MSI=true", "ARM_USE_CLI=true", "ARM_METADATA_HOSTNAME=real", "ARM_MSGRAPH_ENDPOINT=real", "arm_environment=real",
	"AZURE_TENANT_ID=real", "AZURE_CLIENT_ID=real", "AZURE_FEDERATED_TOKEN_FILE=real", "AZURE_AUTHORITY_HOST=real",
	"AZURE_REGIONAL_AUTHORITY_NAME=real", "AZURE_CONFIG_DIR=real",
	"AZURESUBSCRIPTION_SERVICE_CONNECTION_ID=real", "AZUREPS_HOST_ENVIRONMENT=cloud-shell/1.0",
	"ACTIONS_ID_TOKEN_REQUEST_URL=real", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=real",
	"SYSTEM_ACCESSTOKEN=real", "SYSTEM_OIDCREQUESTURI=real",
	"IDENTITY_ENDPOINT=real", "IDENTITY_HEADER=real", "IDENTITY_SERVER_THUMBPRINT=real",
	"MSI_ENDPOINT=real", "MSI_SECRET=real", "IMDS_ENDPOINT=real", "REGION_NAME=real", "MSAL_FORCE_REGION=real",
}

func TestChildEnvironmentLeavesNoWayToARealTenant(t *testing.T) {
	t.Parallel()
	ours := map[string]string{"EXCHANGE_TENANT_ID": "sandbox", "EXCHANGE_CLIENT_SECRET": "sandbox"}
	got := sandbox.ChildEnvironment(treacherous, ours)
	want := []string{
		"NO_PROXY=127.0.0.1,::1,localhost",
		"no_proxy=127.0.0.1,::1,localhost",
		"EXCHANGE_CLIENT_SECRET=sandbox",
		"EXCHANGE_TENANT_ID=sandbox",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment differs (-want +got):\n%s", diff)
	}
}

func TestChildEnvironmentKeepsTheRest(t *testing.T) {
	t.Parallel()
	base := []string{
		"PATH=/usr/bin", "HOME=/home/adele", "TF_LOG=debug", "EMPTY=", "=C:=C:\\", "WITH=an=equals sign",
		"HTTPS_PROXY=http://proxy.contoso.com:8080", "SYSTEM_DEFAULTWORKINGDIRECTORY=/agent/1", "ACTIONS_CACHE_URL=https://cache",
		"ALARM_CLOCK=7", "MSIX=1", "REGION_NAMES=all", "IDENTITYLESS=1",
	}
	got := sandbox.ChildEnvironment(base, nil)
	want := append(slices.Clone(base), "NO_PROXY=127.0.0.1,::1,localhost", "no_proxy=127.0.0.1,::1,localhost")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment differs (-want +got):\n%s", diff)
	}
}

func TestChildEnvironmentExtendsTheProxyExceptions(t *testing.T) {
	t.Parallel()
	got := sandbox.ChildEnvironment([]string{"NO_PROXY=contoso.com", "HTTP_PROXY=http://proxy", "no_proxy=", "all_proxy=socks5://proxy"}, nil)
	want := []string{
		"HTTP_PROXY=http://proxy", "all_proxy=socks5://proxy",
		"NO_PROXY=contoso.com,127.0.0.1,::1,localhost", "no_proxy=contoso.com,127.0.0.1,::1,localhost",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment differs (-want +got):\n%s", diff)
	}
}

func TestChildEnvironmentLeavesItsArgumentsAlone(t *testing.T) {
	t.Parallel()
	base, ours := slices.Clone(treacherous), map[string]string{"EXCHANGE_TENANT_ID": "sandbox"}
	sandbox.ChildEnvironment(base, ours)
	if !slices.Equal(base, treacherous) || len(ours) != 1 {
		t.Error("an argument was changed")
	}
}

func TestEnvironmentPointsTheProviderAtTheSandbox(t *testing.T) {
	t.Parallel()
	s := start(t)
	want := map[string]string{
		"EXCHANGE_TENANT_ID":           "11111111-1111-1111-1111-111111111111",
		"EXCHANGE_CLIENT_ID":           tenant.AutomationAppID,
		"EXCHANGE_CLIENT_SECRET":       s.ClientSecret(),
		"EXCHANGE_ORGANIZATION":        "contoso.onmicrosoft.com",
		"EXCHANGE_ADMIN_ENDPOINT":      s.URL(),
		"EXCHANGE_GRAPH_ENDPOINT":      s.URL(),
		"EXCHANGE_AUTHORITY_HOST":      s.URL(),
		"EXCHANGE_CA_CERTIFICATE_PATH": s.CACertificatePath(),
	}
	if diff := cmp.Diff(want, s.Environment()); diff != "" {
		t.Errorf("environment differs (-want +got):\n%s", diff)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if strings.TrimSpace(want[name]) == "" {
			t.Errorf("%s is empty", name)
		}
	}
}

func TestEnvironmentNamesAnotherCloud(t *testing.T) {
	t.Parallel()
	if got := start(t, sandbox.Cloud("usgovernment")).Environment()["EXCHANGE_ENVIRONMENT"]; got != "usgovernment" {
		t.Errorf("EXCHANGE_ENVIRONMENT is %q", got)
	}
}
