// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package clients is what the configured provider hands to its resources and data sources.
package clients

import "github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"

// Clients are the services' clients, shared by all that one run of Terraform does.
type Clients struct {
	Exchange *exchange.Client
}

// Of reads the provider data of a Configure request. While Terraform validates there is none, and nothing needs it.
func Of(providerData any) Clients {
	if clients, ok := providerData.(*Clients); ok {
		return *clients
	}
	return Clients{}
}
