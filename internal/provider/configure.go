// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/graph"
)

// maxConcurrency is more than Exchange was ever seen to allow.
const maxConcurrency = 64

const suppressWarningVariable = "EXCHANGE_SUPPRESS_APPLICATION_ACCESS_POLICY_WARNING"

type model struct {
	TenantID                  types.String `tfsdk:"tenant_id"`
	ClientID                  types.String `tfsdk:"client_id"`
	ClientSecret              types.String `tfsdk:"client_secret"`
	ClientCertificate         types.String `tfsdk:"client_certificate"`
	ClientCertificatePath     types.String `tfsdk:"client_certificate_path"`
	ClientCertificatePassword types.String `tfsdk:"client_certificate_password"`
	Environment               types.String `tfsdk:"environment"`
	Organization              types.String `tfsdk:"organization"`
	ExchangeEndpoint          types.String `tfsdk:"exchange_endpoint"`
	GraphEndpoint             types.String `tfsdk:"graph_endpoint"`
	AuthorityHost             types.String `tfsdk:"authority_host"`
	CACertificatePath         types.String `tfsdk:"ca_certificate_path"`
	MaxConcurrency            types.Int64  `tfsdk:"max_concurrency"`
	SuppressPolicyWarning     types.Bool   `tfsdk:"suppress_application_access_policy_warning"`
}

// setting is one text of the provider block, and where else it may come from.
type setting struct {
	attribute string
	variables []string // the first that is set and not empty wins
	value     *types.String
	// credential says that an identity is proved with it.
	credential bool
}

func (m *model) settings() []setting {
	azuread := func(attribute, name string, value *types.String) setting {
		return setting{attribute: attribute, variables: []string{"EXCHANGE_" + name, "ARM_" + name}, value: value}
	}
	credential := func(attribute, name string, value *types.String) setting {
		setting := azuread(attribute, name, value)
		setting.credential = true
		return setting
	}
	own := func(attribute, variable string, value *types.String) setting {
		return setting{attribute: attribute, variables: []string{variable}, value: value}
	}
	return []setting{
		azuread("tenant_id", "TENANT_ID", &m.TenantID),
		azuread("client_id", "CLIENT_ID", &m.ClientID),
		credential("client_secret", "CLIENT_SECRET", &m.ClientSecret),
		credential("client_certificate", "CLIENT_CERTIFICATE", &m.ClientCertificate),
		credential("client_certificate_path", "CLIENT_CERTIFICATE_PATH", &m.ClientCertificatePath),
		azuread("client_certificate_password", "CLIENT_CERTIFICATE_PASSWORD", &m.ClientCertificatePassword),
		azuread("environment", "ENVIRONMENT", &m.Environment),
		own("organization", "EXCHANGE_ORGANIZATION", &m.Organization),
		own("exchange_endpoint", "EXCHANGE_ADMIN_ENDPOINT", &m.ExchangeEndpoint),
		own("graph_endpoint", "EXCHANGE_GRAPH_ENDPOINT", &m.GraphEndpoint),
		own("authority_host", "EXCHANGE_AUTHORITY_HOST", &m.AuthorityHost),
		own("ca_certificate_path", "EXCHANGE_CA_CERTIFICATE_PATH", &m.CACertificatePath),
	}
}

// fromEnvironment fills in what the provider block leaves out. A value that is not known yet is not left out.
func (m *model) fromEnvironment(lookup LookupEnv) diag.Diagnostics {
	var diags diag.Diagnostics
	given := m.credentialGiven()
	for _, prefix := range []string{"EXCHANGE_", "ARM_"} {
		for _, setting := range m.settings() {
			// What proves an identity comes from one place: a certificate that one pipeline's variables name must not be
			// used for the application that another's choose.
			if !setting.value.IsNull() || setting.credential && given {
				continue
			}
			for _, variable := range setting.variables {
				if value, ok := lookup(variable); ok && value != "" && strings.HasPrefix(variable, prefix) {
					*setting.value = types.StringValue(value)
				}
			}
		}
		given = m.credentialGiven()
	}
	if value, ok := lookup("EXCHANGE_MAX_CONCURRENCY"); ok && value != "" && m.MaxConcurrency.IsNull() {
		limit, err := strconv.ParseInt(value, 10, 64)
		if err != nil || limit < 1 || limit > maxConcurrency {
			diags.AddAttributeError(path.Root("max_concurrency"), "Not a number of requests",
				fmt.Sprintf("EXCHANGE_MAX_CONCURRENCY is %q, and not a whole number from 1 to %d.", value, maxConcurrency))
		}
		m.MaxConcurrency = types.Int64Value(limit)
	}
	if value, ok := lookup(suppressWarningVariable); ok && value != "" && m.SuppressPolicyWarning.IsNull() {
		suppress, err := strconv.ParseBool(value)
		if err != nil {
			diags.AddAttributeError(path.Root("suppress_application_access_policy_warning"), "Neither true nor false",
				fmt.Sprintf("%s is %q, and neither true nor false.", suppressWarningVariable, value))
		}
		m.SuppressPolicyWarning = types.BoolValue(suppress)
	}
	return diags
}

// credentialGiven reports whether there is something to sign in with.
func (m *model) credentialGiven() bool {
	for _, setting := range m.settings() {
		if setting.credential && !setting.value.IsNull() {
			return true
		}
	}
	return false
}

// unknown returns the first attribute whose value is known only once something else was applied.
func (m *model) unknown() string {
	for _, setting := range m.settings() {
		if setting.value.IsUnknown() {
			return setting.attribute
		}
	}
	if m.MaxConcurrency.IsUnknown() {
		return "max_concurrency"
	}
	return ""
}

// Configure makes the client that all resources share. It sends nothing.
func (p *Provider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config model
	if resp.Diagnostics.Append(req.Config.Get(ctx, &config)...); resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(config.fromEnvironment(p.lookupEnv)...); resp.Diagnostics.HasError() {
		return
	}
	configured, diags := p.clients(config, req.TerraformVersion)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	resp.ResourceData = configured
	resp.DataSourceData = configured
	resp.ListResourceData = configured
}

// clients builds the layers from the network up.
func (p *Provider) clients(config model, terraformVersion string) (*clients.Clients, diag.Diagnostics) {
	var diags diag.Diagnostics
	if attribute := config.unknown(); attribute != "" {
		// What is planned without asking Exchange can be planned; the first question says what is missing.
		tokens := unknownYet(attribute)
		api, apiErr := adminapi.New(adminapi.Config{Cloud: global(), TenantID: unknownTenant, Tokens: tokens})
		directory, graphErr := graph.New(graph.Config{Cloud: global(), Tokens: tokens, Transport: http.DefaultTransport})
		if err := errors.Join(apiErr, graphErr); err != nil {
			diags.AddError("The provider could not be configured", err.Error())
		}
		return config.share(exchange.New(api), directory), diags
	}

	place, placeDiags := config.cloud()
	diags.Append(placeDiags...)
	credential, credentialDiags := config.credential()
	diags.Append(credentialDiags...)
	diags.Append(config.required()...)
	transport, err := transport(config.CACertificatePath.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("ca_certificate_path"), "The certificate authorities could not be read", err.Error())
	}
	if diags.HasError() {
		return nil, diags
	}

	userAgent := fmt.Sprintf("Terraform/%s (+https://www.terraform.io) terraform-provider-exchange/%s", terraformVersion, p.version)
	tokens, err := auth.NewTokenSource(auth.Config{
		Cloud: place, TenantID: config.TenantID.ValueString(), ClientID: config.ClientID.ValueString(),
		Credential: credential, Transport: transport, UserAgent: userAgent,
	})
	if err != nil {
		diags.AddError("The provider could not be configured to sign in", err.Error())
		return nil, diags
	}
	api, err := adminapi.New(adminapi.Config{
		Cloud: place, TenantID: config.TenantID.ValueString(),
		Anchor: adminapi.Anchor(config.Organization.ValueString(), config.TenantID.ValueString()),
		Tokens: tokens, Transport: transport,
		UserAgent: userAgent, Application: "terraform-provider-exchange",
		MaxConcurrency: int(config.MaxConcurrency.ValueInt64()),
		Observe:        logRequest,
	})
	if err != nil {
		diags.AddError("The provider could not be configured to reach Exchange", err.Error())
		return nil, diags
	}
	directory, err := graph.New(graph.Config{
		Cloud: place, Tokens: tokens, Transport: transport, UserAgent: userAgent, Observe: logGraphRequest,
	})
	if err != nil {
		diags.AddError("The provider could not be configured to reach Microsoft Graph", err.Error())
		return nil, diags
	}
	return config.share(exchange.New(api), directory), diags
}

// share is what all resources and data sources of one run share.
func (m *model) share(service *exchange.Client, directory *graph.Client) *clients.Clients {
	shared := &clients.Clients{AdoptedPermissions: new(clients.IDs), Exchange: service, Graph: directory}
	if !m.SuppressPolicyWarning.ValueBool() {
		shared.PoliciesSuperseded = new(clients.Notice)
	}
	return shared
}

// required checks what every way to sign in needs.
func (m *model) required() diag.Diagnostics {
	var diags diag.Diagnostics
	for _, setting := range m.settings()[:2] {
		value := setting.value.ValueString()
		if value == "" {
			diags.AddAttributeError(path.Root(setting.attribute), "The provider does not know where to sign in",
				fmt.Sprintf("Set %s in the provider block, or the environment variable %s or %s.", setting.attribute, setting.variables[0], setting.variables[1]))
			continue
		}
		diags.Append(customtype.GUID.Validate(value, path.Root(setting.attribute))...)
	}
	return diags
}

// cloud returns the chosen cloud with the endpoints that replace its own.
func (m *model) cloud() (cloud.Cloud, diag.Diagnostics) {
	var diags diag.Diagnostics
	place := global()
	if name := m.Environment.ValueString(); name != "" {
		var err error
		if place, err = cloud.Lookup(name); err != nil {
			diags.AddAttributeError(path.Root("environment"), "Unknown Microsoft cloud", err.Error())
		}
	}
	for attribute, endpoint := range map[string]struct {
		value types.String
		field *string
	}{
		"exchange_endpoint": {m.ExchangeEndpoint, &place.ExchangeEndpoint},
		"graph_endpoint":    {m.GraphEndpoint, &place.GraphEndpoint},
		"authority_host":    {m.AuthorityHost, &place.AuthorityHost},
	} {
		if endpoint.value.ValueString() == "" {
			continue
		}
		url, err := cloud.ParseEndpoint(endpoint.value.ValueString())
		if err != nil {
			diags.AddAttributeError(path.Root(attribute), "Not an endpoint", err.Error())
			continue
		}
		*endpoint.field = url.String()
	}
	return place, diags
}

func global() cloud.Cloud {
	place, err := cloud.Lookup("global")
	if err != nil {
		panic(err) // the name is a constant of the package that knows it
	}
	return place
}

// credential reads the one credential that is given. A certificate goes before a secret, as in the azuread provider.
func (m *model) credential() (auth.Credential, diag.Diagnostics) {
	var diags diag.Diagnostics
	password := m.ClientCertificatePassword.ValueString()
	switch {
	case m.ClientCertificatePath.ValueString() != "":
		data, err := os.ReadFile(m.ClientCertificatePath.ValueString())
		if err != nil {
			diags.AddAttributeError(path.Root("client_certificate_path"), "The client certificate could not be read", err.Error())
			return auth.Credential{}, diags
		}
		credential, err := auth.Certificate(data, password)
		if err != nil {
			diags.AddAttributeError(path.Root("client_certificate_path"), "The client certificate cannot be used", err.Error())
		}
		return credential, diags
	case m.ClientCertificate.ValueString() != "":
		credential, err := auth.Certificate([]byte(m.ClientCertificate.ValueString()), password)
		if err != nil {
			diags.AddAttributeError(path.Root("client_certificate"), "The client certificate cannot be used", err.Error())
		}
		return credential, diags
	case m.ClientSecret.ValueString() != "":
		return auth.ClientSecret(m.ClientSecret.ValueString()), diags
	default:
		diags.AddError("The provider has nothing to sign in with",
			"Set client_certificate_path, client_certificate or client_secret in the provider block, or one of the environment variables "+
				"EXCHANGE_CLIENT_CERTIFICATE_PATH, EXCHANGE_CLIENT_CERTIFICATE, EXCHANGE_CLIENT_SECRET, or the same names that begin with ARM_.")
		return auth.Credential{}, diags
	}
}

// transport carries all requests: TLS 1.2 or newer, the environment's proxy, and further authorities where given.
func transport(caCertificatePath string) (http.RoundTripper, error) {
	base, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("the standard library's transport was replaced by another one")
	}
	transport := base.Clone()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	transport.MaxIdleConnsPerHost = maxConcurrency
	if caCertificatePath == "" {
		return transport, nil
	}
	pem, err := os.ReadFile(caCertificatePath)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", caCertificatePath)
	}
	transport.TLSClientConfig.RootCAs = pool
	return transport, nil
}

// logRequest writes one line for each request. An observation holds no secret.
func logRequest(ctx context.Context, o adminapi.Observation) {
	fields := map[string]any{
		"cmdlet": o.Cmdlet, "page": o.Page, "host": o.Host, "status": o.Status, "duration_ms": o.Duration.Milliseconds(),
		"request_id": o.RequestID, "client_request_id": o.ClientRequestID,
	}
	if o.Err != "" {
		fields["error"] = o.Err
	}
	tflog.Debug(ctx, "Exchange cmdlet", fields)
}

// logGraphRequest does the same for Microsoft Graph.
func logGraphRequest(ctx context.Context, o graph.Observation) {
	fields := map[string]any{
		"path": o.Path, "host": o.Host, "status": o.Status, "duration_ms": o.Duration.Milliseconds(),
		"request_id": o.RequestID, "client_request_id": o.ClientRequestID,
	}
	if o.Err != "" {
		fields["error"] = o.Err
	}
	tflog.Debug(ctx, "Microsoft Graph request", fields)
}

// unknownTenant stands where the tenant is not known yet; no request is made with it.
const unknownTenant = "00000000-0000-0000-0000-000000000000"

// unknownYet is a token source for a provider block with a value that is not known yet.
type unknownYet string

// Token refuses: there is nobody to ask for one.
func (attribute unknownYet) Token(context.Context, string, string, string) (string, error) {
	return "", fmt.Errorf("the provider's %s is known only after apply, so nothing can be asked while planning. "+
		"Apply what it comes from first, with -target, or give the value by an input variable", string(attribute))
}
