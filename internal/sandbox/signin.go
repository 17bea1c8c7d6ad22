// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/identityserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/nationalcloud"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// A SignInMethod is a way for the provider to sign in.
type SignInMethod string

// The ways to sign in. Each is set up by the variables that pipelines set for
// Microsoft's own providers.
const (
	// ClientSecret is a secret in the environment, ClientSecretFile one in a file.
	ClientSecret     SignInMethod = "client-secret"
	ClientSecretFile SignInMethod = "client-secret-file"
	// CertificatePFX and CertificatePEM are registered certificates in files,
	// CertificateBase64 is one in the environment.
	CertificatePFX    SignInMethod = "certificate-pfx"
	CertificatePEM    SignInMethod = "certificate-pem"
	CertificateBase64 SignInMethod = "certificate-base64"
	// CertificateChain is a certificate that is not registered but trusted by its
	// subject and its authority, for which the client must send the chain.
	CertificateChain SignInMethod = "certificate-chain"
	// OIDCToken is a federated token in the environment, OIDCTokenFile one in a
	// file, which [Sandbox.RotateFederatedToken] renews.
	OIDCToken     SignInMethod = "oidc-token"
	OIDCTokenFile SignInMethod = "oidc-token-file"
	// GitHubActions and AzurePipelines are jobs that may ask for federated tokens.
	GitHubActions  SignInMethod = "github-actions"
	AzurePipelines SignInMethod = "azure-pipelines"
	// AKSWorkloadIdentity is a pod with a projected service account token, which
	// [Sandbox.RotateFederatedToken] renews.
	AKSWorkloadIdentity SignInMethod = "aks-workload-identity"
	// ManagedIdentityEndpoint is the system-assigned identity of a virtual machine,
	// and ManagedIdentityUserAssigned one that is chosen by its client id. The
	// address of the metadata service is in the environment: under its own, which
	// is the same everywhere, a process that uses no proxy for it would ask the
	// machine it runs on.
	ManagedIdentityEndpoint     SignInMethod = "managed-identity-endpoint"
	ManagedIdentityUserAssigned SignInMethod = "managed-identity-user-assigned"
	// ManagedIdentityAppService and ManagedIdentityCloudShell are the
	// system-assigned identities of other hosts of Azure's.
	ManagedIdentityAppService SignInMethod = "managed-identity-app-service"
	ManagedIdentityCloudShell SignInMethod = "managed-identity-cloud-shell"
	// AccessToken is finished access tokens in the environment.
	AccessToken SignInMethod = "access-token"
	// AzureCLI is a command az, first on the PATH, that somebody has signed in with.
	AzureCLI SignInMethod = "azure-cli"
)

// SignInMethods returns every way to sign in.
func SignInMethods() []SignInMethod {
	return []SignInMethod{
		ClientSecret, ClientSecretFile, CertificatePFX, CertificatePEM, CertificateBase64, CertificateChain,
		OIDCToken, OIDCTokenFile, GitHubActions, AzurePipelines, AKSWorkloadIdentity,
		ManagedIdentityEndpoint, ManagedIdentityUserAssigned, ManagedIdentityAppService, ManagedIdentityCloudShell,
		AccessToken, AzureCLI,
	}
}

// The client ids of the managed identities that SignIn adds to a tenant that has
// none of the kind.
const (
	SystemAssignedClientID = "00000000-0000-0000-0000-00000000a002"
	UserAssignedClientID   = "00000000-0000-0000-0000-00000000a003"
)

// SignIn prepares the tenant and this machine for a way to sign in, and returns
// the variables for a process that is to use it: the endpoints of
// [Sandbox.Environment] without its credential, and those of the method. Files
// that they name exist until Close. SignIn may be called again, and for several
// methods.
func (s *Sandbox) SignIn(method SignInMethod) (map[string]string, error) {
	s.signIns.Lock()
	defer s.signIns.Unlock()
	variables, err := s.signIn(method)
	if err != nil {
		return nil, fmt.Errorf("preparing to sign in by %s: %w", method, err)
	}
	environment := s.Environment()
	for _, name := range []string{"EXCHANGE_TENANT_ID", "EXCHANGE_CLIENT_ID", "EXCHANGE_CLIENT_SECRET"} {
		delete(environment, name)
	}
	maps.Copy(environment, variables)
	return environment, nil
}

func (s *Sandbox) signIn(method SignInMethod) (map[string]string, error) {
	switch method {
	case ClientSecret:
		return s.application("ARM_CLIENT_SECRET", s.credentials.secret), nil
	case ClientSecretFile:
		path, err := s.writeFile("client-secret", s.credentials.secret+"\n")
		return s.application("ARM_CLIENT_SECRET_FILE_PATH", path), err
	case CertificatePFX, CertificatePEM, CertificateBase64:
		return s.certificateSignIn(method)
	case CertificateChain:
		path, err := s.trustedCertificate()
		return s.application("ARM_CLIENT_CERTIFICATE_PATH", path, "ARM_CLIENT_CERTIFICATE_SEND_CHAIN", "true"), err
	case OIDCToken, OIDCTokenFile, GitHubActions, AzurePipelines, AKSWorkloadIdentity:
		return s.federatedSignIn(method)
	case ManagedIdentityEndpoint, ManagedIdentityUserAssigned, ManagedIdentityAppService, ManagedIdentityCloudShell:
		return s.managedSignIn(method)
	case AccessToken:
		exchange, _, err := s.entra.IssueToken(s.credentials.clientID, s.exchangeResource())
		if err != nil {
			return nil, err
		}
		graph, _, err := s.entra.IssueToken(s.credentials.clientID, s.graphResource())
		return map[string]string{
			"ARM_TENANT_ID":               s.tenant.Organization().TenantID,
			"EXCHANGE_ACCESS_TOKEN":       exchange,
			"EXCHANGE_GRAPH_ACCESS_TOKEN": graph,
		}, err
	case AzureCLI:
		return s.azureCLISignIn()
	default:
		var names []string
		for _, known := range SignInMethods() {
			names = append(names, string(known))
		}
		return nil, fmt.Errorf("there is no such method; the methods are %s", strings.Join(names, ", "))
	}
}

// certificateSignIn is signIn by the registered certificate.
func (s *Sandbox) certificateSignIn(method SignInMethod) (map[string]string, error) {
	certificate, err := s.credentials.certificate()
	if err != nil {
		return nil, err
	}
	switch method {
	case CertificatePEM:
		return s.application("ARM_CLIENT_CERTIFICATE_PATH", certificate.pem), nil
	case CertificatePFX:
		return s.application("ARM_CLIENT_CERTIFICATE_PATH", certificate.pfx, "ARM_CLIENT_CERTIFICATE_PASSWORD", certificate.password), nil
	default:
		pfx, err := os.ReadFile(certificate.pfx)
		return s.application("ARM_CLIENT_CERTIFICATE", base64.StdEncoding.EncodeToString(pfx),
			"ARM_CLIENT_CERTIFICATE_PASSWORD", certificate.password), err
	}
}

// application returns the variables that name the application that signs in, and
// further ones in pairs.
func (s *Sandbox) application(pairs ...string) map[string]string {
	variables := map[string]string{
		"ARM_TENANT_ID": s.tenant.Organization().TenantID,
		"ARM_CLIENT_ID": s.credentials.clientID,
	}
	for pair := range slices.Chunk(pairs, 2) {
		variables[pair[0]] = pair[1]
	}
	return variables
}

// The names of Exchange and Graph as resources in the tenant's cloud.
func (s *Sandbox) exchangeResource() string { return "https://" + s.cloud.ExchangeHosts[0] }
func (s *Sandbox) graphResource() string    { return "https://" + s.cloud.GraphHost }

func (s *Sandbox) federatedSignIn(method SignInMethod) (map[string]string, error) {
	token := identityserver.Token{Audience: s.cloud.FederatedAudience}
	switch method {
	case AzurePipelines:
		token.Issuer, token.Subject = s.identity.AzureDevOpsIssuer(), identityserver.PipelineSubject
	case OIDCTokenFile, AKSWorkloadIdentity:
		token.Issuer, token.Subject = s.identity.KubernetesIssuer(), identityserver.KubernetesSubject
	default:
		token.Issuer, token.Subject = s.identity.GitHubIssuer(), identityserver.GitHubSubject
	}
	if err := s.federate(token); err != nil {
		return nil, err
	}
	switch method {
	case AzurePipelines:
		requestURI, accessToken := s.identity.AzurePipelines()
		return s.application("ARM_USE_OIDC", "true", "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", identityserver.ServiceConnectionID,
			"SYSTEM_OIDCREQUESTURI", requestURI, "SYSTEM_ACCESSTOKEN", accessToken), nil
	case GitHubActions:
		requestURL, requestToken := s.identity.GitHubActions()
		return s.application("ARM_USE_OIDC", "true",
			"ACTIONS_ID_TOKEN_REQUEST_URL", requestURL, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", requestToken), nil
	case OIDCToken:
		signed, err := s.identity.Sign(token)
		return s.application("ARM_USE_OIDC", "true", "ARM_OIDC_TOKEN", signed), err
	case OIDCTokenFile:
		return s.application("ARM_USE_OIDC", "true", "ARM_OIDC_TOKEN_FILE_PATH", s.FederatedTokenPath()), s.RotateFederatedToken()
	default:
		return map[string]string{
			"ARM_USE_AKS_WORKLOAD_IDENTITY": "true",
			"AZURE_TENANT_ID":               s.tenant.Organization().TenantID,
			"AZURE_CLIENT_ID":               s.credentials.clientID,
			"AZURE_FEDERATED_TOKEN_FILE":    s.FederatedTokenPath(),
			"AZURE_AUTHORITY_HOST":          s.url + "/",
		}, s.RotateFederatedToken()
	}
}

// federate lets the application sign in with such tokens, if it may not yet.
func (s *Sandbox) federate(token identityserver.Token) error {
	for _, registration := range s.tenant.AppRegistrations() {
		if strings.EqualFold(registration.AppID, s.credentials.clientID) &&
			slices.ContainsFunc(registration.FederatedCredentials, func(c tenant.FederatedCredential) bool {
				return c.Issuer == token.Issuer && c.Subject == token.Subject
			}) {
			return nil
		}
	}
	return s.tenant.AddFederatedCredential(s.credentials.clientID, tenant.FederatedCredential{
		Name: "sandbox", Issuer: token.Issuer, Subject: token.Subject, Audiences: []string{token.Audience},
	})
}

// FederatedTokenPath is the file of the methods OIDCTokenFile and
// AKSWorkloadIdentity.
func (s *Sandbox) FederatedTokenPath() string {
	return filepath.Join(s.files.folder, "federated-token")
}

// RotateFederatedToken puts a new token into the file at FederatedTokenPath, as
// Kubernetes does before the old one ends.
func (s *Sandbox) RotateFederatedToken() error {
	token, err := s.identity.Sign(identityserver.Token{
		Issuer: s.identity.KubernetesIssuer(), Subject: identityserver.KubernetesSubject, Audience: s.cloud.FederatedAudience,
	})
	if err != nil {
		return err
	}
	_, err = s.writeFile(filepath.Base(s.FederatedTokenPath()), token)
	return err
}

func (s *Sandbox) managedSignIn(method SignInMethod) (map[string]string, error) {
	kind, clientID := tenant.SystemAssigned, SystemAssignedClientID
	if method == ManagedIdentityUserAssigned {
		kind, clientID = tenant.UserAssigned, UserAssignedClientID
	}
	clientID, err := s.managedIdentity(kind, clientID)
	variables := map[string]string{"ARM_TENANT_ID": s.tenant.Organization().TenantID, "ARM_USE_MSI": "true"}
	switch method {
	case ManagedIdentityAppService:
		path, header := s.identity.AppService()
		variables["IDENTITY_ENDPOINT"], variables["IDENTITY_HEADER"] = s.plainURL+path, header
	case ManagedIdentityCloudShell:
		variables["MSI_ENDPOINT"] = s.plainURL + s.identity.CloudShell()
	case ManagedIdentityUserAssigned:
		variables["ARM_MSI_ENDPOINT"] = s.plainURL + s.identity.InstanceMetadata()
		variables["ARM_CLIENT_ID"] = clientID
	default:
		variables["ARM_MSI_ENDPOINT"] = s.plainURL + s.identity.InstanceMetadata()
	}
	return variables, err
}

// managedIdentity returns the client id of the tenant's first managed identity of
// a kind. If it has none, one is made that may do what the application may that
// signs in.
func (s *Sandbox) managedIdentity(kind tenant.ManagedIdentity, clientID string) (string, error) {
	made := tenant.EnterpriseApplication{
		AppID: clientID, ObjectID: strings.Replace(clientID, "a", "b", 1), DisplayName: "Sandbox host", ManagedIdentity: kind,
	}
	for _, application := range s.tenant.EnterpriseApplications() {
		if application.ManagedIdentity == kind {
			return application.AppID, nil
		}
		if strings.EqualFold(application.AppID, s.credentials.clientID) {
			made.AppRoles, made.GraphRoles, made.DirectoryRoles = application.AppRoles, application.GraphRoles, application.DirectoryRoles
		}
	}
	return clientID, s.tenant.AddEnterpriseApplication(made)
}

// writeFile puts a file into the sandbox's folder, at once and as a whole. Only
// its owner may read it.
func (s *Sandbox) writeFile(name, content string) (path string, err error) {
	path = filepath.Join(s.files.folder, name)
	if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
		return "", err
	}
	return path, os.Rename(path+".new", path)
}

// Proxy is the URL of a proxy that leads to the sandbox under the real names of
// its cloud's hosts and, for programs that use a proxy for it, to the metadata
// service of a virtual machine at 169.254.169.254. It refuses and records
// everything else.
func (s *Sandbox) Proxy() string { return s.plainURL }

// RealNames returns environment, which is of Environment or SignIn, without the
// sandbox's endpoints and with its proxy instead: a process then uses the names
// of the real cloud, and reaches the sandbox under them.
func (s *Sandbox) RealNames(environment map[string]string) map[string]string {
	named := maps.Clone(environment)
	for _, name := range []string{"EXCHANGE_ADMIN_ENDPOINT", "EXCHANGE_GRAPH_ENDPOINT", "EXCHANGE_AUTHORITY_HOST"} {
		delete(named, name)
	}
	if _, set := named["AZURE_AUTHORITY_HOST"]; set {
		named["AZURE_AUTHORITY_HOST"] = "https://" + s.cloud.AuthorityHosts[0] + "/"
	}
	named["EXCHANGE_ENVIRONMENT"] = s.cloud.Name
	named["HTTPS_PROXY"], named["HTTP_PROXY"] = s.Proxy(), s.Proxy()
	return named
}

// servedBy returns the service of the tenant's cloud that has the host of a
// request, or Unknown for the sandbox's own address.
func (s *Sandbox) servedBy(host string) nationalcloud.Service {
	name, _, found := strings.Cut(host, ":")
	if found && !strings.HasSuffix(host, ":443") {
		return nationalcloud.Unknown
	}
	return s.cloud.Host(name)
}
