// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// response is an answer before it is written.
type response struct {
	status int
	header map[string]string
	body   []byte
	// raw says that the body goes out as it is, whatever encoding the header
	// declares.
	raw bool
}

// answer is the response as faults know it.
func (r response) answer() fault.Answer {
	return fault.Answer{Status: r.status, Header: r.header, Body: r.body, Raw: r.raw}
}

// injected is the response that a fault makes of an answer.
func injected(a fault.Answer) response {
	return response{status: a.Status, header: a.Header, body: a.Body, raw: a.Raw}
}

const contentType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

// header are the headers of an answer: those that the service puts on every one,
// and the answer's own.
func (s *Server) header(answer response) http.Header {
	header := http.Header{}
	header.Set("Server", "Microsoft-HTTPAPI/2.0")
	header.Set("Vary", "Accept-Encoding")
	header.Set("request-id", s.newID())
	back := s.tenant.DomainController()
	header.Set("X-CalculatedBETarget", strings.ToLower(back))
	header.Set("X-CalculatedFETarget", strings.ToLower(s.tenant.DomainController()))
	header.Set("X-BackEndHttpStatus", fmt.Sprintf("%[1]d,%[1]d", answer.status))
	header.Set("MS-CV", s.newID()[:22]+".1")
	for name, value := range answer.header {
		header.Set(name, value)
	}
	return header
}

// write sends an answer in the manner of the fault that was injected.
func (s *Server) write(w http.ResponseWriter, r *http.Request, answer response, injection *fault.Injection) {
	header := w.Header()
	maps.Copy(header, s.header(answer))
	if len(answer.body) == 0 || answer.raw || !acceptsGzip(r) {
		injection.Send(w, answer.status, answer.body)
		return
	}
	header.Set("Content-Encoding", "gzip")
	injection.Send(w, answer.status, s.compressed(answer.body))
}

func (s *Server) compressed(body []byte) []byte {
	var packed bytes.Buffer
	compressor, ok := s.compressors.Get().(*gzip.Writer)
	if !ok {
		compressor = gzip.NewWriter(&packed)
	}
	compressor.Reset(&packed)
	_, _ = compressor.Write(body) // A buffer takes everything.
	_ = compressor.Close()
	s.compressors.Put(compressor)
	return packed.Bytes()
}

func acceptsGzip(r *http.Request) bool {
	return slices.ContainsFunc(strings.Split(r.Header.Get("Accept-Encoding"), ","), func(coding string) bool {
		name, _, _ := strings.Cut(strings.TrimSpace(coding), ";")
		return strings.EqualFold(name, "gzip")
	})
}

// newID returns a request id.
func (s *Server) newID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var id uuid.UUID
	for i := range id {
		id[i] = byte(s.random.UintN(256))
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id.String()
}

// jsonHeader are the headers of a JSON answer of the API itself.
func jsonHeader() map[string]string {
	return map[string]string{
		"Content-Type":       contentType,
		"OData-Version":      "4.0",
		"Preference-Applied": `odata.include-annotations="*"`,
		"OrganizationStatus": "Active",
		"X-UserType":         "Business",
		"X-ExchangeVersion":  "15.20.9478.013",

		"X-ConcurrencyCount":                "0",
		"X-CombinedAppOnlyConcurrencyCount": "0",
	}
}

// envelope is the body of a success.
type envelope struct {
	context      string
	nextLink     string
	warnings     []string
	confirmation string
	rows         []object
	// null says that there is null in the place of the rows.
	null bool
}

// bytes writes the envelope, its rows as behavior wants them.
func (e envelope) bytes(behavior tenant.Behavior) []byte {
	o := object{{"@odata.context", e.context}}
	if e.nextLink != "" {
		o = append(o, property{"@odata.nextLink", e.nextLink})
	}
	o = append(o, listOfWarnings(e.warnings)...)
	if e.confirmation != "" {
		o = append(o, property{"@adminapi.confirmationmessage", e.confirmation})
	}
	if e.null {
		behavior.NullProperties = tenant.NullsWritten
		o = append(o, property{"value", nil})
	} else {
		o = append(o, property{"value", e.rows})
	}
	w := objectWriter{behavior: behavior}
	w.object(o)
	return w.Bytes()
}

// listOfWarnings is the part of a body that has the warnings. The first of its
// two keys has no @ at its beginning: so the service writes it.
func listOfWarnings(warnings []string) object {
	return object{{"adminapi.warnings@odata.type", "#Collection(String)"}, {"@adminapi.warnings", messages(warnings)}}
}

// contextURL is the address that an envelope begins with. It echoes the host and
// the tenant as the client wrote them.
func contextURL(host, path string) string {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	return "https://" + host + "/adminapi/beta/" + segments[2] + "/$metadata#Collection(Exchange.GenericHashTable)"
}

// success answers the result of a cmdlet.
func (s *Server) success(c cmdlet, a arguments, res result, request pageRequest) response {
	behavior := s.tenant.Behavior()
	if res.created && behavior.NewOutput == tenant.NewEmpty {
		res.objects = nil
	}
	if !res.silent {
		return s.firstPage(c, a, res, request)
	}
	if behavior.SetOutput == tenant.SetNoContent {
		return response{status: http.StatusNoContent}
	}
	return ok(envelope{
		context:  contextURL(request.host, request.path),
		warnings: res.warnings,
		null:     behavior.SetOutput == tenant.SetNull,
	}, behavior)
}

// ok is the response with an envelope.
func ok(e envelope, behavior tenant.Behavior) response {
	return response{status: http.StatusOK, header: jsonHeader(), body: e.bytes(behavior)}
}

// confirmation answers a call that asked to confirm, or only to tell: nothing
// is done. The text of the message is made up.
func (s *Server) confirmation(r *http.Request, c cmdlet, a arguments) response {
	message := "Are you sure you want to perform this action?\n" + c.name
	if identity := a.text("Identity"); identity != "" {
		message += " on '" + identity + "'."
	}
	return ok(envelope{context: contextURL(r.Host, r.URL.Path), confirmation: message}, s.tenant.Behavior())
}
