// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// The provider with one request for every object that is read, as other providers do it.
package main

import (
	"log"
	"os"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/provider"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/server"
)

func main() {
	err := server.Serve("registry.terraform.io/terraform-exchange/exchange", provider.New("bench", os.LookupEnv, provider.ReadSingly()), false)
	if err != nil {
		log.Fatal(err)
	}
}
