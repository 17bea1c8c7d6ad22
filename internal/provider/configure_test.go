// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

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

func TestEverySettingIsTakenFromTheBlockThenFromItsVariablesInOrder(t *testing.T) {
	t.Parallel()
	var blank model
	for i, setting := range blank.settings() {
		t.Run(setting.attribute, func(t *testing.T) {
			t.Parallel()
			value := func(block types.String, pairs ...string) string {
				var config model
				*config.settings()[i].value = block
				if diags := config.fromEnvironment(environment(pairs...)); diags.HasError() {
					t.Fatal(diags)
				}
				return config.settings()[i].value.ValueString()
			}
			var all []string
			for _, variable := range setting.variables {
				if got := value(types.StringNull(), variable, "from "+variable); got != "from "+variable {
					t.Errorf("%s is not read: got %q", variable, got)
				}
				all = append(all, variable, "from "+variable)
			}
			if got := value(types.StringNull(), all...); got != "from "+setting.variables[0] {
				t.Errorf("of %v, got %q", setting.variables, got)
			}
			if got := value(types.StringValue("from the block"), all...); got != "from the block" {
				t.Errorf("the block does not win: got %q", got)
			}
			last := setting.variables[len(setting.variables)-1]
			if got := value(types.StringNull(), setting.variables[0], "", last, "from the last"); len(setting.variables) > 1 && got != "from the last" {
				t.Errorf("an empty variable hides the next: got %q", got)
			}
			if got := value(types.StringUnknown(), all...); got != "" {
				t.Errorf("a value that is not known yet is replaced by %q", got)
			}
		})
	}
}

func TestACredentialComesFromOnePlace(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		block            model
		environment      []string
		secret, path, id string
	}{
		"EXCHANGE_ before ARM_": {
			model{},
			[]string{"EXCHANGE_CLIENT_SECRET", "ours", "ARM_CLIENT_CERTIFICATE_PATH", "theirs", "ARM_CLIENT_ID", "their id"},
			"ours", "", "their id",
		},
		"the block before both": {
			model{ClientCertificatePath: types.StringValue("block")},
			[]string{"EXCHANGE_CLIENT_SECRET", "ours", "ARM_CLIENT_SECRET", "theirs"},
			"", "block", "",
		},
		"the block's unknown before both": {
			model{ClientCertificatePath: types.StringUnknown()},
			[]string{"EXCHANGE_CLIENT_SECRET", "ours"},
			"", "", "",
		},
		"two of one place": {
			model{},
			[]string{"ARM_CLIENT_SECRET", "secret", "ARM_CLIENT_CERTIFICATE_PATH", "path"},
			"secret", "path", "",
		},
	} {
		config := test.block
		if diags := config.fromEnvironment(environment(test.environment...)); diags.HasError() {
			t.Fatal(diags)
		}
		if got := config.ClientSecret.ValueString(); got != test.secret {
			t.Errorf("%s: the secret is %q, want %q", name, got, test.secret)
		}
		if got := config.ClientCertificatePath.ValueString(); got != test.path {
			t.Errorf("%s: the certificate's path is %q, want %q", name, got, test.path)
		}
		if got := config.ClientID.ValueString(); got != test.id {
			t.Errorf("%s: the client id is %q, want %q", name, got, test.id)
		}
	}
}

func TestConcurrencyIsReadFromTheEnvironment(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"1": 1, "64": 64, "0": -1, "65": -1, "many": -1, "": 0} {
		var config model
		diags := config.fromEnvironment(environment("EXCHANGE_MAX_CONCURRENCY", text))
		if diags.HasError() != (want == -1) || want > 0 && config.MaxConcurrency.ValueInt64() != want {
			t.Errorf("EXCHANGE_MAX_CONCURRENCY=%q: %v, %v", text, config.MaxConcurrency, diags)
		}
	}
}

func TestPolicyWarningIsLeftOutWhereTheBlockOrTheVariableSaysSo(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		block types.Bool
		text  string
		due   bool
		error bool
	}{
		"nothing said":                      {types.BoolNull(), "", true, false},
		"variable":                          {types.BoolNull(), "true", false, false},
		"variable as a digit":               {types.BoolNull(), "1", false, false},
		"variable says no":                  {types.BoolNull(), "false", true, false},
		"block":                             {types.BoolValue(true), "", false, false},
		"block goes before the variable":    {types.BoolValue(false), "true", true, false},
		"block that is not known yet":       {types.BoolUnknown(), "true", true, false},
		"variable that is neither":          {types.BoolNull(), "perhaps", true, true},
		"variable that the block overrules": {types.BoolValue(true), "perhaps", false, false},
	} {
		config := complete()
		config.SuppressPolicyWarning = test.block
		if diags := config.fromEnvironment(environment(suppressWarningVariable, test.text)); diags.HasError() != test.error {
			t.Errorf("%s: %v", name, diags)
		}
		shared, diags := (&Provider{version: "test"}).clients(config, "1.16.0")
		if diags.HasError() {
			t.Fatal(diags)
		}
		if got := shared.PoliciesSuperseded.Due(); got != test.due {
			t.Errorf("%s: due is %t", name, got)
		}
	}
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
		"no tenant":               {func(m *model) { m.TenantID = types.StringNull() }, "tenant_id", []string{"EXCHANGE_TENANT_ID", "ARM_TENANT_ID"}},
		"tenant that is no GUID":  {func(m *model) { m.TenantID = text("contoso") }, "tenant_id", []string{`"contoso" is not a GUID`}},
		"no client":               {func(m *model) { m.ClientID = types.StringNull() }, "client_id", []string{"EXCHANGE_CLIENT_ID", "ARM_CLIENT_ID"}},
		"nothing to sign in with": {func(m *model) { m.ClientSecret = types.StringNull() }, "", []string{"client_secret", "EXCHANGE_CLIENT_CERTIFICATE_PATH", "ARM_"}},
		"missing certificate":     {func(m *model) { m.ClientCertificatePath = text(missing) }, "client_certificate_path", []string{"missing"}},
		"file without one":        {func(m *model) { m.ClientCertificatePath = text(garbage) }, "client_certificate_path", []string{"cannot be used"}},
		"certificate not base64":  {func(m *model) { m.ClientCertificate = text("%%%") }, "client_certificate", []string{"cannot be used"}},
		"unknown cloud":           {func(m *model) { m.Environment = text("germany") }, "environment", []string{"germany", "usgovernment"}},
		"endpoint over http":      {func(m *model) { m.ExchangeEndpoint = text("http://127.0.0.1") }, "exchange_endpoint", []string{"https"}},
		"authority with a path":   {func(m *model) { m.AuthorityHost = text("https://login.example/x?y") }, "authority_host", nil},
		"missing authorities":     {func(m *model) { m.CACertificatePath = text(missing) }, "ca_certificate_path", []string{"missing"}},
		"no authority in file":    {func(m *model) { m.CACertificatePath = text(garbage) }, "ca_certificate_path", []string{"no certificate"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := complete()
			test.change(&config)
			_, diags := (&Provider{version: "test"}).clients(config, "1.16.0")
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
	client, diags := (&Provider{version: "test"}).clients(complete(), "1.16.0")
	if diags.HasError() || client == nil {
		t.Fatal(diags)
	}
}

func TestAValueThatIsNotKnownYetIsNoErrorUntilAServiceIsAsked(t *testing.T) {
	t.Parallel()
	config := complete()
	config.ClientSecret = types.StringUnknown()
	client, diags := (&Provider{version: "test"}).clients(config, "1.16.0")
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
