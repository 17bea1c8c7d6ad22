// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

const (
	tenantA = "11111111-1111-1111-1111-111111111111"
	tenantB = "11111111-1111-1111-1111-2222222222bb"
	clientA = "22222222-2222-2222-2222-222222222222"
	clientB = "22222222-2222-2222-2222-3333333333bb"
)

// configured is what Terraform sees of a configuration, and what the provider logs of it.
type configured struct {
	method, becauseOf string
	diagnostics       []*tfprotov6.Diagnostic
}

// configure sends a provider block to a provider, as Terraform does.
func configure(t *testing.T, p *Provider, block map[string]any) configured {
	t.Helper()
	server, err := providerserver.NewProtocol6WithError(p)()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	ctx := tflogtest.RootLogger(t.Context(), &log)
	schema, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	object, ok := schema.Provider.ValueType().(tftypes.Object)
	if !ok {
		t.Fatalf("the provider block is %s", schema.Provider.ValueType())
	}
	values := map[string]tftypes.Value{}
	for name, kind := range object.AttributeTypes {
		values[name] = tftypes.NewValue(kind, block[name])
	}
	for name := range block {
		if _, ok := values[name]; !ok {
			t.Fatalf("the provider block has no %s", name)
		}
	}
	config, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, values))
	if err != nil {
		t.Fatal(err)
	}
	validated, err := server.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: &config})
	if err != nil || len(validated.Diagnostics) > 0 {
		t.Fatal(err, validated)
	}
	answer, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.16.0", Config: &config})
	if err != nil {
		t.Fatal(err)
	}
	result := configured{diagnostics: answer.Diagnostics}
	entries, err := tflogtest.MultilineJSONDecode(&log)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry["@message"] == "Sign-in" {
			result.method, _ = entry["method"].(string)
			result.becauseOf, _ = entry["because_of"].(string)
		}
	}
	return result
}

// files are what the rows of the table below name.
type files struct {
	pem, otherPEM, base64                   string // of certificates, the last as a value
	secret, clientID, token, empty, missing string
}

func newFiles(t *testing.T) files {
	t.Helper()
	folder := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	certificate := newCertificate(t)
	return files{
		pem: write("certificate.pem", certificate), otherPEM: write("other.pem", newCertificate(t)),
		base64: base64.StdEncoding.EncodeToString([]byte(certificate)),
		secret: write("secret", "s3cr3t-value\n"), clientID: write("client", clientA+"\n"), token: write("token", "s3cr3t-token\n"),
		empty: write("empty", "\n"), missing: filepath.Join(folder, "missing"),
	}
}

// newCertificate makes a certificate and its key, in PEM.
func newCertificate(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "terraform.contoso.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for kind, block := range map[string][]byte{"CERTIFICATE": certificate, "PRIVATE KEY": private} {
		if err := pem.Encode(&text, &pem.Block{Type: kind, Bytes: block}); err != nil {
			t.Fatal(err)
		}
	}
	return text.String()
}

// unsigned is an access token that ends in an hour, as far as can be seen.
func unsigned(t *testing.T, audience string) string {
	t.Helper()
	claims, err := json.Marshal(map[string]any{"aud": audience, "tid": tenantA, "exp": time.Now().Add(time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode(claims) + ".s3cr3t"
}

type block = map[string]any

// signInTest is a configuration and what it must come to.
type signInTest struct {
	block       block
	environment []string
	az          bool // is on the PATH
	// method is the credential that is used, in internal/auth's words, and because what asked for it.
	method, because string
	// warnings are the attributes that have one, in order, and warned what must be in all of them together.
	warnings, warned []string
	// error is the attribute that has one, "-" where it is on none, and says what must be in it.
	error string
	says  []string
}

func TestMethodIsChosen(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	token := unsigned(t, "https://outlook.office365.com")
	const (
		gitHub     = "https://token.actions.example/?api-version=2.0"
		azureSteps = "https://dev.azure.example/contoso/_apis/oidctoken"
	)
	// A pipeline's own application, which each row's environment comes on top of. "bare" rows have none.
	pipeline := func(variables ...string) []string {
		return append([]string{"ARM_TENANT_ID", tenantA, "ARM_CLIENT_ID", clientA}, variables...)
	}
	gitHubJob := []string{"ACTIONS_ID_TOKEN_REQUEST_URL", gitHub, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "s3cr3t"}
	azureJob := []string{"SYSTEM_OIDCREQUESTURI", azureSteps, "SYSTEM_ACCESSTOKEN", "s3cr3t"}
	cluster := []string{"AZURE_TENANT_ID", tenantA, "AZURE_CLIENT_ID", clientA, "AZURE_FEDERATED_TOKEN_FILE", f.token, "AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/"}
	with := func(lists ...[]string) []string {
		var all []string
		for _, list := range lists {
			all = append(all, list...)
		}
		return all
	}
	inBlock := func(attribute string) string { return attribute + " in the provider block" }
	variable := func(name string) string { return "the environment variable " + name }

	tests := map[string]signInTest{
		// Each method by each of its attributes, in the block and by each of the variables.
		"access token in the block":          {block: block{"exchange_access_token": token}, method: "access token", because: inBlock("exchange_access_token")},
		"access token by ours":               {environment: []string{"EXCHANGE_ACCESS_TOKEN", token}, method: "access token", because: variable("EXCHANGE_ACCESS_TOKEN")},
		"access token for Graph by ours":     {environment: []string{"EXCHANGE_GRAPH_ACCESS_TOKEN", token}, method: "access token", because: variable("EXCHANGE_GRAPH_ACCESS_TOKEN")},
		"certificate path in the block":      {block: block{"client_certificate_path": f.pem}, environment: pipeline(), method: "client certificate", because: inBlock("client_certificate_path")},
		"certificate path by ours":           {environment: pipeline("EXCHANGE_CLIENT_CERTIFICATE_PATH", f.pem), method: "client certificate", because: variable("EXCHANGE_CLIENT_CERTIFICATE_PATH")},
		"certificate path by azuread's":      {environment: pipeline("ARM_CLIENT_CERTIFICATE_PATH", f.pem), method: "client certificate", because: variable("ARM_CLIENT_CERTIFICATE_PATH")},
		"certificate in the block":           {block: block{"client_certificate": f.base64}, environment: pipeline(), method: "client certificate", because: inBlock("client_certificate")},
		"certificate by ours":                {environment: pipeline("EXCHANGE_CLIENT_CERTIFICATE", f.base64), method: "client certificate", because: variable("EXCHANGE_CLIENT_CERTIFICATE")},
		"certificate by azuread's":           {environment: pipeline("ARM_CLIENT_CERTIFICATE", f.base64), method: "client certificate", because: variable("ARM_CLIENT_CERTIFICATE")},
		"certificate and its file alike":     {environment: pipeline("ARM_CLIENT_CERTIFICATE", f.base64, "ARM_CLIENT_CERTIFICATE_PATH", f.pem), method: "client certificate", because: variable("ARM_CLIENT_CERTIFICATE_PATH")},
		"secret in the block":                {block: block{"client_secret": "s3cr3t", "tenant_id": tenantA, "client_id": clientA}, method: "client secret", because: inBlock("client_secret")},
		"secret by ours":                     {environment: pipeline("EXCHANGE_CLIENT_SECRET", "s3cr3t"), method: "client secret", because: variable("EXCHANGE_CLIENT_SECRET")},
		"secret by azuread's":                {environment: pipeline("ARM_CLIENT_SECRET", "s3cr3t"), method: "client secret", because: variable("ARM_CLIENT_SECRET")},
		"secret file in the block":           {block: block{"client_secret_file_path": f.secret}, environment: pipeline(), method: "client secret", because: inBlock("client_secret_file_path")},
		"secret file by ours":                {environment: pipeline("EXCHANGE_CLIENT_SECRET_FILE_PATH", f.secret), method: "client secret", because: variable("EXCHANGE_CLIENT_SECRET_FILE_PATH")},
		"secret file by azuread's":           {environment: pipeline("ARM_CLIENT_SECRET_FILE_PATH", f.secret), method: "client secret", because: variable("ARM_CLIENT_SECRET_FILE_PATH")},
		"secret and its file alike":          {environment: pipeline("ARM_CLIENT_SECRET", "s3cr3t-value", "ARM_CLIENT_SECRET_FILE_PATH", f.secret), method: "client secret", because: variable("ARM_CLIENT_SECRET")},
		"client id by its file":              {block: block{"client_id_file_path": f.clientID}, environment: []string{"ARM_TENANT_ID", tenantA, "ARM_CLIENT_SECRET", "s3cr3t"}, method: "client secret", because: variable("ARM_CLIENT_SECRET")},
		"client id and its file alike":       {environment: pipeline("ARM_CLIENT_SECRET", "s3cr3t", "ARM_CLIENT_ID_FILE_PATH", f.clientID), method: "client secret", because: variable("ARM_CLIENT_SECRET")},
		"client id of ours, file of theirs":  {environment: pipeline("EXCHANGE_CLIENT_ID", clientB, "EXCHANGE_CLIENT_SECRET", "s3cr3t", "ARM_CLIENT_ID_FILE_PATH", f.clientID), method: "client secret", because: variable("EXCHANGE_CLIENT_SECRET")},
		"tenant by its domain":               {environment: []string{"ARM_TENANT_ID", "contoso.onmicrosoft.com", "ARM_CLIENT_ID", clientA, "ARM_CLIENT_SECRET", "s3cr3t"}, method: "client secret", because: variable("ARM_CLIENT_SECRET")},
		"token in the block":                 {block: block{"use_oidc": true, "oidc_token": "s3cr3t"}, environment: pipeline(), method: "federated token", because: inBlock("use_oidc")},
		"token by ours":                      {environment: pipeline("EXCHANGE_USE_OIDC", "1", "EXCHANGE_OIDC_TOKEN", "s3cr3t"), method: "federated token", because: variable("EXCHANGE_USE_OIDC")},
		"token by azuread's":                 {environment: pipeline("ARM_USE_OIDC", "TRUE", "ARM_OIDC_TOKEN", "s3cr3t"), method: "federated token", because: variable("ARM_USE_OIDC")},
		"token file in the block":            {block: block{"use_oidc": true, "oidc_token_file_path": f.token}, environment: pipeline(), method: "federated token file", because: inBlock("use_oidc")},
		"token file by ours":                 {environment: pipeline("EXCHANGE_USE_OIDC", "true", "EXCHANGE_OIDC_TOKEN_FILE_PATH", f.token), method: "federated token file", because: variable("EXCHANGE_USE_OIDC")},
		"token file by azuread's":            {environment: pipeline("ARM_USE_OIDC", "true", "ARM_OIDC_TOKEN_FILE_PATH", f.token), method: "federated token file", because: variable("ARM_USE_OIDC")},
		"token file of theirs for our block": {block: block{"use_oidc": true}, environment: pipeline("ARM_OIDC_TOKEN_FILE_PATH", f.token), method: "federated token file", because: inBlock("use_oidc")},
		"token and its file alike":           {environment: pipeline("ARM_USE_OIDC", "true", "ARM_OIDC_TOKEN", "s3cr3t-token", "ARM_OIDC_TOKEN_FILE_PATH", f.token), method: "federated token file", because: variable("ARM_USE_OIDC")},
		"token of ours, file of theirs":      {environment: pipeline("ARM_USE_OIDC", "true", "EXCHANGE_OIDC_TOKEN", "s3cr3t", "ARM_OIDC_TOKEN_FILE_PATH", f.token), method: "federated token", because: variable("ARM_USE_OIDC")},
		"HCP Terraform, one of its several identities": {
			block:       block{"use_oidc": true, "use_cli": false, "client_id_file_path": f.clientID, "oidc_token_file_path": f.token},
			environment: []string{"ARM_TENANT_ID", tenantA, "ARM_CLIENT_ID", clientB, "ARM_USE_OIDC", "true", "ARM_OIDC_TOKEN", "s3cr3t-other"},
			method:      "federated token file", because: inBlock("use_oidc"),
		},
		"AzureCLI@2 with the service principal in the environment": {
			environment: with(pipeline("ARM_USE_OIDC", "true", "ARM_OIDC_TOKEN", "s3cr3t", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", clientB), azureJob), az: true,
			method: "federated token", because: variable("ARM_USE_OIDC"),
		},
		"azure/login, and nothing said":       {environment: with(pipeline(), gitHubJob), az: true, method: "account of Azure CLI", because: "use_cli, which is on by default"},
		"token before request":                {environment: with(pipeline("ARM_USE_OIDC", "true", "ARM_OIDC_TOKEN", "s3cr3t"), gitHubJob), method: "federated token", because: variable("ARM_USE_OIDC")},
		"GitHub Actions":                      {environment: with(pipeline("ARM_USE_OIDC", "true"), gitHubJob), method: "token of GitHub Actions", because: variable("ARM_USE_OIDC")},
		"GitHub Actions for our block":        {block: block{"use_oidc": true, "tenant_id": tenantA, "client_id": clientB}, environment: gitHubJob, method: "token of GitHub Actions", because: inBlock("use_oidc")},
		"request in the block":                {block: block{"use_oidc": true, "oidc_request_url": gitHub, "oidc_request_token": "s3cr3t"}, environment: pipeline(), method: "token of GitHub Actions", because: inBlock("use_oidc")},
		"request by ours":                     {environment: pipeline("EXCHANGE_USE_OIDC", "true", "EXCHANGE_OIDC_REQUEST_URL", gitHub, "EXCHANGE_OIDC_REQUEST_TOKEN", "s3cr3t"), method: "token of GitHub Actions", because: variable("EXCHANGE_USE_OIDC")},
		"request by azuread's":                {environment: pipeline("ARM_USE_OIDC", "true", "ARM_OIDC_REQUEST_URL", gitHub, "ARM_OIDC_REQUEST_TOKEN", "s3cr3t"), method: "token of GitHub Actions", because: variable("ARM_USE_OIDC")},
		"Azure Pipelines":                     {environment: with(pipeline("ARM_USE_OIDC", "true", "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", clientB), azureJob), method: "token of Azure Pipelines", because: variable("ARM_USE_OIDC")},
		"Azure Pipelines by ours":             {environment: with(pipeline("ARM_USE_OIDC", "true", "EXCHANGE_ADO_PIPELINE_SERVICE_CONNECTION_ID", clientB), azureJob), method: "token of Azure Pipelines", because: variable("ARM_USE_OIDC")},
		"Azure Pipelines in the block":        {block: block{"use_oidc": true, "ado_pipeline_service_connection_id": clientB}, environment: pipeline(azureJob...), method: "token of Azure Pipelines", because: inBlock("use_oidc")},
		"Azure Pipelines by azapi's":          {environment: with(pipeline("ARM_USE_OIDC", "true", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID", clientB), azureJob), method: "token of Azure Pipelines", because: variable("ARM_USE_OIDC")},
		"Azure Pipelines by the CLI's task":   {environment: with(pipeline("ARM_USE_OIDC", "true", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", clientB), azureJob), method: "token of Azure Pipelines", because: variable("ARM_USE_OIDC")},
		"Azure Pipelines, its token mapped":   {environment: pipeline("ARM_USE_OIDC", "true", "ARM_OIDC_REQUEST_TOKEN", "s3cr3t", "SYSTEM_OIDCREQUESTURI", azureSteps, "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", clientB), method: "token of Azure Pipelines", because: variable("ARM_USE_OIDC")},
		"cluster in the block":                {block: block{"use_aks_workload_identity": true}, environment: cluster, method: "federated token file", because: inBlock("use_aks_workload_identity")},
		"cluster by ours":                     {environment: with(cluster, []string{"EXCHANGE_USE_AKS_WORKLOAD_IDENTITY", "true"}), method: "federated token file", because: variable("EXCHANGE_USE_AKS_WORKLOAD_IDENTITY")},
		"cluster by azuread's":                {environment: with(cluster, []string{"ARM_USE_AKS_WORKLOAD_IDENTITY", "true"}), method: "federated token file", because: variable("ARM_USE_AKS_WORKLOAD_IDENTITY")},
		"cluster that agrees":                 {block: block{"use_aks_workload_identity": true, "tenant_id": strings.ToUpper(tenantA), "client_id": clientA}, environment: cluster, method: "federated token file", because: inBlock("use_aks_workload_identity")},
		"cluster and the tenant's domain":     {block: block{"use_aks_workload_identity": true, "tenant_id": "contoso.com"}, environment: cluster, method: "federated token file", because: inBlock("use_aks_workload_identity")},
		"cluster, as azuread wants it":        {environment: pipeline("ARM_USE_AKS_WORKLOAD_IDENTITY", "true", "ARM_USE_OIDC", "true", "ARM_OIDC_TOKEN_FILE_PATH", f.token), method: "federated token file", because: variable("ARM_USE_OIDC"), warnings: []string{"use_aks_workload_identity"}},
		"cluster, and both switches":          {environment: with(cluster, []string{"ARM_USE_AKS_WORKLOAD_IDENTITY", "true", "ARM_USE_OIDC", "true"}), method: "federated token file", because: variable("ARM_USE_AKS_WORKLOAD_IDENTITY")},
		"cluster with a file of one's own":    {block: block{"use_aks_workload_identity": true, "oidc_token_file_path": f.token}, environment: pipeline(), method: "federated token file", because: inBlock("use_aks_workload_identity")},
		"managed identity in the block":       {block: block{"use_msi": true}, method: "system-assigned managed identity", because: inBlock("use_msi")},
		"managed identity by ours":            {environment: []string{"EXCHANGE_USE_MSI", "true"}, method: "system-assigned managed identity", because: variable("EXCHANGE_USE_MSI")},
		"managed identity by azuread's":       {environment: []string{"ARM_USE_MSI", "true", "ARM_MSI_ENDPOINT", "http://169.254.169.254/metadata/identity/oauth2/token"}, method: "system-assigned managed identity", because: variable("ARM_USE_MSI")},
		"user-assigned identity":              {environment: pipeline("ARM_USE_MSI", "true"), method: "managed identity with the client id " + clientA, because: variable("ARM_USE_MSI")},
		"system-assigned, whatever ARM_ says": {block: block{"client_id": ""}, environment: pipeline("ARM_USE_MSI", "true"), method: "system-assigned managed identity", because: variable("ARM_USE_MSI")},
		"Azure CLI by default":                {az: true, method: "account of Azure CLI", because: "use_cli, which is on by default"},
		"Azure CLI in the block":              {block: block{"use_cli": true}, az: true, method: "account of Azure CLI", because: inBlock("use_cli")},
		"Azure CLI by ours":                   {environment: []string{"EXCHANGE_USE_CLI", "true"}, az: true, method: "account of Azure CLI", because: variable("EXCHANGE_USE_CLI")},
		"Azure CLI by azuread's":              {environment: pipeline("ARM_USE_CLI", "true"), az: true, method: "account of Azure CLI", because: variable("ARM_USE_CLI")},

		// Each method before the next, of the same place: the other one is named.
		"access token before certificate": {
			environment: pipeline("EXCHANGE_ACCESS_TOKEN", token, "EXCHANGE_CLIENT_CERTIFICATE_PATH", f.pem),
			method:      "access token", because: variable("EXCHANGE_ACCESS_TOKEN"),
			warnings: []string{"client_certificate_path"}, warned: []string{"EXCHANGE_ACCESS_TOKEN", "EXCHANGE_CLIENT_CERTIFICATE_PATH", "an access token, a client certificate, a client secret"},
		},
		"certificate before secret": {
			environment: pipeline("ARM_CLIENT_CERTIFICATE_PATH", f.pem, "ARM_CLIENT_SECRET", "s3cr3t"),
			method:      "client certificate", because: variable("ARM_CLIENT_CERTIFICATE_PATH"),
			warnings: []string{"client_secret"}, warned: []string{"ARM_CLIENT_CERTIFICATE_PATH", "ARM_CLIENT_SECRET"},
		},
		"secret before OpenID Connect": {
			environment: with(pipeline("ARM_USE_OIDC", "true", "ARM_CLIENT_SECRET", "s3cr3t"), gitHubJob),
			method:      "client secret", because: variable("ARM_CLIENT_SECRET"),
			warnings: []string{"use_oidc"}, warned: []string{"a client secret", "ARM_CLIENT_SECRET", "OpenID Connect", "ARM_USE_OIDC"},
		},
		"OpenID Connect before cluster": {
			environment: with(pipeline("ARM_USE_OIDC", "true", "ARM_USE_AKS_WORKLOAD_IDENTITY", "true"), gitHubJob, cluster),
			method:      "token of GitHub Actions", because: variable("ARM_USE_OIDC"),
			warnings: []string{"use_aks_workload_identity"}, warned: []string{"ARM_USE_OIDC", "ARM_USE_AKS_WORKLOAD_IDENTITY"},
		},
		"cluster before managed identity": {
			block: block{"use_aks_workload_identity": true, "use_msi": true}, environment: cluster,
			method: "federated token file", because: inBlock("use_aks_workload_identity"),
			warnings: []string{"use_msi"}, warned: []string{"use_msi in the provider block"},
		},
		"managed identity before Azure CLI": {
			environment: []string{"ARM_USE_MSI", "true", "ARM_USE_CLI", "true"}, az: true,
			method: "system-assigned managed identity", because: variable("ARM_USE_MSI"),
			warnings: []string{"use_cli"}, warned: []string{"ARM_USE_CLI"},
		},
		"all of them": {
			block: block{
				"exchange_access_token": token, "client_certificate": f.base64, "client_secret": "s3cr3t", "use_oidc": true, "oidc_token": "s3cr3t",
				"use_aks_workload_identity": true, "use_msi": true, "use_cli": true,
			},
			environment: pipeline(), az: true,
			method: "access token", because: inBlock("exchange_access_token"),
			warnings: []string{"client_certificate", "client_secret", "use_oidc", "use_aks_workload_identity", "use_msi", "use_cli"},
		},
		"what is off is not in vain": {
			block:       block{"use_oidc": false, "use_msi": false, "use_cli": false},
			environment: pipeline("ARM_CLIENT_SECRET", "s3cr3t", "ARM_USE_OIDC", "true", "ARM_USE_MSI", "true"),
			method:      "client secret", because: variable("ARM_CLIENT_SECRET"),
		},

		// One place before another.
		"ours before azuread's, whatever the order": {
			environment: pipeline("EXCHANGE_USE_MSI", "true", "EXCHANGE_CLIENT_ID", clientB, "ARM_CLIENT_CERTIFICATE_PATH", f.missing, "ARM_CLIENT_SECRET", "s3cr3t", "ARM_USE_OIDC", "true"),
			method:      "managed identity with the client id " + clientB, because: variable("EXCHANGE_USE_MSI"),
		},
		"the block before the environment": {
			block:       block{"client_secret": "s3cr3t"},
			environment: pipeline("EXCHANGE_CLIENT_CERTIFICATE_PATH", f.missing, "ARM_CLIENT_CERTIFICATE_PATH", f.missing, "EXCHANGE_USE_OIDC", "true"),
			method:      "client secret", because: inBlock("client_secret"),
		},
		"a switch in the block before a secret that azuread would use": {
			block: block{"use_oidc": true}, environment: with(pipeline("ARM_CLIENT_SECRET", "s3cr3t"), gitHubJob),
			method: "token of GitHub Actions", because: inBlock("use_oidc"),
			warnings: []string{"use_oidc"}, warned: []string{"use_oidc in the provider block", "ARM_CLIENT_SECRET"},
		},
		"a switch in the block, and the secret said not to be meant": {
			block: block{"use_oidc": true, "client_secret": ""}, environment: with(pipeline("ARM_CLIENT_SECRET", "s3cr3t"), gitHubJob),
			method: "token of GitHub Actions", because: inBlock("use_oidc"),
		},

		// What others were led astray by.
		"a cluster's runner with GitHub's token": {
			environment: with(pipeline("ARM_USE_OIDC", "true"), gitHubJob, []string{
				"AZURE_FEDERATED_TOKEN_FILE", f.missing, "AZURE_CLIENT_ID", clientB, "AZURE_TENANT_ID", tenantB, "AZURE_AUTHORITY_HOST", "http://127.0.0.1",
			}),
			method: "token of GitHub Actions", because: variable("ARM_USE_OIDC"),
		},
		"a cluster's variables alone": {environment: with(cluster, []string{"ARM_USE_CLI", "false"}), error: "-", says: []string{"nothing to sign in with"}},
		"a token that nobody switched on": {
			environment: pipeline("ARM_OIDC_TOKEN", "s3cr3t", "ARM_OIDC_TOKEN_FILE_PATH", f.missing, "ARM_CLIENT_SECRET", "s3cr3t"),
			method:      "client secret", because: variable("ARM_CLIENT_SECRET"),
		},
		"a cluster's sign-in service that is none": {
			block: block{"use_aks_workload_identity": true}, environment: with([]string{"AZURE_AUTHORITY_HOST", "http://127.0.0.1"}, cluster),
			error: "authority_host", says: []string{"https"},
		},
		"a cluster's sign-in service, and a cloud that was chosen": {
			block: block{"use_aks_workload_identity": true, "environment": "usgovernment"}, environment: with([]string{"AZURE_AUTHORITY_HOST", "http://127.0.0.1"}, cluster),
			method: "federated token file", because: inBlock("use_aks_workload_identity"),
		},

		// What is missing or contradicts itself.
		"nothing, and no Azure CLI": {
			error: "-", says: []string{
				"nothing to sign in with", "exchange_access_token", "client_certificate_path", "EXCHANGE_CLIENT_SECRET", "ARM_X", "use_oidc", "use_aks_workload_identity", "use_msi", "az login",
			},
		},
		"nothing, and the Azure CLI is off":     {block: block{"use_cli": false}, az: true, error: "-", says: []string{"nothing to sign in with"}},
		"the Azure CLI is asked for and absent": {environment: []string{"ARM_USE_CLI", "1"}, error: "use_cli", says: []string{"ARM_USE_CLI", "no az on the PATH"}},
		"secret without tenant":                 {environment: []string{"ARM_CLIENT_ID", clientA, "ARM_CLIENT_SECRET", "s3cr3t"}, error: "tenant_id", says: []string{"EXCHANGE_TENANT_ID or ARM_TENANT_ID"}},
		"secret without client":                 {environment: []string{"ARM_TENANT_ID", tenantA, "ARM_CLIENT_SECRET", "s3cr3t"}, error: "client_id", says: []string{"EXCHANGE_CLIENT_ID or ARM_CLIENT_ID", "ARM_CLIENT_ID_FILE_PATH"}},
		"OpenID Connect without client":         {environment: with([]string{"ARM_TENANT_ID", tenantA, "ARM_USE_OIDC", "true"}, gitHubJob), error: "client_id", says: []string{"OpenID Connect", "ARM_CLIENT_ID"}},
		"OpenID Connect without a token": {
			environment: pipeline("ARM_USE_OIDC", "true"), error: "use_oidc",
			says: []string{"ARM_USE_OIDC", "ARM_OIDC_TOKEN", "ARM_OIDC_TOKEN_FILE_PATH", "ACTIONS_ID_TOKEN_REQUEST_", "id-token: write", "SYSTEM_ACCESSTOKEN: $(System.AccessToken)"},
		},
		"Azure Pipelines without its token":      {environment: pipeline("ARM_USE_OIDC", "true", "SYSTEM_OIDCREQUESTURI", azureSteps), error: "oidc_request_token", says: []string{"SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN"}},
		"Azure Pipelines without the connection": {environment: with(pipeline("ARM_USE_OIDC", "true"), azureJob), error: "ado_pipeline_service_connection_id", says: []string{"ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"}},
		"a request token and nobody to ask":      {environment: pipeline("ARM_USE_OIDC", "true", "SYSTEM_ACCESSTOKEN", "s3cr3t"), error: "oidc_request_url", says: []string{"SYSTEM_ACCESSTOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL"}},
		"a token service without TLS":            {environment: pipeline("ARM_USE_OIDC", "true", "ARM_OIDC_REQUEST_URL", "http://token.actions.example", "ARM_OIDC_REQUEST_TOKEN", "s3cr3t"), error: "oidc_request_url", says: []string{"https"}},
		"an identity service without TLS":        {environment: []string{"ARM_USE_MSI", "true", "ARM_MSI_ENDPOINT", "http://identity.example/token"}, error: "msi_endpoint", says: []string{"https"}},
		"cluster without its variables":          {environment: pipeline("ARM_USE_AKS_WORKLOAD_IDENTITY", "true"), error: "use_aks_workload_identity", says: []string{"AZURE_FEDERATED_TOKEN_FILE", "azure.workload.identity/use"}},
		"cluster of another tenant":              {environment: with([]string{"ARM_TENANT_ID", tenantB, "ARM_USE_AKS_WORKLOAD_IDENTITY", "true"}, cluster), error: "tenant_id", says: []string{"mismatch between supplied Tenant ID and that provided by AKS Workload Identity - please remove, ensure they match, or disable use_aks_workload_identity", "ARM_TENANT_ID"}},
		"cluster of another application":         {block: block{"client_id": clientB, "use_aks_workload_identity": true}, environment: cluster, error: "client_id", says: []string{"mismatch between supplied Client ID and that provided by AKS Workload Identity"}},
		"client id and its file":                 {environment: []string{"ARM_TENANT_ID", tenantA, "ARM_CLIENT_ID", clientB, "ARM_CLIENT_ID_FILE_PATH", f.clientID, "ARM_CLIENT_SECRET", "s3cr3t"}, error: "client_id_file_path", says: []string{"mismatch between supplied Client ID and supplied Client ID file contents - please either remove one or ensure they match"}},
		"secret and its file":                    {environment: pipeline("ARM_CLIENT_SECRET", "s3cr3t-other", "ARM_CLIENT_SECRET_FILE_PATH", f.secret), error: "client_secret_file_path", says: []string{"mismatch between supplied Client Secret and supplied Client Secret file contents - please either remove one or ensure they match"}},
		"token and its file":                     {environment: pipeline("ARM_USE_OIDC", "true", "ARM_OIDC_TOKEN", "s3cr3t-other", "ARM_OIDC_TOKEN_FILE_PATH", f.token), error: "oidc_token_file_path", says: []string{"mismatch between supplied OIDC token and supplied OIDC token file contents - please either remove one or ensure they match"}},
		"certificate and its file":               {environment: pipeline("ARM_CLIENT_CERTIFICATE", f.base64, "ARM_CLIENT_CERTIFICATE_PATH", f.otherPEM), error: "client_certificate_path", says: []string{"mismatch between supplied Client Certificate and supplied Client Certificate file contents"}},
		"client id file that is missing":         {environment: []string{"ARM_TENANT_ID", tenantA, "ARM_CLIENT_ID_FILE_PATH", f.missing, "ARM_CLIENT_SECRET", "s3cr3t"}, error: "client_id_file_path", says: []string{"ARM_CLIENT_ID_FILE_PATH", "missing"}},
		"secret file that is missing":            {environment: pipeline("ARM_CLIENT_SECRET_FILE_PATH", f.missing), error: "client_secret_file_path", says: []string{"ARM_CLIENT_SECRET_FILE_PATH", "missing"}},
		"secret file that is empty":              {environment: pipeline("ARM_CLIENT_SECRET_FILE_PATH", f.empty), error: "client_secret_file_path", says: []string{"nothing in"}},
		"token file that is missing":             {environment: pipeline("ARM_USE_OIDC", "true", "ARM_OIDC_TOKEN_FILE_PATH", f.missing), error: "oidc_token_file_path", says: []string{"ARM_OIDC_TOKEN_FILE_PATH", "missing"}},
		"a switch that says neither":             {environment: pipeline("ARM_CLIENT_SECRET", "s3cr3t", "ARM_USE_OIDC", "yes"), error: "use_oidc", says: []string{`ARM_USE_OIDC is "yes"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := testProvider(environment(test.environment...))
			if test.az {
				p.lookPath = func(program string) (string, error) {
					if program != "az" {
						return "", exec.ErrNotFound
					}
					return "/usr/bin/az", nil
				}
			}
			test.check(t, configure(t, p, test.block))
		})
	}
}

func (test signInTest) check(t *testing.T, got configured) {
	t.Helper()
	var warnings, errors []string
	var warned, said string
	for _, diagnostic := range got.diagnostics {
		at := "-"
		if steps := diagnostic.Attribute.Steps(); len(steps) == 1 {
			at = strings.TrimSuffix(strings.TrimPrefix(diagnostic.Attribute.String(), `AttributeName("`), `")`)
		}
		text := diagnostic.Summary + ": " + diagnostic.Detail + "\n"
		if strings.Contains(text, "s3cr3t") {
			t.Errorf("a secret is in: %s", text)
		}
		if diagnostic.Severity == tfprotov6.DiagnosticSeverityWarning {
			warnings, warned = append(warnings, at), warned+text
		} else {
			errors, said = append(errors, at), said+text
		}
	}
	if got.method != test.method || got.becauseOf != test.because {
		t.Errorf("signs in with %q because of %q, want %q because of %q; %s", got.method, got.becauseOf, test.method, test.because, said)
	}
	if strings.Join(warnings, " ") != strings.Join(test.warnings, " ") {
		t.Errorf("warnings on %v, want %v: %s", warnings, test.warnings, warned)
	}
	if strings.Join(errors, " ") != test.error {
		t.Errorf("errors on %v, want %q: %s", errors, test.error, said)
	}
	for text, wants := range map[string][]string{warned: test.warned, said: test.says} {
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in: %s", want, text)
			}
		}
	}
}

func TestNoOtherVariableIsAskedFor(t *testing.T) {
	t.Parallel()
	known := map[string]bool{concurrencyVariable: true}
	for _, setting := range new(model).settings() {
		for _, variable := range setting.variables {
			known[variable] = true
		}
	}
	configure(t, testProvider(func(name string) (string, bool) {
		if !known[name] {
			t.Errorf("%s is asked for", name)
		}
		return "", false
	}), block{"client_secret": "s3cr3t"})
}
