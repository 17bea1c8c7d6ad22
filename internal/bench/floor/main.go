// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// The provider's schemas with nothing behind them: what Terraform and the framework cost by themselves.
package main

import (
	"context"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	exchange "github.com/terraform-exchange/terraform-provider-exchange/internal/provider"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/server"
)

// servedAs is provider where the linker says that the floor is to be served as the provider is.
var servedAs string

func main() {
	const address = "registry.terraform.io/terraform-exchange/exchange"
	var err error
	if servedAs == "provider" {
		err = server.Serve(address, newFloor, false)
	} else {
		err = providerserver.Serve(context.Background(), newFloor, providerserver.ServeOpts{Address: address})
	}
	if err != nil {
		log.Fatal(err)
	}
}

// floor is the provider but for what it would do: it has no clients, and its resources touch nothing.
type floor struct {
	provider.ProviderWithListResources
}

func newFloor() provider.Provider {
	whole, ok := exchange.New("bench", os.LookupEnv)().(provider.ProviderWithListResources)
	if !ok {
		log.Fatal("the provider lists no resources any more, so the floor must not either")
	}
	return floor{whole}
}

// Configure makes no clients.
func (floor) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

// Resources are the provider's, as untouched has them.
func (f floor) Resources(ctx context.Context) []func() resource.Resource {
	resources := f.ProviderWithListResources.Resources(ctx)
	for i, newResource := range resources {
		resources[i] = func() resource.Resource { return withoutOperations(newResource()) }
	}
	return resources
}
