// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

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

// Configure makes the client that all resources share. It sends nothing.
func (p *Provider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config model
	if resp.Diagnostics.Append(req.Config.Get(ctx, &config)...); resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(config.fromEnvironment(p.lookupEnv)...); resp.Diagnostics.HasError() {
		return
	}
	if req.ClientCapabilities.DeferralAllowed && config.unknown() != "" {
		resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
	}
	configured, diags := p.clients(ctx, config, req.TerraformVersion)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	resp.ResourceData = configured
	resp.DataSourceData = configured
	resp.ListResourceData = configured
}

// clients builds the layers from the network up.
func (p *Provider) clients(ctx context.Context, config model, terraformVersion string) (*clients.Clients, diag.Diagnostics) {
	var diags diag.Diagnostics
	if attribute := config.unknown(); attribute != "" {
		// What is planned without asking Exchange can be planned; the first question says what is missing.
		tokens := unknownYet(attribute)
		api, apiErr := adminapi.New(adminapi.Config{Cloud: global(), TenantID: unknownTenant, Tokens: tokens, Transport: http.DefaultTransport})
		directory, graphErr := graph.New(graph.Config{Cloud: global(), Tokens: tokens, Transport: http.DefaultTransport})
		if err := errors.Join(apiErr, graphErr); err != nil {
			diags.AddError("The provider could not be configured", err.Error())
		}
		return config.share(exchange.New(api), directory), diags
	}

	transport, err := transport(config.CACertificatePath.ValueString(), p.dial)
	if err != nil {
		diags.AddAttributeError(path.Root("ca_certificate_path"), "The certificate authorities could not be read", err.Error())
	}
	place, placeDiags := config.cloud()
	diags.Append(placeDiags...)
	userAgent, userAgentDiags := config.userAgent(terraformVersion, p.version)
	diags.Append(userAgentDiags...)
	propagation, propagationDiags := config.rolePropagation()
	diags.Append(propagationDiags...)
	diags.Append(config.checkOrganization()...)
	if diags.HasError() {
		return nil, diags
	}
	tokens, tokenDiags := p.tokens(ctx, &config, auth.Config{Cloud: place, Transport: transport, UserAgent: userAgent})
	if diags.Append(tokenDiags...); diags.HasError() {
		return nil, diags
	}

	reach := adminapi.Config{
		Cloud: place, TenantID: config.TenantID.ValueString(), Organization: config.Organization.ValueString(),
		Tokens: tokens, Transport: transport,
		UserAgent: userAgent, Application: "terraform-provider-exchange",
		MaxConcurrency:  int(config.MaxConcurrency.ValueInt64()),
		RolePropagation: propagation,
		Observe:         logRequest,
	}
	if !customtype.IsGUID(reach.TenantID) {
		reach.TenantID, reach.Tenant = "", tokens.TenantID
	}
	api, err := adminapi.New(reach)
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
	return config.share(exchange.New(api, append([]exchange.Option{exchange.ReportTo(logProgress)}, p.service...)...), directory), diags
}

// checkOrganization refuses what cannot be the initial domain. Exchange was seen to answer every read of a caller that gave
// the tenant's GUID in its place, and to refuse every create.
func (m *model) checkOrganization() diag.Diagnostics {
	var diags diag.Diagnostics
	if given := m.Organization.ValueString(); given != "" && !domain().MatchString(given) {
		diags.AddAttributeError(path.Root("organization"), "Not a domain",
			fmt.Sprintf("%q, of %s, is not a domain. Give the tenant's initial domain, such as contoso.onmicrosoft.com.", given, m.origin("organization")))
	}
	return diags
}

// rolePropagation is how long a refusal of the caller is taken for a role on its way.
func (m *model) rolePropagation() (time.Duration, diag.Diagnostics) {
	var diags diag.Diagnostics
	given := m.RolePropagationTimeout.ValueString()
	if given == "" {
		return 0, diags
	}
	limit, err := time.ParseDuration(given)
	if err != nil || limit < 0 {
		diags.AddAttributeError(path.Root("role_propagation_timeout"), "Not a duration",
			fmt.Sprintf("%s is %q. Give a duration such as 90s, 30m or 1h, or 0s for no wait.", m.origin("role_propagation_timeout"), given))
	}
	return limit, diags
}

// tokens makes the source of tokens by the one method that is used. The method may know who signs in, and where, which it
// adds to config.
func (p *Provider) tokens(ctx context.Context, config *model, where auth.Config) (*auth.TokenSource, diag.Diagnostics) {
	signIn := signIn{config: config, place: &where.Cloud, lookupEnv: p.lookupEnv, lookPath: p.lookPath}
	method, diags := signIn.choose()
	if diags.Append(signIn.clientID()...); diags.HasError() {
		return nil, diags
	}
	credential, credentialDiags := method.credential()
	diags.Append(credentialDiags...)
	if diags.Append(signIn.identity(method)...); diags.HasError() {
		return nil, diags
	}
	where.TenantID, where.ClientID = config.TenantID.ValueString(), config.ClientID.ValueString()
	where.Credential = credential
	where.DisableInstanceDiscovery = config.DisableInstanceDiscovery.ValueBool()
	tokens, err := auth.NewTokenSource(where)
	if err != nil {
		diags.AddAttributeError(path.Root(cmp.Or(method.address, method.attribute)), "The provider could not be configured to sign in", err.Error())
		return nil, diags
	}
	tflog.Debug(ctx, "Sign-in", map[string]any{"method": credential.String(), "because_of": config.origin(method.attribute)})
	return tokens, diags
}

// share is what all resources and data sources of one run share.
func (m *model) share(service *exchange.Client, directory *graph.Client) *clients.Clients {
	shared := &clients.Clients{Permissions: new(clients.Handover), AutoMappingUnknown: new(clients.Notice), Exchange: service, Graph: directory}
	if !m.SuppressPolicyWarning.ValueBool() {
		shared.PoliciesSuperseded = new(clients.Notice)
	}
	return shared
}

// userAgent says who asks: Terraform, this provider, and the partner whose usage it is, in the form that Microsoft
// attributes usage by.
func (m *model) userAgent(terraformVersion, version string) (string, diag.Diagnostics) {
	var diags diag.Diagnostics
	userAgent := fmt.Sprintf("Terraform/%s (+https://www.terraform.io) terraform-provider-exchange/%s", terraformVersion, version)
	if partner := m.PartnerID.ValueString(); partner != "" {
		if !customtype.IsGUID(partner) {
			diags.AddAttributeError(path.Root("partner_id"), "Not a partner's id", fmt.Sprintf("%q, of %s, is not a GUID.", partner, m.origin("partner_id")))
		}
		userAgent += " pid-" + partner
	}
	return userAgent, diags
}

// cloud returns the chosen cloud with what replaces parts of it.
func (m *model) cloud() (cloud.Cloud, diag.Diagnostics) {
	var diags diag.Diagnostics
	place := global()
	for _, choice := range []struct {
		attribute, name string
		lookup          func(name string) (cloud.Cloud, error)
	}{
		{"environment", m.Environment.ValueString(), cloud.Lookup},
		{"metadata_host", m.MetadataHost.ValueString(), cloud.LookupMetadataHost},
	} {
		if choice.name == "" || choice.attribute == "environment" && m.MetadataHost.ValueString() != "" {
			continue
		}
		chosen, err := choice.lookup(choice.name)
		if err != nil {
			diags.AddAttributeError(path.Root(choice.attribute), "Unknown Microsoft cloud", err.Error())
			continue
		}
		place = chosen
	}
	for _, endpoint := range []struct {
		attribute string
		value     types.String
		field     *string
	}{
		{"exchange_endpoint", m.ExchangeEndpoint, &place.ExchangeEndpoint},
		{"graph_endpoint", m.GraphEndpoint, &place.GraphEndpoint},
		{"authority_host", m.AuthorityHost, &place.AuthorityHost},
	} {
		if endpoint.value.ValueString() != "" {
			diags.Append(replace(endpoint.attribute, endpoint.value.ValueString(), endpoint.field)...)
		}
	}
	for _, scope := range []struct {
		attribute string
		value     types.String
		field     *string
	}{
		{"exchange_token_scope", m.ExchangeTokenScope, &place.ExchangeScope},
		{"graph_token_scope", m.GraphTokenScope, &place.GraphScope},
	} {
		text := scope.value.ValueString()
		if text == "" {
			continue
		}
		// An application is granted all its permissions of a service at once, which is what ".default" stands for.
		resource, all := strings.CutSuffix(text, "/.default")
		if parsed, err := url.Parse(resource); err != nil || !all || parsed.Scheme == "" {
			diags.AddAttributeError(path.Root(scope.attribute), "Not a scope",
				fmt.Sprintf("%q is not the scope of a service: it should look like %s.", text, *scope.field))
		}
		*scope.field = text
	}
	return place, diags
}

// replace puts the endpoint that an attribute gives in place of the cloud's own.
func replace(attribute, endpoint string, field *string) diag.Diagnostics {
	var diags diag.Diagnostics
	parsed, err := cloud.ParseEndpoint(endpoint)
	if err != nil {
		diags.AddAttributeError(path.Root(attribute), "Not an endpoint", err.Error())
		return diags
	}
	if attribute == "authority_host" && parsed.Path != "" {
		diags.AddAttributeError(path.Root(attribute), "Not an endpoint",
			fmt.Sprintf("The authority host %q has a path: give the host alone, the tenant follows it.", parsed))
	}
	*field = parsed.String()
	return diags
}

func global() cloud.Cloud {
	place, err := cloud.Lookup("global")
	if err != nil {
		panic(err) // the name is a constant of the package that knows it
	}
	return place
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
