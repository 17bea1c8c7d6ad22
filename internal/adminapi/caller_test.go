// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// jwt returns a token with claims and a signature that nobody checks.
func jwt(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
}

func TestReadCaller(t *testing.T) {
	t.Parallel()
	const exchangeAdministrator = "29232cdf-9323-42fd-ade2-1d097af3e4de"
	for _, test := range []struct {
		name, token string
		want        Caller
	}{
		{
			"application",
			jwt(`{"appid":"a","oid":"o","idtyp":"app","roles":["Exchange.ManageAsApp"],"wids":["29232CDF-9323-42FD-ADE2-1D097AF3E4DE","0997a1d0-0d1d-4acb-b408-d5ca73121e90"]}`),
			Caller{Decoded: true, Application: "a", ObjectID: "o", Permissions: []string{"Exchange.ManageAsApp"}, DirectoryRoles: []string{exchangeAdministrator}},
		},
		{
			"application without grants",
			jwt(`{"azp":"a","oid":"o","wids":["0997a1d0-0d1d-4acb-b408-d5ca73121e90"]}`),
			Caller{Decoded: true, Application: "a", ObjectID: "o"},
		},
		{
			"user",
			jwt(`{"appid":"a","oid":"o","scp":"Exchange.Manage user_impersonation","roles":["Exchange.ManageAsApp"]}`),
			Caller{Decoded: true, User: true, Application: "a", ObjectID: "o", Permissions: []string{"Exchange.Manage", "user_impersonation"}},
		},
		{"user without scopes", jwt(`{"idtyp":"user"}`), Caller{Decoded: true, User: true, Permissions: []string{}}},
		{"one role as text", jwt(`{"roles":"Exchange.ManageAsApp"}`), Caller{Decoded: true, Permissions: []string{"Exchange.ManageAsApp"}}},
		{"claims of other types", jwt(`{"roles":{"a":1},"wids":7,"oid":[],"scp":null}`), Caller{Decoded: true, DirectoryRoles: []string{"7"}}},
		{"padded", "x." + base64.URLEncoding.EncodeToString([]byte(`{"oid":"ob"}`)) + ".y", Caller{Decoded: true, ObjectID: "ob"}},
		{"not a JWT", "token-1", Caller{}},
		{"encrypted", "a.b.c.d.e", Caller{}},
		{"not base64", "a.***.c", Caller{}},
		{"not JSON", "a." + base64.RawURLEncoding.EncodeToString([]byte("text")) + ".c", Caller{}},
		{"empty", "", Caller{}},
	} {
		if diff := cmp.Diff(test.want, readCaller(test.token)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestOnlyAnApplicationHasManageAsApp(t *testing.T) {
	t.Parallel()
	permissions := []string{"Mail.Read", "Exchange.ManageAsApp"}
	if !(Caller{Permissions: permissions}).HasManageAsApp() {
		t.Error("an application with the permission has it not")
	}
	if (Caller{Permissions: permissions, User: true}).HasManageAsApp() || (Caller{Permissions: []string{"Exchange.ManageAsAppV2"}}).HasManageAsApp() {
		t.Error("a user, or a permission with a longer name, counts")
	}
}

func TestErrorTellsWhoAskedAndShowsNoToken(t *testing.T) {
	t.Parallel()
	token := jwt(`{"appid":"22222222-2222-2222-2222-222222222222"}`)
	e := parseError(http.StatusForbidden, http.Header{}, []byte(token), token)
	if e.Caller.Application != "22222222-2222-2222-2222-222222222222" {
		t.Errorf("caller = %+v", e.Caller)
	}
	if strings.Contains(e.Error(), token) {
		t.Errorf("%v shows the token", e)
	}
}

func FuzzReadCaller(f *testing.F) {
	for _, claims := range []string{`{"appid":"a","roles":["Exchange.ManageAsApp"]}`, `{"scp":"a b"}`, `{"wids":[null,1,{}]}`, `[]`, ``, "\x00"} {
		f.Add(jwt(claims))
	}
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, token string) {
		caller := readCaller(token)
		if !caller.Decoded && (caller.Application != "" || caller.Permissions != nil || caller.DirectoryRoles != nil) {
			t.Errorf("%+v was read of a token that cannot be", caller)
		}
		texts := append([]string{caller.Application, caller.ObjectID}, caller.DirectoryRoles...)
		for _, text := range append(texts, caller.Permissions...) {
			if !utf8.ValidString(text) || strings.ContainsAny(text, "\n\r\x00") || utf8.RuneCountInString(text) > maxNameLength {
				t.Errorf("%q is not fit to be shown", text)
			}
		}
	})
}
