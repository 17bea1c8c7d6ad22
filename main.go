// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// The provider's binary.
package main

import (
	"context"
	"flag"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/provider"
)

// version is set by the release build.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve the provider to a debugger")
	flag.Parse()

	err := providerserver.Serve(context.Background(), provider.New(version, os.LookupEnv), providerserver.ServeOpts{
		Address: "registry.terraform.io/terraform-exchange/exchange",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
