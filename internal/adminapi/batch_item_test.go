// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// What becomes of an item that is answered like this in its batch, when it would
// be answered well alone.
func TestItemIsJudgedByItsOwnAnswer(t *testing.T) {
	t.Parallel()
	const (
		output = `{"value":[{"Name":"bob@contoso.com"}]}`
		alone  = adminapi.Class(-1) // it is asked for alone
		fine   = adminapi.Class(-2) // its answer is taken
	)
	page := strconv.Quote("<html>A proxy's page</html>")
	for name, test := range map[string]struct {
		answer func(item) string
		want   adminapi.Class
	}{
		"200":                           {status(200, output), fine},
		"200, as text":                  {status(200, strconv.Quote(output)), fine},
		"a status as text":              {func(to item) string { return fmt.Sprintf(`{"id":"%s","status":"200","body":%s}`, to.ID, output) }, fine},
		"an id as a number":             {func(to item) string { return fmt.Sprintf(`{"id":%s,"status":200,"body":%s}`, to.ID, output) }, fine},
		"200 without a body":            {status(200, ""), alone},
		"200, null":                     {status(200, "null"), alone},
		"200 without a list":            {status(200, `{}`), alone},
		"200, not JSON":                 {status(200, page), alone},
		"200, a list":                   {status(200, `[]`), alone},
		"200, errors":                   {status(200, `{"@adminapi.errors":["It failed."],"value":[]}`), adminapi.Other},
		"200, an error object":          {status(200, `{"error":{"code":"BadRequest","message":"It failed."}}`), adminapi.Other},
		"200, asks for confirmation":    {status(200, `{"@adminapi.confirmationmessage":"Sure?","value":[]}`), adminapi.Other},
		"200, too many requests":        {status(200, strconv.Quote(formed(t, "concurrency.txt"))), alone},
		"204":                           {status(204, ""), alone},
		"302":                           {status(302, "", "Location: https://evil.example/"), alone},
		"400, a wrong value":            {status(400, formed(t, "enum_value.json")), adminapi.InvalidInput},
		"400, a directory that is down": {status(400, formed(t, "directory_down.json")), alone},
		"400, of a proxy":               {status(400, page), alone},
		"400, empty":                    {status(400, ""), alone},
		"401":                           {status(401, ""), alone},
		"401, in words":                 {status(401, formed(t, "unauthorized.json")), alone},
		"403, NUL bytes":                {status(403, `"\u0000\u0000\u0000"`), alone},
		"403, in words":                 {status(403, formed(t, "forbidden.json")), adminapi.Forbidden},
		"404, an object":                {status(404, formed(t, "not_found.json")), adminapi.NotFound},
		"404, an object, as text":       {status(404, strconv.Quote(formed(t, "not_found.json"))), adminapi.NotFound},
		"404, of a proxy":               {status(404, page), alone},
		"405":                           {status(405, ""), alone},
		"408":                           {status(408, ""), alone},
		"415":                           {status(415, `{"error":{}}`), adminapi.Other},
		"429":                           {status(429, ""), alone},
		"429, in words":                 {status(429, strconv.Quote(formed(t, "concurrency.txt"))), alone},
		"500, empty":                    {status(500, ""), alone},
		"500, an object is missing":     {status(500, formed(t, "not_found.json")), adminapi.NotFound},
		"500, unheard of":               {status(500, `{"error":{"code":"InternalServerError","message":"A quota was exceeded."}}`), adminapi.Other},
		"501":                           {status(501, ""), alone},
		"502, an object is missing":     {status(502, formed(t, "not_found.json")), alone},
		"503":                           {status(503, ""), alone},
		"504":                           {status(504, ""), alone},
		"no status":                     {func(to item) string { return fmt.Sprintf(`{"id":%q,"body":%s}`, to.ID, output) }, alone},
		"no such status":                {status(1000, output), alone},
		"nothing":                       {func(item) string { return "null" }, alone},
		"no object":                     {func(item) string { return `["0",200]` }, alone},
		"twice": {func(to item) string {
			return status(200, output)(to) + "," + status(404, formed(t, "not_found.json"))(to)
		}, alone},
		"to another":             {func(item) string { return status(200, output)(item{ID: "7"}) }, alone},
		"to nobody":              {func(item) string { return status(200, output)(item{ID: "x"}) }, alone},
		"to an id written oddly": {func(to item) string { return status(200, output)(item{ID: "0" + to.ID}) }, alone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tenant := &mailboxes{batch: func(_ int, items []item) http.RoundTripper {
					var responses []string
					for _, item := range items {
						if item.identity() == bob {
							responses = append(responses, test.answer(item))
						} else {
							responses = append(responses, response(item, http.StatusOK, permissions(item.identity())))
						}
					}
					return responded(responses...)
				}}
				landings := together(t.Context(), wired(t, tenant), alice, bob)
				ofAlice, ofBob := landings[0], landings[1]
				if ofAlice.err != nil || names(ofAlice.result) != alice {
					t.Errorf("the other item: %+v", ofAlice)
				}
				batches, _ := tenant.sizes()
				if !cmp.Equal(batches, []int{2}) {
					t.Errorf("batches of %v", batches)
				}
				asked := tenant.alone()
				switch test.want {
				case fine, alone:
					if ofBob.err != nil || names(ofBob.result) != bob {
						t.Errorf("%+v", ofBob)
					}
				default:
					if got := adminapi.ClassOf(ofBob.err); ofBob.err == nil || got != test.want {
						t.Errorf("%+v, want the class %s", ofBob, test.want)
					}
				}
				if want := test.want == alone; want != cmp.Equal(asked, []string{bob}) || !want && asked != nil {
					t.Errorf("asked for %v alone, want that of bob to be %t", asked, want)
				}
			})
		})
	}
}

// status returns what answers an item like that.
func status(status int, body string, headers ...string) func(item) string {
	return func(to item) string { return response(to, status, body, headers...) }
}
