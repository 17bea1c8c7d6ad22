// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// The provider's binary.
package main

import (
	"flag"
	"log"
	"os"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/provider"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/server"
)

// version is set by the release build.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve the provider to a debugger")
	flag.Parse()

	err := server.Serve("registry.terraform.io/terraform-exchange/exchange", provider.New(version, os.LookupEnv), *debug)
	if err != nil {
		log.Fatal(err)
	}
}
