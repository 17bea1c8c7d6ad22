// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
)

// Schema describes the provider block. Every attribute has environment variables, so the block may be empty.
func (p *Provider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"tenant_id": text("The tenant: its id, which is a GUID, or one of its domains. The Azure CLI, a managed identity and an access token " +
			"know theirs, and need none here."),
		"client_id":           text("The application (client) id of the application that signs in. With `use_msi`, that of a user-assigned identity; leave it out, or empty, for the system-assigned one."),
		"client_id_file_path": text("The path of a file that holds the `client_id`."),

		"client_secret":           secret("A client secret of the application: its value, not its id."),
		"client_secret_file_path": text("The path of a file that holds the `client_secret`."),

		"client_certificate":          secret("A certificate of the application with its private key, as the base64 form of a PFX (PKCS #12) or PEM file."),
		"client_certificate_path":     text("The path of a file with a certificate of the application and its private key, PFX or PEM."),
		"client_certificate_password": secret("The password that opens the PFX."),
		"client_certificate_send_chain": flag("Whether to send the certificates that come with the application's one, too, for an application that trusts " +
			"a certificate by its subject name and issuer. Defaults to `false`."),

		"use_oidc": flag("Whether to sign in by OpenID Connect: with a token of another issuer that the application trusts by a federated credential. " +
			"The token comes from `oidc_token_file_path`, `oidc_token`, or the job runner that `oidc_request_url` belongs to. Defaults to `false`."),
		"oidc_token": secret("The token to sign in with, for `use_oidc`. It ends after some minutes: `oidc_token_file_path` is better in a long run."),
		"oidc_token_file_path": text("The path of a file that holds the token to sign in with, for `use_oidc` and `use_aks_workload_identity`. " +
			"It is read again whenever the provider signs in."),
		"oidc_request_token": secret("What the job runner's token service is asked with, for `use_oidc`."),
		"oidc_request_url":   text("The https URL of the job runner's token service, for `use_oidc`: that of GitHub Actions, or of Azure Pipelines where there is an `ado_pipeline_service_connection_id`."),
		"oidc_audience": text("The audience of the token that is asked for at `oidc_request_url`, as the federated credential has it. Defaults to the cloud's, " +
			"which is `api://AzureADTokenExchange` in the global one."),
		"ado_pipeline_service_connection_id": text("The id of the Azure DevOps service connection whose token to sign in with, for `use_oidc` in Azure Pipelines."),

		"use_aks_workload_identity": flag("Whether to sign in by the workload identity of a pod in AKS. Only then are the variables read that the cluster sets: `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, " +
			"`AZURE_FEDERATED_TOKEN_FILE` and `AZURE_AUTHORITY_HOST`, each for what is not given otherwise. Defaults to `false`."),
		"use_msi":      flag("Whether to sign in as the managed identity of the Azure host that Terraform runs on. Defaults to `false`."),
		"msi_endpoint": text("The URL of the host's identity service, in place of the one that the host's variables name or that Azure's virtual machines have: https, or http on this machine or its link."),
		"use_cli":      flag("Whether to sign in as who is signed in to the Azure CLI, where no other way is configured. For work at a desk: the person needs the Exchange role that an application needs otherwise. Defaults to `true`."),

		"exchange_access_token": secret("An access token for Exchange, to use as it is. It cannot be renewed, so the run must end before it does."),
		"graph_access_token":    secret("An access token for Microsoft Graph, which `exchange_administrative_units` needs besides `exchange_access_token`."),

		"partner_id":                   text("A partner's GUID for Microsoft's usage attribution. It is added to the User-Agent header, as `pid-` and the GUID."),
		"disable_terraform_partner_id": flag("Taken for the sake of blocks that are shared with azuread, and without effect: this provider sends no `partner_id` but a given one."),

		"environment": schema.StringAttribute{
			MarkdownDescription: "The Microsoft cloud: `global` (or `public`), `usgovernment` (or `usgovernmentl4`), `dod` (or `usgovernmentl5`) or `china`. Defaults to `global`.",
			Optional:            true,
			Validators:          []validator.String{stringvalidator.OneOfCaseInsensitive(cloud.Names()...)},
		},
		"metadata_host": text("The host of Azure Resource Manager whose cloud to use, such as `management.usgovcloudapi.net`. It goes before an `environment` that is given in the same place: in this block, by `EXCHANGE_` variables, or by `ARM_` ones. Nothing is sent to it."),
		"disable_instance_discovery": flag("Whether not to ask Microsoft's public cloud about the sign-in service, for networks that do not reach it. " +
			"A sign-in service that is not Microsoft's own is never asked about. Defaults to `false`."),
		"authority_host":       text("The https URL of the sign-in service, in place of the cloud's own."),
		"exchange_endpoint":    text("The https URL of Exchange, in place of the cloud's own."),
		"exchange_token_scope": text("The scope of the tokens for Exchange, in place of the cloud's own, such as `https://outlook.office365.com/.default`."),
		"graph_endpoint":       text("The https URL of Microsoft Graph, in place of the cloud's own. Only `exchange_administrative_units` asks Graph."),
		"graph_token_scope":    text("The scope of the tokens for Microsoft Graph, in place of the cloud's own."),

		"organization": text("The tenant's initial domain, such as `contoso.onmicrosoft.com`. It routes requests to a server that may write to the " +
			"tenant's directory. Where it is not given, the provider asks Exchange for it before the first change."),
		"ca_certificate_path": text("The path of a PEM file with certificate authorities to trust besides the system's own, for a proxy that inspects traffic or a sandbox tenant."),
		"role_propagation_timeout": text("How long to go on asking after Exchange has refused the caller, as a duration such as `30m`: a role that was granted a short while ago takes up to an hour to reach Exchange. " +
			"The wait begins with the first refusal of a run, and no operation waits longer than its own timeout. Defaults to `0s`: a refusal is an error at once, as most refusals are of roles that are missing."),
		"suppress_application_access_policy_warning": flag("Whether to leave out the warning that Microsoft replaces application access policies by role assignments, which a plan with such policies gives once. " +
			"Defaults to `false`."),
	}
	for _, setting := range new(model).settings() {
		attributes[setting.attribute] = naming(attributes[setting.attribute], setting.variables)
	}
	attributes["max_concurrency"] = naming(schema.Int64Attribute{
		MarkdownDescription: fmt.Sprintf("How many requests may be under way to Exchange at once. Defaults to %d.", adminapi.DefaultConcurrency),
		Optional:            true,
		Validators:          []validator.Int64{int64validator.Between(1, maxConcurrency)},
	}, []string{concurrencyVariable})
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages which applications and people may reach which mailboxes of Exchange Online.",
		Attributes:          attributes,
	}
}

func text(description string) schema.StringAttribute {
	return schema.StringAttribute{MarkdownDescription: description, Optional: true}
}

func secret(description string) schema.StringAttribute {
	attribute := text(description)
	attribute.Sensitive = true
	return attribute
}

func flag(description string) schema.BoolAttribute {
	return schema.BoolAttribute{MarkdownDescription: description, Optional: true}
}

// naming adds the environment variables to an attribute's description, in the order in which they are looked at.
func naming(attribute schema.Attribute, variables []string) schema.Attribute {
	also := " Also `" + strings.Join(variables, "`, then `") + "`."
	switch attribute := attribute.(type) {
	case schema.StringAttribute:
		attribute.MarkdownDescription += also
		return attribute
	case schema.BoolAttribute:
		attribute.MarkdownDescription += also
		return attribute
	case schema.Int64Attribute:
		attribute.MarkdownDescription += also
		return attribute
	}
	return attribute
}
