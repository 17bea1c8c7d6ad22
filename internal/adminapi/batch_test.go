// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

const (
	alice = "alice@contoso.com"
	bob   = "bob@contoso.com"
)

// ours finds the ids that we make up.
var ours = regexp.MustCompile(`("client-request-id"|"connection-id"):"[0-9a-f-]{36}"`)

func TestBatchIsTheOneOfThePowerShellModule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent *http.Request
		var body []byte
		tenant := &mailboxes{}
		client := wired(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			sent = r
			var err error
			if body, err = io.ReadAll(r.Body); err != nil {
				return nil, err
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			return tenant.RoundTrip(r)
		}), func(c *adminapi.Config) { c.UserAgent, c.Application = "test/1", "tests" })
		var reading sync.WaitGroup
		for _, mailbox := range []string{alice, bob} {
			reading.Go(func() { allRead(t, client, mailbox) })
			synctest.Wait()
		}
		reading.Wait()

		if got, want := sent.Method+" "+sent.URL.String(), "POST https://outlook.office365.com/adminapi/beta/"+tenantID+"/$batch"; got != want {
			t.Errorf("request %s, want %s", got, want)
		}
		for name, want := range map[string]string{
			"Accept": "application/json", "Content-Type": "application/json; charset=utf-8", "Accept-Encoding": "gzip",
			"Prefer": "odata.continue-on-error", "Authorization": "Bearer token-1", "X-AnchorMailbox": byDomain,
			"X-CmdletName": "Get-MailboxPermission", "User-Agent": "test/1",
		} {
			if got := sent.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		ids := map[string]bool{sent.Header.Get("client-request-id"): true}
		for _, item := range tenant.batches[0] {
			ids[item.Headers["client-request-id"]] = true
		}
		if len(ids) != 3 {
			t.Errorf("client request ids %v, want one for the batch and one for each item", ids)
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, ours.ReplaceAll(body, []byte(`$1:"{guid}"`)), "", "  "); err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join("testdata", "batch", "request.json"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), indented.String()+"\n"); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAnswersAreToldApartByTheirIDs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{batch: func(_ int, items []item) http.RoundTripper {
			slices.Reverse(items)
			return granted(items)
		}}
		allRead(t, wired(t, tenant), numbered(10)...)
		if batches, singles := tenant.sizes(); !cmp.Equal(batches, []int{10}) || singles != 0 {
			t.Errorf("batches of %v and %d requests besides", batches, singles)
		}
	})
}

func TestBatchesThatAreRefusedAreGivenUp(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.RoundTripper{
		"400":                       says(400, `{"error":{"code":"BadRequest","message":"Invalid Operation"}}`),
		"400, empty":                says(400, ""),
		"401":                       says(401, ""),
		"403, NUL bytes":            says(403, "\x00\x00"),
		"404":                       says(404, ""),
		"404, an object is missing": says(404, formed(t, "not_found.json")),
		"405":                       says(405, ""),
		"413":                       says(413, ""),
		"415":                       says(415, ""),
		"501":                       says(501, ""),
		"500, in words":             says(500, `{"error":{"code":"InternalServerError","message":"No batches."}}`),
		"another's host":            says(302, "", "Location: https://evil.example/"),
		"multipart":                 says(200, "--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\n", "Content-Type: multipart/mixed; boundary=b"),
		"not JSON":                  says(200, "<html>"),
		"nothing":                   says(200, ""),
		"no responses":              says(200, `{}`),
		"responses of another kind": says(200, `{"responses":{"0":{}}}`),
		"null":                      says(200, `{"responses":null}`),
		"no response":               says(200, `{"responses":[]}`),
		"strange ids":               says(200, `{"responses":[{"id":"a","status":200,"body":{"value":[]}}]}`),
		"an error":                  says(200, `{"error":{"code":"BadRequest","message":"No."}}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tenant := &mailboxes{batch: func(int, []item) http.RoundTripper { return answer }}
				client := wired(t, tenant)
				allRead(t, client, numbered(10)...)
				sent, singles := tenant.sizes()
				if len(sent) == 0 || singles != 10 {
					t.Errorf("%d batches and %d requests besides, want all 10 to be sent alone", len(sent), singles)
				}
				began := time.Now()
				allRead(t, client, numbered(25)...)
				if again, singles := tenant.sizes(); len(again) != len(sent) || singles != 35 {
					t.Errorf("later, %d batches and %d requests besides", len(again)-len(sent), singles)
				}
				if took := time.Since(began); took != 0 {
					t.Errorf("later reads waited %s for others to share nothing with", took)
				}
			})
		})
	}
}

func TestBatchThatFailsForNowIsSentAgain(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]http.RoundTripper{
		"429": says(429, "", "Retry-After: 7"), "503": says(503, "", "Retry-After: 7"), "500": says(500, ""), "504": says(504, ""),
		"no answer": fails(io.ErrUnexpectedEOF), "half an answer": cut(200),
		"in words": says(200, formed(t, "concurrency.txt")),
	} {
		synctest.Test(t, func(t *testing.T) {
			tenant := &mailboxes{batch: func(n int, items []item) http.RoundTripper {
				if n == 0 {
					return failure
				}
				return granted(items)
			}}
			began := time.Now()
			allRead(t, wired(t, tenant), numbered(10)...)
			if batches, singles := tenant.sizes(); !cmp.Equal(batches, []int{10, 10}) || singles != 0 {
				t.Errorf("%s: batches of %v and %d requests besides", name, batches, singles)
			}
			if took := time.Since(began); (name == "429" || name == "503") && took < 7*time.Second {
				t.Errorf("%s: the batch was sent again after %s, and Exchange had asked for 7s", name, took)
			}
		})
	}
}

func TestBatchThatKeepsFailingIsSentAsItsItems(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]http.RoundTripper{"503": says(503, ""), "no answer": fails(io.ErrUnexpectedEOF), "half of a refusal": cut(403)} {
		synctest.Test(t, func(t *testing.T) {
			tenant := &mailboxes{batch: func(n int, items []item) http.RoundTripper {
				if n < 3 {
					return failure
				}
				return granted(items)
			}}
			client := wired(t, tenant)
			allRead(t, client, numbered(10)...)
			// What failed for now may do later.
			allRead(t, client, numbered(4)...)
			if batches, singles := tenant.sizes(); !cmp.Equal(batches, []int{4, 10, 10, 10}) || singles != 10 {
				t.Errorf("%s: batches of %v and %d requests besides", name, batches, singles)
			}
		})
	}
}

func TestBatchesThatAreThrottledForEverEndAsSuch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{batch: func(int, []item) http.RoundTripper { return says(429, "") }}
		for _, landing := range together(t.Context(), wired(t, tenant), numbered(3)...) {
			if adminapi.ClassOf(landing.err) != adminapi.Throttled {
				t.Errorf("%+v", landing)
			}
		}
		if got := tenant.alone(); got != nil {
			t.Errorf("asked for %v besides", got)
		}
	})
}

// What refuses a cmdlet without a word may mean the batch. Once the cmdlet was refused alone, it does not.
func TestCmdletThatIsForbiddenInABatchIsAskedForAloneUntilThatIsForbiddenToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		forbidden := true
		tenant := &mailboxes{batch: func(_ int, items []item) http.RoundTripper {
			if !forbidden {
				return granted(items)
			}
			var responses []string
			for _, item := range items {
				responses = append(responses, response(item, http.StatusForbidden, `"\u0000\u0000"`))
			}
			return responded(responses...)
		}}
		tenant.single = roundTrip(func(r *http.Request) (*http.Response, error) {
			<-time.After(time.Second)
			if forbidden {
				return says(http.StatusForbidden, "\x00\x00").RoundTrip(r)
			}
			return says(http.StatusOK, permissions("alone")).RoundTrip(r)
		})
		client := wired(t, tenant)
		refused := func(singles int) {
			t.Helper()
			for _, landing := range together(t.Context(), client, numbered(10)...) {
				if adminapi.ClassOf(landing.err) != adminapi.Forbidden {
					t.Errorf("%+v", landing)
				}
			}
			if _, got := tenant.sizes(); got != singles {
				t.Errorf("%d requests besides the batches, want %d", got, singles)
			}
		}
		refused(10)
		refused(10)
		refused(10)
		// Rights that are granted meanwhile count at once.
		forbidden = false
		allRead(t, client, numbered(10)...)
		if _, err := client.InvokeShared(t.Context(), permissionsOf(alice)); err != nil {
			t.Error(err)
		}
		forbidden = true
		refused(21)
	})
}

func TestThrottledItemSlowsEverybodyDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{batch: func(_ int, items []item) http.RoundTripper {
			var responses []string
			for i, item := range items {
				responses = append(responses, response(item, http.StatusTooManyRequests, "", "Retry-After: "+strconv.Itoa(20-i)))
			}
			return responded(responses...)
		}}
		client := wired(t, tenant)
		began := time.Now()
		allRead(t, client, alice, bob)
		if took := time.Since(began); took < 20*time.Second || tenant.alone() == nil {
			t.Errorf("the items were sent alone after %s, and Exchange had asked for 20s", took)
		}
	})
}

func TestItemThatIsUnavailableIsAskedForWhenItSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{batch: func(_ int, items []item) http.RoundTripper {
			// Three hours, which the clock of the batch's answer makes ten seconds.
			at := "Retry-After: Thu, 01 Jan 2026 03:00:10 GMT"
			return says(200, `{"responses":[`+response(items[0], 503, "", at)+","+response(items[1], 200, permissions(items[1].identity()))+`]}`,
				"Date: Thu, 01 Jan 2026 03:00:00 GMT")
		}}
		began := time.Now()
		allRead(t, wired(t, tenant), alice, bob)
		if took := time.Since(began); took < 10*time.Second || took > 12*time.Second {
			t.Errorf("it was asked for after %s", took)
		}
	})
}

func TestItemWithFurtherPagesIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		next := link("outlook.office365.com", "next")
		second := roundTrip(func(r *http.Request) (*http.Response, error) {
			return says(http.StatusOK, `{"value":[{"Name":"2"}]}`).RoundTrip(r)
		})
		tenant := &mailboxes{single: second, batch: func(_ int, items []item) http.RoundTripper {
			first := fmt.Sprintf(`{"@odata.nextLink":%q,"value":[{"Name":"1"}]}`, next)
			answer := responded(response(items[0], 200, first, "Set-Cookie: item=own; Path=/"), response(items[1], 200, first))
			return roundTrip(func(r *http.Request) (*http.Response, error) {
				received, err := answer.RoundTrip(r)
				if err == nil {
					received.Header.Add("Set-Cookie", "backend=one; Path=/")
				}
				return received, err
			})
		}}
		for _, landing := range together(t.Context(), wired(t, tenant), alice, bob) {
			if landing.err != nil || names(landing.result) != "1 2" {
				t.Errorf("%+v", landing)
			}
		}
		cookies := map[string]bool{}
		for _, page := range tenant.singles {
			at := slices.IndexFunc(tenant.batches[0], func(item item) bool { return item.identity() == page.identity() })
			item := tenant.batches[0][at]
			if page.URL != next || page.Headers["X-Anchormailbox"] != item.Headers["X-AnchorMailbox"] ||
				page.Headers["Client-Request-Id"] != item.Headers["client-request-id"] || !cmp.Equal(page.Body, item.Body) {
				t.Errorf("page 2 of %+v was asked for as %+v", item, page)
			}
			cookies[page.Headers["Cookie"]] = true
		}
		if !cookies["backend=one"] || len(cookies) != 2 {
			t.Errorf("cookies %v, want those of the batch, and of one item its own too", cookies)
		}
	})
}

func TestItemOfAListThatBreaksIsReadFromItsBeginning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		alone := &wire{answers: answers{
			says(400, formed(t, "page_expired.json")), says(200, permissions(alice)),
		}}
		tenant := &mailboxes{single: alone, batch: func(_ int, items []item) http.RoundTripper {
			var responses []string
			for _, item := range items {
				body := permissions(item.identity())
				if item.identity() == alice {
					body = fmt.Sprintf(`{"@odata.nextLink":%q,"value":[{"Name":"stale"}]}`, link("outlook.office365.com", "next"))
				}
				responses = append(responses, response(item, 200, body))
			}
			return responded(responses...)
		}}
		allRead(t, wired(t, tenant), alice, bob)
	})
}

func TestTokenThatIsRefusedToAnItemIsRenewedOnce(t *testing.T) {
	t.Parallel()
	challenge := `WWW-Authenticate: Bearer claims="eyJhIjoxfQ=="`
	for name, test := range map[string]struct {
		single http.RoundTripper
		want   []tokenRequest
		class  adminapi.Class
	}{
		"the new one is taken": {nil, []tokenRequest{{refused: ""}, {claims: `{"a":1}`, refused: "token-1"}}, adminapi.Other},
		"the new one is refused too": {
			says(401, ""), []tokenRequest{{refused: ""}, {claims: `{"a":1}`, refused: "token-1"}}, adminapi.Unauthenticated,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			source := &tokens{}
			tenant := &mailboxes{single: test.single, batch: func(_ int, items []item) http.RoundTripper {
				return responded(response(items[0], 401, "", challenge), response(items[1], 200, permissions(items[1].identity())))
			}}
			landings := together(t.Context(), wired(t, tenant, func(c *adminapi.Config) { c.Tokens = source }), alice, bob)
			for i := range source.asked {
				source.asked[i].scope = ""
			}
			if diff := cmp.Diff(test.want, source.asked, cmp.AllowUnexported(tokenRequest{})); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
			if err := errors.Join(landings[0].err, landings[1].err); adminapi.ClassOf(err) != test.class {
				t.Errorf("%s: %v", name, err)
			}
			if len(tenant.singles) != 1 || tenant.singles[0].Headers["Authorization"] != "Bearer token-2" {
				t.Errorf("%s: sent alone: %+v", name, tenant.singles)
			}
		})
	}
}

func TestTokenThatIsRefusedToABatchIsRenewedForItsItems(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{batch: func(n int, items []item) http.RoundTripper {
			if n == 0 {
				return says(401, "")
			}
			return granted(items)
		}}
		allRead(t, wired(t, tenant), alice, bob)
		for n, batch := range tenant.batches {
			for _, item := range batch {
				if got, want := item.Headers["Authorization"], "Bearer token-"+strconv.Itoa(n+1); got != want {
					t.Errorf("batch %d: %s, want %s", n, got, want)
				}
			}
		}
		if len(tenant.batches) != 2 || tenant.singles != nil {
			t.Errorf("%d batches and %v besides", len(tenant.batches), tenant.singles)
		}
	})
}

func TestBatchThatIsAnsweredAtTooGreatLengthIsSentAsItsItems(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{batch: func(n int, items []item) http.RoundTripper {
			if n == 0 {
				return tooMuch()
			}
			return granted(items)
		}}
		client := wired(t, tenant)
		allRead(t, client, alice, bob)
		allRead(t, client, alice, bob)
		if batches, singles := tenant.sizes(); !cmp.Equal(batches, []int{2, 2}) || singles != 2 {
			t.Errorf("batches of %v and %d requests besides, want one batch, its two items, and another batch", batches, singles)
		}
	})
}

func TestBatchThatFailsFailsEachItemUnderItsOwnName(t *testing.T) {
	t.Parallel()
	tokenless := func(c *adminapi.Config) { c.Tokens = &tokens{err: errors.New("there is no such certificate")} }
	for name, test := range map[string]struct {
		change func(*adminapi.Config)
		batch  http.RoundTripper
		want   string
	}{
		"no token":     {tokenless, nil, "CMDLET: there is no access token for Exchange: there is no such certificate"},
		"no tenant id": {func(c *adminapi.Config) { c.TenantID, c.Tenant = "", tenantless }, nil, "CMDLET was not sent: the tenant's id could not be found out: there is no such domain"},
		"no token for another attempt": {
			func(c *adminapi.Config) { c.Tokens = &tokens{few: 1} }, says(http.StatusServiceUnavailable, "Busy."),
			"CMDLET: there is no access token for Exchange: no more tokens (after CMDLET failed, transient fault: Busy. (HTTP 503, client request id ID))",
		},
		"no host": {
			func(*adminapi.Config) {}, fails(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "outlook.office365.com", IsNotFound: true}}),
			"CMDLET failed: Exchange could not be reached at outlook.office365.com: dial: lookup outlook.office365.com: no such host (client request id ID)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := wired(t, &mailboxes{batch: func(int, []item) http.RoundTripper { return test.batch }}, test.change)
				var reading sync.WaitGroup
				for _, cmdlet := range []string{"Get-MailboxPermission", "Get-Recipient", "Get-Group"} {
					reading.Go(func() {
						_, err := client.InvokeShared(t.Context(), adminapi.Command{
							Cmdlet: cmdlet, Parameters: adminapi.Parameters{"Identity": alice}, Idempotent: true,
						})
						var failed *adminapi.Error
						id := ""
						if errors.As(err, &failed) {
							id = failed.ClientRequestID
							if failed.Cmdlet != cmdlet {
								t.Errorf("the error is of %q", failed.Cmdlet)
							}
						}
						want := strings.NewReplacer("CMDLET", cmdlet, "ID", id).Replace(test.want)
						if err == nil || err.Error() != want {
							t.Errorf("error = %v\nwant    %s", err, want)
						}
					})
				}
				reading.Wait()
			})
		})
	}
}

func tenantless(context.Context) (string, error) { return "", errors.New("there is no such domain") }

func TestRedirectedBatchNamesTheNewHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{batch: func(n int, items []item) http.RoundTripper {
			if n == 0 {
				return says(307, "", "Location: https://nam13b.outlook.office365.com:446/adminapi/beta/"+tenantID+"/$batch")
			}
			return granted(items)
		}}
		client := wired(t, tenant)
		for range 2 {
			allRead(t, client, alice, bob)
		}
		for n, host := range []string{"outlook.office365.com", "nam13b.outlook.office365.com", "nam13b.outlook.office365.com"} {
			for _, item := range tenant.batches[n] {
				if want := "https://" + host + "/adminapi/beta/" + tenantID + "/InvokeCommand"; item.URL != want {
					t.Errorf("batch %d has an item for %s, want %s", n, item.URL, want)
				}
			}
		}
	})
}

func TestErrorOfAnItemIsThatOfItsCmdlet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{batch: func(_ int, items []item) http.RoundTripper {
			echo := fmt.Sprintf(`{"error":{"code":"BadRequest","message":%q}}`, "No "+items[1].Headers["Authorization"])
			return responded(
				response(items[0], 404, formed(t, "not_found.json"), "request-id: of-the-item"), response(items[1], 400, echo))
		}}
		for _, landing := range together(t.Context(), wired(t, tenant), alice, bob) {
			var failed *adminapi.Error
			if !errors.As(landing.err, &failed) || failed.Cmdlet != "Get-MailboxPermission" || strings.Contains(failed.Error(), "token-1") {
				t.Fatalf("%v", landing.err)
			}
			want := "of-the-batch"
			if failed.Class == adminapi.NotFound {
				want = "of-the-item"
			}
			if failed.RequestID != want {
				t.Errorf("request id %s, want %s", failed.RequestID, want)
			}
			if ids := []string{tenant.batches[0][0].Headers["client-request-id"], tenant.batches[0][1].Headers["client-request-id"]}; !slices.Contains(ids, failed.ClientRequestID) {
				t.Errorf("client request id %s, want one of %v", failed.ClientRequestID, ids)
			}
		}
	})
}

func TestBatchIsObservedWithItsItems(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{batch: func(_ int, items []item) http.RoundTripper {
			return responded(response(items[0], 404, formed(t, "not_found.json"), "request-id: of-the-item"))
		}}
		var mu sync.Mutex
		var seen []adminapi.Observation
		client := wired(t, tenant, func(c *adminapi.Config) {
			c.Observe = func(_ context.Context, o adminapi.Observation) {
				mu.Lock()
				defer mu.Unlock()
				seen = append(seen, o)
			}
		})
		together(t.Context(), client, alice, bob)
		items := tenant.batches[0]
		want := []adminapi.Observation{
			{
				Cmdlet: "$batch", Status: 200, Items: []adminapi.Item{
					{Cmdlet: "Get-MailboxPermission", Status: 404, RequestID: "of-the-item", ClientRequestID: items[0].Headers["client-request-id"]},
					{Cmdlet: "Get-MailboxPermission", ClientRequestID: items[1].Headers["client-request-id"]},
				},
			},
			{Cmdlet: "Get-MailboxPermission", Status: 200},
		}
		for i := range seen {
			seen[i] = adminapi.Observation{Cmdlet: seen[i].Cmdlet, Status: seen[i].Status, Items: seen[i].Items}
		}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTenantIsFoundOutForSharedReads(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{"found": nil, "not found": errors.New("there is no such tenant")} {
		synctest.Test(t, func(t *testing.T) {
			tenant := &mailboxes{}
			client := wired(t, tenant, func(c *adminapi.Config) {
				c.TenantID = ""
				c.Tenant = func(context.Context) (string, error) { return tenantID, failure }
			})
			landings := together(t.Context(), client, alice, bob)
			for _, landing := range append(landings, together(t.Context(), client, alice)...) {
				if !errors.Is(landing.err, failure) {
					t.Errorf("%s: %v", name, landing.err)
				}
			}
			if failure == nil && !strings.Contains(tenant.batches[0][0].URL, tenantID) {
				t.Errorf("%+v", tenant.batches)
			}
		})
	}
}
