// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/nationalcloud"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// maxForm is more than any token request needs: an assertion with a chain of
// certificates is some kilobytes long.
const maxForm = 1 << 20

// tokenResponse is a granted token as OAuth has it.
type tokenResponse struct {
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	ExtExpiresIn int64  `json:"ext_expires_in"`
	AccessToken  string `json:"access_token"`
}

// token grants a token to an application that proves who it is.
func (s *Server) token(r *http.Request) (answer, *refusal) {
	r.Body = http.MaxBytesReader(nil, r.Body, maxForm)
	malformed := r.ParseForm()
	seen := Request{ClientID: r.PostForm.Get("client_id"), Scope: r.PostForm.Get("scope"), Proof: proofOf(r.PostForm)}
	if failure, due := s.nextFailure(); due {
		if failure.refuse != nil {
			return answer{request: seen, failure: &failure}, failure.refuse(s, seen.ClientID)
		}
		return answer{request: seen, failure: &failure}, nil
	}
	name := r.PathValue("tenant")
	switch {
	case !s.knowsTenant(name):
		return answer{request: seen}, tenantNotFound(name)
	case r.Method != http.MethodPost:
		return answer{request: seen}, badRequest("invalid_request", 900561,
			"The endpoint only accepts POST requests. Received a %s request.", r.Method)
	case malformed != nil:
		return answer{request: seen}, badRequest("invalid_request", 90013, "Invalid input received from the user.")
	}
	granted, audience, refused := s.grant(r, seen)
	if refused == nil {
		seen.Audience = audience
	}
	return answer{body: granted, request: seen}, refused
}

// grant goes through the request in Entra's order: the form, the application,
// its credential, then what it asks for.
func (s *Server) grant(r *http.Request, seen Request) (*tokenResponse, string, *refusal) {
	form := r.PostForm
	for _, name := range []string{"grant_type", "client_id", "scope"} {
		if form.Get(name) == "" {
			return nil, "", missingParameter(name)
		}
	}
	if grant := form.Get("grant_type"); grant != "client_credentials" {
		return nil, "", badRequest("unsupported_grant_type", 70003, "The app requested an unsupported grant type '%s'.", grant)
	}
	capabilities, refused := clientCapabilities(form.Get("claims"))
	if refused != nil {
		return nil, "", refused
	}
	application, registration, refused := s.application(seen.ClientID)
	if refused != nil {
		return nil, "", refused
	}
	if refused := s.authenticate(r, seen.Proof.Kind, registration); refused != nil {
		return nil, "", refused
	}
	audience, refused := s.audience(form.Get("scope"))
	if refused != nil {
		return nil, "", refused
	}
	granted, refused := s.issue(application, audience, seen.Proof.Kind, capabilities)
	return granted, audience, refused
}

// application finds the client among the tenant's applications: the enterprise
// application, which is what signs in, and the registration with its credentials.
func (s *Server) application(clientID string) (tenant.EnterpriseApplication, tenant.AppRegistration, *refusal) {
	registrations := s.tenant.AppRegistrations()
	r := slices.IndexFunc(registrations, func(a tenant.AppRegistration) bool { return strings.EqualFold(a.AppID, clientID) })
	application, present := s.enterpriseApplication(clientID)
	switch {
	case present && application.Disabled:
		return tenant.EnterpriseApplication{}, tenant.AppRegistration{}, s.disabledApplication(clientID)
	case present && r >= 0:
		return application, registrations[r], nil
	case present:
		// A managed identity, or an application registered in another tenant: its
		// credentials are there, so none that is sent here is right.
		return application, tenant.AppRegistration{AppID: clientID, DisplayName: application.DisplayName}, nil
	case r >= 0:
		return tenant.EnterpriseApplication{}, tenant.AppRegistration{}, badRequest("unauthorized_client", 7000229,
			"The client application %s is missing service principal in the tenant %s. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119",
			clientID, s.tenant.Organization().TenantID)
	default:
		return tenant.EnterpriseApplication{}, tenant.AppRegistration{}, s.unknownApplication(clientID)
	}
}

// enterpriseApplication finds the enterprise application with a client id.
func (s *Server) enterpriseApplication(clientID string) (tenant.EnterpriseApplication, bool) {
	for _, a := range s.tenant.EnterpriseApplications() {
		if strings.EqualFold(a.AppID, clientID) {
			return a, true
		}
	}
	return tenant.EnterpriseApplication{}, false
}

func (s *Server) unknownApplication(clientID string) *refusal {
	return badRequest("unauthorized_client", 700016,
		"Application with identifier '%s' was not found in the directory '%s'. This can happen if the application has not been "+
			"installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your "+
			"authentication request to the wrong tenant.", clientID, s.tenant.Organization().DisplayName)
}

func (s *Server) disabledApplication(clientID string) *refusal {
	application, _ := s.enterpriseApplication(clientID)
	return badRequest("unauthorized_client", 7000112, "Application '%s'(%s) is disabled.", clientID, application.DisplayName)
}

// authenticate checks the credential the request carries.
func (s *Server) authenticate(r *http.Request, kind ProofKind, registration tenant.AppRegistration) *refusal {
	switch kind {
	case FederatedProof:
		return s.checkFederatedToken(r, registration)
	case CertificateProof:
		return s.checkAssertion(r, registration)
	case SecretProof:
		return s.checkSecret(r.PostForm.Get("client_secret"), registration)
	default:
		return badClient(7000216,
			"'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.")
	}
}

// checkSecret accepts any of the registration's secrets that has not expired.
func (s *Server) checkSecret(value string, registration tenant.AppRegistration) *refusal {
	expired := false
	for _, secret := range registration.Secrets {
		if subtle.ConstantTimeCompare([]byte(secret.Value), []byte(value)) == 0 {
			continue
		}
		if secret.Expires.IsZero() || s.clock().Before(secret.Expires) {
			return nil
		}
		expired = true
	}
	if expired {
		return expiredSecret(registration.AppID)
	}
	return wrongSecret(registration.AppID)
}

func wrongSecret(clientID string) *refusal {
	return badClient(7000215,
		"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client "+
			"secret ID, for a secret added to app '%s'.", clientID)
}

func expiredSecret(clientID string) *refusal {
	return badClient(7000222,
		"The provided client secret keys for app '%s' are expired. Visit the Azure portal to create new keys for your app: "+
			"https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
		clientID)
}

// audience reads the scope of the request: one resource with /.default behind
// it. MSAL adds OpenID's own scopes to whatever its caller asks for, and Entra
// lets them pass.
func (s *Server) audience(scope string) (string, *refusal) {
	var audience string
	for _, value := range strings.Fields(scope) {
		switch value {
		case "openid", "offline_access", "profile", "email":
			continue
		}
		resource, found := strings.CutSuffix(value, "/.default")
		if !found {
			return "", notDefault(value)
		}
		if audience != "" && audience != resource {
			return "", badRequest("invalid_scope", 70011,
				"The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' "+
					"is not valid. The scope %s is not valid.", scope)
		}
		audience = resource
	}
	if audience == "" {
		return "", notDefault(scope)
	}
	if refused := s.checkResource(audience); refused != nil {
		return "", refused
	}
	return audience, nil
}

// checkResource refuses a resource that is not in the tenant. Those of other
// clouds are taken; their services are what refuses the token.
func (s *Server) checkResource(identifier string) *refusal {
	if nationalcloud.LookupResource(identifier) != nationalcloud.Unknown {
		return nil
	}
	return badRequest("invalid_resource", 500011,
		"The resource principal named %s was not found in the tenant named %s. This can happen if the application has not been "+
			"installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your "+
			"authentication request to the wrong tenant.", identifier, s.tenant.Organization().DisplayName)
}

// notDefault refuses a scope that names single permissions: an application
// without a user is given all of its own, and must ask for them as such.
func notDefault(scope string) *refusal {
	return badRequest("invalid_scope", 1002012,
		"The provided value for scope %s is not valid. Client credential flows must have a scope value with /.default suffixed "+
			"to the resource identifier (application ID URI).", scope)
}

// clientCapabilities reads from the claims parameter what the client says it
// can do, such as "CP1": it can answer a claims challenge. Entra copies this
// into the token; the other claims a client may ask for need no answer here.
func clientCapabilities(claims string) ([]string, *refusal) {
	if claims == "" {
		return nil, nil
	}
	var requested struct {
		AccessToken struct {
			Capabilities struct {
				Values []string `json:"values"`
			} `json:"xms_cc"`
		} `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(claims), &requested); err != nil {
		return nil, badRequest("invalid_request", 90013, "Invalid input received from the user.")
	}
	return requested.AccessToken.Capabilities.Values, nil
}
