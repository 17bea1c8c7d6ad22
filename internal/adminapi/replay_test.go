// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// formed returns a whole error body of Exchange's.
func formed(t *testing.T, name string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "errors", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// cut is an answer whose body ends before its end.
func cut(status int) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		broken := io.MultiReader(strings.NewReader(`{"value":[`), failingReader{})
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(broken), Request: r}, nil
	})
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// What becomes of a command whose first request is answered like this, when the
// second would be answered well.
type fate struct {
	idempotent bool // one that is idempotent is sent again
	other      bool // one that is not is sent again
	uncertain  bool // one that is not, and that is not sent again, may have been done
}

var (
	certain = fate{}
	always  = fate{idempotent: true, other: true}
	repeats = fate{idempotent: true, uncertain: true}
	doubted = fate{uncertain: true}
)

func TestReplays(t *testing.T) {
	t.Parallel()
	const (
		page = "<html>A proxy's page</html>"
		nuls = "\x00\x00\x00\x00"
	)
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	for name, test := range map[string]struct {
		answer http.RoundTripper
		want   fate
	}{
		"no connection":              {fails(refused), always},
		"no such host":               {fails(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}), certain},
		"a name server that is down": {fails(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "server misbehaving", IsTemporary: true}}), always},
		"a foreign certificate": {
			fails(&net.OpError{Op: "dial", Err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}}), certain,
		},
		"a connection that broke":       {fails(io.ErrUnexpectedEOF), repeats},
		"a body that broke":             {cut(200), repeats},
		"200, not JSON":                 {says(200, page), repeats},
		"200, half of a JSON":           {says(200, `{"value":[`), repeats},
		"200, errors":                   {says(200, `{"@adminapi.errors":["It failed."],"value":[]}`), doubted},
		"200, an error object":          {says(200, `{"error":{"code":"BadRequest","message":"It failed."}}`), doubted},
		"200, asks for confirmation":    {says(200, `{"@adminapi.confirmationmessage":"Sure?","value":[]}`), certain},
		"200, too many requests":        {says(200, formed(t, "concurrency.txt")), always},
		"302 to another's host":         {says(302, "", "Location: https://evil.example/"), doubted},
		"302 to nowhere":                {says(302, ""), doubted},
		"400, a wrong value":            {says(400, formed(t, "enum_value.json")), certain},
		"400, exists already":           {says(400, formed(t, "already_exists.json")), certain},
		"400, not customized":           {says(400, formed(t, "dehydrated.json")), certain},
		"400, not writable":             {says(400, formed(t, "read_only_forest.json")), doubted},
		"400, a directory that is down": {says(400, formed(t, "directory_down.json")), repeats},
		"400, of a proxy":               {says(400, page), doubted},
		"400, empty":                    {says(400, ""), doubted},
		"400 that broke":                {cut(400), repeats},
		"401":                           {says(401, ""), certain},
		"401, in words":                 {says(401, formed(t, "unauthorized.json")), certain},
		"403, empty":                    {says(403, ""), certain},
		"403, NUL bytes":                {says(403, nuls, "Content-Encoding: gzip"), certain},
		"403, a denial":                 {says(403, "", `x-ms-diagnostics: 2000003;reason="role required"`), certain},
		"403, in words":                 {says(403, formed(t, "forbidden.json")), certain},
		"403, not writable":             {says(403, formed(t, "read_only_forest.json")), doubted},
		"404, an object":                {says(404, formed(t, "not_found.json")), certain},
		"404, of a proxy":               {says(404, page), doubted},
		"405":                           {says(405, ""), doubted},
		"408":                           {says(408, ""), repeats},
		"409":                           {says(409, ""), doubted},
		"429, empty":                    {says(429, ""), always},
		"429, JSON":                     {says(429, `{"error":{"code":"TooManyRequests","message":"Slow down."}}`), always},
		"429, in words":                 {says(429, formed(t, "concurrency.txt")), always},
		"429 that broke":                {cut(429), always},
		"500, empty":                    {says(500, ""), repeats},
		"500, of a proxy":               {says(500, page), repeats},
		"500, a directory that is down": {says(500, formed(t, "directory_down.json")), repeats},
		"500, an object is missing":     {says(500, formed(t, "not_found.json")), certain},
		"500, exists already":           {says(500, formed(t, "already_exists.json")), certain},
		"500, unheard of":               {says(500, `{"error":{"code":"InternalServerError","message":"A quota was exceeded."}}`), doubted},
		"500, too many requests":        {says(500, formed(t, "concurrency.txt")), always},
		"501":                           {says(501, ""), doubted},
		"502, of a proxy":               {says(502, page), repeats},
		"502, an object is missing":     {says(502, formed(t, "not_found.json")), repeats},
		"503":                           {says(503, ""), repeats},
		"503, too many requests":        {says(503, formed(t, "concurrency.txt")), always},
		"504":                           {says(504, ""), repeats},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, command := range []adminapi.Command{
				{Cmdlet: "Get-ManagementScope", Idempotent: true},
				{Cmdlet: "Set-ManagementScope", Idempotent: true},
				{Cmdlet: "New-ManagementScope"},
			} {
				synctest.Test(t, func(t *testing.T) { try(t, command, test.answer, test.want) })
			}
		})
	}
}

// try runs a command whose first request is answered as given, and compares what
// becomes of it with what should.
func try(t *testing.T, command adminapi.Command, answer http.RoundTripper, want fate) {
	t.Helper()
	good := says(200, `{"value":[{}]}`)
	transport := &wire{answers: []http.RoundTripper{answer, good}}
	client := wired(t, transport, func(c *adminapi.Config) { c.Tokens = fixed("token") })
	result, err := client.Invoke(t.Context(), command)
	replayed := want.other
	if command.Idempotent {
		replayed = want.idempotent
	}
	if replayed {
		if err != nil || len(result.Rows) != 1 || transport.requests() != 2 {
			t.Errorf("%s: %v, %v after %d requests, want a replay", command.Cmdlet, result, err, transport.requests())
		}
		return
	}
	if err == nil || transport.requests() != 1 {
		t.Errorf("%s: error %v after %d requests, want no replay", command.Cmdlet, err, transport.requests())
	}
	uncertain := want.uncertain && command.Cmdlet != "Get-ManagementScope"
	if got := adminapi.MayHaveHappened(err); got != uncertain {
		t.Errorf("%s: may have happened is %t, want %t: %v", command.Cmdlet, got, uncertain, err)
	}
}

func TestOnlyErrorsOfTheAPILeaveDoubts(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"none": nil, "another": errors.New("x"), "certain": &adminapi.Error{Status: 400},
	} {
		if adminapi.MayHaveHappened(err) {
			t.Errorf("%s: may have happened", name)
		}
	}
}
