// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// azureadAttributes are the attributes of the azuread provider's block, with the variables that it reads, in its order.
var azureadAttributes = map[string][]string{
	"client_id":                          {"ARM_CLIENT_ID"},
	"client_id_file_path":                {"ARM_CLIENT_ID_FILE_PATH"},
	"tenant_id":                          {"ARM_TENANT_ID"},
	"environment":                        {"ARM_ENVIRONMENT"},
	"metadata_host":                      {"ARM_METADATA_HOSTNAME"},
	"client_certificate":                 {"ARM_CLIENT_CERTIFICATE"},
	"client_certificate_path":            {"ARM_CLIENT_CERTIFICATE_PATH"},
	"client_certificate_password":        {"ARM_CLIENT_CERTIFICATE_PASSWORD"},
	"client_secret":                      {"ARM_CLIENT_SECRET"},
	"client_secret_file_path":            {"ARM_CLIENT_SECRET_FILE_PATH"},
	"use_oidc":                           {"ARM_USE_OIDC"},
	"oidc_token":                         {"ARM_OIDC_TOKEN"},
	"oidc_token_file_path":               {"ARM_OIDC_TOKEN_FILE_PATH"},
	"oidc_request_token":                 {"ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"},
	"oidc_request_url":                   {"ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"},
	"ado_pipeline_service_connection_id": {"ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"},
	"use_aks_workload_identity":          {"ARM_USE_AKS_WORKLOAD_IDENTITY"},
	"use_cli":                            {"ARM_USE_CLI"},
	"use_msi":                            {"ARM_USE_MSI"},
	"msi_endpoint":                       {"ARM_MSI_ENDPOINT"},
	"partner_id":                         {"ARM_PARTNER_ID"},
	"disable_terraform_partner_id":       {"ARM_DISABLE_TERRAFORM_PARTNER_ID"},
}

func TestEverySettingOfAzureadIsOneOfOursWithItsVariablesAndOursBefore(t *testing.T) {
	t.Parallel()
	var blank model
	ours := map[string][]string{}
	for _, setting := range blank.settings() {
		ours[setting.attribute] = setting.variables
	}
	for attribute, theirs := range azureadAttributes {
		variables, ok := ours[attribute]
		if !ok {
			t.Errorf("%s is none of ours", attribute)
			continue
		}
		want := append([]string{"EXCHANGE_" + strings.TrimPrefix(theirs[0], "ARM_")}, theirs...)
		if len(variables) < len(want) || !slices.Equal(variables[:len(want)], want) {
			t.Errorf("%s is read from %v, want %v first", attribute, variables, want)
		}
	}
}

// The list of settings and the provider block are written down apart: each attribute must be in both.
func TestTheSchemaHasEverySettingAndNamesItsVariables(t *testing.T) {
	t.Parallel()
	var answer provider.SchemaResponse
	testProvider(environment()).Schema(t.Context(), provider.SchemaRequest{}, &answer)
	if diags := answer.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
	var blank model
	listed := map[string]bool{"max_concurrency": true}
	for _, setting := range blank.settings() {
		listed[setting.attribute] = true
		attribute, ok := answer.Schema.Attributes[setting.attribute]
		if !ok {
			t.Errorf("the schema has no %s", setting.attribute)
			continue
		}
		var want attr.Type = types.StringType
		if setting.flag != nil {
			want = types.BoolType
		}
		if !attribute.GetType().Equal(want) || !attribute.IsOptional() {
			t.Errorf("%s is %s in the schema", setting.attribute, attribute.GetType())
		}
		secret := slices.Contains([]string{
			"client_secret", "client_certificate", "client_certificate_password", "oidc_token", "oidc_request_token",
			"exchange_access_token", "graph_access_token",
		}, setting.attribute)
		if attribute.IsSensitive() != secret {
			t.Errorf("%s: sensitive is %t", setting.attribute, attribute.IsSensitive())
		}
		for _, variable := range setting.variables {
			if !strings.Contains(attribute.GetMarkdownDescription(), "`"+variable+"`") {
				t.Errorf("the description of %s does not name %s", setting.attribute, variable)
			}
		}
	}
	for attribute := range answer.Schema.Attributes {
		if !listed[attribute] {
			t.Errorf("%s of the schema is no setting", attribute)
		}
	}
	if fields := reflect.VisibleFields(reflect.TypeFor[model]()); len(fields)-2 != len(answer.Schema.Attributes) {
		t.Errorf("the model has %d fields for %d attributes", len(fields)-2, len(answer.Schema.Attributes))
	}
}

func TestEverySettingIsTakenFromTheBlockThenFromItsVariablesInOrder(t *testing.T) {
	t.Parallel()
	var blank model
	for i, one := range blank.settings() {
		t.Run(one.attribute, func(t *testing.T) {
			t.Parallel()
			// read returns the value and what it is said to be from. A switch is true only where it is of the place meant.
			read := func(inBlock func(setting), pairs ...string) (value, origin string) {
				var config model
				if inBlock != nil {
					inBlock(config.settings()[i])
				}
				if diags := config.fromEnvironment(environment(pairs...)); diags.HasError() {
					t.Fatal(diags)
				}
				if setting := config.settings()[i]; setting.flag != nil {
					value = setting.flag.String()
				} else {
					value = setting.text.ValueString()
				}
				return value, config.origin(one.attribute)
			}
			isFlag := one.flag != nil
			// pairs sets some variables: the one that is meant says one thing, all others another.
			pairs := func(meant string, variables ...string) (pairs []string) {
				for _, variable := range variables {
					value := "from " + variable
					if isFlag {
						value = map[bool]string{true: "TRUE", false: "0"}[variable == meant]
					}
					pairs = append(pairs, variable, value)
				}
				return pairs
			}
			want := func(from string) string {
				if isFlag {
					return "true"
				}
				return "from " + from
			}
			for j, variable := range one.variables {
				if got, origin := read(nil, pairs(variable, one.variables[j:]...)...); got != want(variable) || origin != "the environment variable "+variable {
					t.Errorf("with %v, got %q of %s", one.variables[j:], got, origin)
				}
				if got, _ := read(nil, append([]string{one.variables[0], ""}, pairs(variable, variable)...)...); j > 0 && got != want(variable) {
					t.Errorf("an empty %s hides %s: got %q", one.variables[0], variable, got)
				}
			}
			got, origin := read(func(s setting) {
				if isFlag {
					*s.flag = types.BoolValue(true)
				} else {
					*s.text = types.StringValue("from the block")
				}
			}, pairs("", one.variables...)...)
			if got != want("the block") || origin != one.attribute+" in the provider block" {
				t.Errorf("the block does not win: got %q of %s", got, origin)
			}
			got, _ = read(func(s setting) {
				if isFlag {
					*s.flag = types.BoolUnknown()
				} else {
					*s.text = types.StringUnknown()
				}
			}, pairs("", one.variables...)...)
			if got != map[bool]string{true: "<unknown>", false: ""}[isFlag] {
				t.Errorf("a value that is not known yet is replaced by %q", got)
			}
		})
	}
}

func TestSwitchesAreReadAsGoReadsThemAndJunkIsRefusedByName(t *testing.T) {
	t.Parallel()
	var blank model
	for i, setting := range blank.settings() {
		if setting.flag == nil {
			continue
		}
		for _, variable := range setting.variables {
			for text, want := range map[string]string{
				"1": "true", "t": "true", "true": "true", "TRUE": "true", "True": "true",
				"0": "false", "f": "false", "false": "false", "FALSE": "false", "False": "false",
				"yes": "", "on": "", "perhaps": "", " true": "", "2": "",
			} {
				var config model
				diags := config.fromEnvironment(environment(variable, text))
				if got := config.settings()[i].flag.String(); !diags.HasError() && got != want {
					t.Errorf("%s=%q is %s", variable, text, got)
				}
				if diags.HasError() != (want == "") {
					t.Errorf("%s=%q: %v", variable, text, diags)
				}
				for _, refusal := range diags {
					for _, name := range []string{variable, setting.attribute, `"` + text + `"`} {
						if !strings.Contains(refusal.Detail(), name) {
							t.Errorf("%s=%q: %s is not in: %s", variable, text, name, refusal.Detail())
						}
					}
				}
			}
		}
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
		"a switch of ours before a secret of theirs": {
			model{},
			[]string{"EXCHANGE_USE_OIDC", "true", "ARM_CLIENT_SECRET", "theirs"},
			"", "", "",
		},
		"a switch of ours that is off": {
			model{},
			[]string{"EXCHANGE_USE_OIDC", "false", "ARM_CLIENT_SECRET", "theirs"},
			"theirs", "", "",
		},
		"an empty text of the block hides its variables alone": {
			model{ClientSecret: types.StringValue("")},
			[]string{"ARM_CLIENT_SECRET", "theirs", "ARM_CLIENT_CERTIFICATE_PATH", "path"},
			"", "path", "",
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

func TestTheCloudComesFromOnePlace(t *testing.T) {
	t.Parallel()
	const government, china = "management.usgovcloudapi.net", "management.chinacloudapi.cn"
	text := types.StringValue
	for name, test := range map[string]struct {
		block       model
		environment []string
		want        string
	}{
		"the block's name before azuread's host": {model{Environment: text("dod")}, []string{"ARM_METADATA_HOSTNAME", government, "ARM_ENVIRONMENT", "usgovernment"}, "dod"},
		"our name before azuread's host":         {model{}, []string{"EXCHANGE_ENVIRONMENT", "dod", "ARM_METADATA_HOSTNAME", government}, "dod"},
		"the block's host before our name":       {model{MetadataHost: text(china)}, []string{"EXCHANGE_ENVIRONMENT", "dod"}, "china"},
		"azuread's host before its name":         {model{}, []string{"ARM_ENVIRONMENT", "china", "ARM_METADATA_HOSTNAME", government}, "usgovernment"},
		"an empty name in the block":             {model{Environment: text("")}, []string{"ARM_METADATA_HOSTNAME", government}, "usgovernment"},
	} {
		config := test.block
		if diags := config.fromEnvironment(environment(test.environment...)); diags.HasError() {
			t.Fatal(diags)
		}
		if place, diags := config.cloud(); diags.HasError() || place.Name != test.want {
			t.Errorf("%s: the cloud is %q, want %q: %v", name, place.Name, test.want, diags)
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
		if diags := config.fromEnvironment(environment("EXCHANGE_SUPPRESS_APPLICATION_ACCESS_POLICY_WARNING", test.text)); diags.HasError() != test.error {
			t.Errorf("%s: %v", name, diags)
		}
		shared, diags := testProvider(environment()).clients(t.Context(), config, "1.16.0")
		if diags.HasError() {
			t.Fatal(diags)
		}
		if got := shared.PoliciesSuperseded.Due(); got != test.due {
			t.Errorf("%s: due is %t", name, got)
		}
	}
}

func TestAnythingThatIsNotKnownYetPutsTheFirstQuestionOff(t *testing.T) {
	t.Parallel()
	var blank model
	for i, setting := range blank.settings() {
		if setting.attribute == "suppress_application_access_policy_warning" {
			continue
		}
		config := complete()
		if setting.flag != nil {
			*config.settings()[i].flag = types.BoolUnknown()
		} else {
			*config.settings()[i].text = types.StringUnknown()
		}
		shared, diags := testProvider(environment()).clients(t.Context(), config, "1.16.0")
		if len(diags) != 0 {
			t.Errorf("%s: %v", setting.attribute, diags)
			continue
		}
		_, err := shared.Exchange.ServicePrincipal(t.Context(), "33333333-3333-3333-3333-333333333333")
		if want := setting.attribute + " is known only after apply"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", setting.attribute, err)
		}
	}
}
