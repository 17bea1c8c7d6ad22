// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/identityserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/nationalcloud"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/proxy"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// signIn prepares a way to sign in.
func signIn(t *testing.T, s *sandbox.Sandbox, method sandbox.SignInMethod) map[string]string {
	t.Helper()
	variables, err := s.SignIn(method)
	if err != nil {
		t.Fatal(err)
	}
	return variables
}

const exchangeScope = "https://outlook.office365.com/.default"

// acquire has MSAL get a token for Exchange by a credential, and shows it to
// Exchange.
func acquire(t *testing.T, s *sandbox.Sandbox, credential confidential.Credential, options ...confidential.Option) error {
	t.Helper()
	options = append(options, confidential.WithHTTPClient(s.Client()), confidential.WithInstanceDiscovery(false))
	client, err := confidential.New(s.URL()+"/contoso.com", s.ClientID(), credential, options...)
	if err != nil {
		t.Fatal(err)
	}
	result, err := client.AcquireTokenByCredential(t.Context(), []string{exchangeScope})
	if err != nil {
		return err
	}
	if status, _ := getScopes(t, s, invokePath, result.AccessToken, ""); status != http.StatusOK {
		t.Errorf("Exchange answers the token %d", status)
	}
	return nil
}

// credential makes MSAL's credential of the variables that SignIn gave.
func credential(t *testing.T, s *sandbox.Sandbox, variables map[string]string) (confidential.Credential, []confidential.Option) {
	t.Helper()
	switch {
	case variables["ARM_CLIENT_SECRET"] != "" || variables["ARM_CLIENT_SECRET_FILE_PATH"] != "":
		secret := variables["ARM_CLIENT_SECRET"]
		if path := variables["ARM_CLIENT_SECRET_FILE_PATH"]; path != "" {
			secret = strings.TrimSpace(string(readFile(t, path)))
		}
		made, err := confidential.NewCredFromSecret(secret)
		if err != nil {
			t.Fatal(err)
		}
		return made, nil
	case variables["ARM_CLIENT_CERTIFICATE"] != "" || variables["ARM_CLIENT_CERTIFICATE_PATH"] != "":
		certificates, key := readCertificate(t, variables)
		made, err := confidential.NewCredFromCert(certificates, key)
		if err != nil {
			t.Fatal(err)
		}
		if variables["ARM_CLIENT_CERTIFICATE_SEND_CHAIN"] == "true" {
			return made, []confidential.Option{confidential.WithX5C()}
		}
		return made, nil
	default:
		return confidential.NewCredFromAssertionCallback(func(ctx context.Context, _ confidential.AssertionRequestOptions) (string, error) {
			return federatedToken(ctx, t, s, variables), nil
		}), nil
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func readCertificate(t *testing.T, variables map[string]string) ([]*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	content, err := base64.StdEncoding.DecodeString(variables["ARM_CLIENT_CERTIFICATE"])
	if err != nil {
		t.Fatal(err)
	}
	if path := variables["ARM_CLIENT_CERTIFICATE_PATH"]; path != "" {
		content = readFile(t, path)
	}
	var certificates []*x509.Certificate
	var key any
	if bytes.HasPrefix(content, []byte("-----BEGIN")) {
		certificates, key, err = confidential.CertFromPEM(content, "")
	} else {
		certificates = make([]*x509.Certificate, 1)
		key, certificates[0], err = pkcs12.Decode(content, variables["ARM_CLIENT_CERTIFICATE_PASSWORD"])
	}
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, isRSA := key.(*rsa.PrivateKey)
	if !isRSA {
		t.Fatalf("the key is %T", key)
	}
	return certificates, rsaKey
}

// federatedToken gets the token that a job or a pod signs in with.
func federatedToken(ctx context.Context, t *testing.T, s *sandbox.Sandbox, variables map[string]string) string {
	t.Helper()
	var answer struct {
		Value     string `json:"value"`
		OIDCToken string `json:"oidcToken"`
	}
	switch {
	case variables["ARM_OIDC_TOKEN"] != "":
		return variables["ARM_OIDC_TOKEN"]
	case variables["ARM_OIDC_TOKEN_FILE_PATH"] != "":
		return string(readFile(t, variables["ARM_OIDC_TOKEN_FILE_PATH"]))
	case variables["AZURE_FEDERATED_TOKEN_FILE"] != "":
		return string(readFile(t, variables["AZURE_FEDERATED_TOKEN_FILE"]))
	case variables["ACTIONS_ID_TOKEN_REQUEST_URL"] != "":
		ask(ctx, t, s.Client(), http.MethodGet, variables["ACTIONS_ID_TOKEN_REQUEST_URL"]+"&audience=api://AzureADTokenExchange",
			http.Header{"Authorization": {"Bearer " + variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]}}, &answer)
		return answer.Value
	case variables["SYSTEM_OIDCREQUESTURI"] != "":
		query := url.Values{"api-version": {"7.1"}, "serviceConnectionId": {variables["ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID"]}}
		ask(ctx, t, s.Client(), http.MethodPost, variables["SYSTEM_OIDCREQUESTURI"]+"?"+query.Encode(),
			http.Header{"Authorization": {"Bearer " + variables["SYSTEM_ACCESSTOKEN"]}}, &answer)
		return answer.OIDCToken
	}
	t.Fatal("the variables lead to no federated token")
	return ""
}

// ask sends a request without a body and decodes the answer, which is a success.
func ask(ctx context.Context, t *testing.T, client *http.Client, method, address string, header http.Header, answer any) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %s: %s", address, response.Status, content)
	}
	if err := json.Unmarshal(content, answer); err != nil {
		t.Fatal(err)
	}
}

// lastTokenRequest is what the last request for a token was.
func lastTokenRequest(t *testing.T, s *sandbox.Sandbox) entraserver.Request {
	t.Helper()
	all := slices.DeleteFunc(s.Entra().Requests(), func(r entraserver.Request) bool { return r.Endpoint != "token" })
	if len(all) == 0 {
		t.Fatal("nobody has asked for a token")
	}
	return all[len(all)-1]
}

func TestApplicationsSignInByEveryMethod(t *testing.T) {
	t.Parallel()
	for method, want := range map[sandbox.SignInMethod]entraserver.Proof{
		sandbox.ClientSecret:        {Kind: entraserver.SecretProof},
		sandbox.ClientSecretFile:    {Kind: entraserver.SecretProof},
		sandbox.CertificatePFX:      {Kind: entraserver.CertificateProof},
		sandbox.CertificatePEM:      {Kind: entraserver.CertificateProof},
		sandbox.CertificateBase64:   {Kind: entraserver.CertificateProof},
		sandbox.CertificateChain:    {Kind: entraserver.CertificateProof, ChainLength: 2},
		sandbox.OIDCToken:           {Kind: entraserver.FederatedProof, Issuer: "/github", Subject: identityserver.GitHubSubject},
		sandbox.OIDCTokenFile:       {Kind: entraserver.FederatedProof, Issuer: "/kubernetes/", Subject: identityserver.KubernetesSubject},
		sandbox.GitHubActions:       {Kind: entraserver.FederatedProof, Issuer: "/github", Subject: identityserver.GitHubSubject},
		sandbox.AzurePipelines:      {Kind: entraserver.FederatedProof, Issuer: "/azure-devops", Subject: identityserver.PipelineSubject},
		sandbox.AKSWorkloadIdentity: {Kind: entraserver.FederatedProof, Issuer: "/kubernetes/", Subject: identityserver.KubernetesSubject},
	} {
		t.Run(string(method), func(t *testing.T) {
			t.Parallel()
			s := start(t)
			signIn(t, s, method)
			variables := signIn(t, s, method) // Preparing twice is no harm.
			made, options := credential(t, s, variables)
			if err := acquire(t, s, made, options...); err != nil {
				t.Fatal(err)
			}
			got := lastTokenRequest(t, s)
			if got.ClientID != tenant.AutomationAppID || got.Audience != "https://outlook.office365.com" || got.Status != http.StatusOK {
				t.Errorf("recorded %+v", got)
			}
			proof := got.Proof
			if proof.Kind != want.Kind || proof.ChainLength != want.ChainLength {
				t.Errorf("proven by %+v", proof)
			}
			if (proof.Kind == entraserver.CertificateProof) != (len(proof.Thumbprint) == 64) {
				t.Errorf("the thumbprint is %q", proof.Thumbprint)
			}
			if proof.Kind == entraserver.FederatedProof &&
				(proof.Issuer != s.URL()+want.Issuer || proof.Subject != want.Subject || proof.Audience != "api://AzureADTokenExchange" || proof.ID == "") {
				t.Errorf("proven by %+v", proof)
			}
		})
	}
}

func TestSignInGivesNoOtherCredential(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, method := range sandbox.SignInMethods() {
		if method == sandbox.AzureCLI && runtime.GOOS == "windows" {
			continue
		}
		variables := signIn(t, s, method)
		secrets := 0
		for name, value := range variables {
			switch {
			case value == "":
				t.Errorf("%s: %s is empty", method, name)
			case strings.HasPrefix(name, "EXCHANGE_CLIENT_"), name == "EXCHANGE_TENANT_ID":
				t.Errorf("%s: %s is set", method, name)
			case value == s.ClientSecret():
				secrets++
			}
		}
		if want := map[bool]int{true: 1}[method == sandbox.ClientSecret]; secrets != want {
			t.Errorf("%s: %d variables have the client secret", method, secrets)
		}
		for _, name := range []string{"EXCHANGE_ADMIN_ENDPOINT", "EXCHANGE_GRAPH_ENDPOINT", "EXCHANGE_AUTHORITY_HOST", "EXCHANGE_CA_CERTIFICATE_PATH"} {
			if variables[name] != s.Environment()[name] {
				t.Errorf("%s: %s is %q", method, name, variables[name])
			}
		}
	}
	if _, err := s.SignIn("password"); err == nil || !strings.Contains(err.Error(), "github-actions") {
		t.Errorf("error %v does not list the methods", err)
	}
}

func TestFederatedTokenFileIsRenewed(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Identity().SetTokenLifetime(-time.Minute)
	made, _ := credential(t, s, signIn(t, s, sandbox.OIDCTokenFile))
	if err := acquire(t, s, made); err == nil || !strings.Contains(err.Error(), "AADSTS700024") {
		t.Fatalf("a token that is over is answered %v", err)
	}
	s.Identity().SetTokenLifetime(time.Minute)
	if err := s.RotateFederatedToken(); err != nil {
		t.Fatal(err)
	}
	if err := acquire(t, s, made); err != nil {
		t.Error(err)
	}
}

func TestAccessTokensAreForTheirServices(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Cloud("china"))
	variables := signIn(t, s, sandbox.AccessToken)
	if status, _ := getScopes(t, s, invokePath, variables["EXCHANGE_ACCESS_TOKEN"], ""); status != http.StatusOK {
		t.Errorf("Exchange answers %d", status)
	}
	if status, _ := getScopes(t, s, invokePath, variables["EXCHANGE_GRAPH_ACCESS_TOKEN"], ""); status != http.StatusUnauthorized {
		t.Errorf("Exchange answers Graph's token %d", status)
	}
	var answer struct{ Value []struct{ ID string } }
	ask(t.Context(), t, s.Client(), http.MethodGet, s.URL()+"/v1.0/organization", http.Header{"Authorization": {"Bearer " + variables["EXCHANGE_GRAPH_ACCESS_TOKEN"]}}, &answer)
	if len(answer.Value) != 1 || answer.Value[0].ID != "11111111-1111-1111-1111-111111111111" {
		t.Errorf("Graph answers %+v", answer)
	}
}

// throughProxy returns a client that sends all it can to the sandbox's proxy.
func throughProxy(t *testing.T, s *sandbox.Sandbox, variables map[string]string) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(readFile(t, variables["EXCHANGE_CA_CERTIFICATE_PATH"])) {
		t.Fatal("the authority's file has no certificate")
	}
	address, err := url.Parse(s.Proxy())
	if err != nil {
		t.Fatal(err)
	}
	transport, isTransport := s.Client().Transport.(*http.Transport)
	if !isTransport {
		t.Fatalf("the client's transport is %T", s.Client().Transport)
	}
	transport = transport.Clone()
	transport.Proxy = http.ProxyURL(address)
	transport.TLSClientConfig.RootCAs = roots
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestCloudsAreReachedUnderTheirRealNames(t *testing.T) {
	t.Parallel()
	for _, cloud := range nationalcloud.All() {
		t.Run(cloud.Name, func(t *testing.T) {
			t.Parallel()
			s := start(t, sandbox.Cloud(cloud.Name))
			variables := s.RealNames(signIn(t, s, sandbox.ClientSecret))
			for name, value := range variables {
				if strings.HasPrefix(value, s.URL()) {
					t.Errorf("%s is the sandbox's address", name)
				}
			}
			client := throughProxy(t, s, variables)
			made, err := confidential.NewCredFromSecret(variables["ARM_CLIENT_SECRET"])
			if err != nil {
				t.Fatal(err)
			}
			// MSAL knows these hosts, and asks them for their aliases.
			authority := "https://" + cloud.AuthorityHosts[0] + "/contoso.com"
			application, err := confidential.New(authority, variables["ARM_CLIENT_ID"], made, confidential.WithHTTPClient(client))
			if err != nil {
				t.Fatal(err)
			}
			result, err := application.AcquireTokenByCredential(t.Context(), []string{"https://" + cloud.GraphHost + "/.default"})
			if err != nil {
				t.Fatal(err)
			}
			var organization struct {
				Value []struct{ DisplayName string }
			}
			ask(t.Context(), t, client, http.MethodGet, "https://"+cloud.GraphHost+"/v1.0/organization",
				http.Header{"Authorization": {"Bearer " + result.AccessToken}}, &organization)
			if len(organization.Value) != 1 || organization.Value[0].DisplayName != "Contoso" {
				t.Errorf("Graph answers %+v", organization)
			}
			for _, host := range []string{cloud.ExchangeHosts[0], "eurprd01." + cloud.ExchangeHosts[0]} {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+host+invokePath, strings.NewReader("{}"))
				if err != nil {
					t.Fatal(err)
				}
				response, err := client.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				_ = response.Body.Close()
				if response.StatusCode != http.StatusUnauthorized {
					t.Errorf("%s answers a caller without a token %d", host, response.StatusCode)
				}
			}
			for _, request := range s.ProxyRequests() {
				if request.Refused {
					t.Errorf("refused %+v", request)
				}
			}
		})
	}
}

func TestProxyLeadsToTheChosenCloudOnly(t *testing.T) {
	t.Parallel()
	s := start(t)
	client := throughProxy(t, s, s.Environment())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://login.microsoftonline.us/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := client.Do(request); err == nil {
		_ = response.Body.Close()
		t.Errorf("answered %s", response.Status)
	}
	want := []proxy.Request{{Method: http.MethodConnect, Destination: "login.microsoftonline.us:443", Refused: true}}
	if got := s.ProxyRequests(); !slices.Equal(got, want) {
		t.Errorf("recorded %+v, want %+v", got, want)
	}
}

// managed has MSAL get a token for the host's managed identity.
func managed(t *testing.T, client *http.Client, id managedidentity.ID, resource string) string {
	t.Helper()
	application, err := managedidentity.New(id, managedidentity.WithHTTPClient(client), managedidentity.WithRetryPolicyDisabled())
	if err != nil {
		t.Fatal(err)
	}
	result, err := application.AcquireToken(t.Context(), resource)
	if err != nil {
		t.Fatal(err)
	}
	return result.AccessToken
}

// MSAL keeps tokens of managed identities for all clients in a process, so the
// tests of managed identities ask for different resources.

func TestManagedIdentitiesSignInThroughTheMetadataService(t *testing.T) {
	t.Parallel()
	s := start(t)
	variables := signIn(t, s, sandbox.ManagedIdentityEndpoint)
	if got, want := variables["ARM_MSI_ENDPOINT"], s.Proxy()+"/metadata/identity/oauth2/token"; got != want {
		t.Errorf("the metadata service is at %q, want %q", got, want)
	}
	assigned := signIn(t, s, sandbox.ManagedIdentityUserAssigned)
	client := throughProxy(t, s, variables)
	for clientID, id := range map[string]managedidentity.ID{
		sandbox.SystemAssignedClientID: managedidentity.SystemAssigned(),
		sandbox.UserAssignedClientID:   managedidentity.UserAssignedClientID(assigned["ARM_CLIENT_ID"]),
	} {
		token := managed(t, client, id, "https://outlook.office365.com")
		if status, _ := getScopes(t, s, invokePath, token, ""); status != http.StatusOK {
			t.Errorf("Exchange answers the token of %s %d", clientID, status)
		}
		if caller, err := s.Entra().Authorize(token); err != nil || caller.AppID != clientID {
			t.Errorf("the token is of %s, %v; want %s", caller.AppID, err, clientID)
		}
	}
}

func TestManagedIdentitiesSignInOnAppService(t *testing.T) {
	s := start(t)
	variables := signIn(t, s, sandbox.ManagedIdentityAppService)
	t.Setenv("IDENTITY_ENDPOINT", variables["IDENTITY_ENDPOINT"])
	t.Setenv("IDENTITY_HEADER", variables["IDENTITY_HEADER"])
	token := managed(t, s.Client(), managedidentity.SystemAssigned(), "https://outlook.office365.com/")
	if caller, err := s.Entra().Authorize(token); err != nil || caller.AppID != sandbox.SystemAssignedClientID {
		t.Errorf("the token is of %s, %v", caller.AppID, err)
	}
}

func TestManagedIdentitiesSignInInCloudShell(t *testing.T) {
	s := start(t)
	t.Setenv("MSI_ENDPOINT", signIn(t, s, sandbox.ManagedIdentityCloudShell)["MSI_ENDPOINT"])
	token := managed(t, s.Client(), managedidentity.SystemAssigned(), "https://outlook.office.com")
	if caller, err := s.Entra().Authorize(token); err != nil || caller.AppID != sandbox.SystemAssignedClientID {
		t.Errorf("the token is of %s, %v", caller.AppID, err)
	}
}

func TestSignInTakesTheManagedIdentityOfTheTenant(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	own := tenant.EnterpriseApplication{
		AppID: "55555555-5555-5555-5555-555555555555", ObjectID: "66666666-6666-6666-6666-666666666666",
		DisplayName: "Runner", ManagedIdentity: tenant.UserAssigned,
	}
	if err := contoso.AddEnterpriseApplication(own); err != nil {
		t.Fatal(err)
	}
	s, err := sandbox.Start(contoso)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if got := signIn(t, s, sandbox.ManagedIdentityUserAssigned)["ARM_CLIENT_ID"]; got != own.AppID {
		t.Errorf("ARM_CLIENT_ID is %q", got)
	}
}

// az runs the sandbox's command az.
func az(t *testing.T, variables map[string]string, arguments ...string) (stdout, stderr string, err error) {
	t.Helper()
	folder, _, _ := strings.Cut(variables["PATH"], string(os.PathListSeparator))
	command := exec.CommandContext(t.Context(), folder+"/az", arguments...)
	var out, problem strings.Builder
	command.Stdout, command.Stderr = &out, &problem
	err = command.Run()
	return out.String(), problem.String(), err
}

func TestAzureCLIGivesOutTokens(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the command az is a shell script")
	}
	s := start(t)
	variables := signIn(t, s, sandbox.AzureCLI)
	for _, arguments := range [][]string{
		{"account", "get-access-token", "-o", "json", "--resource", "https://outlook.office365.com"},
		{"account", "get-access-token", "-o=json", "--scope", "https://outlook.office365.com/.default", "--tenant", "Contoso.com"},
		{"account", "get-access-token", "--resource=https://outlook.office365.com/", "--tenant=11111111-1111-1111-1111-111111111111"},
	} {
		stdout, stderr, err := az(t, variables, arguments...)
		if err != nil {
			t.Fatalf("%v: %s", err, stderr)
		}
		var answer struct {
			AccessToken string `json:"accessToken"`
			ExpiresOn   string `json:"expiresOn"`
			Expires     int64  `json:"expires_on"`
			Tenant      string `json:"tenant"`
		}
		if err := json.Unmarshal([]byte(stdout), &answer); err != nil {
			t.Fatal(err)
		}
		if status, _ := getScopes(t, s, invokePath, answer.AccessToken, ""); status != http.StatusOK {
			t.Errorf("Exchange answers the token %d", status)
		}
		local, err := time.ParseInLocation("2006-01-02 15:04:05.999999", answer.ExpiresOn, time.Local)
		if err != nil || local.Unix() != answer.Expires {
			t.Errorf("the token ends at %q and at %d", answer.ExpiresOn, answer.Expires)
		}
	}
	calls, err := s.AzureCLICalls()
	if err != nil || len(calls) != 3 || calls[0] != "account get-access-token -o json --resource https://outlook.office365.com" {
		t.Errorf("recorded %q, %v", calls, err)
	}
}

func TestAzureCLIRefuses(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the command az is a shell script")
	}
	s := start(t)
	variables := signIn(t, s, sandbox.AzureCLI)
	for text, arguments := range map[string][]string{
		"AADSTS90002":    {"account", "get-access-token", "--resource", "https://outlook.office365.com", "--tenant", "fabrikam.com"},
		"AADSTS500011":   {"account", "get-access-token", "--resource", "https://vault.azure.net"},
		"not recognized": {"login"},
	} {
		if stdout, stderr, err := az(t, variables, arguments...); err == nil || stdout != "" || !strings.Contains(stderr, text) {
			t.Errorf("%q prints %q and %q, error %v", arguments, stdout, stderr, err)
		}
	}
	if stdout, _, err := az(t, variables, "account", "show"); err != nil || !strings.Contains(stdout, tenant.AutomationAppID) {
		t.Errorf("account show prints %q, error %v", stdout, err)
	}
	if err := s.AzureCLISignOut(); err != nil {
		t.Fatal(err)
	}
	if _, stderr, err := az(t, variables, "account", "show"); err == nil || stderr != "ERROR: Please run 'az login' to setup account.\n" {
		t.Errorf("signed out it prints %q, error %v", stderr, err)
	}
	if stdout, _, err := az(t, variables, "version", "-o", "json"); err != nil || !strings.Contains(stdout, `"azure-cli"`) {
		t.Errorf("version prints %q, error %v", stdout, err)
	}
	if err := s.AzureCLISignIn(); err != nil {
		t.Fatal(err)
	}
	if _, stderr, err := az(t, variables, "account", "get-access-token", "--resource", "https://graph.microsoft.com"); err != nil {
		t.Errorf("signed in again it prints %q", stderr)
	}
}

func TestChildEnvironmentReplacesProxiesByTheSandboxs(t *testing.T) {
	t.Parallel()
	base := []string{"http_proxy=http://a", "HTTPS_PROXY=http://a", "ALL_PROXY=http://a", "no_proxy=169.254.169.254", "HOME=/home/adele"}
	got := sandbox.ChildEnvironment(base, map[string]string{"HTTP_PROXY": "http://127.0.0.1:1"})
	want := []string{
		"HTTPS_PROXY=http://a", "HOME=/home/adele",
		"NO_PROXY=127.0.0.1,::1,localhost", "no_proxy=127.0.0.1,::1,localhost", "HTTP_PROXY=http://127.0.0.1:1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
