// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// The provider with one request for every object that is read, as other providers do it.
package main

import (
	"context"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/provider"
)

func main() {
	err := providerserver.Serve(context.Background(), provider.New("bench", os.LookupEnv, provider.ReadSingly()), providerserver.ServeOpts{
		Address: "registry.terraform.io/terraform-exchange/exchange",
	})
	if err != nil {
		log.Fatal(err)
	}
}
