// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
)

// signIn finds out from what is configured how to sign in.
type signIn struct {
	config    *model
	place     *cloud.Cloud
	lookupEnv LookupEnv
	lookPath  func(program string) (string, error)
}

// method is one way to sign in.
type method struct {
	name string
	// attribute is the one that asks for the method, or "" where none does.
	attribute string
	// application says that it proves an application of a tenant, so that both must be named.
	application bool
	credential  func() (auth.Credential, diag.Diagnostics)
	// address is the attribute with the address that the method asks, if it asks one that is given.
	address string
}

// methods are the ways to sign in, in the order of precedence: the azuread provider's, with a token that is given before
// all, and the workload identity of a cluster as a method of its own.
func (s signIn) methods() []method {
	config := s.config
	return []method{
		{"an access token", config.firstGiven("exchange_access_token", "graph_access_token"), false, s.accessTokens, ""},
		{"a client certificate", config.firstGiven("client_certificate_path", "client_certificate"), true, s.certificate, ""},
		{"a client secret", config.firstGiven("client_secret", "client_secret_file_path"), true, s.secret, ""},
		{"OpenID Connect", s.asksOpenIDConnect(), true, s.openIDConnect, config.firstGiven("oidc_request_url")},
		{"AKS workload identity", config.firstGiven("use_aks_workload_identity"), true, s.workloadIdentity, ""},
		{"a managed identity", config.firstGiven("use_msi"), false, s.managedIdentity, config.firstGiven("msi_endpoint")},
		{"the Azure CLI", s.asksAzureCLI(), false, s.azureCLI, ""},
	}
}

// choose returns the method that is used, which is the first that is configured, and a warning for each that was asked
// for in vain. The method's failure is final: to try another one would hide why the one that was meant does not work.
func (s signIn) choose() (method, diag.Diagnostics) {
	var diags diag.Diagnostics
	methods := s.methods()
	for i, chosen := range methods {
		if chosen.attribute == "" {
			continue
		}
		for _, other := range methods[i+1:] {
			// The Azure CLI is on where nobody says otherwise, and then nobody asked for it.
			if other.attribute != "" && s.config.firstGiven(other.attribute) != "" {
				diags.Append(s.shadowed(methods, chosen, other))
			}
		}
		if s.config.setting(chosen.attribute).flag != nil && s.config.variables[chosen.attribute] == "" && len(s.config.passedOver) > 0 {
			diags.Append(s.passedOver(chosen))
		}
		return chosen, diags
	}
	diags.Append(nothing())
	return method{}, diags
}

// shadowed warns of a method that is asked for in vain.
func (s signIn) shadowed(methods []method, chosen, other method) diag.Diagnostic {
	names := make([]string, len(methods))
	for i, method := range methods {
		names[i] = method.name
	}
	return diag.NewAttributeWarningDiagnostic(path.Root(other.attribute), other.attribute+" has no effect",
		fmt.Sprintf("The provider signs in by %s, because of %s. That goes before %s, which %s asks for: of this order the first that is configured is used, "+
			"and no other is tried: %s. Remove the one of the two that is not meant.",
			chosen.name, s.config.origin(chosen.attribute), other.name, s.config.origin(other.attribute), strings.Join(names, ", ")))
}

// passedOver warns that the provider block keeps the provider from a credential that the azuread provider would use.
func (s signIn) passedOver(chosen method) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root(chosen.attribute), "A credential in the environment is not used",
		fmt.Sprintf("The provider signs in by %s, because of %s, which goes before the environment. What the environment has in %s is not used; "+
			"the azuread provider would use it. Remove it from the environment, or say in the provider block that it is not meant, as in client_secret = \"\".",
			chosen.name, s.config.origin(chosen.attribute), strings.Join(s.config.passedOver, " and ")))
}

// nothing is the error where no method is configured and none comes with the machine.
func nothing() diag.Diagnostic {
	return diag.NewErrorDiagnostic("The provider has nothing to sign in with", `Give it one of these, in the provider block or by environment variables. Each EXCHANGE_X is also read as ARM_X, but for the access token:

  - an access token: exchange_access_token (EXCHANGE_ACCESS_TOKEN)
  - a client certificate: client_certificate_path (EXCHANGE_CLIENT_CERTIFICATE_PATH) or client_certificate (EXCHANGE_CLIENT_CERTIFICATE)
  - a client secret: client_secret (EXCHANGE_CLIENT_SECRET) or client_secret_file_path (EXCHANGE_CLIENT_SECRET_FILE_PATH)
  - OpenID Connect, as in GitHub Actions and Azure Pipelines: use_oidc = true (EXCHANGE_USE_OIDC)
  - the workload identity of an AKS cluster: use_aks_workload_identity = true (EXCHANGE_USE_AKS_WORKLOAD_IDENTITY)
  - the managed identity of an Azure host: use_msi = true (EXCHANGE_USE_MSI)
  - the Azure CLI: install it so that az is on the PATH, run "az login", and leave use_cli on (EXCHANGE_USE_CLI)

A certificate, a secret, OpenID Connect and a workload identity also need tenant_id and client_id.`)
}

// identity checks who signs in and where, as far as that is given and as far as the method needs it.
func (s signIn) identity(chosen method) diag.Diagnostics {
	var diags diag.Diagnostics
	tenant, client := s.config.TenantID.ValueString(), s.config.ClientID.ValueString()
	switch {
	case tenant != "" && !customtype.IsGUID(tenant) && !domain().MatchString(tenant):
		diags.AddAttributeError(path.Root("tenant_id"), "Not a tenant", fmt.Sprintf("%q is neither a GUID nor a domain. "+
			"Give the tenant's id, such as 11111111-1111-1111-1111-111111111111, or one of its domains, such as contoso.onmicrosoft.com.", tenant))
	case tenant == "" && chosen.application:
		diags.AddAttributeError(path.Root("tenant_id"), "The provider does not know where to sign in",
			fmt.Sprintf("To sign in by %s it needs the tenant. %s", chosen.name, s.config.howToSet("tenant_id")))
	}
	switch {
	case client != "" && (chosen.application || chosen.attribute == "use_msi"):
		diags.Append(customtype.GUID.Validate(client, path.Root("client_id"))...)
	case client == "" && chosen.application:
		diags.AddAttributeError(path.Root("client_id"), "The provider does not know who signs in",
			fmt.Sprintf("To sign in by %s it needs the application. %s A file with it can be named by client_id_file_path, %s.",
				chosen.name, s.config.howToSet("client_id"), either(s.config.setting("client_id_file_path").variables)))
	}
	return diags
}

// domain is a domain name. Words that stand for several tenants, such as "common", have no dot.
var domain = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$`) })

// clientID takes the client id from its file.
func (s signIn) clientID() diag.Diagnostics {
	var diags diag.Diagnostics
	file := s.config.ClientIDFilePath.ValueString()
	if file == "" {
		return diags
	}
	id, ok := s.read("client_id_file_path", file, &diags)
	if given := s.config.ClientID.ValueString(); ok && given != "" && given != id {
		diags.Append(mismatch("client_id_file_path", "Client ID"))
	}
	s.config.ClientID = types.StringValue(id)
	if variable := s.config.variables["client_id_file_path"]; variable != "" {
		s.config.variables["client_id"] = variable
	}
	return diags
}

// read returns what is in the file that an attribute names, without the white space around it.
func (s signIn) read(attribute, file string, diags *diag.Diagnostics) (string, bool) {
	content, err := os.ReadFile(file)
	if err != nil {
		diags.AddAttributeError(path.Root(attribute), "A file could not be read",
			fmt.Sprintf("The provider needs the file that %s names: %s.", s.config.origin(attribute), err))
		return "", false
	}
	text := strings.TrimSpace(string(content))
	if text == "" {
		diags.AddAttributeError(path.Root(attribute), "A file is empty", fmt.Sprintf("There is nothing in %s, which %s names.", file, s.config.origin(attribute)))
	}
	return text, text != ""
}

// mismatch is the error where a value and a file of the same thing differ, in the words of the azuread provider.
func mismatch(attribute, thing string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(attribute), "Two values for one thing",
		fmt.Sprintf("mismatch between supplied %s and supplied %[1]s file contents - please either remove one or ensure they match", thing))
}

// accessTokens is what somebody else got. Where one of the two is missing, the error is left to who needs it.
func (s signIn) accessTokens() (auth.Credential, diag.Diagnostics) {
	tokens := map[string]string{}
	for scope, token := range map[string]types.String{
		s.place.ExchangeScope: s.config.ExchangeAccessToken,
		s.place.GraphScope:    s.config.GraphAccessToken,
	} {
		if token := strings.TrimSpace(token.ValueString()); token != "" {
			tokens[scope] = token
		}
	}
	return auth.AccessTokens(tokens), nil
}

func (s signIn) certificate() (auth.Credential, diag.Diagnostics) {
	var diags diag.Diagnostics
	attribute, data := "client_certificate", []byte(s.config.ClientCertificate.ValueString())
	if file := s.config.ClientCertificatePath.ValueString(); file != "" {
		attribute = "client_certificate_path"
		content, err := os.ReadFile(file)
		if err != nil {
			diags.AddAttributeError(path.Root(attribute), "The client certificate could not be read", err.Error())
			return auth.Credential{}, diags
		}
		if len(data) > 0 && !bytes.Equal(withoutBase64(data), withoutBase64(content)) {
			diags.Append(mismatch(attribute, "Client Certificate"))
			return auth.Credential{}, diags
		}
		data = content
	}
	credential, err := auth.Certificate(data, s.config.ClientCertificatePassword.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root(attribute), "The client certificate cannot be used", err.Error())
		return auth.Credential{}, diags
	}
	if s.config.ClientCertificateSendChain.ValueBool() {
		credential = credential.SendingChain()
	}
	return credential, diags
}

// withoutBase64 is a file's content, whether it is given as it is or in base64.
func withoutBase64(data []byte) []byte {
	data = bytes.TrimSpace(data)
	if decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(data)), "")); err == nil {
		return bytes.TrimSpace(decoded)
	}
	return data
}

func (s signIn) secret() (auth.Credential, diag.Diagnostics) {
	var diags diag.Diagnostics
	secret := strings.TrimSpace(s.config.ClientSecret.ValueString())
	if file := s.config.ClientSecretFilePath.ValueString(); file != "" {
		content, ok := s.read("client_secret_file_path", file, &diags)
		if ok && secret != "" && content != secret {
			diags.Append(mismatch("client_secret_file_path", "Client Secret"))
		}
		secret = content
	}
	return auth.ClientSecret(secret), diags
}

// asksOpenIDConnect returns "use_oidc" where that is on. Where nothing gives a token, and the workload identity of a
// cluster is on as well, the token is the cluster's: the azuread provider knows both as one method.
func (s signIn) asksOpenIDConnect() string {
	gives := s.config.firstGiven("oidc_token", "oidc_token_file_path", "oidc_request_url", "oidc_request_token")
	if s.config.UseAKSWorkloadIdentity.ValueBool() && gives == "" {
		return ""
	}
	return s.config.firstGiven("use_oidc")
}

// openIDConnect proves an application by a token of another issuer. A file goes before the token that is also given,
// which must be the same: the file is read anew whenever a token is needed, and the value is old after some minutes.
func (s signIn) openIDConnect() (auth.Credential, diag.Diagnostics) {
	var diags diag.Diagnostics
	config := s.config
	token, file := strings.TrimSpace(config.OIDCToken.ValueString()), config.OIDCTokenFilePath.ValueString()
	url, requestToken := config.OIDCRequestURL.ValueString(), config.OIDCRequestToken.ValueString()
	audience, connection := config.OIDCAudience.ValueString(), config.ADOServiceConnectionID.ValueString()
	if audience == "" {
		audience = s.place.FederatedAudience
	}
	switch {
	case file != "":
		content, ok := s.read("oidc_token_file_path", file, &diags)
		if ok && token != "" && content != token {
			diags.Append(mismatch("oidc_token_file_path", "OIDC token"))
		}
		return auth.FederatedTokenFile(file), diags
	case token != "":
		return auth.FederatedToken(token), diags
	case url == "" && requestToken == "":
		diags.AddAttributeError(path.Root("use_oidc"), "OpenID Connect has no token", fmt.Sprintf("Because of %s the provider signs in by OpenID Connect, and there is nothing to get a token from. Give one of these:\n\n"+
			"  - oidc_token, or the environment variable %s\n"+
			"  - oidc_token_file_path, or the environment variable %s\n"+
			"  - oidc_request_url and oidc_request_token, or the environment variables that begin with ACTIONS_ID_TOKEN_REQUEST_, which a job of GitHub Actions "+
			"has when it has the permission \"id-token: write\", or SYSTEM_OIDCREQUESTURI and SYSTEM_ACCESSTOKEN, the latter of which a step of Azure Pipelines must map: "+
			"SYSTEM_ACCESSTOKEN: $(System.AccessToken)",
			config.origin("use_oidc"), either(config.setting("oidc_token").variables), either(config.setting("oidc_token_file_path").variables)))
		return auth.Credential{}, diags
	case requestToken == "":
		diags.AddAttributeError(path.Root("oidc_request_token"), "OpenID Connect lacks the token that asks for a token",
			fmt.Sprintf("There is an address to ask for a token, %s, and nothing to ask with. %s In Azure Pipelines, map it in the step's environment: SYSTEM_ACCESSTOKEN: $(System.AccessToken).",
				config.origin("oidc_request_url"), config.howToSet("oidc_request_token")))
		return auth.Credential{}, diags
	case url == "":
		diags.AddAttributeError(path.Root("oidc_request_url"), "OpenID Connect lacks the address that gives tokens",
			fmt.Sprintf("There is something to ask for a token with, %s, and nobody to ask. %s", config.origin("oidc_request_token"), config.howToSet("oidc_request_url")))
		return auth.Credential{}, diags
	case connection != "":
		return auth.AzurePipelines(url, requestToken, connection, audience), diags
	case config.variables["oidc_request_url"] == azureDevOpsRequestURL:
		diags.AddAttributeError(path.Root("ado_pipeline_service_connection_id"), "OpenID Connect lacks the service connection",
			fmt.Sprintf("Azure Pipelines, which %s belongs to, gives tokens for a service connection. %s",
				azureDevOpsRequestURL, config.howToSet("ado_pipeline_service_connection_id")))
		return auth.Credential{}, diags
	default:
		return auth.GitHubActions(url, requestToken, audience), diags
	}
}

// workloadIdentity proves an application by the token that an AKS cluster keeps in a file of the pod. Here alone, and
// so only where it is asked for, the variables are read that the cluster gives the pod: on runners that are pods
// themselves, they name the runner's identity, which jobs are not meant to have.
func (s signIn) workloadIdentity() (auth.Credential, diag.Diagnostics) {
	var diags diag.Diagnostics
	for _, given := range []struct {
		attribute, variable, thing string
	}{
		{"tenant_id", "AZURE_TENANT_ID", "Tenant ID"},
		{"client_id", "AZURE_CLIENT_ID", "Client ID"},
	} {
		value := s.config.setting(given.attribute).text
		variable, ok := s.lookupEnv(given.variable)
		switch {
		case !ok || variable == "":
		case value.ValueString() == "":
			*value = types.StringValue(variable)
			s.config.variables[given.attribute] = given.variable
		case strings.EqualFold(value.ValueString(), variable):
		case given.attribute == "tenant_id" && !customtype.IsGUID(value.ValueString()):
			// A domain is another name of what is a GUID in the cluster.
		default:
			diags.AddAttributeError(path.Root(given.attribute), "Two values for one thing",
				fmt.Sprintf("mismatch between supplied %s and that provided by AKS Workload Identity - please remove, ensure they match, or disable use_aks_workload_identity. "+
					"The former is of %s, the latter of the environment variable %s.", given.thing, s.config.origin(given.attribute), given.variable))
		}
	}
	// A cluster in one cloud may hold the identity of a tenant in another, and knows the sign-in service of its own.
	if authority, ok := s.lookupEnv("AZURE_AUTHORITY_HOST"); ok && authority != "" &&
		s.config.firstGiven("authority_host", "environment", "metadata_host") == "" {
		diags.Append(replace("authority_host", authority, &s.place.AuthorityHost)...)
	}
	file := s.config.OIDCTokenFilePath.ValueString()
	if file == "" {
		file, _ = s.lookupEnv("AZURE_FEDERATED_TOKEN_FILE")
	}
	if file == "" {
		diags.AddAttributeError(path.Root("use_aks_workload_identity"), "There is no workload identity here",
			fmt.Sprintf("Because of %s the provider signs in by AKS workload identity, and neither oidc_token_file_path nor the environment variable AZURE_FEDERATED_TOKEN_FILE names a token. "+
				"The cluster sets the variable in pods with the label azure.workload.identity/use: \"true\" and a service account that has the annotation azure.workload.identity/client-id.",
				s.config.origin("use_aks_workload_identity")))
		return auth.Credential{}, diags
	}
	return auth.FederatedTokenFile(file), diags
}

func (s signIn) managedIdentity() (auth.Credential, diag.Diagnostics) {
	return auth.ManagedIdentity(s.config.ClientID.ValueString(), s.config.MSIEndpoint.ValueString()), nil
}

// asksAzureCLI returns "use_cli" where that is on, which it is by default.
func (s signIn) asksAzureCLI() string {
	if !s.config.UseCLI.IsNull() && !s.config.UseCLI.ValueBool() {
		return ""
	}
	return "use_cli"
}

func (s signIn) azureCLI() (auth.Credential, diag.Diagnostics) {
	var diags diag.Diagnostics
	if _, err := s.lookPath("az"); err != nil {
		if s.config.UseCLI.IsNull() {
			diags.Append(nothing())
			return auth.Credential{}, diags
		}
		diags.AddAttributeError(path.Root("use_cli"), "The Azure CLI was not found",
			fmt.Sprintf("Because of %s the provider signs in by the Azure CLI, and there is no az on the PATH. Install it and run \"az login\", or sign in by other means.",
				s.config.origin("use_cli")))
		return auth.Credential{}, diags
	}
	return auth.AzureCLI(), diags
}
