// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/adminserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// Directory roles by template id.
const (
	exchangeAdministrator = "29232cdf-9323-42fd-ade2-1d097af3e4de"
	everyDirectoryObject  = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"
)

// claims are the claims of a token, read without the package under test.
type claims struct {
	jwt.RegisteredClaims
	Audience     string   `json:"aud"`
	AppID        string   `json:"appid"`
	Credential   string   `json:"appidacr"`
	ObjectID     string   `json:"oid"`
	TenantID     string   `json:"tid"`
	TokenID      string   `json:"uti"`
	Version      string   `json:"ver"`
	Roles        []string `json:"roles"`
	Wids         []string `json:"wids"`
	Capabilities []string `json:"xms_cc"`
}

// decode reads a token without verifying it.
func decode(t *testing.T, token string) claims {
	t.Helper()
	var c claims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTokenSaysWhoTheApplicationIsAndWhatItHolds(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	got := decode(t, e.token(t, secretForm(automation)))
	want := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    "https://sts.windows.net/" + tenantID + "/",
			Subject:   automationObject,
			IssuedAt:  jwt.NewNumericDate(noon),
			NotBefore: jwt.NewNumericDate(noon),
			ExpiresAt: jwt.NewNumericDate(noon.Add(time.Hour)),
		},
		Audience:   "https://outlook.office365.com",
		AppID:      automation,
		Credential: "1",
		ObjectID:   automationObject,
		TenantID:   tenantID,
		TokenID:    got.TokenID,
		Version:    "1.0",
		Roles:      []string{"Exchange.ManageAsApp"},
		Wids:       []string{exchangeAdministrator, everyDirectoryObject},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims differ (-want +got):\n%s", diff)
	}
	if other := decode(t, e.token(t, secretForm(automation))).TokenID; got.TokenID == "" || got.TokenID == other {
		t.Errorf("two tokens have the ids %q and %q", got.TokenID, other)
	}
}

func TestTokenOfAnApplicationWithoutPermissionsHasNoRoles(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	got := decode(t, e.token(t, secretForm(reader)))
	if len(got.Roles) != 0 || !slices.Equal(got.Wids, []string{everyDirectoryObject}) {
		t.Errorf("roles %q and wids %q", got.Roles, got.Wids)
	}
}

func TestTokenHasThePermissionsOnItsOwnResourceOnly(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	if err := e.tenant.SetGraphRoles(automation, "AdministrativeUnit.Read.All"); err != nil {
		t.Fatal(err)
	}
	for scope, want := range map[string][]string{
		exchangeScope:                                   {tenant.ManageAsApp},
		"https://graph.microsoft.com/.default":          {"AdministrativeUnit.Read.All"},
		"00000003-0000-0000-c000-000000000000/.default": {"AdministrativeUnit.Read.All"},
	} {
		form := secretForm(automation)
		form.Set("scope", scope)
		if got := decode(t, e.token(t, form)).Roles; !slices.Equal(got, want) {
			t.Errorf("%s: roles are %q, want %q", scope, got, want)
		}
	}
}

func TestTokenRepeatsClientCapabilities(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	form := secretForm(automation)
	form.Set("claims", `{"access_token":{"nbf":{"essential":true,"value":"1600000000"},"xms_cc":{"values":["CP1"]}}}`)
	if got := decode(t, e.token(t, form)).Capabilities; !slices.Equal(got, []string{"CP1"}) {
		t.Errorf("xms_cc is %q", got)
	}
}

func TestTokenLifetimeIsAdjustable(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{TokenLifetime: 10 * time.Minute})
	a := e.post(t, secretForm(automation))
	if got := decode(t, a.body.AccessToken).ExpiresAt.Time; a.body.ExpiresIn != 600 || !got.Equal(noon.Add(10*time.Minute)) {
		t.Errorf("expires in %d s, at %s", a.body.ExpiresIn, got)
	}
	e.SetTokenLifetime(time.Minute)
	if got := e.post(t, secretForm(automation)).body.ExpiresIn; got != 60 {
		t.Errorf("after SetTokenLifetime expires in %d s, want 60", got)
	}
}

func TestTokenVerifiesWithThePublishedKey(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	token := e.token(t, secretForm(automation))
	path := strings.TrimPrefix(e.get(t, "/contoso.com/v2.0/.well-known/openid-configuration").body.KeysURI, e.url)
	published := e.get(t, path).body.Keys
	if len(published) != 1 {
		t.Fatalf("%d keys are published, want 1", len(published))
	}
	key := published[0]
	integer := func(text string) *big.Int {
		content, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return new(big.Int).SetBytes(content)
	}
	parser := jwt.NewParser(jwt.WithTimeFunc(func() time.Time { return noon }), jwt.WithValidMethods([]string{key.Alg}))
	_, err := parser.Parse(token, func(token *jwt.Token) (any, error) {
		if token.Header["kid"] != key.Kid {
			t.Errorf("the token's kid is %v, the published one %q", token.Header["kid"], key.Kid)
		}
		return &rsa.PublicKey{N: integer(key.N), E: int(integer(key.E).Int64())}, nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAuthorizeTellsTheCallerFromTheToken(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	token := e.token(t, secretForm(automation))
	// What changes after the token was made is not in it: Exchange goes by the
	// token until it expires.
	if err := e.tenant.DeleteEnterpriseApplication(automationObject); err != nil {
		t.Fatal(err)
	}
	got, err := e.Authorize(token)
	if err != nil {
		t.Fatal(err)
	}
	want := adminserver.Caller{
		AppID:          automation,
		ObjectID:       automationObject,
		Roles:          []string{"Exchange.ManageAsApp"},
		DirectoryRoles: []string{exchangeAdministrator, everyDirectoryObject},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("caller differs (-want +got):\n%s", diff)
	}
}

func TestAuthorizeRefusesAnExpiredToken(t *testing.T) {
	t.Parallel()
	now := noon
	e := start(t, entraserver.Config{Clock: func() time.Time { return now }})
	token := e.token(t, secretForm(automation))
	now = noon.Add(time.Hour - time.Second)
	if _, err := e.Authorize(token); err != nil {
		t.Errorf("a second before its end the token is refused: %v", err)
	}
	now = noon.Add(time.Hour)
	if _, err := e.Authorize(token); err == nil {
		t.Error("an expired token is accepted")
	}
}

func TestAuthorizeRefusesTokensForOthers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		cloud, scope string
		accepted     bool
	}{
		"Exchange":                       {"", exchangeScope, true},
		"Exchange with a slash":          {"", "https://outlook.office365.com//.default", true},
		"Exchange by its other name":     {"", "https://outlook.office.com/.default", true},
		"Exchange by application id":     {"", "00000002-0000-0ff1-ce00-000000000000/.default", true},
		"Graph":                          {"", "https://graph.microsoft.com/.default", false},
		"Exchange in another cloud":      {"", "https://outlook.office365.us/.default", false},
		"government Exchange there":      {"usgovernment", "https://outlook.office365.us/.default", true},
		"worldwide Exchange there":       {"usgovernment", exchangeScope, false},
		"Exchange of the defence":        {"DoD", "https://outlook-dod.office365.us/.default", true},
		"Exchange in China":              {"china", "https://partner.outlook.cn/.default", true},
		"Exchange in China, API's name":  {"china", "https://outlook.office365.cn/.default", true},
		"worldwide Exchange asked there": {"china", exchangeScope, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, entraserver.Config{Cloud: test.cloud})
			form := secretForm(automation)
			form.Set("scope", test.scope)
			if _, err := e.Authorize(e.token(t, form)); (err == nil) != test.accepted {
				t.Errorf("accepted: %t, error %v", err == nil, err)
			}
		})
	}
}

func TestAuthorizeGraphRefusesTokensForOthers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		cloud, scope string
		accepted     bool
	}{
		"Graph":                   {"", "https://graph.microsoft.com/.default", true},
		"Graph with a slash":      {"", "https://graph.microsoft.com//.default", true},
		"Graph by application id": {"", "00000003-0000-0000-c000-000000000000/.default", true},
		"Exchange":                {"", exchangeScope, false},
		"Graph in another cloud":  {"", "https://graph.microsoft.us/.default", false},
		"government Graph there":  {"usgovernment", "https://graph.microsoft.us/.default", true},
		"Graph of the defence":    {"dod", "https://dod-graph.microsoft.us/.default", true},
		"Graph in China":          {"china", "https://microsoftgraph.chinacloudapi.cn/.default", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, entraserver.Config{Cloud: test.cloud})
			form := secretForm(automation)
			form.Set("scope", test.scope)
			if _, err := e.AuthorizeGraph(e.token(t, form)); (err == nil) != test.accepted {
				t.Errorf("accepted: %t, error %v", err == nil, err)
			}
		})
	}
}

func TestAuthorizeRefusesForgeries(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	genuine := e.token(t, secretForm(automation))
	body := decode(t, genuine)
	strangerKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forge := func(method jwt.SigningMethod, key any) string {
		token, err := jwt.NewWithClaims(method, body).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	parts := strings.Split(genuine, ".")
	stranger := start(t, entraserver.Config{})
	tests := map[string]string{
		"nothing":                 "",
		"not a JWT":               "gibberish",
		"another server's":        stranger.token(t, secretForm(automation)),
		"signed by a stranger":    forge(jwt.SigningMethodRS256, strangerKey),
		"not signed":              forge(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType),
		"signed with a password":  forge(jwt.SigningMethodHS256, []byte("password")),
		"signature taken away":    parts[0] + "." + parts[1] + ".",
		"signature of other text": parts[0] + "." + strings.Split(e.token(t, secretForm(reader)), ".")[1] + "." + parts[2],
	}
	for name, token := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caller, err := e.Authorize(token)
			if err == nil {
				t.Fatalf("accepted as %+v", caller)
			}
			if token != "" && strings.Contains(err.Error(), token) {
				t.Errorf("the error holds the token: %v", err)
			}
			if _, err := e.AuthorizeGraph(token); err == nil {
				t.Error("accepted for Graph")
			}
		})
	}
}

func TestAuthorizeIsWhatTheAdminServerAsksFor(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	var authorizer adminserver.Authorizer = e.Server
	if _, err := authorizer.Authorize(e.token(t, secretForm(automation))); err != nil {
		t.Error(err)
	}
}

func FuzzAuthorize(f *testing.F) {
	server, err := entraserver.New(entraserver.Config{Tenant: tenant.Contoso(), Clock: func() time.Time { return noon }})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("")
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJub25lIn0.eyJ0aWQiOiIxMTExMTExMS0xMTExLTExMTEtMTExMS0xMTExMTExMTExMTEifQ.")
	f.Add("eyJhbGciOiJSUzI1NiJ9.e30.AAAA")
	f.Add("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE4MDAwMDAwMDB9.AAAA")
	f.Fuzz(func(t *testing.T, bearer string) {
		if caller, err := server.Authorize(bearer); err == nil {
			t.Errorf("a token this server did not issue is accepted as %+v", caller)
		}
	})
}

var _ http.Handler = (*entraserver.Server)(nil)
