// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// azScript stands in for the Azure CLI. It is told its folder in the variable
// that is put in front of it.
//
//go:embed az.sh
var azScript string

// The files of the command az in the sandbox's folder.
const (
	azCalls    = "az-calls.log"
	azAccount  = "az-account.json"
	azExchange = "az-exchange.json"
	azGraph    = "az-graph.json"
)

// azureCLISignIn makes the command az, signed in as the application.
func (s *Sandbox) azureCLISignIn() (map[string]string, error) {
	if runtime.GOOS == "windows" {
		return nil, errors.New("the command az is a shell script, which Windows cannot run")
	}
	bin := filepath.Join(s.files.folder, "bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		return nil, err
	}
	organization := s.tenant.Organization()
	names := append(organization.AllDomains(), organization.TenantID)
	script := "#!/bin/sh\n" +
		"folder=" + quoted(s.files.folder) + "\n" +
		"tenants=" + quoted(" "+strings.ToLower(strings.Join(names, " "))+" ") + "\n" +
		"exchange=" + quoted(s.exchangeResource()) + "\n" +
		"graph=" + quoted(s.graphResource()) + "\n" + azScript
	path := filepath.Join(bin, "az")
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		return nil, err
	}
	if err := s.AzureCLISignIn(); err != nil {
		return nil, err
	}
	return map[string]string{
		"ARM_TENANT_ID": organization.TenantID,
		"PATH":          bin + string(filepath.ListSeparator) + os.Getenv("PATH"),
	}, nil
}

// quoted is text as one word of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// AzureCLISignIn does for the sandbox's command az what az login does: it can
// give out tokens from now on, which end when the lifetime of the sandbox's
// tokens is over.
func (s *Sandbox) AzureCLISignIn() error {
	organization := s.tenant.Organization()
	for name, resource := range map[string]string{azExchange: s.exchangeResource(), azGraph: s.graphResource()} {
		token, expires, err := s.entra.IssueToken(s.credentials.clientID, resource)
		if err != nil {
			return err
		}
		if err := s.writeJSON(name, map[string]any{
			"accessToken": token,
			// The time on this machine's clock, which is why there is the other.
			"expiresOn":    expires.Local().Format("2006-01-02 15:04:05.000000"),
			"expires_on":   expires.Unix(),
			"subscription": organization.TenantID,
			"tenant":       organization.TenantID,
			"tokenType":    "Bearer",
		}); err != nil {
			return err
		}
	}
	return s.writeJSON(azAccount, map[string]any{
		"environmentName": "AzureCloud",
		"homeTenantId":    organization.TenantID,
		"id":              organization.TenantID,
		"isDefault":       true,
		"name":            "N/A(tenant level account)",
		"state":           "Enabled",
		"tenantId":        organization.TenantID,
		"user":            map[string]string{"name": s.credentials.clientID, "type": "servicePrincipal"},
	})
}

// AzureCLISignOut does for the sandbox's command az what az logout does.
func (s *Sandbox) AzureCLISignOut() error {
	for _, name := range []string{azAccount, azExchange, azGraph} {
		if err := os.Remove(filepath.Join(s.files.folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// AzureCLICalls returns the arguments of each call of the sandbox's command az,
// separated by spaces, the first call first.
func (s *Sandbox) AzureCLICalls() ([]string, error) {
	content, err := os.ReadFile(filepath.Join(s.files.folder, azCalls))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(content), "\n"), "\n"), nil
}

func (s *Sandbox) writeJSON(name string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding %s: %w", name, err)
	}
	_, err = s.writeFile(name, string(content)+"\n")
	return err
}
