// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package examplestest

import (
	"fmt"
	"path"
	"path/filepath"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
)

// signIns are the ways to sign in with the provider block of each folder of examples/sign-in that has one.
var signIns = map[string][]sandbox.SignInMethod{
	"minimal": {
		sandbox.ClientSecret, sandbox.CertificatePFX, sandbox.GitHubActions, sandbox.AzurePipelines, sandbox.AKSWorkloadIdentity,
		sandbox.ManagedIdentityEndpoint, sandbox.AccessToken, sandbox.AzureCLI,
	},
	"client-secret":                  {sandbox.ClientSecret, sandbox.ClientSecretFile},
	"client-certificate":             {sandbox.CertificatePFX, sandbox.CertificatePEM, sandbox.CertificateBase64},
	"openid-connect":                 {sandbox.OIDCToken, sandbox.OIDCTokenFile},
	"hcp-terraform":                  {sandbox.OIDCTokenFile},
	"github-actions":                 {sandbox.GitHubActions},
	"azure-pipelines":                {sandbox.AzurePipelines},
	"aks-workload-identity":          {sandbox.AKSWorkloadIdentity},
	"managed-identity":               {sandbox.ManagedIdentityEndpoint, sandbox.ManagedIdentityAppService},
	"managed-identity-user-assigned": {sandbox.ManagedIdentityUserAssigned},
	"azure-cli":                      {sandbox.AzureCLI},
	"access-token":                   {sandbox.AccessToken},
}

func TestSignInExamples(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	for _, file := range files(t, "sign-in/*/provider.tf") {
		if folder := path.Base(path.Dir(file)); signIns[folder] == nil {
			t.Errorf("%s is not tested", file)
		}
	}
	for folder, methods := range signIns {
		for _, method := range methods {
			t.Run(folder+" by "+string(method), func(t *testing.T) {
				t.Parallel()
				testSignIn(t, e, folder, method)
			})
		}
	}
}

// testSignIn plans something that Exchange must be asked for.
func testSignIn(t *testing.T, e engine, folder string, method sandbox.SignInMethod) {
	t.Helper()
	m := e.newModule(t, acctest.Start(t), path.Join("sign-in", folder, "provider.tf"), "data-sources/exchange_management_scopes/data-source.tf")
	var err error
	if m.variables, err = m.tenant.SignIn(method); err != nil {
		t.Fatal(err)
	}
	arguments := []string{"plan", "-no-color"}
	if folder == "hcp-terraform" {
		// The block alone says who signs in, and with which token.
		clientID := filepath.Join(t.TempDir(), "client-id")
		write(t, clientID, m.variables["ARM_CLIENT_ID"])
		arguments = append(arguments, "-var", fmt.Sprintf("tfc_azure_dynamic_credentials={default={client_id_file_path=%q, oidc_token_file_path=%q}, aliases={}}",
			clientID, m.tenant.FederatedTokenPath()))
		for _, name := range []string{"ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_USE_OIDC", "ARM_OIDC_TOKEN_FILE_PATH"} {
			delete(m.variables, name)
		}
	}
	m.says(m.run(arguments...), "Payroll mailboxes")
}
