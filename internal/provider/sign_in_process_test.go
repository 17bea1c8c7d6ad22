// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/identityserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// crowd asks Exchange fifty things at once while it is planned, and Graph one. When it is applied it makes an object.
const crowd = `
terraform {
  required_providers {
    exchange = { source = "terraform-exchange/exchange" }
  }
}

provider "exchange" {}

data "exchange_service_principal_authorization" "test" {
  count = 50
  app   = "33333333-3333-3333-3333-0000000000aa"
}

data "exchange_administrative_units" "test" {}

resource "exchange_management_scope" "test" {
  name             = "Invoices"
  recipient_filter = "CustomAttribute1 -eq 'finance'"
}
`

// An apply runs two processes of the provider that ask Exchange something: one plans, one applies.
const processes = 2

// A run is a folder in which Terraform runs, with the provider as a process that has a sandbox's environment and nothing
// else that leads anywhere.
type run struct {
	folder      string
	environment []string
}

func newRun(t *testing.T, provider, config string, variables map[string]string) run {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, "main.tf", config)
	settings := write(t, folder, "cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"terraform-exchange/exchange\" = %q\n  }\n  direct {}\n}\n", filepath.ToSlash(provider)))
	return run{folder, append(sandbox.ChildEnvironment(os.Environ(), variables), "TF_CLI_CONFIG_FILE="+settings, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
		"TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(folder, "trace.log"))}
}

// terraform runs a command and returns what it printed.
func (r run) terraform(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	engine, err := acctest.Engine()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), engine, append(arguments, "-no-color")...)
	command.Dir, command.Env = r.folder, r.environment
	output, err := command.CombinedOutput()
	return string(output), err
}

// apply applies the configuration, and checks that neither what Terraform printed nor what it left behind holds a secret
// of the environment or a token.
func (r run) apply(t *testing.T, variables map[string]string) {
	t.Helper()
	output, err := r.terraform(t, "apply", "-auto-approve", "-input=false", "-parallelism=50")
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	write(t, r.folder, "output.txt", output)
	everyFile(t, r.folder, func(path string, content []byte) {
		for _, name := range []string{
			"ARM_CLIENT_SECRET", "ARM_CLIENT_CERTIFICATE", "ARM_CLIENT_CERTIFICATE_PASSWORD", "ARM_OIDC_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN",
			"IDENTITY_HEADER", "EXCHANGE_ACCESS_TOKEN", "EXCHANGE_GRAPH_ACCESS_TOKEN",
		} {
			if secret := variables[name]; secret != "" && bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds the value of %s", path, name)
			}
		}
		if token := regexp.MustCompile(`eyJ[\w-]{10,}\.`).Find(content); token != nil {
			t.Errorf("%s holds a token, or a part of one: %s...", path, token[:10])
		}
	})
}

// startIn serves a tenant in a cloud until the test ends.
func startIn(t *testing.T, cloud string) *sandbox.Sandbox {
	t.Helper()
	var options []sandbox.Option
	if cloud != "" {
		options = append(options, sandbox.Cloud(cloud))
	}
	s, err := sandbox.Start(tenant.Contoso(), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("stopping the sandbox: %v", err)
		}
	})
	return s
}

// tokenRequests are the requests to the sandbox's token endpoint for tokens of a resource.
func tokenRequests(s *sandbox.Sandbox, resource string) []entraserver.Request {
	return slices.DeleteFunc(s.Entra().Requests(), func(r entraserver.Request) bool {
		return r.Endpoint != "token" || !strings.HasPrefix(r.Scope, resource+"/.default")
	})
}

// proof is what each token request of a method must carry, and asked what must be asked of the job runner or the host.
type proof struct {
	entraserver.Proof
	asked string // an endpoint of the identity server, or ""
}

// proofs are what the methods must prove themselves with. A blank field of a proof is not compared.
func proofs(s *sandbox.Sandbox, client string) map[sandbox.SignInMethod]proof {
	const audience = "api://AzureADTokenExchange"
	identity := s.Identity()
	secret := proof{Proof: entraserver.Proof{Kind: entraserver.SecretProof}}
	certificate := proof{Proof: entraserver.Proof{Kind: entraserver.CertificateProof, Issuer: client, Subject: client}}
	chain := certificate
	chain.ChainLength = 2
	federated := func(issuer, subject, asked string) proof {
		return proof{entraserver.Proof{Kind: entraserver.FederatedProof, Issuer: issuer, Subject: subject, Audience: audience}, asked}
	}
	return map[sandbox.SignInMethod]proof{
		sandbox.ClientSecret:                secret,
		sandbox.ClientSecretFile:            secret,
		sandbox.CertificatePFX:              certificate,
		sandbox.CertificatePEM:              certificate,
		sandbox.CertificateBase64:           certificate,
		sandbox.CertificateChain:            chain,
		sandbox.OIDCToken:                   federated(identity.GitHubIssuer(), identityserver.GitHubSubject, ""),
		sandbox.OIDCTokenFile:               federated(identity.KubernetesIssuer(), identityserver.KubernetesSubject, ""),
		sandbox.AKSWorkloadIdentity:         federated(identity.KubernetesIssuer(), identityserver.KubernetesSubject, ""),
		sandbox.GitHubActions:               federated(identity.GitHubIssuer(), identityserver.GitHubSubject, "github"),
		sandbox.AzurePipelines:              federated(identity.AzureDevOpsIssuer(), identityserver.PipelineSubject, "azure-devops"),
		sandbox.ManagedIdentityEndpoint:     {asked: "imds"},
		sandbox.ManagedIdentityUserAssigned: {asked: "imds"},
		sandbox.ManagedIdentityAppService:   {asked: "app-service"},
		sandbox.ManagedIdentityCloudShell:   {asked: "cloud-shell"},
		sandbox.AccessToken:                 {},
		sandbox.AzureCLI:                    {asked: "az"},
	}
}

// checkTokens checks that each process signed in once for each service, however many asked for a token at once, and
// proved itself as the method does.
func checkTokens(t *testing.T, s *sandbox.Sandbox, want proof, exchange, graph string) {
	t.Helper()
	for resource, times := range map[string]int{exchange: processes, graph: 1} {
		requests := tokenRequests(s, resource)
		if want.Kind == entraserver.NoProof {
			times = 0
		}
		if len(requests) != times {
			t.Errorf("there were %d requests for a token of %s, want %d", len(requests), resource, times)
		}
		for _, request := range requests {
			got := request.Proof
			if request.Status != 200 || request.Audience != resource {
				t.Errorf("the token request was answered %d with a token for %q", request.Status, request.Audience)
			}
			if got.Kind == entraserver.CertificateProof && got.Thumbprint == "" {
				t.Error("the assertion does not name its certificate")
			}
			// These differ from sandbox to sandbox, and from request to request.
			got.Thumbprint, got.ID = "", ""
			if want.Audience == "" {
				got.Audience = ""
			}
			if got != want.Proof {
				t.Errorf("the token request proved %+v, want %+v", got, want.Proof)
			}
		}
	}
	asked := map[string]int{}
	for _, request := range s.Identity().Requests() {
		if request.Status != 200 {
			t.Errorf("%s answered %d", request.Endpoint, request.Status)
		}
		asked[request.Endpoint+" "+request.Audience]++
	}
	expected := map[string]int{}
	switch want.asked {
	case "":
	case "az":
		calls, err := s.AzureCLICalls()
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range calls {
			if strings.HasPrefix(call, "account show ") {
				continue // for the tenant, where none is given
			}
			asked["az "+regexp.MustCompile(`--resource (\S+)`).FindString(call)]++
		}
		expected["az --resource "+exchange], expected["az --resource "+graph] = processes, 1
	case "github", "azure-devops":
		// The assertion is fetched for each token.
		expected[want.asked+" "+want.Audience] = processes + 1
	default:
		expected[want.asked+" "+exchange], expected[want.asked+" "+graph] = processes, 1
	}
	if !maps.Equal(asked, expected) {
		t.Errorf("asked for identities were %v, want %v", asked, expected)
	}
}

// The provider as a process of its own, as jobs and hosts run it: what they offer is in the process's environment.
func TestSignInFromAProcessOfItsOwn(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the sandbox's az is a shell script")
	}
	provider := acctest.BuildProvider(t)
	t.Run("methods", func(t *testing.T) {
		t.Parallel()
		for _, method := range sandbox.SignInMethods() {
			t.Run(string(method), func(t *testing.T) {
				t.Parallel()
				signsIn(t, provider, method, nil)
			})
		}
		for method, change := range map[sandbox.SignInMethod][]string{
			sandbox.ClientSecret:            {"ARM_TENANT_ID", "Contoso.onmicrosoft.com"},
			sandbox.GitHubActions:           {"ARM_TENANT_ID", "contoso.com"},
			sandbox.ManagedIdentityEndpoint: {"ARM_TENANT_ID", ""},
			sandbox.AccessToken:             {"ARM_TENANT_ID", ""},
			sandbox.AzureCLI:                {"ARM_TENANT_ID", ""},
		} {
			t.Run(fmt.Sprintf("%s with the tenant %q", method, change[1]), func(t *testing.T) {
				t.Parallel()
				signsIn(t, provider, method, change)
			})
		}
	})
	t.Run("clouds", func(t *testing.T) {
		t.Parallel()
		for cloud, hosts := range realNames {
			for _, method := range []sandbox.SignInMethod{sandbox.ClientSecret, sandbox.GitHubActions} {
				t.Run(cloud+" by "+string(method), func(t *testing.T) {
					t.Parallel()
					signsInByRealNames(t, provider, cloud, method, hosts)
				})
			}
		}
	})
	t.Run("renewal", func(t *testing.T) {
		t.Parallel()
		for _, method := range []sandbox.SignInMethod{
			sandbox.ClientSecret, sandbox.CertificatePFX, sandbox.OIDCTokenFile, sandbox.AKSWorkloadIdentity, sandbox.GitHubActions, sandbox.AzurePipelines,
			sandbox.ManagedIdentityAppService, sandbox.ManagedIdentityEndpoint, sandbox.AzureCLI,
		} {
			t.Run(string(method), func(t *testing.T) {
				t.Parallel()
				outlivesItsToken(t, provider, method)
			})
		}
	})
}

// signsIn applies in one way, with some variables changed.
func signsIn(t *testing.T, provider string, method sandbox.SignInMethod, change []string) {
	t.Helper()
	s := startIn(t, "")
	variables, err := s.SignIn(method)
	if err != nil {
		t.Fatal(err)
	}
	want, ok := proofs(s, variables["ARM_CLIENT_ID"])[method]
	if !ok {
		t.Fatalf("nothing is known of %s", method)
	}
	for pair := range slices.Chunk(change, 2) {
		variables[pair[0]] = pair[1]
	}
	newRun(t, provider, crowd, variables).apply(t, variables)
	checkTokens(t, s, want, "https://outlook.office365.com", "https://graph.microsoft.com")
	if scopes := len(s.Tenant().ManagementScopes()); scopes == len(tenant.Contoso().ManagementScopes()) {
		t.Error("nothing was made")
	}
}

// hosts are the names of a cloud, as Microsoft documents them.
type hosts struct{ authority, exchange, graph, audience string }

var realNames = map[string]hosts{
	"global":       {"login.microsoftonline.com", "outlook.office365.com", "graph.microsoft.com", "api://AzureADTokenExchange"},
	"usgovernment": {"login.microsoftonline.us", "outlook.office365.us", "graph.microsoft.us", "api://AzureADTokenExchangeUSGov"},
	"dod":          {"login.microsoftonline.us", "outlook-dod.office365.us", "dod-graph.microsoft.us", "api://AzureADTokenExchangeUSGov"},
	"china":        {"login.chinacloudapi.cn", "partner.outlook.cn", "microsoftgraph.chinacloudapi.cn", "api://AzureADTokenExchangeChina"},
}

// signsInByRealNames applies without any endpoint, by a proxy that leads to the sandbox, and checks that no other host
// was tried.
func signsInByRealNames(t *testing.T, provider, cloud string, method sandbox.SignInMethod, names hosts) {
	t.Helper()
	s := startIn(t, cloud)
	variables, err := s.SignIn(method)
	if err != nil {
		t.Fatal(err)
	}
	variables = s.RealNames(variables)
	newRun(t, provider, crowd, variables).apply(t, variables)
	want := proofs(s, variables["ARM_CLIENT_ID"])[method]
	if want.Audience != "" {
		want.Audience = names.audience
	}
	checkTokens(t, s, want, "https://"+names.exchange, "https://"+names.graph)
	tried := map[string]bool{}
	for _, request := range s.ProxyRequests() {
		tried[request.Method+" "+request.Destination] = true
		if request.Refused {
			t.Errorf("%s to %s was tried", request.Method, request.Destination)
		}
	}
	expected := map[string]bool{"CONNECT " + names.authority + ":443": true, "CONNECT " + names.exchange + ":443": true, "CONNECT " + names.graph + ":443": true}
	if !maps.Equal(tried, expected) {
		t.Errorf("tried were %v, want %v", tried, expected)
	}
}

// outlivesItsToken applies while the first token is ended in the middle of the run, and with it what it was got with: the
// next must come of a new assertion.
func outlivesItsToken(t *testing.T, provider string, method sandbox.SignInMethod) {
	t.Helper()
	s := startIn(t, "")
	variables, err := s.SignIn(method)
	if err != nil {
		t.Fatal(err)
	}
	r := newRun(t, provider, required+configuration("Invoice Reader", `CustomAttribute1 -eq 'finance'`, "exchange_management_scope.test.name", "Application Mail.Read", true), variables)
	s.Faults().After(fault.Exchange, 1, func() {
		if err := s.RotateFederatedToken(); err != nil {
			t.Error(err)
		}
		if method == sandbox.AzureCLI {
			if err := s.AzureCLISignIn(); err != nil {
				t.Error(err)
			}
		}
	})
	// One request follows the other, so that the third comes when all is renewed.
	ended := s.Faults().Add(fault.Rule{Service: fault.Exchange, From: 3, Count: 1, Fault: fault.Unauthorized().UntilNewToken()})
	if output, err := r.terraform(t, "apply", "-auto-approve", "-input=false", "-parallelism=1"); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if s.Faults().Hits(ended) == 0 {
		t.Fatal("no token was ended")
	}
	requests := tokenRequests(s, "https://outlook.office365.com")
	signIns := len(requests)
	switch method {
	case sandbox.AzureCLI:
		calls, err := s.AzureCLICalls()
		if err != nil {
			t.Fatal(err)
		}
		signIns = len(calls)
	case sandbox.ManagedIdentityAppService, sandbox.ManagedIdentityEndpoint:
		signIns = len(s.Identity().Requests())
	}
	if signIns != 2 {
		t.Errorf("there were %d sign-ins, want one before the token ended and one after", signIns)
	}
	assertions := map[string]bool{}
	for _, request := range requests {
		if request.Proof.Kind != entraserver.SecretProof && assertions[request.Proof.ID] {
			t.Errorf("the assertion %s was used again", request.Proof.ID)
		}
		assertions[request.Proof.ID] = true
	}
}
