// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"net/http"
	"strings"
)

// operation is what a route does.
type operation int

const (
	invokeCommand operation = iota
	banner
	moduleFile
	batchOperation
)

// hasBody reports whether the body of a request says what is to be done.
func (o operation) hasBody() bool { return o == invokeCommand || o == batchOperation }

// route is an address of the admin API.
type route struct {
	tenant    string
	operation operation
}

// route reads a request's address, in any letter case. InvokeCommand answers
// under beta alone; under v1.0 it was seen to be 405. The route of a batch is
// returned with the refusal by which it misleads.
func (s *Server) route(r *http.Request) (route, *response) {
	segments := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(segments) != 4 || !strings.EqualFold(segments[0], "adminapi") {
		return route{}, s.noRoute()
	}
	version, name := strings.ToLower(segments[1]), strings.ToLower(segments[3])
	found := route{tenant: segments[2]}
	method := http.MethodPost
	switch {
	case name == "invokecommand" && version == "beta":
		found.operation = invokeCommand
	case name == "invokecommand" && version == "v1.0":
		return route{}, s.wrongMethod("")
	case name == "$batch" && version == "beta":
		found.operation = batchOperation
		switch s.tenant.Behavior().NoBatch {
		case http.StatusNotFound:
			return found, s.noRoute()
		case http.StatusMethodNotAllowed:
			return found, s.wrongMethod("")
		}
	case strings.HasPrefix(name, "exobanner(") && version == "beta":
		found.operation, method = banner, http.MethodGet
	case name == "exomodulefile" && version == "v1.0":
		found.operation, method = moduleFile, http.MethodGet
	default:
		return route{}, s.noRoute()
	}
	if r.Method != method {
		return route{}, s.wrongMethod(method)
	}
	return found, nil
}
