// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package provider is the Terraform provider itself: its configuration and the lists of what it offers.
package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/administrativeunit"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/applicationaccesspolicy"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/authorization"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/mailboxpermission"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/managementscope"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/roleassignment"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/serviceprincipal"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sharedmailbox"
)

// Provider is the provider. One is made for each run of Terraform, so nothing that it remembers outlives a run.
type Provider struct {
	version   string
	lookupEnv LookupEnv
}

// LookupEnv returns the value of an environment variable, and whether there is one: os.LookupEnv, or a test's own.
type LookupEnv func(name string) (string, bool)

var (
	_ provider.Provider                  = &Provider{}
	_ provider.ProviderWithListResources = &Provider{}
)

// New returns a function that makes providers of this version, which read their environment through lookupEnv.
func New(version string, lookupEnv LookupEnv) func() provider.Provider {
	return func() provider.Provider {
		return &Provider{version: version, lookupEnv: lookupEnv}
	}
}

// Metadata names the provider.
func (p *Provider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "exchange"
	resp.Version = p.version
}

// Schema describes the provider block. Every attribute has environment variables, so the block may be empty.
func (p *Provider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages which applications and people may reach which mailboxes of Exchange Online.",
		Attributes: map[string]schema.Attribute{
			"tenant_id": text("The tenant's id, a GUID.", "TENANT_ID"),
			"client_id": text("The application (client) id of the application that signs in.", "CLIENT_ID"),
			"client_secret": secret("A client secret of the application: its value, not its id.",
				"CLIENT_SECRET"),
			"client_certificate": secret("A certificate of the application with its private key, as the base64 form of a PFX (PKCS #12) or PEM file.",
				"CLIENT_CERTIFICATE"),
			"client_certificate_path": text("The path of a file with a certificate of the application and its private key, PFX or PEM.",
				"CLIENT_CERTIFICATE_PATH"),
			"client_certificate_password": secret("The password that opens the PFX.", "CLIENT_CERTIFICATE_PASSWORD"),
			"environment": schema.StringAttribute{
				MarkdownDescription: "The Microsoft cloud: `global` (or `public`), `usgovernment` (or `usgovernmentl4`), `dod` (or `usgovernmentl5`) or `china`. Defaults to `global`. Also " + variables("ENVIRONMENT") + ".",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOfCaseInsensitive(cloud.Names()...)},
			},
			"organization": own("The tenant's initial domain, such as `contoso.onmicrosoft.com`. It routes requests to a server that may write to the "+
				"tenant's directory; without it Exchange may refuse changes.", "EXCHANGE_ORGANIZATION"),
			"exchange_endpoint": own("The https URL of Exchange, in place of the cloud's own.", "EXCHANGE_ADMIN_ENDPOINT"),
			"graph_endpoint": own("The https URL of Microsoft Graph, in place of the cloud's own. Only `exchange_administrative_units` asks Graph.",
				"EXCHANGE_GRAPH_ENDPOINT"),
			"authority_host": own("The https URL of the sign-in service, in place of the cloud's own.", "EXCHANGE_AUTHORITY_HOST"),
			"ca_certificate_path": own("The path of a PEM file with certificate authorities to trust besides the system's own, for a proxy that inspects traffic or a sandbox tenant.",
				"EXCHANGE_CA_CERTIFICATE_PATH"),
			"max_concurrency": schema.Int64Attribute{
				MarkdownDescription: "How many requests may be under way to Exchange at once. Defaults to 8. Also `EXCHANGE_MAX_CONCURRENCY`.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(1, maxConcurrency)},
			},
			"suppress_application_access_policy_warning": schema.BoolAttribute{
				MarkdownDescription: "Whether to leave out the warning that Microsoft replaces application access policies by role assignments, which a plan with such policies gives once. " +
					"Defaults to `false`. Also `" + suppressWarningVariable + "`.",
				Optional: true,
			},
		},
	}
}

// variables names the environment variables of a setting that the azuread provider has, too.
func variables(name string) string {
	return "`EXCHANGE_" + name + "`, then `ARM_" + name + "`"
}

func text(description, variable string) schema.StringAttribute {
	return schema.StringAttribute{MarkdownDescription: description + " Also " + variables(variable) + ".", Optional: true}
}

func secret(description, variable string) schema.StringAttribute {
	attribute := text(description, variable)
	attribute.Sensitive = true
	return attribute
}

// own is a setting of this provider alone, with one variable.
func own(description, variable string) schema.StringAttribute {
	return schema.StringAttribute{MarkdownDescription: description + " Also `" + variable + "`.", Optional: true}
}

// Resources lists the resources.
func (p *Provider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		applicationaccesspolicy.NewResource,
		mailboxpermission.NewResource,
		managementscope.NewResource,
		roleassignment.NewResource,
		serviceprincipal.NewResource,
	}
}

// DataSources lists the data sources.
func (p *Provider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		administrativeunit.NewDataSource,
		applicationaccesspolicy.NewAccessDataSource,
		applicationaccesspolicy.NewDataSource,
		authorization.NewDataSource,
		mailboxpermission.NewDataSource,
		managementscope.NewDataSource,
		roleassignment.NewDataSource,
		serviceprincipal.NewDataSource,
		sharedmailbox.NewDataSource,
	}
}

// ListResources lists what terraform query can list.
func (p *Provider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		applicationaccesspolicy.NewListResource,
		mailboxpermission.NewListResource,
		managementscope.NewListResource,
		roleassignment.NewListResource,
		serviceprincipal.NewListResource,
	}
}
