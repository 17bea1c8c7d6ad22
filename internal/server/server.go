// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package server serves a provider to Terraform, by protocol version 6.
//
// The framework's own server remembers, of each call, how to cancel it, and forgets that only when Terraform stops the
// provider. With it go the call's context, and all that this holds: loggers, buffers, the request. A plan calls some four
// times for each resource, at more than 20 kB a call. Here a call's context holds nothing any more once the call is over.
// And no log is written that nobody reads, and garbage is collected no more often than there is need to: both together
// take more of a processor than all else in a plan. internal/bench measures it.
package server

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// Serve serves the provider that is called address in configurations until Terraform ends it. With debug it waits for a
// Terraform that is told of it by TF_REATTACH_PROVIDERS.
func Serve(address string, provider func() provider.Provider, debug bool) error {
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	} else if err := silence(os.Environ(), os.Setenv); err != nil {
		return err
	}
	collectSeldom()
	return tf6server.Serve(address, func() tfprotov6.ProviderServer { return New(provider()) }, options...)
}

// New returns the server of a provider.
func New(provider provider.Provider) tfprotov6.ProviderServer {
	framework := providerserver.NewProtocol6(provider)()
	whole, ok := framework.(protocol)
	if !ok {
		// A framework that serves less, or more, serves it without us.
		return framework
	}
	return server{whole}
}

// protocol is all that the framework serves.
type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// server has a context lent to each of the calls that are made for every object. The others are few.
type server struct{ protocol }

func (s server) ValidateResourceConfig(ctx context.Context, request *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return lending(ctx, request, s.protocol.ValidateResourceConfig)
}

func (s server) UpgradeResourceState(ctx context.Context, request *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return lending(ctx, request, s.protocol.UpgradeResourceState)
}

func (s server) UpgradeResourceIdentity(ctx context.Context, request *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return lending(ctx, request, s.protocol.UpgradeResourceIdentity)
}

func (s server) ReadResource(ctx context.Context, request *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return lending(ctx, request, s.protocol.ReadResource)
}

func (s server) PlanResourceChange(ctx context.Context, request *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return lending(ctx, request, s.protocol.PlanResourceChange)
}

func (s server) ApplyResourceChange(ctx context.Context, request *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return lending(ctx, request, s.protocol.ApplyResourceChange)
}

func (s server) ImportResourceState(ctx context.Context, request *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return lending(ctx, request, s.protocol.ImportResourceState)
}

func (s server) MoveResourceState(ctx context.Context, request *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return lending(ctx, request, s.protocol.MoveResourceState)
}

func (s server) ValidateDataResourceConfig(ctx context.Context, request *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return lending(ctx, request, s.protocol.ValidateDataResourceConfig)
}

func (s server) ReadDataSource(ctx context.Context, request *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return lending(ctx, request, s.protocol.ReadDataSource)
}

// lending lends its context to a call.
func lending[Request, Response any](ctx context.Context, request Request, call func(context.Context, Request) (Response, error)) (Response, error) {
	l := lend(ctx)
	defer l.end()
	return call(l, request) //nolint:contextcheck // The loan is of ctx.
}
