// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"
)

const (
	azureCLIService = "Azure CLI"
	// cliTimeout bounds one run of az, which may take many seconds to start.
	cliTimeout = time.Minute
	// cliGrace is how long az may take to end when its time is over.
	cliGrace = 5 * time.Second
)

// AzureCLI is the account that "az login" has signed in, by Azure CLI. az is looked
// up on the PATH, and runs with this process's environment, both as they are at
// each use. In Azure's Cloud Shell (AZUREPS_HOST_ENVIRONMENT), and when az is signed
// in as a managed identity, it is not told a tenant, as there is but one.
func AzureCLI() Credential {
	return Credential{
		method: "account of Azure CLI",
		alone:  true,
		open: func(config Config) (issuer, error) {
			return &azureCLI{tenantID: config.TenantID}, nil
		},
	}
}

// azureCLI gets tokens by running az.
type azureCLI struct {
	tenantID string
	kept     keptTokens
}

func (c *azureCLI) issue(ctx context.Context, scope, claims string) (string, error) {
	if token, ok := c.kept.get(scope); ok && claims == "" {
		return token, nil
	}
	arguments := []string{"account", "get-access-token", "-o", "json", "--resource", resourceOf(scope)}
	told := c.tenantID != "" && !strings.HasPrefix(os.Getenv("AZUREPS_HOST_ENVIRONMENT"), "cloud-shell/")
	if told {
		arguments = append(arguments, "--tenant", c.tenantID)
	}
	output, err := c.run(ctx, arguments...)
	var refused *Error
	if told && errors.As(err, &refused) && strings.Contains(refused.Description, "Tenant shouldn't be specified") {
		// Signed in as a managed identity, az takes no tenant, even if it is the identity's own.
		output, err = c.run(ctx, arguments[:len(arguments)-2]...)
	}
	if err != nil {
		return "", err
	}
	token, ends, err := parseCLIToken(output)
	if err != nil {
		return "", &Error{Service: azureCLIService, Err: err, Advice: "Update Azure CLI (az upgrade)"}
	}
	if refused != nil {
		if err := c.checkTenant(token); err != nil {
			return "", err
		}
	}
	c.kept.put(scope, token, ends)
	return token, nil
}

// checkTenant finds a token of another tenant than the configured one, as far as the
// token and the configuration tell.
func (c *azureCLI) checkTenant(token string) error {
	claims, _ := decodeClaims(token)
	if !isGUID(c.tenantID) || !isGUID(claims.TenantID) || strings.EqualFold(claims.TenantID, c.tenantID) {
		return nil
	}
	return &Error{
		Err:    fmt.Errorf("the Azure CLI is signed in as a managed identity of the tenant %s", claims.TenantID),
		Advice: "Give that tenant's id, or run " + c.login() + " as somebody of this one",
	}
}

// adviceOnStale says how to sign in anew, as Azure CLI keeps its tokens and takes
// no claims for a new one.
func (c *azureCLI) adviceOnStale(claims string) string {
	if claims == "{}" {
		return "Azure CLI keeps its tokens: sign in anew (az logout, then " + c.login() + ")"
	}
	return fmt.Sprintf("The service asks for claims that Azure CLI can get by a new sign-in only: run %s --claims-challenge %s",
		c.login(), base64.StdEncoding.EncodeToString([]byte(claims)))
}

// login returns the command that signs in.
func (c *azureCLI) login() string {
	if c.tenantID == "" {
		return "az login"
	}
	return "az login --tenant " + c.tenantID
}

// tenant returns the GUID of the tenant that the account is signed in to.
func (c *azureCLI) tenant(ctx context.Context) (string, error) {
	output, err := c.run(ctx, "account", "show", "-o", "json")
	if err != nil {
		return "", err
	}
	var account struct {
		TenantID string `json:"tenantId"`
	}
	if json.Unmarshal(output, &account) != nil || !isGUID(account.TenantID) {
		return "", &Error{Service: azureCLIService, Err: errors.New("az account show names no tenant"), Advice: "Give the tenant id"}
	}
	return account.TenantID, nil
}

// run runs az and returns what it wrote.
func (c *azureCLI) run(ctx context.Context, arguments ...string) ([]byte, error) {
	path, err := exec.LookPath("az")
	if err != nil {
		return nil, &Error{
			Err:    errors.New("the command az of Azure CLI was not found on the PATH"),
			Advice: "Install Azure CLI (https://aka.ms/azure-cli) and run " + c.login() + ", or sign in by another way",
		}
	}
	ctx, cancel := context.WithTimeout(ctx, cliTimeout)
	defer cancel()
	var output, complaint bytes.Buffer
	command := exec.CommandContext(ctx, path, arguments...)
	command.Stdout, command.Stderr = &output, &complaint
	command.WaitDelay = cliGrace
	err = command.Run()
	switch {
	case err == nil:
		return output.Bytes(), nil
	case ctx.Err() != nil:
		return nil, &Error{Service: azureCLIService, Err: errors.New("az took too long"), Advice: "Run az account get-access-token by hand to see what it waits for"}
	}
	text := shorten(hideTokens(oneLine(complaint.String())))
	e := &Error{Service: azureCLIService, Code: entraCode().FindString(text), Description: text, Advice: c.adviseOn(text)}
	if text == "" {
		e.Err = fmt.Errorf("az failed without a word: %w", err)
	}
	return nil, e
}

var wantsLogin = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)az login|not logged in|no subscription|AADSTS(50078|50079|50076|70043|700082|50173|70008)\b`)
})

// adviseOn returns what to do about a complaint of az.
func (c *azureCLI) adviseOn(complaint string) string {
	switch code := entraCode().FindString(complaint); {
	case wantsLogin().MatchString(complaint):
		return "Please run '" + c.login() + "'"
	case code == "AADSTS700024":
		// What pipelines sign az in with ends after minutes, and az keeps it for the tokens to come.
		return "What Azure CLI was signed in with has ended: sign in by OpenID Connect instead (use_oidc), which renews it, or sign Azure CLI in right before"
	case code != "":
		return advise(code, 0)
	default:
		return "Run az account get-access-token by hand, and " + c.login() + " if it fails there too"
	}
}

// parseCLIToken reads the output of az account get-access-token. expires_on is
// there since version 2.54; the older expiresOn is the local time.
func parseCLIToken(output []byte) (token string, ends time.Time, err error) {
	var answer struct {
		AccessToken string  `json:"accessToken"`
		ExpiresOn   seconds `json:"expires_on"`
		LocalTime   string  `json:"expiresOn"`
	}
	if json.Unmarshal(output, &answer) != nil || answer.AccessToken == "" {
		return "", time.Time{}, errors.New("the output of az holds no token")
	}
	if answer.ExpiresOn > 0 {
		return answer.AccessToken, time.Unix(int64(answer.ExpiresOn), 0), nil
	}
	ends, err = time.ParseInLocation("2006-01-02 15:04:05.999999", answer.LocalTime, time.Local)
	if err != nil {
		return "", time.Time{}, errors.New("the output of az does not say when the token ends")
	}
	return answer.AccessToken, ends, nil
}
