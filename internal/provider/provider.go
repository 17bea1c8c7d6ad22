// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package provider is the Terraform provider itself: its configuration and the lists of what it offers.
package provider

import (
	"context"
	"net"
	"os/exec"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/administrativeunit"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/applicationaccesspolicy"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/authorization"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/mailboxpermission"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/managementscope"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/organizationcustomization"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/roleassignment"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/serviceprincipal"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sharedmailbox"
)

// Provider is the provider. One is made for each run of Terraform, so nothing that it remembers outlives a run.
type Provider struct {
	version   string
	lookupEnv LookupEnv
	// lookPath finds the Azure CLI: exec.LookPath, or a test's own.
	lookPath func(program string) (string, error)
	// dial makes connections; nil stands for the usual way.
	dial Dial
	// service changes how Exchange is read.
	service []exchange.Option
}

// LookupEnv returns the value of an environment variable, and whether there is one: os.LookupEnv, or a test's own.
type LookupEnv func(name string) (string, bool)

// Dial makes a connection to an address, as net.Dialer.DialContext does.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// An Option changes how New makes a provider.
type Option func(*Provider)

// DialBy has another function make the connections to every service. A test's may never leave the process.
func DialBy(dial Dial) Option {
	return func(p *Provider) { p.dial = dial }
}

// ReadSingly has the provider send a request for every object that it reads, as others do. It is for measuring what it
// saves by not doing so.
func ReadSingly() Option {
	return func(p *Provider) { p.service = append(p.service, exchange.Singly()) }
}

var (
	_ provider.Provider                  = &Provider{}
	_ provider.ProviderWithListResources = &Provider{}
)

// New returns a function that makes providers of this version, which read their environment through lookupEnv.
func New(version string, lookupEnv LookupEnv, options ...Option) func() provider.Provider {
	return func() provider.Provider {
		p := &Provider{version: version, lookupEnv: lookupEnv, lookPath: exec.LookPath}
		for _, option := range options {
			option(p)
		}
		return p
	}
}

// Metadata names the provider.
func (p *Provider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "exchange"
	resp.Version = p.version
}

// Resources lists the resources.
func (p *Provider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		applicationaccesspolicy.NewResource,
		mailboxpermission.NewResource,
		managementscope.NewResource,
		organizationcustomization.NewResource,
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
