// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// maxConcurrency is more than Exchange was ever seen to allow.
const maxConcurrency = 64

// model is the provider block, and after [model.fromEnvironment] all that is configured.
type model struct {
	TenantID    types.String `tfsdk:"tenant_id"`
	Environment types.String `tfsdk:"environment"`

	ClientID                   types.String `tfsdk:"client_id"`
	ClientIDFilePath           types.String `tfsdk:"client_id_file_path"`
	ClientSecret               types.String `tfsdk:"client_secret"`
	ClientSecretFilePath       types.String `tfsdk:"client_secret_file_path"`
	ClientCertificate          types.String `tfsdk:"client_certificate"`
	ClientCertificatePath      types.String `tfsdk:"client_certificate_path"`
	ClientCertificatePassword  types.String `tfsdk:"client_certificate_password"`
	ClientCertificateSendChain types.Bool   `tfsdk:"client_certificate_send_chain"`
	UseOIDC                    types.Bool   `tfsdk:"use_oidc"`
	OIDCToken                  types.String `tfsdk:"oidc_token"`
	OIDCTokenFilePath          types.String `tfsdk:"oidc_token_file_path"`
	OIDCRequestToken           types.String `tfsdk:"oidc_request_token"`
	OIDCRequestURL             types.String `tfsdk:"oidc_request_url"`
	OIDCAudience               types.String `tfsdk:"oidc_audience"`
	ADOServiceConnectionID     types.String `tfsdk:"ado_pipeline_service_connection_id"`
	UseAKSWorkloadIdentity     types.Bool   `tfsdk:"use_aks_workload_identity"`
	UseMSI                     types.Bool   `tfsdk:"use_msi"`
	MSIEndpoint                types.String `tfsdk:"msi_endpoint"`
	UseCLI                     types.Bool   `tfsdk:"use_cli"`
	ExchangeAccessToken        types.String `tfsdk:"exchange_access_token"`
	GraphAccessToken           types.String `tfsdk:"graph_access_token"`
	PartnerID                  types.String `tfsdk:"partner_id"`
	DisableTerraformPartnerID  types.Bool   `tfsdk:"disable_terraform_partner_id"`
	DisableInstanceDiscovery   types.Bool   `tfsdk:"disable_instance_discovery"`
	MetadataHost               types.String `tfsdk:"metadata_host"`
	AuthorityHost              types.String `tfsdk:"authority_host"`
	ExchangeEndpoint           types.String `tfsdk:"exchange_endpoint"`
	ExchangeTokenScope         types.String `tfsdk:"exchange_token_scope"`
	GraphEndpoint              types.String `tfsdk:"graph_endpoint"`
	GraphTokenScope            types.String `tfsdk:"graph_token_scope"`
	Organization               types.String `tfsdk:"organization"`
	CACertificatePath          types.String `tfsdk:"ca_certificate_path"`
	RolePropagationTimeout     types.String `tfsdk:"role_propagation_timeout"`
	MaxConcurrency             types.Int64  `tfsdk:"max_concurrency"`
	SuppressPolicyWarning      types.Bool   `tfsdk:"suppress_application_access_policy_warning"`

	// variables are the environment variables that values were taken from, by attribute.
	variables map[string]string
	// passedOver are the environment variables of credentials that were not read, because a place before theirs has one.
	passedOver []string
}

// set names settings that are taken from one place all together: the provider block, the variables that begin with
// EXCHANGE_, or the other ones. What is in no set is looked up by itself.
type set int

const (
	none set = iota
	// application is who signs in, by a value or by a file.
	application
	// credential is what proves an identity, and the switches that say how it is proved: a certificate that one pipeline's
	// variables name must not be used for the application that another's choose.
	credential
	// assertion is a token of another issuer, by a value or by a file.
	assertion
	// microsoftCloud is the cloud, by its name or by the host of its Resource Manager. DoD has no such host, so that its
	// pipelines name another cloud's to Azure's providers, and must be able to name it here.
	microsoftCloud
)

// setting is one attribute of the provider block, and where else its value may come from. It is a text or a flag.
type setting struct {
	attribute string
	variables []string // the first that is set and not empty wins
	set       set
	text      *types.String
	flag      *types.Bool
}

// settings are all attributes but max_concurrency, which is a number.
func (m *model) settings() []setting {
	return []setting{
		{"tenant_id", azuread("TENANT_ID"), none, &m.TenantID, nil},
		{"environment", azuread("ENVIRONMENT"), microsoftCloud, &m.Environment, nil},
		{"client_id", azuread("CLIENT_ID"), application, &m.ClientID, nil},
		{"client_id_file_path", azuread("CLIENT_ID_FILE_PATH"), application, &m.ClientIDFilePath, nil},
		{"client_secret", azuread("CLIENT_SECRET"), credential, &m.ClientSecret, nil},
		{"client_secret_file_path", azuread("CLIENT_SECRET_FILE_PATH"), credential, &m.ClientSecretFilePath, nil},
		{"client_certificate", azuread("CLIENT_CERTIFICATE"), credential, &m.ClientCertificate, nil},
		{"client_certificate_path", azuread("CLIENT_CERTIFICATE_PATH"), credential, &m.ClientCertificatePath, nil},
		{"client_certificate_password", azuread("CLIENT_CERTIFICATE_PASSWORD"), none, &m.ClientCertificatePassword, nil},
		{"client_certificate_send_chain", azuread("CLIENT_CERTIFICATE_SEND_CHAIN"), none, nil, &m.ClientCertificateSendChain},
		{"use_oidc", azuread("USE_OIDC"), credential, nil, &m.UseOIDC},
		{"oidc_token", azuread("OIDC_TOKEN"), assertion, &m.OIDCToken, nil},
		{"oidc_token_file_path", azuread("OIDC_TOKEN_FILE_PATH"), assertion, &m.OIDCTokenFilePath, nil},
		{"oidc_request_token", azuread("OIDC_REQUEST_TOKEN", gitHubRequestToken, azureDevOpsRequestToken), none, &m.OIDCRequestToken, nil},
		{"oidc_request_url", azuread("OIDC_REQUEST_URL", gitHubRequestURL, azureDevOpsRequestURL), none, &m.OIDCRequestURL, nil},
		{"oidc_audience", azuread("OIDC_AUDIENCE"), none, &m.OIDCAudience, nil},
		{
			"ado_pipeline_service_connection_id",
			azuread("ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"),
			none, &m.ADOServiceConnectionID, nil,
		},
		{"use_aks_workload_identity", azuread("USE_AKS_WORKLOAD_IDENTITY"), credential, nil, &m.UseAKSWorkloadIdentity},
		{"use_msi", azuread("USE_MSI"), credential, nil, &m.UseMSI},
		{"msi_endpoint", azuread("MSI_ENDPOINT"), none, &m.MSIEndpoint, nil},
		{"use_cli", azuread("USE_CLI"), none, nil, &m.UseCLI},
		{"exchange_access_token", []string{"EXCHANGE_ACCESS_TOKEN"}, credential, &m.ExchangeAccessToken, nil},
		{"graph_access_token", []string{"EXCHANGE_GRAPH_ACCESS_TOKEN"}, credential, &m.GraphAccessToken, nil},
		{"partner_id", azuread("PARTNER_ID"), none, &m.PartnerID, nil},
		{"disable_terraform_partner_id", azuread("DISABLE_TERRAFORM_PARTNER_ID"), none, nil, &m.DisableTerraformPartnerID},
		{"disable_instance_discovery", azuread("DISABLE_INSTANCE_DISCOVERY"), none, nil, &m.DisableInstanceDiscovery},
		{"metadata_host", azuread("METADATA_HOSTNAME"), microsoftCloud, &m.MetadataHost, nil},
		{"authority_host", []string{"EXCHANGE_AUTHORITY_HOST", "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST"}, none, &m.AuthorityHost, nil},
		{"exchange_endpoint", []string{"EXCHANGE_ADMIN_ENDPOINT"}, none, &m.ExchangeEndpoint, nil},
		{"exchange_token_scope", []string{"EXCHANGE_TOKEN_SCOPE"}, none, &m.ExchangeTokenScope, nil},
		{"graph_endpoint", []string{"EXCHANGE_GRAPH_ENDPOINT", "ARM_MSGRAPH_ENDPOINT"}, none, &m.GraphEndpoint, nil},
		{"graph_token_scope", []string{"EXCHANGE_GRAPH_TOKEN_SCOPE"}, none, &m.GraphTokenScope, nil},
		{"organization", []string{"EXCHANGE_ORGANIZATION"}, none, &m.Organization, nil},
		{"ca_certificate_path", []string{"EXCHANGE_CA_CERTIFICATE_PATH"}, none, &m.CACertificatePath, nil},
		{"role_propagation_timeout", []string{"EXCHANGE_ROLE_PROPAGATION_TIMEOUT"}, none, &m.RolePropagationTimeout, nil},
		{
			"suppress_application_access_policy_warning",
			[]string{"EXCHANGE_SUPPRESS_APPLICATION_ACCESS_POLICY_WARNING"},
			none, nil, &m.SuppressPolicyWarning,
		},
	}
}

// The variables that job runners set, or that their users map by hand.
const (
	gitHubRequestToken      = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
	gitHubRequestURL        = "ACTIONS_ID_TOKEN_REQUEST_URL"
	azureDevOpsRequestToken = "SYSTEM_ACCESSTOKEN"
	azureDevOpsRequestURL   = "SYSTEM_OIDCREQUESTURI"
)

// azuread returns the variables of an attribute that the azuread and azurerm providers have, too, and then further ones.
func azuread(name string, further ...string) []string {
	return append([]string{"EXCHANGE_" + name, "ARM_" + name}, further...)
}

// concurrencyVariable is the variable of the one attribute that is a number.
const concurrencyVariable = "EXCHANGE_MAX_CONCURRENCY"

// isNull reports whether the setting was given nowhere. An empty text in the provider block was given.
func (s setting) isNull() bool {
	if s.flag != nil {
		return s.flag.IsNull()
	}
	return s.text.IsNull()
}

func (s setting) isUnknown() bool {
	if s.flag != nil {
		return s.flag.IsUnknown()
	}
	return s.text.IsUnknown()
}

// says reports whether the setting says something: a text that is not empty, a switch that is on, or what is not known yet.
func (s setting) says() bool {
	if s.isUnknown() {
		return true
	}
	if s.flag != nil {
		return s.flag.ValueBool()
	}
	return s.text.ValueString() != ""
}

// take sets the value from a variable.
func (s setting) take(variable, value string) diag.Diagnostics {
	var diags diag.Diagnostics
	if s.text != nil {
		*s.text = types.StringValue(value)
		return diags
	}
	on, err := strconv.ParseBool(value)
	if err != nil {
		diags.AddAttributeError(path.Root(s.attribute), "Neither true nor false",
			fmt.Sprintf("%s is %q, and neither true nor false. It sets %s.", variable, value, s.attribute))
	}
	*s.flag = types.BoolValue(on)
	return diags
}

// fromEnvironment fills in what the provider block leaves out: from the variables that begin with EXCHANGE_, then from
// the others, which are the azuread provider's and the job runners'. A value that is not known yet is not left out.
//
// Each setting is looked up by itself, but for those of a [set]. So an application with its own EXCHANGE_ variables never
// signs in with what the ARM_ variables hold for another, while what is the same for both, such as the tenant or the
// address of a job runner's token service, need not be given twice.
func (m *model) fromEnvironment(lookup LookupEnv) diag.Diagnostics {
	var diags diag.Diagnostics
	m.variables = map[string]string{}
	for _, ours := range []bool{true, false} {
		given := map[set]bool{}
		for _, setting := range m.settings() {
			if setting.set != none && setting.says() {
				given[setting.set] = true
			}
		}
		for _, setting := range m.settings() {
			if !setting.isNull() {
				continue
			}
			for _, variable := range setting.variables {
				value, ok := lookup(variable)
				if !ok || value == "" || strings.HasPrefix(variable, "EXCHANGE_") != ours {
					continue
				}
				if given[setting.set] {
					if setting.set == credential && setting.text != nil {
						m.passedOver = append(m.passedOver, variable)
					}
					continue
				}
				diags.Append(setting.take(variable, value)...)
				m.variables[setting.attribute] = variable
				break
			}
		}
	}
	if value, ok := lookup(concurrencyVariable); ok && value != "" && m.MaxConcurrency.IsNull() {
		limit, err := strconv.ParseInt(value, 10, 64)
		if err != nil || limit < 1 || limit > maxConcurrency {
			diags.AddAttributeError(path.Root("max_concurrency"), "Not a number of requests",
				fmt.Sprintf("%s is %q, and not a whole number from 1 to %d.", concurrencyVariable, value, maxConcurrency))
		}
		m.MaxConcurrency = types.Int64Value(limit)
	}
	return diags
}

// unknown returns the first attribute whose value is known only once something else was applied. Whether to warn of
// policies is none: the warning is given then.
func (m *model) unknown() string {
	for _, setting := range m.settings() {
		if setting.isUnknown() && setting.flag != &m.SuppressPolicyWarning {
			return setting.attribute
		}
	}
	if m.MaxConcurrency.IsUnknown() {
		return "max_concurrency"
	}
	return ""
}

// setting returns the setting of an attribute.
func (m *model) setting(attribute string) setting {
	settings := m.settings()
	return settings[slices.IndexFunc(settings, func(s setting) bool { return s.attribute == attribute })]
}

// firstGiven returns the first of some attributes that says something, or "".
func (m *model) firstGiven(attributes ...string) string {
	for _, attribute := range attributes {
		if m.setting(attribute).says() {
			return attribute
		}
	}
	return ""
}

// origin says where the value of an attribute is from.
func (m *model) origin(attribute string) string {
	if variable := m.variables[attribute]; variable != "" {
		return "the environment variable " + variable
	}
	if m.setting(attribute).isNull() {
		return attribute + ", which is on by default"
	}
	return attribute + " in the provider block"
}

// howToSet says where the value of an attribute can be given.
func (m *model) howToSet(attribute string) string {
	return fmt.Sprintf("Set %s in the provider block, or the environment variable %s.", attribute, either(m.setting(attribute).variables))
}

// either lists names of which one is enough.
func either(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
