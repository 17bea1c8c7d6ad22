// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package identityserver

import (
	"crypto/subtle"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// The paths of the endpoints that Azure's hosts have. That of the metadata
// service is the same on all virtual machines, at 169.254.169.254; the others
// are told to a program by its environment.
const (
	appServicePath = "/msi/token"
	metadataPath   = "/metadata/identity/oauth2/token"
	cloudShellPath = "/oauth2/token"
)

// AppService returns the path of the endpoint that App Service has, and the
// value that a program proves itself with in the header X-IDENTITY-HEADER.
func (s *Server) AppService() (path, identityHeader string) { return appServicePath, s.identityHeader }

// InstanceMetadata returns the path of the token endpoint of the metadata service.
func (s *Server) InstanceMetadata() (path string) { return metadataPath }

// CloudShell returns the path of the endpoint that Cloud Shell has.
func (s *Server) CloudShell() (path string) { return cloudShellPath }

// instanceMetadata answers as the metadata service of a virtual machine. The
// texts that are not about the identity are guesses.
func (s *Server) instanceMetadata(r *http.Request) answer {
	query := r.URL.Query()
	request := Request{Audience: query.Get("resource"), ClientID: query.Get("client_id")}
	refuse := func(status int, kind, description string) answer {
		return answer{status: status, request: request, body: map[string]string{"error": kind, "error_description": description}}
	}
	switch {
	case r.Method != http.MethodGet:
		return refuse(http.StatusMethodNotAllowed, "method_not_allowed", "Method not allowed")
	case !strings.EqualFold(r.Header.Get("Metadata"), "true"):
		return refuse(http.StatusBadRequest, "invalid_request", "Required metadata header not specified")
	case query.Get("api-version") == "":
		return refuse(http.StatusBadRequest, "invalid_request", "Required query variable 'api-version' is missing")
	case request.Audience == "":
		return refuse(http.StatusBadRequest, "invalid_request", "Required query variable 'resource' is missing")
	}
	identity, problem := s.managedIdentity(request.ClientID)
	if problem != "" {
		return refuse(http.StatusBadRequest, "invalid_request", problem)
	}
	token, expires, err := s.hostToken(identity.AppID, request.Audience)
	if err != nil {
		return refuse(http.StatusBadRequest, "invalid_resource", err.Error())
	}
	body := s.granted(request.Audience, token, expires)
	body["client_id"] = identity.AppID
	return answer{status: http.StatusOK, request: request, body: body}
}

// appService answers as the endpoint of App Service, Functions and Container
// Apps. The texts of its refusals are guesses.
func (s *Server) appService(r *http.Request) answer {
	query := r.URL.Query()
	request := Request{Audience: query.Get("resource"), ClientID: query.Get("client_id")}
	refuse := func(status int, message string) answer {
		return answer{status: status, request: request, body: map[string]any{"statusCode": status, "message": message}}
	}
	switch {
	case r.Method != http.MethodGet:
		return refuse(http.StatusMethodNotAllowed, "Method not allowed")
	case subtle.ConstantTimeCompare([]byte(r.Header.Get("X-Identity-Header")), []byte(s.identityHeader)) == 0:
		return refuse(http.StatusUnauthorized, "Unauthorized")
	case query.Get("api-version") != "2019-08-01":
		return refuse(http.StatusBadRequest, "Unsupported API version")
	case request.Audience == "":
		return refuse(http.StatusBadRequest, "The 'resource' parameter is required.")
	}
	identity, problem := s.managedIdentity(request.ClientID)
	if problem != "" {
		return refuse(http.StatusBadRequest, "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.")
	}
	token, expires, err := s.hostToken(identity.AppID, request.Audience)
	if err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	return answer{status: http.StatusOK, request: request, body: map[string]string{
		"access_token": token,
		"expires_on":   strconv.FormatInt(expires.Unix(), 10),
		"resource":     request.Audience,
		"token_type":   "Bearer",
		"client_id":    identity.AppID,
	}}
}

// cloudShell answers as the endpoint of Cloud Shell, which knows one identity.
// The texts of its refusals are guesses.
func (s *Server) cloudShell(r *http.Request) answer {
	r.Body = http.MaxBytesReader(nil, r.Body, 1<<16)
	err := r.ParseForm()
	request := Request{Audience: r.PostForm.Get("resource"), ClientID: r.PostForm.Get("client_id")}
	refuse := func(status int, code, message string) answer {
		return answer{status: status, request: request, body: map[string]any{"error": map[string]string{"code": code, "message": message}}}
	}
	switch {
	case r.Method != http.MethodPost:
		return refuse(http.StatusMethodNotAllowed, "MethodNotAllowed", "Method not allowed")
	case !strings.EqualFold(r.Header.Get("Metadata"), "true"):
		return refuse(http.StatusBadRequest, "BadRequest", "Required metadata header not specified")
	case err != nil || request.Audience == "":
		return refuse(http.StatusBadRequest, "AudienceNotSupported", "Audience is not a supported MSI token audience.")
	}
	identity, problem := s.managedIdentity("")
	if problem != "" {
		return refuse(http.StatusBadRequest, "BadRequest", problem)
	}
	token, expires, err := s.hostToken(identity.AppID, request.Audience)
	if err != nil {
		return refuse(http.StatusBadRequest, "AudienceNotSupported", err.Error())
	}
	body := s.granted(request.Audience, token, expires)
	body["refresh_token"] = ""
	return answer{status: http.StatusOK, request: request, body: body}
}

// KeepTokens makes the host give out one token of an identity for a resource
// until it ends, whatever becomes of the identity meanwhile, as Azure does for up
// to a day.
func (s *Server) KeepTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = map[string]keptToken{}
}

// keptToken is a token that the host has given out, and its end.
type keptToken struct {
	token   string
	expires time.Time
}

// hostToken gets a token for one of the host's identities.
func (s *Server) hostToken(appID, resource string) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := strings.ToLower(appID) + " " + resource
	if kept, ok := s.kept[name]; ok && s.clock().Before(kept.expires) {
		return kept.token, kept.expires, nil
	}
	token, expires, err := s.issueToken(appID, resource)
	if err == nil && s.kept != nil {
		s.kept[name] = keptToken{token, expires}
	}
	return token, expires, err
}

// granted is a token as the metadata service writes it: every number is a text.
func (s *Server) granted(resource, token string, expires time.Time) map[string]string {
	now := s.clock()
	seconds := strconv.Itoa(int(expires.Sub(now).Seconds()))
	return map[string]string{
		"access_token":   token,
		"expires_in":     seconds,
		"ext_expires_in": seconds,
		"expires_on":     strconv.FormatInt(expires.Unix(), 10),
		"not_before":     strconv.FormatInt(now.Unix(), 10),
		"resource":       resource,
		"token_type":     "Bearer",
	}
}

// managedIdentity finds the host's identity with a client id; without one, the
// system-assigned identity, or a user-assigned one if it is the only one. If
// there is none it says why in the metadata service's words.
func (s *Server) managedIdentity(clientID string) (_ tenant.EnterpriseApplication, problem string) {
	var assigned []tenant.EnterpriseApplication
	for _, a := range s.tenant.EnterpriseApplications() {
		switch {
		case a.ManagedIdentity == "":
		case clientID != "" && strings.EqualFold(a.AppID, clientID), clientID == "" && a.ManagedIdentity == tenant.SystemAssigned:
			return a, ""
		case clientID == "":
			assigned = append(assigned, a)
		}
	}
	switch len(assigned) {
	case 0:
		return tenant.EnterpriseApplication{}, "Identity not found"
	case 1:
		return assigned[0], ""
	default:
		return tenant.EnterpriseApplication{}, "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request"
	}
}
