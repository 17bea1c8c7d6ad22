// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func FuzzDecodeClaims(f *testing.F) {
	encode := func(payload string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
	}
	for _, token := range []string{
		"", "..", "a.b.c", "opaque", encode(""), encode("null"), encode("[]"),
		encode(`{"iss":"https://contoso.com","sub":"x","aud":"api://x","exp":1767268800,"tid":"y"}`),
		encode(`{"aud":["a","b"],"exp":1767268800.5}`), encode(`{"aud":null,"exp":null}`), encode(`{"exp":1e300}`), encode(`{"exp":-1}`),
	} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		claims, ok := decodeClaims(token)
		if ok && strings.Count(token, ".") != 2 {
			t.Errorf("%q is a JWT", token)
		}
		if !ok && (claims.Issuer != "" || claims.ExpiresAt != nil || len(claims.Audience) > 0) {
			t.Errorf("%q is no JWT, and has claims %v", token, claims)
		}
		given := assertion{last: token}
		if advice := given.advise("AADSTS700024"); ok && claims.ExpiresAt != nil && !strings.Contains(advice, "it ends at") {
			t.Errorf("advice = %q", advice)
		}
	})
}

func FuzzParseCLIToken(f *testing.F) {
	for _, output := range []string{
		"", "null", `{"accessToken":"t","expires_on":1767268800,"expiresOn":"2026-01-01 12:00:00.000000","tenant":"x","tokenType":"Bearer"}`,
		`{"accessToken":"t","expiresOn":"2026-01-01 12:00:00.000000"}`, `{"accessToken":"t","expires_on":"1767268800"}`,
		`{"accessToken":"t","expires_on":null}`, `{"accessToken":"t","expires_on":1e3}`, `{"accessToken":1}`,
	} {
		f.Add([]byte(output))
	}
	f.Fuzz(func(t *testing.T, output []byte) {
		token, ends, err := parseCLIToken(output)
		if (err == nil) != (token != "") || err != nil && !ends.IsZero() {
			t.Errorf("token %q ends at %s, error = %v", token, ends, err)
		}
	})
}

func FuzzParseIdentityToken(f *testing.F) {
	for _, body := range []string{
		"", "{}", `{"access_token":"t","expires_in":"3599","expires_on":"1767268800","resource":"r","token_type":"Bearer"}`,
		`{"access_token":"t","expires_in":3599}`, `{"access_token":"t","expires_in":9223372036854775807}`, `{"access_token":"t","expires_on":""}`,
	} {
		f.Add([]byte(body))
	}
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte) {
		token, ends, err := parseIdentityToken(body, now)
		if (err == nil) != (token != "") || err != nil && !ends.IsZero() {
			t.Errorf("token %q ends at %s, error = %v", token, ends, err)
		}
	})
}

func FuzzParseIssuer(f *testing.F) {
	for _, body := range []string{
		"", "{}", `{"issuer":"https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0"}`,
		`{"issuer":"https://sts.windows.net/11111111-1111-1111-1111-111111111111/"}`, `{"issuer":"https://%zz"}`,
		`{"issuer":"https://login.microsoftonline.com/{tenantid}/v2.0"}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if tenantID, ok := parseIssuer(body); ok != isGUID(tenantID) {
			t.Errorf("tenant id = %q, %t", tenantID, ok)
		}
	})
}

func FuzzRefusal(f *testing.F) {
	f.Add(400, []byte(`{"error":"invalid_client","error_description":"AADSTS7000215: Invalid.\r\nTrace ID: x","error_codes":[7000215],"trace_id":"y"}`))
	f.Add(400, []byte(`{"error":"invalid_request","error_description":"Identity not found"}`))
	f.Add(400, []byte(`{"statusCode":400,"message":"No User Assigned or Delegated Managed Identity found"}`))
	f.Add(500, []byte("\x00\x00"))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		keep := func(text string) string { return text }
		for _, e := range []*Error{newRefusal(entraService, status, body, keep), identityRefusal(status, body, "")} {
			text := e.Description
			if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) || e.Advice == "" {
				t.Errorf("error = %#v", e)
			}
		}
	})
}
