// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package identityserver

import (
	"cmp"
	"crypto/subtle"
	"net/http"
	"strings"
)

const (
	gitHubPath   = "/github/idtoken"
	pipelinePath = "/azure-devops/contoso/mail/_apis/distributedtask/hubs/build/plans/" +
		"aaaaaaaa-0000-0000-0000-000000000001/jobs/aaaaaaaa-0000-0000-0000-000000000002/oidctoken"
)

// ServiceConnectionID is the id of the one service connection that the project
// in Azure DevOps has.
const ServiceConnectionID = "aaaaaaaa-0000-0000-0000-000000000003"

// defaultAudience is the audience of a token of Azure DevOps that was asked for
// without one.
const defaultAudience = "api://AzureADTokenExchange"

// GitHubActions returns what GitHub gives a job that may ask for tokens: the
// URL, which has a query already, and the token that the job proves itself with.
func (s *Server) GitHubActions() (requestURL, requestToken string) {
	return s.url + gitHubPath + "?api-version=2.0", s.githubToken
}

// AzurePipelines returns what Azure DevOps gives a job: the URL, without a
// query, and the job's access token.
func (s *Server) AzurePipelines() (requestURI, accessToken string) {
	return s.url + pipelinePath, s.pipelineToken
}

// gitHub gives a job of GitHub Actions a token for the audience it asks for.
// Without one that is the repository owner's URL.
func (s *Server) gitHub(r *http.Request) answer {
	audience := cmp.Or(r.URL.Query().Get("audience"), "https://github.com/contoso")
	request := Request{Audience: audience}
	switch {
	case r.Method != http.MethodGet:
		return answer{status: http.StatusMethodNotAllowed, request: request}
	case !isBearer(r, s.githubToken):
		return answer{status: http.StatusUnauthorized, request: request, body: map[string]any{
			"$id": "1", "message": "The user 'System:PublicAccess;' is not authorized to access this resource.",
			"typeKey": "UnauthorizedRequestException", "errorCode": 0,
		}}
	}
	token, err := s.Sign(Token{s.GitHubIssuer(), GitHubSubject, audience})
	if err != nil {
		return answer{status: http.StatusInternalServerError, request: request}
	}
	return answer{status: http.StatusOK, request: request, body: map[string]any{"count": len(token), "value": token}}
}

// azurePipelines gives a job of Azure DevOps a token for a service connection.
// A job that is not let in is sent to a page for people to sign in, unless it
// asks not to be.
func (s *Server) azurePipelines(r *http.Request) answer {
	query := r.URL.Query()
	request := Request{Audience: query.Get("audience")}
	refuse := func(status int, kind, message string) answer {
		return answer{status: status, request: request, body: map[string]any{
			"$id": "1", "innerException": nil, "message": message, "typeKey": kind, "errorCode": 0,
		}}
	}
	switch {
	case r.Method != http.MethodPost:
		return refuse(http.StatusMethodNotAllowed, "VssMethodNotAllowedException", "The requested resource does not support http method '"+r.Method+"'.")
	case !isBearer(r, s.pipelineToken) && r.Header.Get("X-TFS-FedAuthRedirect") == "Suppress":
		return answer{status: http.StatusUnauthorized, request: request, header: map[string]string{"WWW-Authenticate": "Bearer"}}
	case !isBearer(r, s.pipelineToken):
		return answer{status: http.StatusFound, request: request, header: map[string]string{"Location": s.url + "/azure-devops/_signin"}}
	case query.Get("api-version") == "":
		return refuse(http.StatusBadRequest, "VssVersionNotSpecifiedException",
			"No api-version was supplied for the \"POST\" request. The version must be supplied either as part of the Accept header "+
				"(e.g. \"application/json; api-version=1.0\") or as a query parameter (e.g. \"?api-version=1.0\").")
	case !strings.EqualFold(query.Get("serviceConnectionId"), ServiceConnectionID):
		return refuse(http.StatusNotFound, "ServiceEndpointNotFoundException",
			"Service connection with id '"+query.Get("serviceConnectionId")+"' was not found.")
	}
	token, err := s.Sign(Token{s.AzureDevOpsIssuer(), PipelineSubject, cmp.Or(request.Audience, defaultAudience)})
	if err != nil {
		return answer{status: http.StatusInternalServerError, request: request}
	}
	return answer{status: http.StatusOK, request: request, body: map[string]any{"oidcToken": token}}
}

// isBearer reports whether the request carries the token.
func isBearer(r *http.Request, token string) bool {
	given, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return found && subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1
}
