// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/graph"
)

func environment(pairs ...string) LookupEnv {
	return func(name string) (string, bool) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

// testProvider is a provider on a machine without the Azure CLI.
func testProvider(lookup LookupEnv) *Provider {
	return &Provider{version: "test", lookupEnv: lookup, lookPath: func(string) (string, error) { return "", exec.ErrNotFound }}
}

// complete is a configuration that lacks nothing.
func complete() model {
	return model{
		TenantID:     types.StringValue("11111111-1111-1111-1111-111111111111"),
		ClientID:     types.StringValue("22222222-2222-2222-2222-222222222222"),
		ClientSecret: types.StringValue("s3cr3t-value"),
	}
}

func TestWhatIsMissingOrWrongIsNamedOnItsAttributeWithItsVariables(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	garbage := filepath.Join(folder, "garbage")
	if err := os.WriteFile(garbage, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(folder, "missing")
	text := types.StringValue
	for name, test := range map[string]struct {
		change func(*model)
		path   string
		says   []string
	}{
		"no tenant":                   {func(m *model) { m.TenantID = types.StringNull() }, "tenant_id", []string{"EXCHANGE_TENANT_ID", "ARM_TENANT_ID"}},
		"tenant that is no GUID":      {func(m *model) { m.TenantID = text("contoso") }, "tenant_id", []string{`"contoso"`, "neither a GUID nor a domain"}},
		"no client":                   {func(m *model) { m.ClientID = types.StringNull() }, "client_id", []string{"EXCHANGE_CLIENT_ID", "ARM_CLIENT_ID"}},
		"nothing to sign in with":     {func(m *model) { m.ClientSecret = types.StringNull() }, "", []string{"client_secret", "EXCHANGE_CLIENT_CERTIFICATE_PATH", "ARM_"}},
		"missing certificate":         {func(m *model) { m.ClientSecret, m.ClientCertificatePath = types.StringNull(), text(missing) }, "client_certificate_path", []string{"missing"}},
		"file without one":            {func(m *model) { m.ClientSecret, m.ClientCertificatePath = types.StringNull(), text(garbage) }, "client_certificate_path", []string{"cannot be used"}},
		"certificate not base64":      {func(m *model) { m.ClientSecret, m.ClientCertificate = types.StringNull(), text("%%%") }, "client_certificate", []string{"cannot be used"}},
		"unknown cloud":               {func(m *model) { m.Environment = text("germany") }, "environment", []string{"germany", "usgovernment"}},
		"endpoint over http":          {func(m *model) { m.ExchangeEndpoint = text("http://127.0.0.1") }, "exchange_endpoint", []string{"https"}},
		"authority with a query":      {func(m *model) { m.AuthorityHost = text("https://login.example/x?y") }, "authority_host", []string{"behind its path"}},
		"authority with a path":       {func(m *model) { m.AuthorityHost = text("https://login.example/x") }, "authority_host", []string{"has a path"}},
		"client that is no GUID":      {func(m *model) { m.ClientID = text("terraform") }, "client_id", []string{`"terraform" is not a GUID`}},
		"tenant of many":              {func(m *model) { m.TenantID = text("common") }, "tenant_id", []string{`"common"`}},
		"partner that is no GUID":     {func(m *model) { m.PartnerID = text("contoso") }, "partner_id", []string{`"contoso"`, "partner_id"}},
		"organization that is a word": {func(m *model) { m.Organization = text("contoso") }, "organization", []string{`"contoso", of organization in the provider block, is not a domain`, "such as contoso.onmicrosoft.com"}},
		"organization that is a GUID": {func(m *model) { m.Organization = m.TenantID }, "organization", []string{`"11111111-1111-1111-1111-111111111111"`, "is not a domain"}},
		"unknown metadata host":       {func(m *model) { m.MetadataHost = text("management.example") }, "metadata_host", []string{"management.example"}},
		"scope without the rest":      {func(m *model) { m.ExchangeTokenScope = text("https://outlook.office365.com") }, "exchange_token_scope", []string{"/.default"}},
		"scope without a service":     {func(m *model) { m.GraphTokenScope = text("/.default") }, "graph_token_scope", []string{"https://graph.microsoft.com/.default"}},
		"missing authorities":         {func(m *model) { m.CACertificatePath = text(missing) }, "ca_certificate_path", []string{"missing"}},
		"no authority in file":        {func(m *model) { m.CACertificatePath = text(garbage) }, "ca_certificate_path", []string{"no certificate"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := complete()
			test.change(&config)
			_, diags := testProvider(environment()).clients(t.Context(), config, "1.16.0")
			if len(diags) != 1 {
				t.Fatalf("want one error, got %v", diags)
			}
			at := ""
			if attribute, ok := diags[0].(diag.DiagnosticWithPath); ok {
				at = attribute.Path().String()
			}
			said := diags[0].Summary() + " " + diags[0].Detail()
			if at != test.path {
				t.Errorf("the error is on %q, want %q: %s", at, test.path, said)
			}
			for _, want := range test.says {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not in: %s", want, said)
				}
			}
			if strings.Contains(said, "s3cr3t") {
				t.Errorf("the error holds the secret: %s", said)
			}
		})
	}
}

func TestACompleteConfigurationSendsNothing(t *testing.T) {
	t.Parallel()
	client, diags := testProvider(environment()).clients(t.Context(), complete(), "1.16.0")
	if diags.HasError() || client == nil {
		t.Fatal(diags)
	}
}

func TestTheCloudIsChosenAndItsPartsReplaced(t *testing.T) {
	t.Parallel()
	text := types.StringValue
	for name, test := range map[string]struct {
		config                                 model
		authority, exchange, scope, graph, aud string
	}{
		"default":            {model{}, "login.microsoftonline.com", "outlook.office365.com", "https://outlook.office365.com/.default", "graph.microsoft.com", "api://AzureADTokenExchange"},
		"usgovernmentl4":     {model{Environment: text("USGovernmentL4")}, "login.microsoftonline.us", "outlook.office365.us", "https://outlook.office365.us/.default", "graph.microsoft.us", "api://AzureADTokenExchangeUSGov"},
		"dod":                {model{Environment: text("dod")}, "login.microsoftonline.us", "outlook-dod.office365.us", "https://outlook-dod.office365.us/.default", "dod-graph.microsoft.us", "api://AzureADTokenExchangeUSGov"},
		"china":              {model{Environment: text("china")}, "login.chinacloudapi.cn", "partner.outlook.cn", "https://partner.outlook.cn/.default", "microsoftgraph.chinacloudapi.cn", "api://AzureADTokenExchangeChina"},
		"metadata host":      {model{MetadataHost: text("management.chinacloudapi.cn")}, "login.chinacloudapi.cn", "partner.outlook.cn", "https://partner.outlook.cn/.default", "microsoftgraph.chinacloudapi.cn", "api://AzureADTokenExchangeChina"},
		"metadata host wins": {model{MetadataHost: text("management.usgovcloudapi.net"), Environment: text("china")}, "login.microsoftonline.us", "outlook.office365.us", "https://outlook.office365.us/.default", "graph.microsoft.us", "api://AzureADTokenExchangeUSGov"},
		"endpoints of one's own": {model{
			Environment: text("china"), AuthorityHost: text("https://login.partner.microsoftonline.cn/"), ExchangeEndpoint: text("https://outlook.office365.cn"),
			ExchangeTokenScope: text("https://outlook.office365.cn/.default"), GraphEndpoint: text("https://graph.example:8443"),
		}, "login.partner.microsoftonline.cn", "outlook.office365.cn", "https://outlook.office365.cn/.default", "graph.example:8443", "api://AzureADTokenExchangeChina"},
	} {
		place, diags := test.config.cloud()
		if diags.HasError() {
			t.Errorf("%s: %v", name, diags)
		}
		for what, pair := range map[string][2]string{
			"authority": {place.AuthorityHost, "https://" + test.authority},
			"Exchange":  {place.ExchangeEndpoint, "https://" + test.exchange},
			"scope":     {place.ExchangeScope, test.scope},
			"Graph":     {place.GraphEndpoint, "https://" + test.graph},
			"audience":  {place.FederatedAudience, test.aud},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s: the %s is %q, want %q", name, what, pair[0], pair[1])
			}
		}
	}
}

func TestThePartnerIsInTheUserAgent(t *testing.T) {
	t.Parallel()
	const ours = "Terraform/1.16.0 (+https://www.terraform.io) terraform-provider-exchange/test"
	for partner, want := range map[string]string{
		"":                                     ours,
		"99999999-8888-7777-6666-555555555555": ours + " pid-99999999-8888-7777-6666-555555555555",
	} {
		config := model{PartnerID: types.StringValue(partner)}
		if got, diags := config.userAgent("1.16.0", "test"); got != want || diags.HasError() {
			t.Errorf("partner %q: %q, %v", partner, got, diags)
		}
	}
}

func TestAValueThatIsNotKnownYetIsNoErrorUntilAServiceIsAsked(t *testing.T) {
	t.Parallel()
	config := complete()
	config.ClientSecret = types.StringUnknown()
	client, diags := testProvider(environment()).clients(t.Context(), config, "1.16.0")
	if diags.HasError() {
		t.Fatal(diags)
	}
	const want = "client_secret is known only after apply"
	_, err := client.Exchange.ServicePrincipal(t.Context(), "33333333-3333-3333-3333-333333333333")
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	_, err = client.Graph.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{})
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("of Graph: got %v", err)
	}
}

// Where Terraform lets a provider put things off, it does; elsewhere the first question says what is missing.
func TestWhatIsNotKnownYetIsDeferredWhereTerraformAllowsIt(t *testing.T) {
	t.Parallel()
	for _, allowed := range []bool{true, false} {
		server, err := providerserver.NewProtocol6WithError(testProvider(environment("ARM_TENANT_ID", tenantA, "ARM_CLIENT_ID", clientA)))()
		if err != nil {
			t.Fatal(err)
		}
		schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
		if err != nil {
			t.Fatal(err)
		}
		value := func(schema *tfprotov6.Schema, attribute string, value any) *tfprotov6.DynamicValue {
			t.Helper()
			object, ok := schema.ValueType().(tftypes.Object)
			if !ok {
				t.Fatalf("a block is %s", schema.ValueType())
			}
			values := map[string]tftypes.Value{}
			for name, kind := range object.AttributeTypes {
				values[name] = tftypes.NewValue(kind, nil)
			}
			values[attribute] = tftypes.NewValue(tftypes.String, value)
			dynamic, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, values))
			if err != nil {
				t.Fatal(err)
			}
			return &dynamic
		}
		configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
			TerraformVersion: "1.16.0", Config: value(schemas.Provider, "client_secret", tftypes.UnknownValue),
			ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: allowed},
		})
		if err != nil || len(configured.Diagnostics) > 0 {
			t.Fatal(err, configured)
		}
		const source = "exchange_service_principal_authorization"
		read, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
			TypeName: source, Config: value(schemas.DataSourceSchemas[source], "app", clientB),
			ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: allowed},
		})
		if err != nil {
			t.Fatal(err)
		}
		deferred := read.Deferred != nil && read.Deferred.Reason == tfprotov6.DeferredReasonProviderConfigUnknown
		said := len(read.Diagnostics) == 1 && strings.Contains(read.Diagnostics[0].Detail, "client_secret is known only after apply")
		if deferred != allowed || said == allowed || allowed && len(read.Diagnostics) > 0 {
			t.Errorf("allowed %t: deferred %v, diagnostics %v", allowed, read.Deferred, read.Diagnostics)
		}
	}
}
